"""Actions on cases: a person looks, then says how the reminders go on."""

from datetime import date, time, timedelta
from typing import Any

from connector.actions import cards, issuing, references, truces
from connector.actions.context import Context
from connector.actions.sequences import resume
from connector.domain import cases as rules
from connector.domain import holds
from connector.domain import sequences as sequence_rules
from connector.domain.cases import Next, effect_of
from connector.domain.claims import ASKED
from connector.domain.decision import Decision
from connector.domain.model import Case, Customer, Invoice, InvoiceStatus
from connector.domain.problems import Conflict, Invalid
from connector.domain.results import sentence
from connector.domain.windows import local_instant
from connector.store import cases, customers, invoices, sequences

_EXTRA_REASONS = ("human_request", "payment_claim", "overdue_long")


def open_case(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """Asks a person to look; reminders wait until the case is resolved."""
    reason = given["reason"]
    if reason not in ctx.catalog.lists.get("case_reasons", {}) and reason not in _EXTRA_REASONS:
        raise Invalid("case_reason_unknown", field="reason")
    target = references.target(ctx, given)
    invoice = None if target.by_customer else target.invoices[0]
    if invoice is not None and invoice.status is InvoiceStatus.VOID:
        raise Conflict("invoice_closed", params={"invoice": invoice.number, "status": "void"})
    known = _already(ctx, target.customer, invoice, reason)
    if known is not None:
        return _answer(ctx, target.customer, invoice, known, "already_open")
    case = begin(
        ctx,
        target.customer.id,
        invoice,
        reason,
        note=given.get("note"),
        severity=given.get("severity"),
    )
    if target.by_customer:
        for owed in target.invoices:
            _hold(ctx, owed, reason)
    if reason == ASKED:
        truces.made_by_person(ctx, case)
    return _answer(ctx, target.customer, invoice, case, "opened")


def begin(
    ctx: Context,
    customer_id: str,
    invoice: Invoice | None,
    reason: str,
    *,
    note: str | None = None,
    severity: str | None = None,
    words: str | None = None,
) -> Case:
    """Opens a case and stops the invoice's reminders."""
    invoice_id = invoice.id if invoice else None
    case, decision = rules.open_case(
        case_id=ctx.new("cas"),
        reason=reason,
        customer_id=customer_id,
        invoice_id=invoice_id,
        severity=severity,
        words=words or sequences.last_inbound_words(ctx.tx, invoice_id, customer_id),
        note=note,
        by=ctx.actor,
        now=ctx.now,
    )
    ctx.apply(decision)
    if invoice is not None:
        _hold(ctx, invoice, reason)
    return case


def _hold(ctx: Context, invoice: Invoice, reason: str) -> None:
    effect = effect_of(reason)
    sequence = sequences.live_of(ctx.tx, invoice.id)
    if sequence is not None and effect.state is not None:
        ctx.apply(sequence_rules.hold(sequence, state=effect.state, reason=effect.hold_reason, now=ctx.now))


def _already(ctx: Context, customer: Customer, invoice: Invoice | None, reason: str) -> Case | None:
    known = (
        cases.open_of_customer(ctx.tx, customer.id) if invoice is None else cases.open_of(ctx.tx, invoice.id)
    )
    return next((case for case in known if case.reason == reason), None)


def _answer(
    ctx: Context, customer: Customer, invoice: Invoice | None, case: Case, result: str
) -> dict[str, Any]:
    if invoice is None:
        card = cards.person_card(ctx, customer, result)
    else:
        card = cards.invoice_card(ctx, invoice, result)
    return card | {"case_id": case.id, "case_url": ctx.link(f"/cases/{case.id}")}


def resolve_case(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """Closes a case; its invoice's reminders go on, wait until a day, or end."""
    case = references.case(ctx, given["case"], lock=True)
    outcome = given["outcome"]
    known = ctx.catalog.lists.get("outcomes", {})
    if known and outcome not in known:
        raise Invalid("outcome_unknown", field="outcome", params={"allowed": ", ".join(known)})
    next_step = Next(given["next"])
    until = references.later_than_today(ctx, given) if next_step is Next.WAIT_UNTIL else None
    if next_step is Next.WAIT_UNTIL and until is None:
        raise Invalid("field_required", field="until")
    resolved, decision = rules.resolve(
        case,
        outcome=outcome,
        next_step=next_step,
        note=given.get("note"),
        by=given.get("by") or ctx.actor,
        now=ctx.now,
    )
    ctx.apply(decision)
    touched = _touched(ctx, case)
    if decision.result == "resolved":
        truces.case_resolved(ctx, case, outcome, given.get("by") or ctx.actor)
        issuing.decide_case(ctx, case.id, outcome)
        if case.reason == holds.CASE:
            about = sequences.waiting_steps(ctx.tx, invoice_id=case.invoice_id, customer_id=case.customer_id)
            ctx.apply(holds.after_person(about, outcome, now=ctx.now))
        for invoice in touched:
            _go_on(ctx, invoice, next_step, until)
    return _resolved(ctx, resolved, touched, decision.result, next_step)


def _touched(ctx: Context, case: Case) -> list[Invoice]:
    if case.invoice_id is not None:
        found = invoices.by_id(ctx.tx, case.invoice_id, lock=True)
        return [found] if found else []
    return invoices.owed_by(ctx.tx, case.customer_id, lock=True) if case.customer_id else []


def _go_on(ctx: Context, invoice: Invoice, next_step: Next, until: date | None) -> None:
    """Another open case about the same invoice still holds it."""
    sequence = sequences.live_of(ctx.tx, invoice.id)
    if sequence is None:
        return
    if next_step is Next.END:
        ctx.apply(_finish(ctx, invoice))
        return
    resume(ctx, invoice)
    again = sequences.live_of(ctx.tx, invoice.id)
    if until is None or again is None:
        return
    customer = customers.by_id(ctx.tx, invoice.customer_id)
    ends = local_instant(until + timedelta(days=1), time(0), ctx.zone_of(customer, invoice))
    ctx.apply(sequence_rules.pause(again, until=ends, reason="paused", now=ctx.now))


def _finish(ctx: Context, invoice: Invoice) -> Decision:
    sequence = sequences.live_of(ctx.tx, invoice.id)
    if sequence is None:
        return Decision()
    ended = sequence_rules.cancel(sequence, reason="sequence_cancelled", now=ctx.now)
    return ended.then(sequence_rules.finish(sequence, invoice, reason="case_resolved", now=ctx.now))


def _resolved(
    ctx: Context, case: Case, touched: list[Invoice], result: str, next_step: Next
) -> dict[str, Any]:
    if len(touched) == 1 and case.invoice_id is not None:
        now = invoices.by_id(ctx.tx, touched[0].id) or touched[0]
        card = cards.invoice_card(ctx, now, result)
    else:
        customer = customers.by_id(ctx.tx, case.customer_id or "")
        if customer is None:  # about the business itself: a new account that waits for a yes
            words = {"subject": ctx.business.name}
            card = {"result": result, "result_text": sentence(result, ctx.language, words)}
        else:
            card = cards.person_card(ctx, customer, result)
    return card | {"case_id": case.id, "outcome": case.outcome, "next": next_step.value}
