"""One run of a recipe for one invoice: started, moved, paused, held, resumed, ended."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from connector.domain.decision import CancelSteps, Decision, Insert, NewEvent, Update
from connector.domain.model import (
    Channel,
    Invoice,
    Permission,
    Recipe,
    Sequence,
    SequenceState,
    Stage,
    Step,
    StepKind,
    StepState,
)
from connector.domain.plan import plan_steps
from connector.domain.promise_steps import PROMISE_TICK

ENDED = frozenset({SequenceState.FINISHED, SequenceState.CANCELLED})
# What went out, or may have: planning anew never repeats it.
_USED = frozenset({StepState.SENT, StepState.SENDING, StepState.UNKNOWN, StepState.FAILED, StepState.MERGED})


def start(
    invoice: Invoice,
    recipe: Recipe,
    *,
    sequence_id: str,
    address_id: str | None,
    zone: str,
    templates: Mapping[str, str],
    channel: Channel | None,
    now: datetime,
    new_id: Callable[[str], str],
    paused: bool = False,
) -> tuple[Sequence, Decision]:
    """A new sequence with its whole plan, pinned to the recipe and template versions of this moment."""
    sequence = Sequence(
        id=sequence_id,
        invoice_id=invoice.id,
        recipe=recipe.name,
        recipe_version=recipe.version,
        state=SequenceState.PAUSED if paused else SequenceState.PLANNED,
        plan_no=invoice.plan_no,
        reason="paused" if paused else None,
    )
    steps = plan_steps(
        recipe,
        invoice=invoice,
        sequence_id=sequence.id,
        customer_id=invoice.customer_id,
        address_id=address_id,
        zone=zone,
        now=now,
        new_id=new_id,
        plan_no=sequence.plan_no,
        channel=channel,
    )
    row = columns(sequence) | {"template_versions": dict(templates), "created_at": now, "updated_at": now}
    return sequence, Decision(changes=(Insert("sequences", row),), steps=reachable(steps), result="started")


def columns(sequence: Sequence) -> dict[str, Any]:
    return {name: getattr(sequence, name) for name in Sequence.__dataclass_fields__}


def reachable(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Without an address no message is planned: the invoice waits for its phone; time passes all the same."""
    return tuple(s for s in steps if s.address_id is not None or s.kind is not StepKind.MESSAGE)


def pause(sequence: Sequence, *, until: datetime | None, reason: str | None, now: datetime) -> Decision:
    """Nothing leaves until `until`, or until somebody resumes; the plan itself stays as it is."""
    if sequence.state in ENDED:
        return Decision(result="not_needed")
    if sequence.state in (SequenceState.HELD, SequenceState.HANDED_OFF):
        return Decision(result="case_open")
    if sequence.state is SequenceState.PAUSED and sequence.paused_until == until:
        return Decision(result="already_paused")
    values = {"state": SequenceState.PAUSED, "paused_until": until, "reason": reason or "paused"}
    return Decision(changes=(_update(sequence, values, now),), result="paused")


def resume(sequence: Sequence, known: Iterable[Step], *, now: datetime, cases_open: bool = False) -> Decision:
    """Goes on with the text that is true now; what passed meanwhile goes by the rule of the missed."""
    if cases_open:
        return Decision(result="case_open")
    if sequence.state in ENDED:
        return Decision(result="not_needed")
    if sequence.state in (SequenceState.PLANNED, SequenceState.RUNNING):
        return Decision(result="not_needed")
    known = tuple(known)
    values = {"state": running_state(known), "paused_until": None, "reason": None}
    return Decision(changes=(_update(sequence, values, now), *bring_forward(known, now)), result="resumed")


def ran_dry(sequence: Sequence) -> bool:
    """Finished for want of anything to send, not because somebody or a payment ended it."""
    return sequence.state is SequenceState.FINISHED and sequence.reason not in ("paid", "case_resolved")


# An ending of a step that a stop brought, and a later yes may take back.
_STOPPED = frozenset({"opted_out", "consent_withdrawn"})


def emptied_by_stop(sequence: Sequence, known: Iterable[Step]) -> bool:
    """Finished for want of anything to send, because the customer had said stop."""
    return ran_dry(sequence) and any(
        s.state is StepState.CANCELLED and s.reason in _STOPPED and s.kind is StepKind.MESSAGE for s in known
    )


