"""The cells of one row as fields: each read alone, so that a row names all its faults at once.

Fields are JSON-ready: `amount` "1500000", `due_date` "2026-12-05", `paid` true or false. What the row does
not give is absent.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from connector.domain.money import decimal_string, decimals
from connector.domain.names import clean_text
from connector.domain.problems import FieldError, Invalid, Problem
from connector.spreadsheets.cells import read_amount, read_phone, read_tick
from connector.spreadsheets.dates import read_date
from connector.spreadsheets.headings import words
from connector.spreadsheets.table import Cell, is_blank, shown

LANGUAGES = dict.fromkeys(words("id, indonesia, bahasa, bahasa indonesia, indonesian"), "id") | dict.fromkeys(
    words("en, english, inggris, bahasa inggris"), "en"
)
EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")
MAX_EXTRA = 10
EXTRA_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Reading:
    """What every cell of one table is read with."""

    today: date
    country: str
    currency: str
    order: str  # of figures in a date: DMY or MDY


# What a formula leaves that failed, in Excel, LibreOffice and Google Sheets.
FORMULA_ERROR = re.compile(
    r"#(?:N/A|REF!|NAME\?|VALUE!|DIV/0!|NULL!|NUM!|ERROR!|SPILL!|CALC!|GETTING_DATA)|Err:\d{3}", re.I
)


def is_formula_error(cell: Cell) -> bool:
    return isinstance(cell, str) and FORMULA_ERROR.fullmatch(cell.strip()) is not None


Reader = Callable[[Cell, Reading], dict[str, Any]]


def read_fields(
    cells: Mapping[str, Cell], extras: Mapping[str, Cell], reading: Reading
) -> tuple[dict[str, Any], tuple[FieldError, ...]]:
    """All fields that could be read, and what is wrong with the others."""
    fields: dict[str, Any] = {}
    errors: list[FieldError] = []
    currency = cells.get("currency")
    if isinstance(currency, str) and currency.strip():
        reading = replace(reading, currency=currency.strip().upper())
    fields["currency"] = reading.currency
    try:
        decimals(reading.currency)
    except Problem as problem:
        return fields, problem.errors
    for field, cell in cells.items():
        if field == "currency":
            continue
        try:
            if is_formula_error(cell):
                raise Invalid("cell_error", field=field)
            fields.update(READERS[field](cell, reading))
        except Problem as problem:
            errors.extend(_errors(problem))
    try:
        fields.update(_extra(extras))
    except Problem as problem:
        errors.extend(_errors(problem))
    return fields, tuple(errors)


def _errors(problem: Problem) -> tuple[FieldError, ...]:
    """The problem's errors, with what it says beside the field ("2062-12-05") as their detail."""
    said = ", ".join(str(value) for name, value in problem.params.items() if name != "field")
    return tuple(replace(error, detail=error.detail or said or None) for error in problem.errors)


def _amount(cell: Cell, reading: Reading) -> dict[str, Any]:
    money = read_amount(cell, reading.currency)
    return {"amount": decimal_string(money.minor, money.currency)}


def _phone(cell: Cell, reading: Reading) -> dict[str, Any]:
    return {"phone": read_phone(cell, reading.country)}


def _due_date(cell: Cell, reading: Reading) -> dict[str, Any]:
    return {"due_date": read_date(cell, today=reading.today, order=reading.order).isoformat()}


def _issue_date(cell: Cell, reading: Reading) -> dict[str, Any]:
    if is_blank(cell):
        return {}
    on = read_date(cell, today=reading.today, order=reading.order, field="issue_date")
    return {"issue_date": on.isoformat()}


def _paid(cell: Cell, reading: Reading) -> dict[str, Any]:
    tick = read_tick(cell, reading.currency, today=reading.today, order=reading.order)
    fields: dict[str, Any] = {"paid": tick.paid}
    if tick.on is not None:
        fields["paid_on"] = tick.on.isoformat()
    if tick.amount is not None:
        fields["paid_amount"] = decimal_string(tick.amount.minor, tick.amount.currency)
    return fields


def _language(cell: Cell, reading: Reading) -> dict[str, Any]:
    if is_blank(cell):
        return {}
    language = LANGUAGES.get(shown(cell).strip().lower())
    if language is None:
        raise Invalid("language_unknown", field="language")
    return {"language": language}


def _email(cell: Cell, reading: Reading) -> dict[str, Any]:
    if is_blank(cell):
        return {}
    text = clean_text(shown(cell), 200, field="customer_email")
    if not EMAIL.fullmatch(text):
        raise Invalid("email_invalid", field="customer_email")
    return {"customer_email": text}


def _text(field: str, max_len: int, *, needed: bool = False) -> Reader:
    """A reader of plain text; line breaks within a cell become spaces."""

    def read(cell: Cell, reading: Reading) -> dict[str, Any]:
        text = " ".join(clean_text(shown(cell), max_len, field=field).split())
        if not text and needed:
            raise Invalid("field_required", field=field)
        return {field: text} if text else {}

    return read


READERS: dict[str, Reader] = {
    "customer_name": _text("customer_name", 120, needed=True),
    "phone": _phone,
    "amount": _amount,
    "due_date": _due_date,
    "invoice_number": _text("invoice_number", 80),
    "description": _text("description", 200),
    "paid": _paid,
    "customer_ref": _text("customer_ref", 80),
    "customer_email": _email,
    "contact_name": _text("contact_name", 120),
    "issue_date": _issue_date,
    "language": _language,
    "pay_url": _text("pay_url", 500),
    "recipe": _text("recipe", 80),
    "consent_source": _text("consent_source", 200),
}


def _extra(extras: Mapping[str, Cell]) -> dict[str, Any]:
    """The columns that nobody knows, by a plain key, ten at most; usable in templates as `extra_<key>`."""
    found: dict[str, str] = {}
    for header, cell in extras.items():
        key = re.sub(r"[^a-z0-9]+", "_", header.lower()).strip("_")[:40]
        if key and not is_blank(cell) and len(found) < MAX_EXTRA:
            found.setdefault(key, clean_text(shown(cell), EXTRA_LENGTH, field=f"extra.{key}"))
    return {"extra": found} if found else {}
