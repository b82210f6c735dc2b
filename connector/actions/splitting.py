"""Keeps a debt and its instalments together: what happens to one is seen on the other."""

from datetime import time, timedelta

from connector.actions import plans
from connector.actions.context import Context
from connector.domain import cases as case_rules
from connector.domain import instalments as rules
from connector.domain import invoices as invoice_rules
from connector.domain import payments as payment_rules
from connector.domain import promises as promise_rules
from connector.domain import reversals
from connector.domain import sequences as sequence_rules
from connector.domain.decision import Decision
from connector.domain.model import (
    Invoice,
    InvoiceStatus,
    PlanState,
    SequenceState,
    Stage,
    Step,
    StepKind,
)
from connector.domain.payments import Fact
from connector.domain.problems import Conflict
from connector.domain.windows import local_instant
from connector.store import customers, instalments, invoices, promises, sequences

WATCHED_AT = time(9, 0)


def paid_more(ctx: Context, part: Invoice, amount: int, payment_id: str, fact: Fact) -> Invoice | None:
    """An instalment was paid: its debt is lowered; the last one settles it and completes the plan."""
    debt = invoices.by_id(ctx.tx, part.parent_id or "")
    if debt is None:
        return None
    after, decision = payment_rules.paid_more(
        debt,
        amount,
        payment_id=payment_id,
        fact=fact,
        sequence=sequences.live_of(ctx.tx, debt.id),
        now=ctx.now,
    )
    promise = promises.open_of(ctx.tx, debt.id)
    if promise is not None:
        settled = after.status is InvoiceStatus.PAID
        planned = sequences.steps_of_invoice(ctx.tx, debt.id)
        kept = promise_rules.on_payment(promise, after.paid, ctx.now, settled=settled, planned=planned)
        decision = decision.then(kept)
    ctx.apply(decision)
    if after.status is InvoiceStatus.PAID:
        settle(ctx, after)
    return after


def settle(ctx: Context, debt: Invoice) -> None:
    """Nothing is owed of the debt any more: its plan is done, and an instalment that is left ends with it."""
    if debt.plan_id is None or not debt.is_split:
        return
    plan = instalments.by_id(ctx.tx, debt.plan_id)
    if plan is not None:
        ctx.apply(rules.ended(plan, PlanState.COMPLETED, reason="paid", now=ctx.now))
    for left in instalments.open_of(ctx.tx, debt.id):
        end(ctx, left, reason="paid")


def end(ctx: Context, instalment: Invoice, *, reason: str) -> None:
    """The instalment is owed no more; what was paid on it stays paid on the debt."""
    planned = sequences.steps_of_invoice(ctx.tx, instalment.id)
    promise = promises.open_of(ctx.tx, instalment.id)
    sequence = sequences.live_of(ctx.tx, instalment.id)
    _, decision = invoice_rules.void(instalment, now=ctx.now)
    if promise is not None:
        decision = decision.then(promise_rules.cancel(promise, now=ctx.now, planned=planned))
    if sequence is not None:
        decision = decision.then(sequence_rules.cancel(sequence, reason=reason, now=ctx.now))
    ctx.apply(decision)


def owed_again(ctx: Context, part: Invoice, amount: int) -> Invoice | None:
    """A payment of an instalment was taken back: its debt is owed again by as much."""
    debt = invoices.by_id(ctx.tx, part.parent_id or "")
    if debt is None:
        return None
    after, decision = reversals.owed_again(debt, amount, settles_at=ctx.settles_at, now=ctx.now)
    plan = instalments.by_id(ctx.tx, debt.plan_id) if debt.is_split and debt.plan_id else None
    if plan is not None and reversals.reopens(debt, after):
        decision = decision.then(rules.active_again(plan))
    ctx.apply(decision)
    return after


def debt_changed(ctx: Context, debt: Invoice) -> None:
    """What is open of a debt changed under its plan: the plan is frozen and a person is asked.

    The reminders of the instalments rest until the plan is cancelled, and perhaps made anew.
    """
    if not debt.is_split or debt.plan_id is None:
        return
    if debt.status is InvoiceStatus.PAID:
        settle(ctx, debt)
        return
    open_ones = instalments.open_of(ctx.tx, debt.id)
    plan = instalments.by_id(ctx.tx, debt.plan_id)
    if plan is None or plan.state is not PlanState.ACTIVE or sum(i.due for i in open_ones) == debt.due:
        return
    ctx.apply(rules.frozen(plan))
    _, asked = case_rules.open_case(
        case_id=ctx.new("cas"),
        reason=rules.FROZEN,
        customer_id=debt.customer_id,
        invoice_id=debt.id,
        severity=None,
        words=None,
        note=None,
        by=ctx.actor,
        now=ctx.now,
    )
    ctx.apply(asked)
    for instalment in open_ones:
        sequence = sequences.live_of(ctx.tx, instalment.id)
        if sequence is not None:
            held = sequence_rules.hold(
                sequence, state=SequenceState.HANDED_OFF, reason=rules.FROZEN, now=ctx.now
            )
            ctx.apply(held)


def debt_void(ctx: Context, debt: Invoice) -> None:
    """The debt is void: so is what is left of its instalments."""
    if not debt.is_split or debt.plan_id is None:
        return
    plan = instalments.by_id(ctx.tx, debt.plan_id)
    if plan is not None:
        ctx.apply(rules.ended(plan, PlanState.CANCELLED, reason="void", now=ctx.now))
    for left in instalments.open_of(ctx.tx, debt.id):
        end(ctx, left, reason="void")


def refuse_instalment(invoice: Invoice) -> None:
    """Amount and due date of an instalment are changed by another plan only: the sum must stay the debt."""
    if invoice.parent_id is not None:
        raise Conflict("invoice_in_plan", params={"invoice": invoice.number})


def watch(ctx: Context, instalment: Invoice) -> None:
    """A person looks when the instalment is missed and the grace is over."""
    sequence = sequences.live_of(ctx.tx, instalment.id)
    if sequence is None:
        return
    zone = ctx.zone_of(customers.by_id(ctx.tx, instalment.customer_id), instalment)
    after = instalment.due_date + timedelta(days=plans.pinned(ctx, sequence).grace_days + 1)
    at = local_instant(after, WATCHED_AT, zone)
    step = Step(
        id=ctx.new("stp"),
        kind=StepKind.TASK,
        key=f"task:{rules.BROKEN}",
        stage=Stage.OVERDUE,
        due_at=at,
        planned_for=at,
        sequence_id=sequence.id,
        invoice_id=instalment.id,
        customer_id=instalment.customer_id,
        plan_no=sequence.plan_no,
        data={"reason": rules.BROKEN},
    )
    ctx.apply(Decision(steps=(step,)))


def stop_reminders(ctx: Context, debt: Invoice, *, reason: str) -> None:
    """The debt's own reminders end; what waits as a receipt still goes."""
    sequence = sequences.live_of(ctx.tx, debt.id)
    if sequence is not None:
        ctx.apply(sequence_rules.cancel(sequence, reason=reason, now=ctx.now))
    ctx.apply(invoice_rules.stop(debt, reason))
