"""Recurring charges: a roster's line that issues ordinary invoices, computed from the calendar alone.

A period is a month, written "2026-12": the one in which its invoice is due. The periods of a charge are
first_period + n x every_months, whatever happened before; what was already decided is known by a record for
each period, so that a kill, a second worker or a clock that jumps can neither lose one nor make two.
"""

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import count, islice
from typing import Any

from connector.domain.model import Recipe
from connector.domain.texts import period_text
from connector.domain.windows import local_instant

MISSED_AFTER_DAYS = 7  # a period due longer ago than this waits for a person
LEAD_DAYS = 7  # without a recipe
MOST_AHEAD = 3  # more months than these in one payment are a slip of the keyboard until somebody says so
ASK_DAYS = 3  # an unknown amount is asked for this long before its invoice should go
ISSUE_TIME = time(0, 5)
EVERY_MONTHS = (1, 2, 3, 6, 12)
SOURCE = "recurring"  # where the invoices are born

# Why a person is asked about a period.
AMOUNT_MISSING = "amount_missing"
DOUBLE = "double_billing_suspected"
PERIOD_REASONS = frozenset({"missed_periods", AMOUNT_MISSING, DOUBLE})
ISSUE_NOW = "periods_issued"  # the outcome of a case that lets its periods be issued


class ChargeState(StrEnum):
    ACTIVE = "active"
    STOPPED = "stopped"


class PeriodState(StrEnum):
    ISSUED = "issued"  # it has its invoice
    SKIPPED = "skipped"  # nothing will be issued; the reason says why
    WAITING = "waiting"  # a person decides


class Fate(StrEnum):
    """What becomes of a period when its moment has come."""

    ISSUE = "issue"
    PAUSED = "paused"
    MISSED = "missed_periods"


@dataclass(frozen=True, slots=True)
class Charge:
    """Who pays how much on which day. `amount` is in minor units; None is asked for each period."""

    id: str
    ref: str
    customer_id: str
    amount: int | None
    currency: str
    every_months: int
    due_day: int
    first_period: str
    last_period: str | None = None
    paused_until: date | None = None  # the last day of the pause
    paid_through: str | None = None
    description: str | None = None
    recipe: str | None = None
    list_name: str = ""  # the sheet that it came from; empty: made by hand
    extra: dict[str, Any] = field(default_factory=dict)
    state: ChargeState = ChargeState.ACTIVE
    step_id: str | None = None
    issue_days_before: int | None = None  # its own; None: the recipe's
    numbered_as: str | None = None  # how its invoices are called where another charge has its reference


@dataclass(frozen=True, slots=True)
class Period:
    """A period that was decided."""

    charge_id: str
    period: str
    state: PeriodState
    due_on: date
    reason: str | None = None
    invoice_id: str | None = None
    case_id: str | None = None


def period_of(day: date) -> str:
    """The period of a date.

    >>> period_of(date(2026, 12, 5))
    '2026-12'
    """
    return f"{day.year:04d}-{day.month:02d}"


def later(period: str, months: int) -> str:
    """The period so many months later (or earlier).

    >>> later("2026-12", 1), later("2026-01", -1)
    ('2027-01', '2025-12')
    """
    count = int(period[:4]) * 12 + int(period[5:]) - 1 + months
    return f"{count // 12:04d}-{count % 12 + 1:02d}"


def due_date(charge: Charge, period: str) -> date:
    """The due day of a period, clamped to the month's last day.

    >>> charge = Charge("rec_1", "A3", "cus_1", 100, "IDR", 1, 31, "2026-12")
    >>> due_date(charge, "2027-02"), due_date(charge, "2027-03")  # the 28th does not stick
    (datetime.date(2027, 2, 28), datetime.date(2027, 3, 31))
    """
    year, month = int(period[:4]), int(period[5:])
    return date(year, month, min(charge.due_day, monthrange(year, month)[1]))


