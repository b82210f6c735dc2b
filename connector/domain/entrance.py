"""How the late ones of a list that is started come in: gently, a few a day, the longest overdue last.

Whoever was overdue before we ever wrote to them gets one first text (who writes, why to this number, how to
stop), and the overdue stages count from that day. Whoever is late by more than 30 days on that day is for a
person: no text at all.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from connector.domain.model import Invoice, Recipe, RecipeStep, Stage, StepKind, WindowRule
from connector.domain.windows import closed_reason, local_instant

FIRST_CONTACT = "first_contact"  # the template, unless the recipe names another
ENTRIES_A_DAY = 20  # a new business number that writes to many strangers at once is taken for spam
TOO_LATE_DAYS = 30
FIRST_KEY = "first"
FIRST_TASK = "task:first"
ENTRY_KEYS = frozenset({FIRST_KEY, FIRST_TASK})
_TOO_LATE = "overdue_long"


@dataclass(frozen=True, slots=True)
class Late:
    """A customer who owes since `due`, the oldest of their invoices, and the days on which we may write."""

    customer_id: str
    due: date
    first_day: date  # before this one nothing can leave any more
    is_open: Callable[[date], bool]


def entry_line(recipe: Recipe, invoice: Invoice) -> tuple[RecipeStep, ...]:
    """The recipe's lines as they count for this invoice: with a first text, or for a person alone."""
    if not invoice.entered_late or invoice.entered_on is None:
        return recipe.steps
    at = recipe.steps[0].at
    if (invoice.entered_on - invoice.due_date).days > TOO_LATE_DAYS:
        return (RecipeStep(FIRST_TASK, StepKind.TASK, Stage.OVERDUE, 0, at, reason=_TOO_LATE),)
    template = recipe.first_contact or FIRST_CONTACT
    first = RecipeStep(FIRST_KEY, StepKind.MESSAGE, Stage.OVERDUE, 0, at, template=template)
    return (*(line for line in recipe.steps), first)


def entry_days(
    late: Iterable[Late], *, taken: Mapping[date, int], a_day: int = ENTRIES_A_DAY
) -> dict[str, date]:
    """The day on which each customer comes in: so many on an open day, the longest overdue last.

    `taken` counts those of earlier starts, so that a restart or a second list never makes a day fuller. Who
    is too late already does not wait for a place: a person is asked at once; who would wait past that, then.
    """
    room = {day: a_day - count for day, count in taken.items()}
    days: dict[str, date] = {}
    for one in sorted(late, key=lambda one: (-one.due.toordinal(), one.customer_id)):
        day = one.first_day
        while (day - one.due).days <= TOO_LATE_DAYS and not (room.get(day, a_day) > 0 and one.is_open(day)):
            day += timedelta(days=1)
        if (day - one.due).days <= TOO_LATE_DAYS:
            room[day] = room.get(day, a_day) - 1
        days[one.customer_id] = day
    return days


def opening(recipe: Recipe, zone: str) -> Callable[[date], bool]:
    """Whether the recipe's hour lies within its window on a day."""
    rule: WindowRule = recipe.policy.window
    at = recipe.steps[0].at
    return lambda day: closed_reason(local_instant(day, at, zone), rule, zone) is None