def reopen(sequence: Sequence, known: Iterable[Step], *, now: datetime) -> tuple[Sequence, Decision]:
    """Takes a sequence up again that a stop had emptied; what to send is planned anew after it."""
    state = running_state(known)
    values = {"state": state, "reason": None}
    reopened = replace(sequence, state=state, reason=None)
    return reopened, Decision(changes=(_update(sequence, values, now),), result="resumed")


def running_state(known: Iterable[Step]) -> SequenceState:
    """Planned while nothing of it has been sent."""
    begun = any(s.state in _USED and s.kind is StepKind.MESSAGE for s in known)
    return SequenceState.RUNNING if begun else SequenceState.PLANNED


# Hindrances without a known end. The claim puts such a step off again and again, or holds it.
_LIFTED = frozenset(
    {
        "paused",
        "case_open",
        "disputed",
        "claim_waiting",
        "waiting_for_phone",
        "waiting_for_amount",
        "phone_missing",
        "phone_change_unconfirmed",
        "number_unconfirmed",
        "pay_destination_unapproved",
        "suspicious_value",
        "template_missing",
        "template_variables_missing",
        "relationship_missing",
        "consent_missing",
    }
)


def bring_forward(known: Iterable[Step], now: datetime) -> tuple[Update, ...]:
    """A hindrance is gone: what it put off or held is asked again at its own time, or now if that has passed.

    The claim decides whether its text is still the true one.
    """
    changes = []
    for step in known:
        waits = step.state in (StepState.PLANNED, StepState.HELD) and step.reason in _LIFTED
        if not waits or step.kind is not StepKind.MESSAGE:
            continue
        due = max(step.planned_for or step.due_at, now)
        values = {"state": StepState.PLANNED, "reason": None, "reason_data": None, "due_at": due}
        changes.append(Update("steps", step.id, values))
    return tuple(changes)


def hold(sequence: Sequence, *, state: SequenceState, reason: str, now: datetime) -> Decision:
    """An open case stops the sequence; one that a person paused stays paused."""
    if sequence.state in ENDED or sequence.state is SequenceState.PAUSED:
        return Decision()
    return Decision(changes=(_update(sequence, {"state": state, "reason": reason}, now),), result="held")


def cancel(sequence: Sequence, *, reason: str, now: datetime) -> Decision:
    """The sequence ends without having done its work; a planned confirmation still goes, a promise is checked."""
    if sequence.state in ENDED:
        return Decision(result="not_needed")
    values = {"state": SequenceState.CANCELLED, "paused_until": None, "reason": reason}
    return Decision(
        changes=(_update(sequence, values, now),),
        cancels=(
            CancelSteps(
                StepState.CANCELLED,
                reason,
                sequence_id=sequence.id,
                keep_stages=frozenset({Stage.RECEIPT.value}),
                keep_keys=PROMISE_TICK,
            ),
        ),
        result="cancelled",
    )


def finish(sequence: Sequence, invoice: Invoice, *, reason: str, now: datetime) -> Decision:
    """The sequence has done its work; its planned steps end with the same reason, confirmations stay."""
    if sequence.state in ENDED:
        return Decision()
    values = {"state": SequenceState.FINISHED, "paused_until": None, "reason": reason}
    told = NewEvent(
        "sequence_completed",
        occurred_at=now,
        customer_id=invoice.customer_id,
        invoice_id=invoice.id,
        data={"sequence_id": sequence.id, "sequence_result": reason, "recipe_name": sequence.recipe},
        once=f"sequence_completed:{sequence.id}",
    )
    return Decision(changes=(_update(sequence, values, now),), events=(told,), result="finished")


def notice(
    invoice: Invoice,
    *,
    step_id: str,
    key: str,
    template: str,
    stage: Stage,
    permission: Permission,
    sequence: Sequence | None,
    address_id: str,
    due_at: datetime,
    data: Mapping[str, Any],
) -> Step:
    """One message outside the plan: a receipt, a template that somebody sends."""
    return Step(
        id=step_id,
        kind=StepKind.MESSAGE,
        key=key,
        stage=stage,
        due_at=due_at,
        planned_for=due_at,
        sequence_id=sequence.id if sequence else None,
        invoice_id=invoice.id,
        customer_id=invoice.customer_id,
        address_id=address_id,
        plan_no=sequence.plan_no if sequence else invoice.plan_no,
        template=template,
        permission=permission,
        data=dict(data),
        channel=invoice.channel or Channel.WHATSAPP,
    )


def _update(sequence: Sequence, values: dict[str, Any], now: datetime) -> Update:
    return Update("sequences", sequence.id, values | {"updated_at": now})
