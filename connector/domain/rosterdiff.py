"""One row of a roster against its recurring charge: what changes, which months are newly paid, what looks wrong.

Pure. Another name with another number is another tenant in the same room; another number alone waits for a yes,
and another name alone changes nobody (`connector.actions.people`).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from connector.domain.listdiff import DROPPED_TO, Flag, RowAction
from connector.domain.names import fold_name
from connector.domain.recurring import (
    Charge,
    ChargeState,
    PeriodState,
    first_period_from,
    is_period,
    period_of,
)

# What of a charge a roster may change, in the order in which it is told.
COMPARED = ("amount", "due_day", "first_period", "last_period", "description", "recipe")


@dataclass(frozen=True, slots=True)
class Tenant:
    """Who pays a charge. `settled`: numbers of theirs that wait for a yes, or that were passed over before."""

    name: str
    phone: str | None = None
    settled: frozenset[str] = frozenset()


def same_tenant(known: Tenant, told: Tenant) -> bool:
    """Whether both are one person: the name or the number is the same.

    >>> same_tenant(Tenant("Siti", "+62811"), Tenant("Ibu Siti", "+62811")), same_tenant(Tenant("Siti"), Tenant("Budi"))
    (True, False)
    """
    return fold_name(known.name) == fold_name(told.name) or (
        known.phone is not None and known.phone == told.phone
    )


@dataclass(frozen=True, slots=True)
class Month:
    """A period that was decided. `ticked`: this list has said before that it is paid."""

    state: PeriodState
    due: int = 0  # what is still owed, in minor units
    paid: int = 0
    ticked: bool = False
    receipt_waits: bool = False  # the confirmation of its payment has not left yet
    foreign: bool = False  # billed to the tenant before: it is nothing of this row's


@dataclass(frozen=True, slots=True)
class Line:
    """What a row says: the charge as it would be, who pays it, its ticks (month -> amount) and its blank months."""

    charge: Charge
    tenant: Tenant
    ticks: Mapping[str, int | None] = field(default_factory=dict)
    blank: Iterable[str] = ()
    unclear: bool = False  # a month's mark cannot be read
    elsewhere: bool = False  # another list bills this tenant for the same


@dataclass(frozen=True, slots=True)
class Change:
    """What applying one row would do; the flags of a row that changes nothing say why it does not.

    `taken_back` are the months whose tick is gone, `foreign` the ticked ones that the tenant before owes.
    """

    action: RowAction
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    flags: tuple[Flag, ...] = ()
    paid: tuple[str, ...] = ()
    taken_back: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()


def begins(
    start: str | None,
    due_day: int,
    today: date,
    *,
    paid: Collection[str],
    owed: Collection[str],
    running: bool,
) -> str:
    """The first period of a tenant whom nobody knew: the oldest month that the sheet shows as owed.

    `paid` are months with a tick, `owed` those with a column and no full tick. What lies before the start, or
    before the first tick, is not theirs. A month without a column is history, except this one when a start is
    given: the sheet says nothing of it. In a list that runs, a row with neither start nor tick is a newcomer:
    only the newest month counts.

    >>> begins(None, 5, date(2026, 12, 8), paid={"2026-10"}, owed={"2026-09", "2026-11", "2026-12"}, running=False)
    '2026-11'
    >>> begins("2019-03", 5, date(2026, 12, 8), paid=(), owed=(), running=False)
    '2026-12'
    """
    coming = first_period_from(due_day, today)
    if start is not None and start >= coming:
        return start
    since = start or min(paid, default=None)
    past = sorted(p for p in owed if p < coming and (since is None or p >= since))
    if past:
        return past[-1] if since is None and running else past[0]
    return coming if start is None else max(start, period_of(today))


def change_of(
    line: Line, before: Charge | None, tenant: Tenant | None, months: Mapping[str, Month]
) -> Change:
    """The row against what is known; `months` are the decided periods of its charge."""
    paid = tuple(
        p for p, amount in sorted(line.ticks.items()) if _is_paid(line.charge, months.get(p), p, amount)
    )
    foreign = tuple(p for p in sorted(line.ticks) if p in months and months[p].foreign and months[p].due > 0)
    odd = _payment_flags(line, paid, months)
    odd += (Flag.OTHER_TENANT,) if foreign else ()
    odd += (Flag.TICK_UNCLEAR,) if line.unclear else ()
    unpriced = (
        (Flag.RENT_MISSING,) if any(_unpriced(line.charge, months.get(p), p) for p in line.ticks) else ()
    )
    odd += unpriced
    if before is None or tenant is None:
        return Change(RowAction.NEW, {}, (*((Flag.OTHER_LIST,) if line.elsewhere else ()), *odd), paid)
    changes = _charge_changes(before, line.charge) | _person_changes(tenant, line.tenant)
    taken_back = tuple(p for p in sorted(line.blank) if _is_unticked(months.get(p)))
    told = any(not months[p].receipt_waits for p in taken_back)
    flags = (*_change_flags(before, line.charge, changes), *odd)
    flags += (Flag.PAYMENT_UNTICKED,) if told else ()
    if paid:
        return Change(RowAction.NEWLY_PAID, changes, flags, paid, taken_back, foreign)
    if changes or taken_back or foreign:
        return Change(RowAction.CHANGED, changes, flags, paid, taken_back, foreign)
    stopped = line.charge.state is ChargeState.STOPPED
    return Change(RowAction.UNCHANGED, {}, (Flag.CHARGE_STOPPED,) if stopped else unpriced)


def _is_paid(charge: Charge, month: Month | None, period: str, amount: int | None) -> bool:
    """Whether the tick is news; a month before the charge began is history, one without an amount cannot be paid."""
    if not is_period(charge, period) or (month is not None and month.foreign):
        return False
    if month is None or month.state is PeriodState.WAITING:
        return charge.amount is not None
    owed = month.state is PeriodState.ISSUED and month.due > 0
    return owed and (amount is None or month.paid < amount)


def _unpriced(charge: Charge, month: Month | None, period: str) -> bool:
    """Whether a tick says that a month is paid of which nobody knows what it costs."""
    open_yet = month is None or (month.state is PeriodState.WAITING and not month.foreign)
    return open_yet and charge.amount is None and is_period(charge, period)


def _is_unticked(month: Month | None) -> bool:
    return month is not None and month.ticked and month.paid > 0 and not month.foreign


def _charge_changes(before: Charge, after: Charge) -> dict[str, tuple[Any, Any]]:
    sides = {name: (getattr(before, name), getattr(after, name)) for name in COMPARED}
    extra = {
        f"extra.{name}": (before.extra.get(name), value)
        for name, value in after.extra.items()
        if before.extra.get(name) != value
    }
    return {name: (old, new) for name, (old, new) in sides.items() if old != new} | extra


def _person_changes(known: Tenant, told: Tenant) -> dict[str, tuple[Any, Any]]:
    changes: dict[str, tuple[Any, Any]] = {}
    if fold_name(told.name) != fold_name(known.name):
        changes["customer_name"] = (known.name, told.name)
    other = told.phone is not None and told.phone != known.phone
    if other and (changes or told.phone not in known.settled):
        changes["phone"] = (known.phone, told.phone)
    return changes


def _change_flags(before: Charge, after: Charge, changes: Mapping[str, tuple[Any, Any]]) -> tuple[Flag, ...]:
    name, phone = "customer_name" in changes, "phone" in changes
    was = changes["phone"][0] if phone else None
    checks = {
        Flag.AMOUNT_DROPPED: _fell(before.amount, after.amount),
        Flag.AMOUNT_JUMPED: _fell(after.amount, before.amount),
        Flag.TENANT_CHANGED: name and phone,
        Flag.NAME_CHANGED: name and not phone,
        Flag.PHONE_CHANGED: phone and not name and was is not None,
    }
    return tuple(flag for flag, raised in checks.items() if raised)


def _fell(before: int | None, after: int | None) -> bool:
    return bool(before) and after is not None and before is not None and after * DROPPED_TO <= before


def _payment_flags(line: Line, paid: Iterable[str], months: Mapping[str, Month]) -> tuple[Flag, ...]:
    """A tick with an amount that is not what the month costs."""
    flags: set[Flag] = set()
    for period in paid:
        amount, month = line.ticks[period], months.get(period)
        billed = month is not None and month.state is PeriodState.ISSUED
        whole = month.due + month.paid if billed and month is not None else line.charge.amount
        if amount is not None and whole is not None and amount != whole:
            flags.add(Flag.PART_PAYMENT if amount < whole else Flag.OVERPAYMENT)
    return tuple(sorted(flags))
