"""Rows to values and back: the only place that knows how a value of the domain lies in a table."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar, get_args

from connector.clock import from_ms, to_ms
from connector.domain import model

T = TypeVar("T")

# Columns whose names differ from the fields of the domain's values.
_RENAMED: dict[type, dict[str, str]] = {
    model.Invoice: {"issue_date": "issue_on", "due_date": "due_on"},
}


def _kinds(annotation: Any) -> set[Any]:
    return {annotation, *get_args(annotation)}


_SHAPES: dict[type, tuple[tuple[str, str, str, type[StrEnum] | None], ...]] = {}


def _shape(kind: type) -> tuple[tuple[str, str, str, type[StrEnum] | None], ...]:
    """(field, column, sort, enum) for each field; sort is instant, date or plain."""
    known = _SHAPES.get(kind)
    if known is None:
        renamed = _RENAMED.get(kind, {})
        shape = []
        for item in fields(kind):
            kinds = _kinds(item.type)
            sort = "instant" if datetime in kinds else "date" if date in kinds else "plain"
            enum = next((k for k in kinds if isinstance(k, type) and issubclass(k, StrEnum)), None)
            shape.append((item.name, renamed.get(item.name, item.name), sort, enum))
        known = _SHAPES[kind] = tuple(shape)
    return known


Reading = tuple[tuple[str, ...], tuple[tuple[int, Callable[[Any], Any]], ...]]
_READINGS: dict[type, Reading] = {}


def _reading(kind: type) -> Reading:
    """The columns in the order of the fields, and what turns a cell into its value, by place."""
    known = _READINGS.get(kind)
    if known is None:
        columns: list[str] = []
        turns: list[tuple[int, Callable[[Any], Any]]] = []
        for place, (_, column, sort, enum) in enumerate(_shape(kind)):
            columns.append(column)
            if sort != "plain":
                turns.append((place, from_ms if sort == "instant" else date.fromisoformat))
            elif enum is not None:
                turns.append((place, {member.value: member for member in enum}.__getitem__))
        known = _READINGS[kind] = (tuple(columns), tuple(turns))
    return known


def value_of(kind: type[T], row: Mapping[Any, Any]) -> T:
    """The domain value of a row; columns that the value does not know are left out.

    The worker makes several of them for every message: no more is done for a cell than it needs.
    """
    columns, turns = _reading(kind)
    try:
        cells = [row[column] for column in columns]
    except KeyError:
        return _partly(kind, row)
    for place, turn in turns:
        if cells[place] is not None:
            cells[place] = turn(cells[place])
    return kind(*cells)


def _partly(kind: type[T], row: Mapping[Any, Any]) -> T:
    """From a row without some of the columns: those fields keep their defaults."""
    turns = dict(_reading(kind)[1])
    found = {}
    for place, (name, column, _, _) in enumerate(_shape(kind)):
        if column in row:
            raw = row[column]
            found[name] = turns[place](raw) if place in turns and raw is not None else raw
    return kind(**found)


def row_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values made ready for a table: instants to milliseconds, dates to ISO text, enums to their text."""
    return {name: cell(value) for name, value in values.items()}


_AS_THEY_ARE = frozenset({str, int, type(None), bool, float, dict, list})


def cell(value: Any) -> Any:
    if type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, datetime):
        return to_ms(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    return value


def columns_of(value: object) -> dict[str, Any]:
    """The columns of a whole domain value."""
    return {column: cell(getattr(value, name)) for name, column, _, _ in _shape(type(value))}
