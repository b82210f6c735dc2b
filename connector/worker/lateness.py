"""What an event about a due or overdue invoice says beside the money: may a flow act harshly on it, and why not."""

from typing import Any

from connector.clock import to_ms
from connector.domain.model import Invoice
from connector.store import cases, claims, freshness, promises, sequences, told
from connector.store.db import Tx


def facts(tx: Tx, invoice: Invoice) -> dict[str, Any]:
    """The keys of this moment, kept in the event: a flow that reads late still reads what was true then."""
    last = sequences.last_messages(tx, [invoice.id]).get(invoice.id)
    promise = promises.open_of(tx, invoice.id)
    claimed = any(
        c.invoice_id in (invoice.id, None) for c in claims.waiting_of_customer(tx, invoice.customer_id)
    )
    waiting = [*cases.open_of(tx, invoice.id), *cases.open_of_customer(tx, invoice.customer_id)]
    fresh = freshness.payment_source_fresh(tx, invoice)
    why = _not_safe(claimed=claimed, promised=promise is not None, cases_open=bool(waiting), fresh=fresh)
    return {
        "last_message_ms": to_ms(last.at) if last else None,
        "last_message_stage": last.key if last else None,
        "last_message_status": last.status if last else None,
        "active_promise_date": promise.on.isoformat() if promise else None,
        "payment_claim_waiting": claimed,
        "payment_source_fresh": fresh,
        "safe_to_act": why is None,
        "safe_to_act_reason": why,
    }


def first_time(tx: Tx, invoice: Invoice) -> bool:
    """Whether nobody has been told yet that this invoice is overdue."""
    return not told.was_told(tx, "invoice_overdue", invoice.id)


def _not_safe(*, claimed: bool, promised: bool, cases_open: bool, fresh: bool) -> str | None:
    if claimed:
        return "payment_claim_waiting"
    if promised:
        return "promise_active"
    if cases_open:
        return "case_open"
    return None if fresh else "payment_source_stale"
