"""The plan made anew, after something that it rests on has changed."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

from connector.domain.decision import CancelSteps, Decision, Update
from connector.domain.entrance import ENTRY_KEYS
from connector.domain.holds import nobody_knows
from connector.domain.model import Channel, Invoice, Recipe, Stage, Step, StepState
from connector.domain.plan import key_of, moves_plan, plan_steps
from connector.domain.ticks import TICK_KEYS

_WAITS = frozenset({StepState.PLANNED, StepState.HELD})
_MAY_HAVE_ARRIVED = frozenset({StepState.SENDING, StepState.UNKNOWN, StepState.SENT, StepState.MERGED})
_KEY_IS_USED = _MAY_HAVE_ARRIVED | {StepState.FAILED, StepState.HELD}


def replan(
    recipe: Recipe,
    *,
    existing: Sequence[Step],
    invoice: Invoice,
    old_due: date,
    sequence_id: str,
    customer_id: str,
    address_id: str | None,
    zone: str,
    now: datetime,
    new_id: Callable[[str], str],
    channel: Channel | None = None,
) -> Decision:
    """The plan after something that it rests on has changed: due date, phone, channel, a promise taken back.

    `invoice` is as it is now, `existing` are the steps of the sequence. A due date moved by three days or
    more: the old plan is cancelled (`due_date_moved`) and a new plan number begins, in which only the
    invoice text is not sent again. Else the plan number stays: every unsent step goes where it belongs now,
    nothing that may have arrived is repeated, and a stage that is over keeps its reason. What was planned by
    hand, by a payment or by a promise stays, and so does a fallback.
    """
    moved = moves_plan(old_due, invoice.due_date)
    plan_no = max([invoice.plan_no, *(s.plan_no for s in existing)]) + int(moved)
    used = frozenset(
        s.key
        for s in existing
        if (s.plan_no == plan_no and (s.state in _KEY_IS_USED or s.resend or nobody_knows(s)))
        or (s.stage is Stage.CREATED and _may_have_arrived(s))
    ) | _spoken_for(recipe, existing)
    steps = plan_steps(
        recipe,
        invoice=invoice,
        sequence_id=sequence_id,
        customer_id=customer_id,
        address_id=address_id,
        zone=zone,
        now=now,
        new_id=new_id,
        plan_no=plan_no,
        already_sent=used,
        channel=channel,
    )
    keys = {*map(key_of, recipe.steps), *TICK_KEYS, *ENTRY_KEYS}
    # A resend goes on as it is: planned anew it would forget that it may go only once more.
    ours = [
        s
        for s in existing
        if s.key in keys
        and "fallback_of" not in s.data
        and not (s.resend and (not moved or s.stage is Stage.CREATED))
    ]
    if not moved:
        return _same_plan([s for s in ours if s.plan_no == plan_no], steps)
    numbers = {"plan_no": plan_no}
    return Decision(
        changes=(Update("sequences", sequence_id, numbers), Update("invoices", invoice.id, numbers)),
        cancels=_cancels((s, (StepState.CANCELLED, "due_date_moved")) for s in ours if s.state in _WAITS),
        steps=steps,
        result="updated",
    )


def _spoken_for(recipe: Recipe, existing: Sequence[Step]) -> frozenset[str]:
    """The invoice text, when an early stage that was due with it or before it may have said it in its place."""
    said = any(s.stage in (Stage.PRE_DUE, Stage.DUE) and _may_have_arrived(s) for s in existing)
    return frozenset(key_of(s) for s in recipe.steps if said and s.stage is Stage.CREATED)


def _may_have_arrived(step: Step) -> bool:
    """Sent, or nobody knows: on its way, waiting for a person, or to be sent once more."""
    return step.state in _MAY_HAVE_ARRIVED or nobody_knows(step) or step.resend


def _same_plan(ours: Sequence[Step], fresh: Sequence[Step]) -> Decision:
    """Moves what is planned to where the fresh plan has it, and ends what the fresh plan does not send."""
    planned = {(s.key, s.channel) for s in fresh if s.state is StepState.PLANNED}
    endings = {s.key: (s.state, s.reason or "") for s in fresh if s.state is not StepState.PLANNED}
    over = [s for s in ours if s.state is StepState.PLANNED and (s.key, s.channel) not in planned]
    told = {(s.key, s.channel) for s in ours}
    return Decision(
        cancels=_cancels((s, endings.get(s.key, (StepState.CANCELLED, "plan_moved"))) for s in over),
        steps=tuple(s for s in fresh if (s.key, s.channel) in planned or (s.key, s.channel) not in told),
        result="updated",
    )


def _cancels(endings: Iterable[tuple[Step, tuple[StepState, str]]]) -> tuple[CancelSteps, ...]:
    """One cancellation for each ending, naming its steps."""
    by_ending: dict[tuple[StepState, str], list[str]] = {}
    for step, ending in endings:
        by_ending.setdefault(ending, []).append(step.id)
    return tuple(CancelSteps(*ending, step_ids=tuple(ids)) for ending, ids in by_ending.items())
