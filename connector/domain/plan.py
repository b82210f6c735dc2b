"""The plan of one invoice: which step at which instant, and what becomes of those whose moment has passed.

Everything here is decided once, at planning, and shown to people before it happens; what changes until the
moment itself (payments, promises, outages) is decided again by `domain.truth` and `domain.permission` at
the claim.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from connector.domain.entrance import entry_line
from connector.domain.model import (
    Channel,
    Invoice,
    InvoiceStatus,
    Permission,
    Policy,
    Recipe,
    RecipeStep,
    Stage,
    Step,
    StepKind,
    StepState,
    WindowRule,
)
from connector.domain.ticks import plan_ticks
from connector.domain.truth import is_true
from connector.domain.windows import closed_reason, latest_open_before, local_date, local_instant, next_open

MOVES_PLAN_DAYS = 3

_REMINDERS = frozenset({Stage.PRE_DUE, Stage.DUE, Stage.OVERDUE})


def permission_of(stage: Stage) -> Permission:
    """Pre-due, due and overdue remind; everything else is a notice.

    >>> permission_of(Stage.DUE).value, permission_of(Stage.CREATED).value
    ('reminder', 'notice')
    """
    return Permission.REMINDER if stage in _REMINDERS else Permission.NOTICE


def window_of(policy: Policy, kind: Permission) -> WindowRule:
    """The window in which this kind of message may leave by plan."""
    return policy.window if kind is Permission.REMINDER else policy.notice_window


def moves_plan(old_due: date, new_due: date) -> bool:
    """Whether a corrected due date starts a new plan, in which stages may be sent again.

    >>> moves_plan(date(2026, 12, 5), date(2026, 12, 7)), moves_plan(date(2026, 12, 5), date(2026, 12, 2))
    (False, True)
    """
    return abs((new_due - old_due).days) >= MOVES_PLAN_DAYS


@dataclass(frozen=True, slots=True)
class _Draft:
    """One line of the recipe with the moment that it means."""

    line: RecipeStep
    step: Step  # due_at is the moment meant
    next_offset: int | None


@dataclass(frozen=True, slots=True)
class _Frame:
    """What every step of one plan shares."""

    recipe: Recipe
    invoice: Invoice
    zone: str
    now: datetime
    earliest: datetime  # now, or when the invoice's facts have settled
    already_sent: frozenset[str]

    def rule(self, step: Step) -> WindowRule:
        return window_of(self.recipe.policy, step.permission)

    def is_true_at(self, draft: _Draft, at: datetime) -> bool:
        return is_true(draft.step, self.invoice, local_date(at, self.zone), draft.next_offset)


def plan_steps(
    recipe: Recipe,
    *,
    invoice: Invoice,
    sequence_id: str,
    customer_id: str,
    address_id: str | None,
    zone: str,
    now: datetime,
    new_id: Callable[[str], str],
    plan_no: int = 1,
    already_sent: frozenset[str] = frozenset(),
    channel: Channel | None = None,
) -> tuple[Step, ...]:
    """Every step of this invoice's plan, by time, those that will not be sent included with their reason.

    1. Each line of the recipe means a local time: counted from the due date, or on the issue date.
    2. What lies ahead is placed into its window: pre-due earlier where it can, everything else later, never
       past the day on which its text is true (then it is born superseded, with the reason of the closed
       window).
    3. What has passed is born skipped (`past_at_planning`), except one survivor: the invoice text while it is
       true, else the latest passed stage, when that is true at the next open instant.
    4. No two reminders of one plan on one local day: the later stage stands. A late invoice text stands for
       all.
    5. Ticks: the due day and each overdue threshold, from 07:00; of the passed ones only the one that is
       true now.
    6. Who was late when the list was started gets one gentle first text on the day of entry, and the overdue
       stages count from there; who is too late by then is for a person alone (`domain.entrance`).

    Keys in `already_sent` are left out. A paid or void invoice has no plan.
    """
    if invoice.status in (InvoiceStatus.PAID, InvoiceStatus.VOID):
        return ()
    shared = Step(
        id="",
        kind=StepKind.MESSAGE,
        key="",
        stage=Stage.OTHER,
        due_at=now,
        sequence_id=sequence_id,
        invoice_id=invoice.id,
        customer_id=customer_id,
        address_id=address_id,
        plan_no=plan_no,
        channel=invoice.channel or channel or Channel.WHATSAPP,
    )
    earliest = max(now, invoice.settles_at or now)
    frame = _Frame(recipe, invoice, zone, now, earliest, already_sent)
    drafts = _drafts(frame, shared)
    ahead = [_placed(frame, d) for d in drafts if d.step.due_at >= now and d.step.key not in already_sent]
    steps = _one_a_day(ahead, _passed(frame, drafts), zone) + plan_ticks(invoice, shared, zone, now)
    return tuple(
        replace(step, id=new_id("stp"), planned_for=step.due_at)
        for step in sorted(steps, key=lambda s: s.due_at)
        if step.key not in already_sent
    )


def key_of(line: RecipeStep) -> str:
    """The step's key: a task says so, because a message may stand on the same day."""
    if line.kind is StepKind.TASK and not line.key.startswith("task:"):
        return f"task:{line.key}"
    return line.key


