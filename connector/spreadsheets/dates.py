"""Dates as spreadsheets hold them and people type them."""

import re
from datetime import date, timedelta

from connector.domain.problems import Invalid, Problem
from connector.domain.texts import MONTHS, SHORT_MONTHS, WEEKDAYS
from connector.spreadsheets.table import Cell

EXCEL_EPOCH = date(1899, 12, 30)
SERIALS = range(32874, 73051)  # 1990 to 2099, as Excel counts days
MAX_YEARS = 5  # a due date further away is a slip of the keys

MONTH_WORDS = {
    name.lower(): number
    for names in (*MONTHS.values(), *SHORT_MONTHS.values())
    for number, name in enumerate(names, start=1)
} | {"agt": 8, "ags": 8, "agust": 8, "sept": 9, "nop": 11, "nopember": 11, "pebruari": 2, "peb": 2}
WEEKDAY = re.compile(rf"(?:{'|'.join(name.lower() for days in WEEKDAYS.values() for name in days)})[ ,]+")
CLOCK = re.compile(r"[t ]\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?(?:z|[+-]\d{2}:?\d{2})?$", re.ASCII)
YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", re.ASCII)
NUMBERS = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})", re.ASCII)
DAY_WORD = re.compile(r"(\d{1,2})[-/. ]*([a-z]+)\.?[-/., ]*(\d{4}|\d{2})", re.ASCII)
WORD_DAY = re.compile(r"([a-z]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", re.ASCII)


def read_date(cell: Cell, *, today: date, order: str = "DMY", field: str = "due_date") -> date:
    """The date that a cell holds; an impossible or an absurdly far one is refused, never turned around.

    >>> read_date("5 Des 2026", today=date(2026, 11, 28)), read_date(46361, today=date(2026, 11, 28))
    (datetime.date(2026, 12, 5), datetime.date(2026, 12, 5))
    """
    found = _date(cell, order, field)
    if abs(found.year - today.year) > MAX_YEARS:
        raise Invalid("date_implausible", field=field, params={"date": found.isoformat()})
    return found


def _date(cell: Cell, order: str, field: str) -> date:
    if isinstance(cell, date):
        return cell
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _serial(int(cell), field)
    text = cell.strip().lower() if isinstance(cell, str) else ""
    if not text:
        raise Invalid("field_required", field=field)
    if len(text) > 40:
        raise Invalid("date_invalid", field=field)
    if re.fullmatch(r"\d{5}(\.\d+)?", text, re.ASCII):
        return _serial(int(text[:5]), field)
    year, month, day = _parts(WEEKDAY.sub("", CLOCK.sub("", text.strip("'")), count=1).strip(), order, field)
    try:
        return date(year, month, day)
    except ValueError as error:
        raise Invalid("date_impossible", field=field) from error


def _serial(days: int, field: str) -> date:
    if days not in SERIALS:
        raise Invalid("date_invalid", field=field)
    return EXCEL_EPOCH + timedelta(days=days)


def _parts(text: str, order: str, field: str) -> tuple[int, int, int]:
    """Year, month and day as written; two figures of a year are of this century."""
    if found := YEAR_FIRST.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := NUMBERS.fullmatch(text):
        one, two = int(found[1]), int(found[2])
        day, month = (two, one) if order == "MDY" else (one, two)
        return _year(found[3]), month, day
    if (found := DAY_WORD.fullmatch(text)) and found[2] in MONTH_WORDS:
        return _year(found[3]), MONTH_WORDS[found[2]], int(found[1])
    if (found := WORD_DAY.fullmatch(text)) and found[1] in MONTH_WORDS:
        return int(found[3]), MONTH_WORDS[found[1]], int(found[2])
    raise Invalid("date_invalid", field=field)


def only_month_first(cell: Cell) -> bool:
    """Whether a date makes sense with its month first and not with its day first: 12/25/2026."""
    found = _numbers(cell)
    return found is not None and found[0] <= 12 < found[1] <= 31


def reads_two_ways(cell: Cell) -> bool:
    """Whether day and month can change places and give another day: 12/10/2026."""
    found = _numbers(cell)
    return found is not None and found[0] <= 12 and found[1] <= 12 and found[0] != found[1]


def _numbers(cell: Cell) -> tuple[int, int] | None:
    found = NUMBERS.fullmatch(CLOCK.sub("", cell.strip().lower())) if isinstance(cell, str) else None
    return None if found is None else (int(found[1]), int(found[2]))


def _year(figures: str) -> int:
    return int(figures) if len(figures) == 4 else 2000 + int(figures)


def date_if_any(cell: Cell, *, today: date, order: str) -> date | None:
    """The date that a cell holds, or None; a bare figure is not taken for a serial here."""
    if not isinstance(cell, str | date) or (isinstance(cell, str) and not re.search(r"[-/. a-z]", cell)):
        return None
    try:
        return read_date(cell, today=today, order=order)
    except Problem:
        return None
