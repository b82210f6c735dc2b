"""An invoice's appointment: what is planned for it never reaches the customer after the visit."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from connector.actions.context import Context
from connector.clock import to_ms
from connector.domain.decision import CancelSteps, Decision
from connector.domain.model import Invoice, Missed, Permission, Stage, Step, StepKind, StepState
from connector.store import sequences

MINUTE = timedelta(minutes=1)


def key(ctx: Context, invoice: Invoice) -> dict[str, Any]:
    """The appointment as answers show it."""
    at = invoice.appointment_at
    return {"appointment_at": None if at is None else ctx.local(at)}


def bound(ctx: Context, invoice: Invoice | None, step: Step) -> tuple[Step, ...]:
    """A reminder of an appointment with its bound, and the desk's call if it could not go before the visit.

    A cut over the days before: what is still before the visit goes once, and nothing says "tomorrow" after it.
    """
    visit = None if invoice is None else invoice.appointment_at
    if invoice is None or visit is None or not ctx.now <= step.due_at < visit:
        return (step,)
    reminder = replace(
        step,
        missed=Missed.SKIP_AFTER,
        skip_after_minutes=max(int((visit - step.due_at) / MINUTE), 1),
        data={**step.data, "appointment": to_ms(visit)},
    )
    call = Step(
        id=ctx.new("stp"),
        kind=StepKind.TASK,
        key=f"visit:{step.id}",
        stage=Stage.OTHER,
        due_at=visit,
        planned_for=visit,
        invoice_id=invoice.id,
        customer_id=step.customer_id,
        permission=Permission.NOTICE,
        data={"reason": "call", "appointment": to_ms(visit), "unless_message_since": to_ms(step.due_at)},
    )
    return (reminder, call)


def moved(ctx: Context, invoice: Invoice) -> None:
    """The visit is at another time now: what was planned for the old one ends, the invoice's own plan stays."""
    waits = (StepState.PLANNED, StepState.HELD)
    steps = sequences.steps_of_invoice(ctx.tx, invoice.id)
    ids = tuple(s.id for s in steps if s.state in waits and s.data.get("appointment"))
    if ids:
        ended = CancelSteps(StepState.CANCELLED, "appointment_moved", step_ids=ids)
        ctx.apply(Decision(cancels=(ended,)))
