"""Lets the reminders of an invoice go on that is owed again: after a reversal, after a cancelled plan."""

from dataclasses import replace

from connector.actions import issuing, plans
from connector.actions.context import Context
from connector.actions.issuing import Roll
from connector.domain import invoices as invoice_rules
from connector.domain import reversals as rules
from connector.domain import sequences as sequence_rules
from connector.domain.cases import STOPS_NOTHING, effect_of
from connector.domain.decision import Decision, Update
from connector.domain.model import Customer, Invoice
from connector.domain.recurring import later
from connector.store import cases, customers, promises, recurring, sequences


def remind_again(ctx: Context, invoice: Invoice) -> bool:
    """Plans what is true now under the sequence's own number: what was sent keeps its place, nothing is repeated.

    A sequence that a person ended stays ended. A month that was paid ahead never had one: it is billed in its
    time. Any other invoice without one gets none here.
    """
    sequence = sequences.of_invoice(ctx.tx, invoice.id)
    customer = customers.by_id(ctx.tx, invoice.customer_id)
    if customer is None or ctx.quiet:
        return False
    if sequence is None:
        return _bill_in_time(ctx, invoice, customer)
    change = rules.goes_on(sequence, sequences.steps_of(ctx.tx, sequence.id), ctx.now)
    if change is None:
        return False
    ctx.apply(Decision(changes=(change,)))
    address = customers.address_of(ctx.tx, customer.id)
    ctx.apply(plans.replan(ctx, invoice, customer, address, sequence))
    stopping = [c for c in cases.open_of(ctx.tx, invoice.id) if c.reason not in STOPS_NOTHING]
    effect = effect_of(stopping[0].reason) if stopping else None
    if effect is not None and effect.state is not None:
        alive = replace(sequence, state=change.values["state"], reason=None)
        ctx.apply(sequence_rules.hold(alive, state=effect.state, reason=effect.hold_reason, now=ctx.now))
    return True


def _bill_in_time(ctx: Context, invoice: Invoice, customer: Customer) -> bool:
    """A month that was born paid: before its day it goes back to the calendar, after it its reminders begin."""
    found = recurring.of_invoice(ctx.tx, invoice.id)
    if found is None:
        return False
    charge, period = found
    roll = issuing.roll_of(ctx, charge)
    if roll.issues_at(period) > ctx.now and _nobody_knows_of(ctx, invoice):
        _give_back(ctx, roll, period, invoice)
    else:
        address = customers.address_of(ctx.tx, customer.id)
        issuing.begin(ctx, replace(roll, customer=customer, address=address), invoice)
    return True


def _nobody_knows_of(ctx: Context, invoice: Invoice) -> bool:
    """Nothing was said about it but that it is paid, and nothing else was paid on it."""
    said = any(rules.speaks_of(step) for step in sequences.steps_of_invoice(ctx.tx, invoice.id))
    talked = cases.open_of(ctx.tx, invoice.id) or promises.of_invoice(ctx.tx, invoice.id)
    return not (invoice.paid or said or talked)


def _give_back(ctx: Context, roll: Roll, period: str, invoice: Invoice) -> None:
    """The period waits for its day again, as if nobody had paid; until then its invoice is void."""
    charge = roll.charge
    _, decision = invoice_rules.void(invoice, now=ctx.now)
    if charge.paid_through is not None and charge.paid_through >= period:
        before = later(period, -charge.every_months)
        values = {"paid_through": before if before >= charge.first_period else None}
        decision = decision.then(Decision(changes=(Update("recurring_charges", charge.id, values),)))
    ctx.apply(decision)
    recurring.forget(ctx.tx, charge.id, period)
    del roll.decided[period]
    issuing.plan_next(ctx, roll, not_before=ctx.settles_at)
