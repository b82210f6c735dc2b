"""A roster: one row for each tenant or member, a due day, and often a column for each month with its ticks.

It is no list of invoices: a row says who pays how much on which day of every month. Recognised by its due
days (1 to 31, not dates) or by its month columns, where nothing names an invoice.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from connector.domain.money import decimal_string
from connector.domain.names import fold_name
from connector.domain.problems import FieldError, Invalid, Problem
from connector.domain.recurring import period_of
from connector.spreadsheets.cells import Tick, read_amount, read_phone, read_tick
from connector.spreadsheets.columns import HEADER_ROWS, field_of, fold_header, is_typo
from connector.spreadsheets.dates import MONTH_WORDS, read_date
from connector.spreadsheets.headings import words
from connector.spreadsheets.rows import RAW_LENGTH, TOTALS
from connector.spreadsheets.table import Cell, Row, Table, is_blank, shown

# Headings of a roster that a list of invoices does not know, or means otherwise.
_OWN: dict[str, tuple[str, ...]] = {
    "room": words(
        "kamar, no kamar, nomor kamar, room, room no, unit, no unit, blok, kios, no kios, meja, loker"
    ),
    "due_day": words(
        """
        tgl, tanggal, jatuh tempo, tgl jatuh tempo, tanggal jatuh tempo, tempo, due, due day, due date,
        hari jatuh tempo, tgl bayar, tanggal bayar, tiap tanggal, setiap tanggal, billing day
        """
    ),
    "start": words(
        "mulai, masuk, tgl masuk, tanggal masuk, mulai sewa, start, start date, check in, move in"
    ),
    "end": words(
        "selesai, keluar, tgl keluar, tanggal keluar, berakhir, habis, end, end date, check out, sampai"
    ),
}
_EXACT = {heading: name for name, headings in _OWN.items() for heading in headings}
_TAKEN = ("customer_name", "phone", "amount", "customer_ref", "description", "recipe")
# Where the recurring charge calls a column otherwise.
_NAMES = {
    "phone": "customer_phone",
    "start": "first_period",
    "end": "last_period",
    "room": "extra.room",
}
_NUMERIC = re.compile(r"(?:(\d{4})[-/. ](\d{1,2})|(\d{1,2})[-/. ](\d{4}))", re.ASCII)
_WORDED = re.compile(r"([a-z]+)\.?[-/ ']*(\d{4}|\d{2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One tenant. `given` is the input of upsert_recurring_charge; `ticks` are the months that were ticked.

    `blank` are the months that have a column and no tick; `unclear` tells of marks that nobody can read: they
    leave the rest of the row as it is.
    """

    line: int
    given: dict[str, Any]
    ticks: dict[str, Tick]
    blank: tuple[str, ...] = ()
    errors: tuple[FieldError, ...] = ()
    raw: dict[str, str] = field(default_factory=dict)
    unclear: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class Roster:
    rows: tuple[RosterRow, ...]
    months: tuple[str, ...]  # the periods that have a column
    columns: dict[str, tuple[str, int]] = field(default_factory=dict)  # field -> its heading, its place


@dataclass(frozen=True, slots=True)
class _Column:
    index: int
    header: str
    field: str | None  # None: an extra
    month: str | None = None


def month_of(header: str, today: date) -> str | None:
    """The period that a heading names, typos forgiven; without a year the month nearest to today.

    >>> [month_of(text, date(2026, 12, 8)) for text in ("Desember", "Febraury ", "2026-11", "Kamar", "Okt 26")]
    ['2026-12', '2027-02', '2026-11', None, '2026-10']
    """
    text = " ".join(header.lower().split())
    found = _NUMERIC.fullmatch(text)
    if found:
        year, month = (found[1], found[2]) if found[1] else (found[4], found[3])
        return f"{year}-{int(month):02d}" if 1 <= int(month) <= 12 else None
    worded = _WORDED.fullmatch(text)
    number = _month(worded[1]) if worded else None
    if worded is None or number is None:
        return None
    if worded[2]:
        year = worded[2] if len(worded[2]) == 4 else f"20{worded[2]}"
        return f"{year}-{number:02d}"
    near = [date(today.year + n, number, 15) for n in (-1, 0, 1)]
    return period_of(min(near, key=lambda day: abs(day - today)))


