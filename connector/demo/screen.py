"""Prints the story as it happens: headings, aligned columns, phone bubbles; at most 80 characters wide."""

import re
import textwrap
from collections.abc import Iterable, Sequence

import click

WIDTH = 80
INDENT = "   "
BUBBLE_LINES = 3
_DIM, _BOLD, _GREEN, _RED, _CYAN = "2", "1", "32", "31", "36"


def masked(phone: str) -> str:
    """A number that its owner would recognise and nobody could call.

    >>> masked("0812-3456-7890")
    '0812-****-7890'
    """
    return re.sub(r"(?<=\d{4}-)\d{4}(?=-\d{4})", "****", phone)


class Screen:
    """Every line goes out at once, so that the story can be watched."""

    def __init__(self, *, colour: bool) -> None:
        self._colour = colour
        self._scene = 0
        self._gap = False  # a blank line is owed before the next one

    def title(self, text: str, opening: str) -> None:
        self._out(self._paint(text, _BOLD))
        self._out(textwrap.fill(opening, WIDTH))

    def scene(self, text: str) -> None:
        self._scene += 1
        head = f"{self._scene}. {text} "
        self.space()
        self._out(self._paint(head, _BOLD) + self._paint("─" * (WIDTH - len(head)), _DIM))

    def say(self, text: str) -> None:
        """A sentence of the story."""
        for line in textwrap.wrap(text, WIDTH - len(INDENT)):
            self._out(INDENT + line)

    def moment(self, when: str, text: str) -> None:
        """Something that happens at a time."""
        lines = textwrap.wrap(text, WIDTH - len(INDENT) - len(when) - 2)
        for number, line in enumerate(lines):
            head = self._paint(when, _CYAN) if number == 0 else " " * len(when)
            self._out(f"{INDENT}{head}  {line}")

    def columns(self, rows: Iterable[Sequence[str]], *, heading: Sequence[str] = ()) -> None:
        """Aligned columns; the last one wraps under itself."""
        rows = [tuple(row) for row in rows]
        every = [tuple(heading), *rows] if heading else rows
        widths = [max(len(cell) for cell in column) for column in zip(*every, strict=True)]
        for number, row in enumerate(every):
            lead = INDENT + "".join(f"{c:<{w}}  " for c, w in zip(row[:-1], widths, strict=False))
            for line in textwrap.wrap(row[-1], max(WIDTH - len(lead), 20)) or [""]:
                text = f"{lead}{line}".rstrip()
                self._out(self._paint(text, _DIM) if heading and number == 0 else text)
                lead = " " * len(lead)

    def bubble(self, head: str, text: str, buttons: Sequence[str], *, tail: str = "") -> None:
        """A message on a phone: its first lines and its buttons."""
        lines = textwrap.wrap(
            _flat(text), WIDTH - 2 * len(INDENT), max_lines=BUBBLE_LINES, placeholder=" ..."
        )
        pressed = "  ".join(f"[{button}]" for button in buttons)
        self._out(f"{INDENT}{self._edge('┌')} {self._paint(head, _BOLD)}")
        for line in lines:
            self._out(f"{INDENT}{self._edge('│')} {line.replace(' · ...', ' ...')}")
        self._out(f"{INDENT}{self._edge('└')} {self._paint(pressed, _CYAN)}".rstrip())
        if tail:
            self._out(f"{INDENT}  {self._paint(tail, _DIM)}")
        self.space()

    def box(self, head: str, rows: Iterable[tuple[str, Sequence[str]]]) -> None:
        """A card of named facts, each of one line or several."""
        rows = list(rows)
        wide = max(len(name) for name, _ in rows)
        self._out(f"{INDENT}{self._edge('┌')} {self._paint(head, _BOLD)}")
        for name, lines in rows:
            for line in lines:
                room = WIDTH - len(INDENT) - wide - 4
                shown = textwrap.shorten(line, room, placeholder=" ...")
                self._out(f"{INDENT}{self._edge('│')} {self._paint(f'{name:<{wide}}', _DIM)}  {shown}")
                name = ""
        self._out(f"{INDENT}{self._edge('└')}")
        self.space()

    def verdict(self, text: str, *, good: bool) -> None:
        self._out(INDENT + self._paint(text, f"{_BOLD};{_GREEN if good else _RED}"))

    def space(self) -> None:
        """One blank line before whatever comes next."""
        self._gap = True

    def _edge(self, mark: str) -> str:
        return self._paint(mark, _GREEN)

    def _paint(self, text: str, code: str) -> str:
        return f"\033[{code}m{text}\033[0m" if self._colour and text else text

    def _out(self, line: str) -> None:
        if self._gap:
            click.echo()
            self._gap = False
        click.echo(line, color=self._colour)


def _flat(text: str) -> str:
    """A message as one running line.

    >>> _flat("Hello.\\n\\nAmount: 5\\nDue: today\\n\\nThank you.")
    'Hello. Amount: 5 · Due: today · Thank you.'
    """
    lines = [line for line in text.splitlines() if line]
    return "".join(
        line + ("" if line is lines[-1] else " " if line[-1] in ".?!" else " · ") for line in lines
    )
