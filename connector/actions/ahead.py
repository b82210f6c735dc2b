"""What a customer pays beyond all that is open: the next whole periods of their recurring charges."""

from connector.actions import issuing
from connector.actions.context import Context
from connector.domain import recurring as rules
from connector.domain.model import Customer, Invoice
from connector.store import recurring


def pay_ahead(ctx: Context, customer: Customer, amount: int) -> list[Invoice]:
    """The invoices of the whole periods that this sum pays ahead, the next due first; the caller fills them.

    They are born open and without any message, because the payment that fills them in the same transaction
    sends the one receipt. A sum that is too small for a period makes none.
    """
    rolls = {c.id: issuing.roll_of(ctx, c) for c in recurring.of_customer(ctx.tx, customer.id, lock=True)}
    known = [(roll.charge, roll.decided) for roll in rolls.values()]
    ahead = rules.covered(known, amount)
    made = [issuing.issue_ahead(ctx, rolls[charge.id], period) for charge, period in ahead]
    for charge_id in {charge.id for charge, _ in ahead}:
        issuing.plan_next(ctx, rolls[charge_id])
    return [invoice for invoice in made if invoice is not None]
