"""The closed catalogue of what a template may say about an invoice, and how a value is made fit to be sent.

A value is a guest in a text that a person approved: it must not bring a link, an account or a line break of
its own. Figures and destinations are never shortened: half an account number is worse than a long message.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from connector.domain.suspicion import says_where_to_pay, suspicious

__all__ = [
    "CATALOGUE",
    "LANGUAGES",
    "PAY_EXTRAS",
    "Kind",
    "Variable",
    "clean",
    "says_where_to_pay",
    "suspicious",
    "variable",
]

LANGUAGES = ("id", "en")


class Kind(StrEnum):
    FREE = "free"  # written by people or tools: shortened, and held when it looks like a payment instruction
    METHOD = "method"  # "QRIS", "virtual account BCA": says how, must not say where to
    REFERENCE = "reference"  # numbers of invoices: whole, may hold long digits, no links
    OWN = "own"  # the business's own words: shortened
    FIGURE = "figure"  # made by us: amounts, dates, counts: whole
    DESTINATION = "destination"  # where money goes: whole, approved elsewhere


@dataclass(frozen=True, slots=True)
class Variable:
    """A name that a template may use, with its longest value in a rich message and in an SMS."""

    name: str
    kind: Kind
    max: int
    sms_max: int


def _catalogue(*variables: Variable) -> dict[str, Variable]:
    return {variable.name: variable for variable in variables}


CATALOGUE: Mapping[str, Variable] = _catalogue(
    Variable("customer_name", Kind.FREE, 60, 24),
    Variable("business_name", Kind.OWN, 40, 20),
    Variable("invoice_number", Kind.REFERENCE, 40, 14),
    Variable("description", Kind.FREE, 80, 40),
    Variable("amount", Kind.FIGURE, 24, 15),  # what is still open
    Variable("invoice_amount", Kind.FIGURE, 24, 15),  # the whole invoice
    Variable("paid_amount", Kind.FIGURE, 24, 15),
    Variable("total", Kind.FIGURE, 40, 15),
    Variable("due_date", Kind.FIGURE, 24, 11),
    Variable("issue_date", Kind.FIGURE, 24, 11),
    Variable("paid_date", Kind.FIGURE, 24, 11),
    Variable("promise_date", Kind.FIGURE, 24, 11),
    Variable("promise_amount", Kind.FIGURE, 24, 15),
    Variable("days_overdue", Kind.FIGURE, 4, 4),
    Variable("count", Kind.FIGURE, 4, 4),
    Variable("invoices_text", Kind.FIGURE, 500, 60),
    Variable("payment_method", Kind.METHOD, 40, 20),
    Variable("payment_details", Kind.DESTINATION, 160, 40),
    Variable("pay_link", Kind.DESTINATION, 200, 40),
    Variable("office_hours", Kind.OWN, 40, 18),
)

# Extra fields that say where to pay: they are compared with the approved destinations, never taken as text.
PAY_EXTRAS: Mapping[str, Variable] = _catalogue(
    Variable("extra_account", Kind.DESTINATION, 160, 40),
    Variable("extra_va", Kind.DESTINATION, 40, 24),
    Variable("extra_qris", Kind.DESTINATION, 500, 40),
)
# A recipe's own template may show the user's other extra fields; they count as free text.
_EXTRA = re.compile(r"extra_[a-z][a-z0-9_]{0,39}\Z", re.ASCII)


@lru_cache(maxsize=1024)
def variable(name: str) -> Variable | None:
    """The catalogue's entry, or None for a name that no template may use.

    >>> variable("amount").kind.value, variable("x.__class__") is None
    ('figure', True)
    """
    if name in PAY_EXTRAS:
        return PAY_EXTRAS[name]
    if _EXTRA.match(name):
        return Variable(name, Kind.FREE, 80, 30)
    return CATALOGUE.get(name)


_BREAKS = re.compile(r"[\s\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\x00-\x1f\x7f-\x9f]+")


def clean(value: str, longest: int | None = None) -> str:
    """One line that a provider takes: no breaks, no runs of spaces, never empty, cut with "..." when told.

    >>> clean("Sewa kamar\\n A3"), clean("  "), clean("Sewa kamar A3", 8)
    ('Sewa kamar A3', '-', 'Sewa...')
    """
    text = _BREAKS.sub(" ", unicodedata.normalize("NFC", value)).strip()
    if longest is not None and len(text) > longest:
        text = text[: max(longest - 3, 1)].rstrip(" .,") + "..."
    return text or "-"
