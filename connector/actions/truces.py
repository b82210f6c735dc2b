"""The life of a claim around its answer: made by a person, closed by a payment, its cases closed with it."""

from dataclasses import replace

from connector.actions import known, plans
from connector.actions.context import Context
from connector.domain import cases as case_rules
from connector.domain import claims as rules
from connector.domain.cases import Next
from connector.domain.model import Case, Claim, ClaimState, Invoice, InvoiceStatus
from connector.store import cases, claims, customers, instalments, invoices, sequences


def made_by_person(ctx: Context, case: Case) -> Claim | None:
    """Somebody wrote down that a customer says "already paid": the same claim as by the button.

    The case is open already; None when another claim waits on the same subject.
    """
    if case.customer_id is None or claims.waiting_about(ctx.tx, case.customer_id, case.invoice_id):
        return None
    invoice = invoices.by_id(ctx.tx, case.invoice_id) if case.invoice_id else None
    return make(ctx, case.customer_id, invoice, case=case)


def make(ctx: Context, customer_id: str, invoice: Invoice | None, *, case: Case | None) -> Claim:
    """A new claim, told and with the end of its truce planned."""
    zone = ctx.zone_of(customers.by_id(ctx.tx, customer_id), invoice)
    sequence = sequences.live_of(ctx.tx, invoice.id) if invoice else None
    claim = rules.make(
        claim_id=ctx.new("clm"),
        customer_id=customer_id,
        invoice=invoice,
        earlier=claims.about(ctx.tx, customer_id, invoice.id if invoice else None),
        recipe=plans.pinned(ctx, sequence) if sequence else None,
        zone=zone,
        now=ctx.now,
        by=ctx.actor,
        words=case.words if case else None,
    )
    claim = replace(claim, case_id=case.id if case else None)
    currency = invoice.currency if invoice else ctx.business.currency
    ctx.apply(rules.record(claim, step_id=ctx.new("stp"), zone=zone, currency=currency))
    return claim


def settled_by_payment(ctx: Context, invoice: Invoice, payment_id: str, by: str) -> str | None:
    """The invoice is paid: what its customer claimed was true. Answers the claim's id."""
    waiting = claims.waiting_of_customer(ctx.tx, invoice.customer_id)
    true_ones = [c for c in waiting if c.invoice_id == invoice.id or _true(ctx, c)]
    for claim in true_ones:
        close(ctx, claim, ClaimState.RECEIVED, payment_id=payment_id, note=None, by=by, next_step=Next.END)
    _close_cases(ctx, _about_its_money(ctx, invoice), "payment_found", by, Next.END)
    known.settle(ctx.tx, invoice_id=invoice.id, outcome="payment_found", by=by)
    return true_ones[0].id if true_ones else None


def _about_its_money(ctx: Context, invoice: Invoice) -> list[Case]:
    """The cases that ask for nothing but what has come by now: of the invoice, its debt and its instalments."""
    family = {invoice.id: invoice}
    if invoice.plan_id is not None:
        ids = instalments.family_ids(ctx.tx, {invoice.parent_id or invoice.id})
        family = invoices.by_ids(ctx.tx, ids)
    closed = (InvoiceStatus.PAID, InvoiceStatus.VOID)
    found = cases.opens_of(ctx.tx, [i.id for i in family.values() if i.status in closed])
    return [c for some in found.values() for c in some if c.reason in case_rules.ABOUT_MONEY]


def _true(ctx: Context, claim: Claim) -> bool:
    """Whether nothing is owed any more of what the claim is about."""
    if claim.invoice_id is None:
        return not invoices.owed_by(ctx.tx, claim.customer_id)
    found = invoices.by_id(ctx.tx, claim.invoice_id)
    return found is not None and found.status is InvoiceStatus.PAID


def case_resolved(ctx: Context, case: Case, outcome: str, by: str) -> None:
    """A person resolved the case of a claim: the claim is answered by what they found."""
    if case.reason not in rules.CASES or case.customer_id is None:
        return
    claim = claims.waiting_about(ctx.tx, case.customer_id, case.invoice_id)
    if claim is not None:
        state = ClaimState.RECEIVED if outcome == "payment_found" else ClaimState.NOT_FOUND
        close(ctx, claim, state, payment_id=None, note=None, by=by, next_step=Next.RESUME)


def close(
    ctx: Context,
    claim: Claim,
    state: ClaimState,
    *,
    payment_id: str | None,
    note: str | None,
    by: str,
    next_step: Next,
) -> str:
    """The claim is answered: its truce and the cases that it opened end with it."""
    ticks = claims.tick_ids(ctx.tx, claim.id)
    decision = rules.answer(
        claim, state, payment_id=payment_id, note=note, by=by, now=ctx.now, tick_ids=ticks
    )
    ctx.apply(decision)
    outcome = "payment_not_found" if state is ClaimState.NOT_FOUND else "payment_found"
    if claim.invoice_id is None:
        asked = cases.open_of_customer(ctx.tx, claim.customer_id)
    else:
        asked = cases.open_of(ctx.tx, claim.invoice_id)
    _close_cases(ctx, [c for c in asked if c.reason in rules.CASES], outcome, by, next_step)
    return decision.result


def _close_cases(ctx: Context, some: list[Case], outcome: str, by: str, next_step: Next) -> None:
    for case in some:
        _, decision = case_rules.resolve(
            case, outcome=outcome, next_step=next_step, note=None, by=by, now=ctx.now
        )
        ctx.apply(decision)
