"""Months that somebody says are paid: their invoices are born silently and filled by one ordinary payment."""

from connector.actions import issuing
from connector.actions.context import Context
from connector.actions.issuing import Roll
from connector.actions.payments import mark_paid
from connector.domain import recurring as rules
from connector.domain.recurring import PeriodState
from connector.store import invoices


def settle_through(ctx: Context, roll: Roll, through: str) -> bool:
    """Makes every period up to this one paid, with one receipt; answers whether anything was.

    What lies wholly in the past is history and is told to nobody. Without an amount there is nothing to
    book: the period is recorded as paid ahead and gets no invoice.
    """
    charge = roll.charge
    skipped = False
    for period in rules.periods(charge, roll.decided):
        if period > through:
            break
        if charge.amount is None:
            issuing.record(ctx, roll, period, PeriodState.SKIPPED, reason="paid_ahead")
            skipped = True
        else:
            issuing.issue_ahead(ctx, roll, period)
    ids = [p.invoice_id for p in roll.decided.values() if p.invoice_id and p.period <= through]
    known = invoices.by_ids(ctx.tx, ids)
    owed = sorted((i for i in known.values() if i.due), key=lambda i: i.due_date)
    if not owed:
        return skipped
    given = {
        "invoice": [invoice.number for invoice in owed],
        "source": rules.SOURCE,
        "tell_customer": owed[-1].due_date >= ctx.today,
        "is_rest": True,
    }
    return mark_paid(ctx, given)["result"] == "recorded" or skipped
