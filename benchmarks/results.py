"""What was measured: a figure with its aim, and the page on which all of them are written down."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True, slots=True)
class Figure:
    """Several runs of one measurement. Without an aim it is for information."""

    name: str
    unit: str
    runs: Sequence[float]
    aim: float | None = None
    least: float | None = None  # the worst that is accepted
    less_is_better: bool = False
    note: str = ""
    why: str = ""  # shown when the aim is not reached

    @property
    def value(self) -> float:
        return median(self.runs)

    @property
    def verdict(self) -> str:
        """aim, least or short; empty when nothing was promised.

        >>> Figure("sent", "1/s", [900, 1200, 1500], aim=3000, least=1000).verdict
        'least'
        """
        if self.aim is None or self.least is None:
            return ""
        if self._reaches(self.aim):
            return "aim"
        return "least" if self._reaches(self.least) else "SHORT"

    def _reaches(self, bound: float) -> bool:
        return self.value <= bound if self.less_is_better else self.value >= bound


@dataclass(frozen=True, slots=True)
class Section:
    """The figures of one question, how they were measured and what remains to be said."""

    title: str
    how: str
    figures: Sequence[Figure]
    remarks: Sequence[str] = field(default=())


def number(value: float) -> str:
    """A figure as a person reads it.

    >>> number(12345.6), number(61.28), number(0.734)
    ('12,346', '61.3', '0.73')
    """
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def page(sections: Sequence[Section], surroundings: Sequence[tuple[str, str]]) -> str:
    """The whole of RESULTS.md."""
    lines = [
        "# What was measured",
        "",
        "Written by `make bench`; not edited by hand. Medians of the runs shown.",
        "",
    ]
    lines += ["| surroundings | |", "|---|---|", *(f"| {name} | {text} |" for name, text in surroundings), ""]
    for section in sections:
        lines += [f"## {section.title}", "", section.how, ""]
        lines += [
            "| figure | median | unit | runs | aim | at least | reached |",
            "|---|---:|---|---|---:|---:|---|",
        ]
        lines += [_line(figure) for figure in section.figures]
        remarks = [
            f"Short of the aim, {f.name}: {f.why}" for f in section.figures if f.verdict != "aim" and f.why
        ]
        lines += ["", *(f"- {remark}" for remark in (*remarks, *section.remarks)), ""]
    return "\n".join(lines).rstrip() + "\n"


def _line(figure: Figure) -> str:
    runs = " ".join(number(run) for run in figure.runs)
    aim, least = (("" if bound is None else number(bound)) for bound in (figure.aim, figure.least))
    name = f"{figure.name} ({figure.note})" if figure.note else figure.name
    return f"| {name} | **{number(figure.value)}** | {figure.unit} | {runs} | {aim} | {least} | {figure.verdict} |"
