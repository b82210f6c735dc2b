"""A sheet as plain cells, however it came: CSV, XLSX or rows as JSON; and its form on the pipe."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from connector.domain.problems import Invalid

ROW_KEYS = ("row", "row_number")
Cell = str | int | float | bool | date | None


@dataclass(frozen=True, slots=True)
class Row:
    """One row with its number as the spreadsheet shows it (a CSV record counts as one row)."""

    line: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows that are not blank. `merged` names those with cells merged side by side: titles, mostly."""

    rows: tuple[Row, ...]
    kind: str  # csv, xlsx, json
    sheet: str | None = None
    other_sheets: tuple[str, ...] = ()
    merged: frozenset[int] = frozenset()


def is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def shown(cell: Cell) -> str:
    """The cell as text, as a person typed it as nearly as we know."""
    return "" if cell is None else cell.isoformat() if isinstance(cell, date) else str(cell)


def plain(value: object) -> Cell:
    """A cell's value as one of our types: midnight is a date, 8.12e10 is an integer, times are text.

    >>> plain(81234567890.0), plain(datetime(2026, 12, 5))
    (81234567890, datetime.date(2026, 12, 5))
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    if value is None or isinstance(value, str | bool | int | float | date):
        return value
    if isinstance(value, time | timedelta):
        return str(value)
    return str(value)


def column_letters(index: int) -> str:
    """How a spreadsheet names its column, counted from 0.

    >>> column_letters(0), column_letters(27)
    ('A', 'AB')
    """
    letters, number = "", index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def trimmed(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """The cells without the blank ones at the end."""
    end = len(cells)
    while end and is_blank(cells[end - 1]):
        end -= 1
    return tuple(cells[:end])


def to_wire(cell: Cell) -> Any:
    return {"d": cell.isoformat()} if isinstance(cell, date) else cell


def from_wire(value: Any) -> Cell:
    return date.fromisoformat(value["d"]) if isinstance(value, dict) else value


def table_of_rows(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Rows as JSON, keyed by their column, as a table: header first.

    The key `row` (n8n's Google Sheets node calls it `row_number`) is the sheet's row number.

    >>> table_of_rows([{"row": 14, "nama": "Siti"}]).rows[1]
    Row(line=14, cells=('Siti',))
    """
    headers = tuple(dict.fromkeys(key for row in rows for key in row if key not in ROW_KEYS))
    return Table((Row(0, headers), *_numbered(rows, headers)), kind="json")


def _numbered(rows: Sequence[Mapping[str, Any]], headers: Sequence[str]) -> Iterator[Row]:
    seen: set[int] = set()
    for place, row in enumerate(rows, start=1):
        line = next((row[key] for key in ROW_KEYS if key in row), None)
        number = line if isinstance(line, int) and not isinstance(line, bool) else place
        cells = trimmed([_of_json(row.get(header)) for header in headers])
        if not cells:
            continue
        if number in seen or not 0 < number < 2**31:
            raise Invalid(
                "field_invalid", field="rows", params={"expected": "a row number for each row alone"}
            )
        seen.add(number)
        yield Row(number, cells)


def _of_json(value: Any) -> Cell:
    """A JSON fraction becomes its text: money is never read from a float."""
    cell = plain(value)
    return repr(cell) if isinstance(cell, float) else cell
