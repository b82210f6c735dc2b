"""What a single cell means: an amount, a phone number, a tick, however it was typed."""

import re
from dataclasses import dataclass
from datetime import date

from connector.domain.model import Money
from connector.domain.money import amount_of_number, parse_amount
from connector.domain.phones import parse_phone
from connector.domain.problems import Invalid, Problem
from connector.spreadsheets.dates import date_if_any
from connector.spreadsheets.headings import words
from connector.spreadsheets.table import Cell

PAID_WORDS = frozenset(
    words(
        """
        v, x, ✓, ✔, ☑, ✅, √, lunas, paid, ya, y, yes, sudah, bayar, dibayar, terbayar, sudah bayar,
        sudah lunas, sudah dibayar, telah dibayar, ok, oke, done, true, 1, selesai, settled, paid off,
        complete, completed
        """
    )
)
UNPAID_WORDS = frozenset(
    words(
        """
        -, –, —, ., 0, no, n, tidak, tdk, belum, blm, unpaid, not paid, false, open, pending, overdue, due,
        outstanding, nunggak, menunggak, tunggak, jatuh tempo, belum bayar, belum lunas, belum dibayar,
        blm bayar, blm lunas, tidak bayar, ✗, ✘, ❌, ☐, rp -, rp-
        """
    )
)
PAID_PREFIX = re.compile(r"(?:lunas|paid|sudah bayar|dibayar|bayar)\b[ ,:(]*(?:tgl|tanggal|on)?[ :]*")


@dataclass(frozen=True, slots=True)
class Tick:
    """What the paid column of a row says: whether, and the day or the amount if the cell names it."""

    paid: bool
    on: date | None = None
    amount: Money | None = None


def read_amount(cell: Cell, currency: str, *, field: str = "amount") -> Money:
    """The amount that a cell holds, typed as a number or as text."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return amount_of_number(cell, currency, field=field)
    if isinstance(cell, str) and cell.strip():
        return parse_amount(cell.strip().lstrip("'"), currency, field=field)
    raise Invalid("amount_invalid" if isinstance(cell, bool | date) else "field_required", field=field)


def read_phone(cell: Cell, country: str) -> str:
    """The number that a cell holds; a typed number has lost its plus or zero, which parse_phone weighs."""
    if isinstance(cell, bool | date):
        raise Invalid("phone_invalid", field="phone")
    if isinstance(cell, float):
        raise Invalid("phone_rounded", field="phone")
    return parse_phone("" if cell is None else str(cell), country)


def read_tick(cell: Cell, currency: str, *, today: date, order: str = "DMY") -> Tick:
    """Whether a cell says paid; a date or an amount says so too, and what is unclear is for a person.

    A date to come is a promise rather than a payment, so it is unclear.

    >>> [read_tick(cell, "IDR", today=date(2026, 12, 1)).paid for cell in ("v", "belum", "30/11/2026")]
    [True, False, True]
    """
    if isinstance(cell, bool):
        return Tick(cell)
    text = " ".join(str(cell).lower().split()).rstrip("!") if isinstance(cell, str | int) else ""
    if cell is None or text in UNPAID_WORDS or (isinstance(cell, str) and not text):
        return Tick(False)
    if text in PAID_WORDS:
        return Tick(True)
    value = PAID_PREFIX.sub("", text, count=1).rstrip(")") if isinstance(cell, str) else cell
    on = date_if_any(value, today=today, order=order)
    if on is not None and on <= today:
        return Tick(True, on=on)
    amount = _amount_if_any(value, currency) if on is None else None
    if amount is None:
        raise Invalid("paid_unclear", field="paid")
    return Tick(True, amount=amount)


def _amount_if_any(cell: Cell, currency: str) -> Money | None:
    try:
        return read_amount(cell, currency)
    except Problem:
        return None