def _month(word: str) -> int | None:
    if word in MONTH_WORDS:
        return MONTH_WORDS[word]
    alike = {number for known, number in MONTH_WORDS.items() if len(known) > 4 and is_typo(word, known)}
    return alike.pop() if len(alike) == 1 else None


def read_roster(
    table: Table, *, today: date, country: str = "ID", currency: str = "IDR", date_order: str = "DMY"
) -> Roster | None:
    """The tenants of a table, or None when it is no roster."""
    header = _header(table.rows, today)
    if header is None:
        return None
    columns = _columns(header, today)
    body = table.rows[table.rows.index(header) + 1 :]
    if not _is_roster(columns, body):
        return None
    reader = _Reader(columns, today, country, currency, date_order)
    rows = [reader.row(row) for row in body if not _total(row)]
    months = tuple(sorted({column.month for column in columns if column.month}))
    return Roster(tuple(_named_once(rows)), months, _named(columns))


def _named(columns: Sequence[_Column]) -> dict[str, tuple[str, int]]:
    """Where each field stands, by the name that a fault or a change gives it."""
    names = {c.index: _NAMES.get(c.field, c.field) if c.field else f"extra.{_key(c.header)}" for c in columns}
    found = {c.header if c.month else names[c.index]: (c.header, c.index) for c in columns}
    code = found.get("customer_ref") or found.get("extra.room") or found.get("customer_name")
    return found | ({"charge_ref": code} if code else {})


def _header(rows: Sequence[Row], today: date) -> Row | None:
    """The row near the top with a name, and with the most headings that a roster knows."""
    best, most = None, 2
    for row in rows[:HEADER_ROWS]:
        columns = _columns(row, today)
        known = sum(1 for column in columns if column.field or column.month)
        if known > most and any(column.field == "customer_name" for column in columns):
            best, most = row, known
    return best


def _columns(header: Row, today: date) -> list[_Column]:
    found: list[_Column] = []
    taken: set[str] = set()
    for index, cell in enumerate(header.cells):
        if is_blank(cell):
            continue
        text = period_of(cell) if isinstance(cell, date) else str(cell).strip()
        month = month_of(text, today)
        name = None if month else _field(text)
        if name in taken:
            name = None
        taken |= {name} if name else set()
        found.append(_Column(index, text, name, month))
    return found


def _field(header: str) -> str | None:
    folded = fold_header(header)
    if folded in _EXACT:
        return _EXACT[folded]
    known, _ = field_of(header)
    return known if known in (*_TAKEN, "", "invoice_number", "paid") else None


def _is_roster(columns: Sequence[_Column], body: Sequence[Row]) -> bool:
    fields = {column.field for column in columns}
    if "invoice_number" in fields or not {"customer_name", "due_day"} <= fields:
        return False
    days = next(column.index for column in columns if column.field == "due_day")
    cells = [row.cells[days] for row in body if len(row.cells) > days and not is_blank(row.cells[days])]
    return bool(cells) and sum(_day(cell) is not None for cell in cells) * 2 > len(cells)


def _day(cell: Cell) -> int | None:
    """A day of the month: 5, "5", "tgl 5", "tiap tanggal 5"."""
    if isinstance(cell, bool | date):
        return None
    found = re.fullmatch(
        r"(?:(?:tiap |setiap )?(?:tgl|tanggal)?\.? ?)?(\d{1,2})", str(cell).strip().lower(), re.ASCII
    )
    return int(found[1]) if found and 1 <= int(found[1]) <= 31 else None


def _total(row: Row) -> bool:
    first = next((cell for cell in row.cells if not is_blank(cell)), None)
    return isinstance(first, str) and fold_name(first) in TOTALS


