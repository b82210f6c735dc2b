"""Which text is true now: a reminder that was missed is neither lost nor sent in a burst.

A stage is valid: created from issue to due; pre-due until the due day; due on that local day; overdue until
the next stage (a task counts: from its day on a person speaks). After a gap the latest valid stage
survives, the others end with their reasons. Receipts never collapse but expire after seven days.
The gentle first text of a late customer goes before any reminder, however late it goes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from connector.domain.entrance import FIRST_KEY
from connector.domain.model import Invoice, InvoiceStatus, Missed, Permission, Stage, Step, StepState
from connector.domain.windows import local_date

RECEIPT_LIFE = timedelta(days=7)
PART = "part"  # in a step's data: it confirms a part of one invoice, and is untrue when the rest has come

_ORDER: dict[Stage, int] = {Stage.CREATED: 0, Stage.PRE_DUE: 1, Stage.DUE: 2, Stage.OVERDUE: 3}

# A step that was moved for one of these is not late: it waited on purpose. Any other move (a retry, a
# pause) keeps counting from the first plan.
ON_PURPOSE = frozenset(
    {
        None,
        "quiet_hours",
        "sunday",
        "holiday",
        "minimum_gap",
        "cap_7_days",
        "settling",
        "reply_window_over",
        "waiting_for_pdf",
        "list_not_synced",
    }
)


@dataclass(frozen=True, slots=True)
class Settled:
    """What becomes of the due message steps of one invoice."""

    survivor: Step | None
    ended: tuple[tuple[Step, StepState, str], ...] = ()
    others: tuple[Step, ...] = ()  # go on their own: receipts, notices, replies, `send_next_window`
    # The invoice text among `ended` that the survivor speaks for: a notice, which goes itself if the survivor may not.
    spoken_for: Step | None = None

    @property
    def chosen(self) -> tuple[Step, ...]:
        """Every step that may still go."""
        return (self.survivor, *self.others) if self.survivor else self.others


def due_since(step: Step) -> datetime:
    """From when on this step is late: where it was meant to be, whatever retries or pauses made of it."""
    if step.reason in ON_PURPOSE or step.planned_for is None:
        return step.due_at
    return min(step.planned_for, step.due_at)


def is_missed(step: Step, now: datetime, late_after: timedelta) -> bool:
    """Whether a step is claimed later than the recipe calls late (60 minutes by default)."""
    return now - due_since(step) > late_after


def is_true(step: Step, invoice: Invoice, today_local: date, next_offset: int | None = None) -> bool:
    """Whether this step's text is true on this local day; `next_offset` is that of the stage after it."""
    if step.stage in (Stage.RECEIPT, Stage.OTHER):
        return True
    if invoice.status in (InvoiceStatus.PAID, InvoiceStatus.VOID):
        return False
    if step.stage is Stage.CREATED:
        return invoice.issue_date <= today_local <= invoice.due_date
    if step.stage is Stage.PRE_DUE:
        return today_local < invoice.due_date
    if step.stage is Stage.DUE:
        return today_local == invoice.due_date
    if step.key == FIRST_KEY:
        return today_local > invoice.due_date  # who never heard from us hears who we are before anything else
    over = next_offset is not None and today_local >= invoice.overdue_from + timedelta(days=next_offset)
    return today_local > invoice.due_date and not over


def settle_due(
    steps: Sequence[Step],
    *,
    invoice: Invoice,
    zone: str,
    now: datetime,
    late_after: timedelta,
    next_offset: int | None = None,
) -> Settled:
    """Decides for the due message steps of one invoice; every step given comes back exactly once.

    1. Receipts older than seven days end (`expired`), and that of a part whose rest came too (`superseded`);
       other receipts, notices and replies go on their own.
    2. Paid or void: every stage text is cancelled with that reason.
    3. `skip_after`: what is later than it allows is skipped.
    4. `send_next_window`: goes on its own while it is true.
    5. Of the rest the latest true stage survives. What it replaces is `superseded`; with no survivor:
       `stage_over`.

    `next_offset` is the first offset of the recipe after these steps; the offset that a step carries from its
    planning (`data["next_offset"]`) counts as well.
    """
    today = local_date(now, zone)
    others: list[Step] = []
    ended: list[tuple[Step, StepState, str]] = []
    rivals: list[Step] = []
    for step in steps:
        if step.stage not in _ORDER:
            expired = step.stage is Stage.RECEIPT and now - (step.planned_for or step.due_at) > RECEIPT_LIFE
            if step.data.get(PART) and invoice.status is InvoiceStatus.PAID:
                ended.append((step, StepState.SUPERSEDED, "superseded"))
            elif expired:
                ended.append((step, StepState.SKIPPED, "expired"))
            else:
                others.append(step)
        elif invoice.status in (InvoiceStatus.PAID, InvoiceStatus.VOID):
            ended.append((step, StepState.CANCELLED, invoice.status.value))
        elif _too_late(step, now, late_after):
            ended.append((step, StepState.SKIPPED, "skip_after"))
        else:
            rivals.append(step)
    offsets = [_offset(s, invoice, zone) for s in rivals]
    standing: list[Step] = []
    over: list[Step] = []
    for step in rivals:
        true = is_true(step, invoice, today, _next_after(step, offsets, next_offset, invoice, zone))
        if not true:
            over.append(step)
        elif step.missed is Missed.SEND_NEXT_WINDOW:
            others.append(step)
        else:
            standing.append(step)
    survivor = max(standing, key=lambda s: _rank(s, invoice, zone), default=None)
    replaced = "superseded" if survivor else "stage_over"
    ended += [(s, StepState.SUPERSEDED, replaced) for s in over]
    ended += [(s, StepState.SUPERSEDED, "superseded") for s in standing if s is not survivor]
    spoken_for = next((s for s in standing if s is not survivor and _is_invoice_text(s)), None)
    return Settled(survivor, tuple(ended), tuple(others), spoken_for)


def _is_invoice_text(step: Step) -> bool:
    return step.stage is Stage.CREATED and step.permission is Permission.NOTICE


def _too_late(step: Step, now: datetime, late_after: timedelta) -> bool:
    if step.missed is not Missed.SKIP_AFTER:
        return False
    minutes = step.skip_after_minutes
    return is_missed(step, now, late_after if minutes is None else timedelta(minutes=minutes))


def _offset(step: Step, invoice: Invoice, zone: str) -> int:
    """Days from the due date; a step without an offset (scheduled by hand) stands on its planned day."""
    if step.offset_days is not None:
        return step.offset_days
    return (local_date(step.planned_for or step.due_at, zone) - invoice.due_date).days


def _next_after(
    step: Step, offsets: Sequence[int], next_offset: int | None, invoice: Invoice, zone: str
) -> int | None:
    own = _offset(step, invoice, zone)
    known = [*offsets, next_offset, step.data.get("next_offset")]
    return min((o for o in known if isinstance(o, int) and o > own), default=None)


def _rank(step: Step, invoice: Invoice, zone: str) -> tuple[bool, int, int, datetime, str]:
    first = step.key == FIRST_KEY
    return first, _ORDER[step.stage], _offset(step, invoice, zone), step.due_at, step.id