def first_period_from(due_day: int, today: date) -> str:
    """The period of the next due day, today included.

    >>> first_period_from(5, date(2026, 12, 5)), first_period_from(5, date(2026, 12, 6))
    ('2026-12', '2027-01')
    """
    this = period_of(today)
    day = min(due_day, monthrange(today.year, today.month)[1])
    return this if today.day <= day else later(this, 1)


def is_period(charge: Charge, period: str) -> bool:
    """Whether the charge has this period at all, by the calendar."""
    if period < charge.first_period or (charge.last_period is not None and period > charge.last_period):
        return False
    apart = (int(period[:4]) - int(charge.first_period[:4])) * 12
    return (apart + int(period[5:]) - int(charge.first_period[5:])) % charge.every_months == 0


def periods(charge: Charge, decided: Collection[str]) -> Iterator[str]:
    """The periods that are not decided yet, in order; endless while no last one is set.

    >>> charge = Charge("rec_1", "A3", "cus_1", 100, "IDR", 3, 5, "2026-12", last_period="2027-08")
    >>> list(periods(charge, {"2027-03"}))
    ['2026-12', '2027-06']
    """
    if charge.state is ChargeState.STOPPED:
        return
    period = charge.first_period
    while (charge.last_period is None or period <= charge.last_period) and period < "9990":
        if period not in decided:
            yield period
        period = later(period, charge.every_months)


def is_undecided(charge: Charge, decided: Collection[str], period: str) -> bool:
    """Whether the charge still bills this period one day."""
    return charge.state is ChargeState.ACTIVE and period not in decided and is_period(charge, period)


def next_period(charge: Charge, decided: Collection[str]) -> str | None:
    """The first period that is still to be decided."""
    return next(periods(charge, decided), None)


def lead_days(charge: Charge, recipe: Recipe | None) -> int:
    """How many days before its due date an invoice is issued: the charge's own number, else its recipe's."""
    if charge.issue_days_before is not None:
        return charge.issue_days_before
    return LEAD_DAYS if recipe is None else recipe.issue_days_before


def issue_day(charge: Charge, period: str, lead: int) -> date:
    """The invoice's own date: on it the customer may hear of it first."""
    return due_date(charge, period) - timedelta(days=lead)


def issues_at(charge: Charge, period: str, lead: int, zone: str) -> datetime:
    """The instant at which a period is decided: 00:05 of its issue day, where the customer lives.

    An unknown amount is asked for three days earlier. A time that the clock skips is the instant of the
    change; one that comes twice is its first.
    """
    asks = timedelta(days=ASK_DAYS if charge.amount is None else 0)
    return local_instant(issue_day(charge, period, lead) - asks, ISSUE_TIME, zone)


def fate(charge: Charge, period: str, today: date) -> Fate:
    """What becomes of a period whose moment has come, on this local day.

    >>> charge = Charge("rec_1", "A3", "cus_1", 100, "IDR", 1, 5, "2026-09", paused_until=date(2026, 10, 5))
    >>> [fate(charge, p, date(2026, 12, 5)).value for p in ("2026-10", "2026-11", "2026-12")]
    ['paused', 'missed_periods', 'issue']
    """
    due = due_date(charge, period)
    if charge.paused_until is not None and due <= charge.paused_until:
        return Fate.PAUSED
    return Fate.MISSED if (today - due).days > MISSED_AFTER_DAYS else Fate.ISSUE


def number_of(charge: Charge, period: str) -> str:
    """The number of a period's invoice, the same for ever."""
    return f"{charge.numbered_as or charge.ref}-{period}"


def parts_of(number: str) -> tuple[str, str]:
    """How its charge is called and which period it bills, out of an invoice's number.

    >>> parts_of("A3-mawar-2026-12")
    ('A3-mawar', '2026-12')
    """
    return number[:-8], number[-7:]


