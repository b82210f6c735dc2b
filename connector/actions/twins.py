"""One transfer that is told twice, by two roads or by the same one: found before anything is recorded."""

from datetime import date

from connector.actions.allocating import Meant
from connector.actions.context import Context
from connector.domain import payments as rules
from connector.domain.payments import APPLIED, UNMATCHED, Fact
from connector.store import payments
from connector.store.payments import Recorded


def find(
    ctx: Context,
    said: Meant,
    amount: int,
    fact: Fact,
    *,
    whole: bool,
    rest: bool = False,
    since: date | None = None,
) -> Recorded | None:
    """The payment that this one probably is: as much, within a few days, one of them without a reference.

    `whole`: it was told about the customer, so it is compared with their transfers, not with what one invoice
    got. `rest`: it is what the invoices lack of what somebody says is paid, which no standing payment can be.
    `since` widens the days: a claim is about what came in before it was answered. A payment that still
    waits for a person to say what it is for is answered as well.

    A payment with a reference is swallowed only where it does not fit any more: then the owner's tick was the
    same payment by another road, and the reference is kept with it.
    """
    first, last = rules.twin_days(fact.paid_on)
    first = first if since is None else min(first, since)
    if fact.ref is not None and amount <= said.most:
        return None
    named = fact.ref is not None
    twin = None if whole or rest else _on_invoices(ctx, said, amount, first, last, without_ref=named)
    states = (() if named else (UNMATCHED,)) + ((APPLIED,) if whole else ())
    if twin is None and states:
        days = {"since": first, "until": last}
        customer = said.customer.id
        twin = payments.alike_of_customer(ctx.tx, customer, amount, **days, states=states, without_ref=named)
    if twin is not None and fact.ref is not None:
        payments.adopt_ref(ctx.tx, twin.id, fact.ref)
    return twin


def _on_invoices(
    ctx: Context, said: Meant, amount: int, since: date, until: date, *, without_ref: bool
) -> Recorded | None:
    several = len(said.named) > 1
    for invoice in said.named:
        sums = {amount, invoice.due} if several else {amount}
        twin = payments.alike_on_invoice(
            ctx.tx, invoice.id, sums, since=since, until=until, without_ref=without_ref
        )
        if twin is not None:
            return twin
    return None
