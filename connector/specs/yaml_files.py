"""The YAML that people share: a small, strict part of the language, each fault with its line and column.

Refused on purpose, because a shared recipe is a stranger's file: more than 64 kB, more than 20 levels, tags,
anchors and aliases (bombs), merge keys, a second document, duplicate keys, and every plain scalar that
readers understand differently (yes/no/on/off, 20:00 which YAML 1.1 reads as 1200, 0x1F, 1e3).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

MAX_BYTES = 64 * 1024
MAX_DEPTH = 20

Path = tuple[str | int, ...]

# libyaml where the wheel has it (it always does on Linux): a hostile 64 kB file costs milliseconds.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_CONTROLS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"  # control characters other than tab, newline, return
    "\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"  # bidi controls and invisible characters
    "\ud800-\udfff\ufffe\uffff]"
)
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\Z", re.ASCII)
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
_SWITCHES = frozenset({"yes", "no", "on", "off", "y", "n"})
_TIME = re.compile(r"[0-9]{1,2}(?::[0-9]{2}){1,2}\Z", re.ASCII)
_NUMBER_LIKE = re.compile(r"[-+.]?[0-9][0-9_,.]*(?:[eE][-+]?[0-9]+)?\Z|0[xXoObB][0-9a-fA-F_]+\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a file, at a place to jump to. Lines and columns count from 1."""

    where: str
    line: int
    column: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.where}:{self.line}:{self.column}: {self.sentence}"


class YamlFault(Exception):
    """The file cannot be read at all; `fault` says where and why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Document:
    """A file as data, with the place of every value."""

    data: Any
    where: str
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def fault(self, path: Path, sentence: str) -> Fault:
        """A fault at `path`, or at the nearest enclosing value that is written in the file."""
        while path not in self.places and path:
            path = path[:-1]
        line, column = self.places.get(path, (1, 1))
        return Fault(self.where, line, column, sentence)


def read_yaml(text: str, where: str) -> Document:
    """The text as data and places. Raises YamlFault at the first thing it cannot take."""
    _check_characters(text, where)
    reader = _Reader(where)
    try:
        return Document(reader.read(yaml.parse(text, Loader=_LOADER)), where, reader.places)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        sentence = f"this is not YAML: {problem.problem or problem.context or 'unreadable'}."
        raise YamlFault(Fault(where, line, column, sentence)) from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise YamlFault(Fault(where, 1, 1, "this is not readable as YAML.")) from None


def _check_characters(text: str, where: str) -> None:
    odd = _CONTROLS.search(text, 0, MAX_BYTES)
    if odd:
        line = text.count("\n", 0, odd.start()) + 1
        column = odd.start() - (text.rfind("\n", 0, odd.start()) + 1) + 1
        sentence = f"the invisible character U+{ord(odd.group()):04X} is not allowed; delete it."
        raise YamlFault(Fault(where, line, column, sentence))
    if len(text) > MAX_BYTES or len(text.encode()) > MAX_BYTES:
        sentence = f"the file is larger than {MAX_BYTES} bytes (64 kB)."
        raise YamlFault(Fault(where, 1, 1, sentence))


class _Reader:
    """Builds plain data from parser events; there is no constructor that a tag could reach."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.places: dict[Path, tuple[int, int]] = {}

    def read(self, events: Iterator[Event]) -> Any:
        data: Any = None
        documents = 0
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._refuse(event, "one file holds one document; remove the second `---`.")
            elif isinstance(event, (ScalarEvent, AliasEvent, MappingStartEvent, SequenceStartEvent)):
                data = self._value(event, events, ())
        if documents == 0:
            raise YamlFault(Fault(self.where, 1, 1, "the file is empty."))
        return data

    def _value(self, event: Event, events: Iterator[Event], path: Path) -> Any:
        if isinstance(event, AliasEvent):
            raise self._refuse(event, "aliases (*name) are not allowed; write the value again.")
        if getattr(event, "anchor", None) is not None:
            raise self._refuse(event, "anchors (&name) are not allowed; write the value where it is needed.")
        if getattr(event, "tag", None) is not None:
            raise self._refuse(event, "tags (!name) are not allowed; only text, numbers, lists and maps are.")
        self.places.setdefault(path, _place(event))
        if isinstance(event, ScalarEvent):
            return self._scalar(event)
        if len(path) >= MAX_DEPTH:
            raise self._refuse(event, f"more than {MAX_DEPTH} levels are not read.")
        if isinstance(event, SequenceStartEvent):
            return self._list(events, path)
        return self._map(events, path)

    def _list(self, events: Iterator[Event], path: Path) -> list[Any]:
        found: list[Any] = []
        for event in events:
            if isinstance(event, SequenceEndEvent):
                break
            found.append(self._value(event, events, (*path, len(found))))
        return found

    def _map(self, events: Iterator[Event], path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for event in events:
            if isinstance(event, MappingEndEvent):
                break
            key = self._key(event)
            if key in found:
                raise self._refuse(event, f"the key `{_short(key)}` is written twice.")
            self.places[(*path, key)] = _place(event)
            found[key] = self._value(next(events), events, (*path, key))
        return found

    def _key(self, event: Event) -> str:
        if not isinstance(event, ScalarEvent):
            if isinstance(event, AliasEvent):
                raise self._refuse(event, "aliases (*name) are not allowed; write the value again.")
            raise self._refuse(event, "a key is a plain word.")
        if event.anchor is not None or event.tag is not None:
            raise self._refuse(event, "anchors and tags are not allowed on keys.")
        key = str(event.value)
        if key == "<<":
            raise self._refuse(event, "merge keys (<<) are not allowed; write the keys out.")
        if event.implicit[0] and not isinstance(self._scalar(event), str):
            raise self._refuse(event, f"the key `{_short(key)}` is a word; put it in quotes if it is meant.")
        return key

    def _scalar(self, event: ScalarEvent) -> Any:
        text = str(event.value)
        if not event.implicit[0]:  # quoted or a block: always text
            return text
        if text.lower() in _WORDS:
            return _WORDS[text.lower()]
        if _INTEGER.match(text):
            return int(text)
        if text.lower() in _SWITCHES:
            sentence = f"`{text}` is read differently by different tools; write true or false, or quote it."
            raise self._refuse(event, sentence)
        if _TIME.match(text):
            sentence = f'a time is written in quotes: "{text}" (without them YAML reads it as a number).'
            raise self._refuse(event, sentence)
        if _NUMBER_LIKE.match(text):
            sentence = (
                f'only whole numbers are written without quotes; write "{_short(text)}" if text is meant.'
            )
            raise self._refuse(event, sentence)
        return text

    def _refuse(self, event: Event, sentence: str) -> YamlFault:
        line, column = _place(event)
        return YamlFault(Fault(self.where, line, column, sentence))


def _place(event: Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."