def names_of(ref: str, list_name: str) -> Iterator[str]:
    """How a charge's invoices may be called, the best first: the reference alone where it is free.

    >>> list(islice(names_of("A3", "mawar"), 3))
    ['A3', 'A3-mawar', 'A3-2']
    """
    yield ref
    if list_name:
        yield f"{ref}-{list_name}"[:100]
    yield from (f"{ref}-{n}" for n in count(2))


def months_text(charge: Charge, period: str, language: str) -> str:
    """The month or months that a period covers.

    >>> months_text(Charge("rec_1", "A3", "cus_1", 100, "IDR", 3, 5, "2026-12"), "2026-12", "id")
    'Desember 2026 - Februari 2027'
    """
    first = period_text(period, language)
    if charge.every_months == 1:
        return first
    return f"{first} - {period_text(later(period, charge.every_months - 1), language)}"


_WORD = re.compile(r"\{([^{}]*)\}")
OWN_WORDS = frozenset({"period", "period_text", "charge_ref", "customer_name"})
_DEFAULT = {"id": "Tagihan {period_text}", "en": "Bill for {period_text}"}


def unknown_words(text: str, extra: Mapping[str, Any]) -> list[str]:
    """The words in braces that neither every charge nor this one's own fields can fill.

    >>> unknown_words("Sewa kamar {room}, {period_text}, {x}", {"room": "A3"})
    ['x']
    """
    return [word for word in _WORD.findall(text) if word not in OWN_WORDS and word not in extra]


def describe(charge: Charge, period: str, customer_name: str, language: str) -> str:
    """The description of a period's invoice; a field that is gone meanwhile is left out."""
    words = {
        **{name: "" if value is None else str(value) for name, value in charge.extra.items()},
        "period": period,
        "period_text": months_text(charge, period, language),
        "charge_ref": charge.ref,
        "customer_name": customer_name,
    }
    text = charge.description or _DEFAULT["en" if language == "en" else "id"]
    return " ".join(_WORD.sub(lambda found: words.get(found.group(1), ""), text).split())[:500]


def covered(
    charges: Collection[tuple[Charge, Collection[str]]], amount: int, *, most: int = 36
) -> list[tuple[Charge, str]]:
    """The whole periods, the next first, that a sum pays ahead; a part of a period is left over.

    `charges` come with their decided periods. Paused periods are passed over: nothing is due for them.
    """
    ahead = [
        (due_date(charge, period), charge.ref, charge, period)
        for charge, decided in charges
        if charge.amount is not None
        for period in islice(periods(charge, decided), most)
        if fate(charge, period, date.min) is Fate.ISSUE
    ]
    found: list[tuple[Charge, str]] = []
    left = amount
    for _, _, charge, period in sorted(ahead, key=lambda item: item[:2]):
        if charge.amount is None or charge.amount > left or len(found) == most:
            break
        left -= charge.amount
        found.append((charge, period))
    return found


def far_ahead(ahead: Collection[tuple[Charge, str]]) -> int | None:
    """The months that one charge would be paid ahead, when they are more than anybody means without a word.

    One period is never too many, however long it is: who pays by the year pays the next one.
    """
    counts = Counter(charge.id for charge, _ in ahead)
    months = [counts[charge.id] * charge.every_months for charge, _ in ahead if counts[charge.id] > 1]
    return most if (most := max(months, default=0)) > MOST_AHEAD else None


def renewed(charge: Charge, wanted: Mapping[str, Any]) -> Charge:
    """The charge with the wanted fields.

    A first period after the last one begins anew: a stopped charge lives again, and its old end is gone.
    """
    first = wanted.get("first_period")
    ended = charge.state is ChargeState.STOPPED or charge.last_period is not None
    if first is not None and ended and first > (charge.last_period or charge.first_period):
        charge = replace(charge, state=ChargeState.ACTIVE, last_period=None)
    return replace(charge, **wanted)
