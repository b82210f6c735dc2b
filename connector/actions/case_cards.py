"""The case card: what waits for a person, about whom and which invoice."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from connector.actions import cards
from connector.actions.context import Context
from connector.domain.model import Case
from connector.domain.results import sentence
from connector.store import invoices


def reason_words(ctx: Context, reason: str) -> str:
    """A case's reason as people read it."""
    known = ctx.catalog.lists.get("case_reasons", {}).get(reason, {})
    return known.get(ctx.language) or ctx.catalog.reason_text(reason, ctx.language) or reason


def case_card(ctx: Context, case: Case, result: str, *, detail: str = "") -> dict[str, Any]:
    """One case's card with the result of the action that asked."""
    card = case_cards(ctx, [case], result)[0]
    words = {"subject": card["customer_name"] or case.id, "detail": detail}
    return card | {"result_text": sentence(result, ctx.language, words)}


def case_cards(ctx: Context, some: Iterable[Case], result: str = "found") -> list[dict[str, Any]]:
    """The cards of many cases, in their order."""
    some = list(some)
    about = invoices.by_ids(ctx.tx, [c.invoice_id for c in some if c.invoice_id])
    facts = cards.around(ctx, about.values(), [c.customer_id for c in some if c.customer_id])
    found = []
    for case in some:
        customer = facts.customers.get(case.customer_id or "")
        address = facts.addresses.get(case.customer_id or "")
        invoice = about.get(case.invoice_id or "")
        phone = address.phone if address else None
        reason = reason_words(ctx, case.reason)
        words = {"subject": customer.name if customer else case.id, "detail": reason}
        money = cards.money_keys(ctx, invoice) if invoice else {}
        found.append(
            {
                "result": result,
                "result_text": sentence(result, ctx.language, words),
                "case_id": case.id,
                "case_status": case.state.value,
                "reason": case.reason,
                "reason_text": reason,
                "severity": case.severity,
                "customer_words": case.words,
                "note": case.note,
                "outcome": case.outcome,
                "waiting_since": ctx.local(case.opened_at),
                "waiting_minutes": max(int((ctx.now - case.opened_at) / timedelta(minutes=1)), 0),
                "window_closes_at": cards.window_closes_at(ctx, address),
                "customer_id": case.customer_id,
                "customer_ref": customer.ref if customer else None,
                "customer_name": customer.name if customer else None,
                "customer_phone": phone,
                "chat_url": cards.chat_url(phone),
                "invoice_id": case.invoice_id,
                "invoice_number": invoice.number if invoice else None,
                "invoice_status": invoice.status.value if invoice else None,
                "amount_due": money.get("amount_due"),
                "amount_due_text": money.get("amount_due_text"),
                "due_date": invoice.due_date.isoformat() if invoice else None,
                "external_id": case.external_id,
                "external_url": case.external_url,
                "case_url": ctx.link(f"/cases/{case.id}"),
                "answer_url": None,
            }
        )
    return found
