"""Payments that fit nothing yet: kept where a person sees them, and recorded once they find their invoice.

The road for what a source reports about an unknown invoice, and for a flow that asks for it (`park`).
"""

from connector.actions import allocating, cards, recording, sequences
from connector.actions.context import Context
from connector.domain import cases as case_rules
from connector.domain import payments as rules
from connector.domain.cases import Next
from connector.domain.decision import Decision
from connector.domain.model import Case, Customer, Invoice
from connector.domain.payments import UNMATCHED, Fact
from connector.store import cases as case_store
from connector.store import customers, invoices, payments
from connector.store.payments import Recorded

REASON = "payment_unmatched"


def park(
    ctx: Context,
    fact: Fact,
    *,
    amount: int,
    currency: str,
    told_invoice: str | None,
    customer: Customer | None,
    candidates: list[Invoice],
) -> Recorded:
    """Keeps the payment once; with a known customer a case asks a person, and the reminders rest meanwhile."""
    known = _same(ctx, fact, amount, told_invoice, customer)
    if known is not None:
        return known
    payment_id = ctx.new("pay")
    case = _case(ctx, customer) if customer else None
    row = rules.transfer(
        payment_id,
        fact,
        amount=amount,
        currency=currency,
        customer_id=customer.id if customer else None,
        now=ctx.now,
        state=UNMATCHED,
        told_invoice=told_invoice,
        case_id=case.id if case else None,
    )
    told = rules.unmatched(
        payment_id,
        amount=amount,
        customer_id=customer.id if customer else None,
        candidates=cards.open_invoices_text(ctx, candidates),
        now=ctx.now,
    )
    ctx.apply(Decision(changes=(row,), events=(told,)))
    parked = payments.by_id(ctx.tx, payment_id)
    if parked is None:
        raise LookupError(f"payment {payment_id} was not kept")
    return parked


def _same(
    ctx: Context, fact: Fact, amount: int, told_invoice: str | None, customer: Customer | None
) -> Recorded | None:
    """The payment that is parked already: by its reference, else what tells the same within a few days."""
    if fact.ref is not None:
        return payments.by_ref(ctx.tx, fact.ref)
    since, until = rules.twin_days(fact.paid_on)
    return next(
        (
            p
            for p in payments.parked(ctx.tx)
            if p.amount == amount
            and p.ref is None
            and (p.told_invoice, p.customer_id) == (told_invoice, customer.id if customer else None)
            and since <= p.paid_on <= until
        ),
        None,
    )


def _case(ctx: Context, customer: Customer) -> Case:
    open_ones = case_store.open_of_customer(ctx.tx, customer.id)
    known = next((case for case in open_ones if case.reason == REASON), None)
    if known is not None:
        return known
    case, decision = case_rules.open_case(
        case_id=ctx.new("cas"),
        reason=REASON,
        customer_id=customer.id,
        invoice_id=None,
        severity=None,
        words=None,
        note=None,
        by=ctx.actor,
        now=ctx.now,
    )
    ctx.apply(decision)
    return case


def found(ctx: Context, invoice: Invoice) -> list[recording.Written]:
    """Records the parked payments that were told to be for this invoice, which has just appeared.

    Another currency stays parked; more than is open is recorded and seen as credit.
    """
    waiting = [p for p in payments.parked_for(ctx.tx, [invoice.number]) if _fits(p, invoice)]
    owner = customers.by_id(ctx.tx, invoice.customer_id)
    if not waiting or owner is None:
        return []
    written = []
    for parked in waiting:
        said = allocating.of_invoices(ctx, owner, [invoice])
        parts = allocating.parts(ctx, said, parked.amount, allocate=None, allow_over=True)
        if parts is not None:
            written.append(recording.write(ctx, parts, fact_of(parked), tell=not ctx.quiet, parked=parked))
            close(ctx, parked)
    return written


def _fits(parked: Recorded, invoice: Invoice) -> bool:
    same_customer = parked.customer_id in (None, invoice.customer_id)
    return parked.currency == invoice.currency and same_customer


def fact_of(parked: Recorded) -> Fact:
    """A parked payment as it was told."""
    return Fact(
        paid_on=parked.paid_on,
        method=parked.method,
        source=parked.source,
        by=parked.by,
        note=parked.note,
        ref=parked.ref,
    )


def close(ctx: Context, parked: Recorded) -> None:
    """The payment has found its place: the case that asked where it belongs is answered, the reminders go on."""
    case = case_store.by_id(ctx.tx, parked.case_id) if parked.case_id else None
    if case is None or case.customer_id is None:
        return
    if any(p.case_id == case.id and p.id != parked.id for p in payments.parked(ctx.tx)):
        return
    _, decision = case_rules.resolve(
        case, outcome="payment_found", next_step=Next.RESUME, note=None, by=ctx.actor, now=ctx.now
    )
    ctx.apply(decision)
    for invoice in invoices.owed_by(ctx.tx, case.customer_id):
        sequences.resume(ctx, invoice)