def _drafts(frame: _Frame, shared: Step) -> list[_Draft]:
    """The lines of the recipe at the moments that they mean, by time."""
    lines = entry_line(frame.recipe, frame.invoice)
    offsets = sorted({line.offset_days for line in lines if line.offset_days is not None})
    found = []
    for line in lines:
        offset = line.offset_days
        base = _base(frame.invoice, line)
        next_offset = None if offset is None else min((o for o in offsets if o > offset), default=None)
        data: dict[str, object] = {} if next_offset is None else {"next_offset": next_offset}
        step = replace(
            shared,
            kind=line.kind,
            key=key_of(line),
            stage=line.stage,
            due_at=local_instant(base + timedelta(days=offset or 0), line.at, frame.zone),
            offset_days=offset,
            channel=line.channel or shared.channel,
            template=line.template,
            permission=permission_of(line.stage),
            missed=line.missed,
            skip_after_minutes=line.skip_after_minutes,
            data=data | ({"reason": line.reason} if line.reason is not None else {}),
        )
        found.append(_Draft(line, step, next_offset))
    return sorted(found, key=lambda d: (d.step.due_at, -1 if d.line.offset_days is None else 0))


def _base(invoice: Invoice, line: RecipeStep) -> date:
    """The day from which a line counts."""
    if line.offset_days is None:
        return invoice.issue_date
    return invoice.overdue_from if line.stage is Stage.OVERDUE else invoice.due_date


def _placed(frame: _Frame, draft: _Draft) -> Step:
    """A step that lies ahead, in its window; tasks need none: they wake no customer."""
    step, meant = draft.step, draft.step.due_at
    if step.kind is not StepKind.MESSAGE:
        return step
    rule = frame.rule(step)
    why = closed_reason(meant, rule, frame.zone)
    if why is None and frame.is_true_at(draft, meant):
        return step
    at = meant if why is None else _moved(frame, step, rule)
    if frame.is_true_at(draft, at):
        return replace(step, due_at=at, reason=why)
    return replace(step, state=StepState.SUPERSEDED, reason=why or "stage_over")


def _moved(frame: _Frame, step: Step, rule: WindowRule) -> datetime:
    """Where a step goes whose moment meets a closed window."""
    later = next_open(step.due_at, rule, frame.zone)
    if step.stage is not Stage.PRE_DUE:
        return later
    if local_date(later, frame.zone) == local_date(step.due_at, frame.zone):
        return later  # before opening on an open day: the day stays the one that was meant
    earlier = latest_open_before(step.due_at, rule, frame.zone, frame.earliest)
    return later if earlier is None else earlier


def _passed(frame: _Frame, drafts: Sequence[_Draft]) -> list[Step]:
    """The steps whose moment has passed, the survivors among them planned at the next open instant."""
    past = [d for d in drafts if d.step.due_at < frame.now]
    surviving = {id(d) for d in _survivors(frame, drafts, past)}
    return [
        replace(
            d.step,
            due_at=_at_once(frame, d.step),
        )
        if id(d) in surviving
        else replace(d.step, state=StepState.SKIPPED, reason="past_at_planning")
        for d in past
    ]


def _survivors(frame: _Frame, drafts: Sequence[_Draft], past: Sequence[_Draft]) -> list[_Draft]:
    """What of the past is still said: the invoice text, else the latest stage with its task."""
    for created in (d for d in drafts if d.step.stage is Stage.CREATED):
        if created.step.key in frame.already_sent:
            continue
        if created.step.due_at < frame.now:
            if frame.is_true_at(created, _at_once(frame, created.step)):
                return [created]
        elif frame.is_true_at(created, created.step.due_at):
            return []  # the invoice text is still to come and will say it all
    stages = [d for d in past if d.line.offset_days is not None]
    latest = max((d.line.offset_days or 0 for d in stages), default=None)
    return [
        d
        for d in stages
        if d.line.offset_days == latest
        and d.step.key not in frame.already_sent
        and frame.is_true_at(d, _at_once(frame, d.step))
    ]


def _at_once(frame: _Frame, step: Step) -> datetime:
    return next_open(frame.earliest, frame.rule(step), frame.zone)


def _one_a_day(ahead: Sequence[Step], passed: Sequence[Step], zone: str) -> list[Step]:
    """Ends reminders on a day on which something better is said: a later stage, or the late invoice text."""

    def speaks(step: Step) -> bool:
        return step.kind is StepKind.MESSAGE and step.state is StepState.PLANNED

    late_invoice = {id(s) for s in passed if speaks(s) and s.stage is Stage.CREATED}

    def rank(step: Step) -> tuple[bool, int]:
        return id(step) in late_invoice, step.offset_days or 0

    best: dict[date, tuple[bool, int]] = {}
    steps = [*passed, *ahead]
    rivals = [s for s in steps if speaks(s) and (s.permission is Permission.REMINDER or rank(s)[0])]
    for step in rivals:
        day = local_date(step.due_at, zone)
        best[day] = max(best.get(day, rank(step)), rank(step))
    beaten = {id(s) for s in rivals if rank(s) < best[local_date(s.due_at, zone)]}
    return [
        replace(s, state=StepState.SUPERSEDED, reason="superseded") if id(s) in beaten else s for s in steps
    ]