@dataclass(frozen=True, slots=True)
class _Reader:
    columns: Sequence[_Column]
    today: date
    country: str
    currency: str
    order: str

    def row(self, row: Row) -> RosterRow:
        """Everything that the row says, and everything that is wrong with it."""
        cells = {c: row.cells[c.index] if c.index < len(row.cells) else None for c in self.columns}
        by_field = {c.field: cell for c, cell in cells.items() if c.field and not is_blank(cell)}
        errors: list[FieldError] = []
        given = self._given(by_field, errors)
        extras = {c.header: cell for c, cell in cells.items() if c.field is None and c.month is None}
        extra = {_key(name): shown(cell)[:200] for name, cell in extras.items() if not is_blank(cell)}
        if "room" in by_field:
            extra = {"room": shown(by_field["room"]).strip(), **extra}
        if extra:
            given["extra"] = dict(list(extra.items())[:10])
        ticks, unclear = self._ticks(cells)
        said = {*ticks, *(month for month, _ in unclear)}
        blank = tuple(sorted({c.month for c in self.columns if c.month} - said))
        raw = {c.header[:RAW_LENGTH]: shown(cell)[:RAW_LENGTH] for c, cell in cells.items()}
        return RosterRow(row.line, given, ticks, blank, tuple(errors), raw, tuple(e for _, e in unclear))

    def _given(self, cells: dict[str, Cell], errors: list[FieldError]) -> dict[str, Any]:
        given: dict[str, Any] = {}
        name = shown(cells.get("customer_name")).strip()
        if name:
            given["customer_name"] = name[:200]
        else:
            errors.append(FieldError("customer_name", "field_required"))
        day = _day(cells["due_day"]) if "due_day" in cells else None
        if day is None:
            blank = "due_day" not in cells
            errors.append(
                FieldError("due_day", "field_required")
                if blank
                else FieldError("due_day", "field_invalid", "1-31")
            )
        else:
            given["due_day"] = day
        readers: dict[str, tuple[str, Callable[[Cell], str]]] = {
            "phone": ("customer_phone", lambda cell: read_phone(cell, self.country)),
            "amount": (
                "amount",
                lambda cell: decimal_string(read_amount(cell, self.currency).minor, self.currency),
            ),
            "start": ("first_period", self._period),
            "end": ("last_period", self._period),
        }
        for own, (wanted, read) in readers.items():
            if own not in cells:
                continue
            try:
                given[wanted] = read(cells[own])
            except Problem as problem:
                errors.append(FieldError(wanted, problem.code))
        for own in ("description", "recipe"):
            if own in cells:
                given[own] = shown(cells[own]).strip()
        ref = shown(cells.get("customer_ref") or cells.get("room")).strip()
        given["charge_ref"] = (ref or fold_name(name).replace(" ", "-"))[:80]
        return given

    def _period(self, cell: Cell) -> str:
        """A start or an end: a date or a month."""
        month = month_of(cell, self.today) if isinstance(cell, str) else None
        return month or period_of(read_date(cell, today=self.today, order=self.order, field="first_period"))

    def _ticks(self, cells: dict[_Column, Cell]) -> tuple[dict[str, Tick], list[tuple[str, FieldError]]]:
        """The months that are ticked, and those with a mark that says nothing."""
        ticks: dict[str, Tick] = {}
        unclear: list[tuple[str, FieldError]] = []
        for column, cell in cells.items():
            if column.month is None or is_blank(cell):
                continue
            try:
                tick = read_tick(cell, self.currency, today=self.today, order=self.order)
            except Invalid as problem:
                unclear.append((column.month, FieldError(column.header, problem.code)))
                continue
            if tick.paid:
                ticks[column.month] = tick
        return ticks, unclear


def _key(header: str) -> str:
    """A heading as the name of an extra field."""
    folded = re.sub(r"[^a-z0-9]+", "_", fold_name(header)).strip("_")[:40]
    return folded if folded[:1].isalpha() else f"x_{folded}"[:40]


def _named_once(rows: Sequence[RosterRow]) -> list[RosterRow]:
    """Two rows with one reference are two people in one room: the later one is refused, not merged."""
    seen: dict[str, int] = {}
    found = []
    for row in rows:
        ref = row.given["charge_ref"].casefold()
        first = seen.setdefault(ref, row.line)
        error = FieldError("charge_ref", "duplicate_row", str(first))
        found.append(row if first == row.line else replace(row, errors=(*row.errors, error)))
    return found
