"""A paid invoice that a list makes dearer again: a slip in the sheet must not be the last word."""

from typing import Any

from connector.actions import reviving
from connector.actions.context import Context
from connector.domain import invoices as rules
from connector.domain.model import Invoice, InvoiceStatus
from connector.domain.money import parse_amount
from connector.store import invoices
from connector.store.imports import StagedRow


def is_dearer(invoice: Invoice, given: dict[str, Any]) -> bool:
    """Whether a paid invoice of its own is to be more than was paid on it."""
    whole = invoice.plan_id is None and invoice.parent_id is None
    if invoice.status is not InvoiceStatus.PAID or not whole or "amount" not in given:
        return False
    return parse_amount(given["amount"], invoice.currency).minor > invoice.paid


def reopen(ctx: Context, row: StagedRow, given: dict[str, Any]) -> bool:
    """The rest is owed again, and reminded as after a reversal; answers whether it was so."""
    invoice = invoices.by_id(ctx.tx, row.invoice_id or "")
    if invoice is None or not is_dearer(invoice, given):
        return False
    amount = parse_amount(given["amount"], invoice.currency).minor
    owed, decision = rules.change(invoice, {"amount": amount}, now=ctx.now, settles_at=ctx.settles_at)
    ctx.apply(decision)
    reviving.remind_again(ctx, owed)
    return True
