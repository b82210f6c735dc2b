"""Time passing, made visible: one tick for the due day and one for each overdue threshold of an invoice."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from connector.domain.model import Invoice, Permission, Stage, Step, StepKind, StepState
from connector.domain.truth import is_true
from connector.domain.windows import local_date, local_instant

# Events that time makes are decided by the date but told from here on: flows wake people.
DAY_STARTS = time(7, 0)
OVERDUE_DAYS = (1, 3, 7, 14, 30)

_TICKS = (("tick:due", Stage.DUE, 0), *((f"tick:overdue:{n}", Stage.OVERDUE, n) for n in OVERDUE_DAYS))
TICK_KEYS = frozenset(key for key, _, _ in _TICKS)


def day_starts_of(settings: Mapping[str, Any]) -> time:
    """From when on the business's day is told of (`TAGIH_DAY_STARTS`).

    >>> day_starts_of({"day_starts": "08:30"})
    datetime.time(8, 30)
    """
    return time.fromisoformat(str(settings.get("day_starts", DAY_STARTS.isoformat())))


def told_from(now: datetime, zone: str, day_starts: time) -> datetime | None:
    """When an event that time makes may be told, if that is later than now: nobody is woken by it."""
    opens = local_instant(local_date(now, zone), day_starts, zone)
    return opens if now < opens else None


def day_start_or_now(now: datetime, zone: str) -> datetime:
    """Now, or 07:00 of this local day when it is earlier than that."""
    return max(now, local_instant(local_date(now, zone), DAY_STARTS, zone))


def plan_ticks(invoice: Invoice, shared: Step, zone: str, now: datetime) -> list[Step]:
    """The ticks of this invoice; of those that have passed only the latest is told, if it is true today."""
    ticks = [
        replace(
            shared,
            kind=StepKind.TICK,
            key=key,
            stage=stage,
            due_at=local_instant(invoice.due_date + timedelta(days=n), DAY_STARTS, zone),
            offset_days=n,
            permission=Permission.NOTICE,
        )
        for key, stage, n in _TICKS
    ]
    past = [t for t in ticks if t.due_at < now]
    ahead = ticks[len(past) :]
    told = [replace(t, state=StepState.SKIPPED, reason="past_at_planning") for t in past]
    if past and is_true(past[-1], invoice, local_date(now, zone)):
        told[-1] = replace(past[-1], due_at=day_start_or_now(now, zone))
    return told + ahead
