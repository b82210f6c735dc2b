"""Lets the reminders of an invoice go on that is owed again: after a reversal, after a cancelled plan."""

from dataclasses import replace

from connector.actions import plans
from connector.actions.context import Context
from connector.domain import reversals as rules
from connector.domain import sequences as sequence_rules
from connector.domain.cases import STOPS_NOTHING, effect_of
from connector.domain.decision import Decision
from connector.domain.model import Invoice
from connector.store import cases, customers, sequences


def remind_again(ctx: Context, invoice: Invoice) -> bool:
    """Plans what is true now under the sequence's own number: what was sent keeps its place, nothing is repeated.

    A sequence that a person ended stays ended, and an invoice that never had one gets none here.
    """
    sequence = sequences.of_invoice(ctx.tx, invoice.id)
    customer = customers.by_id(ctx.tx, invoice.customer_id)
    if sequence is None or customer is None or ctx.quiet:
        return False
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
