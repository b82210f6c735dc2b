"""The invoices of periods that were paid ahead and are not any more: void until their day comes again.

A number once given is never another invoice's, so that the same invoice is born again under its own id.
"""

from connector.actions.context import Context
from connector.domain import invoices as rules
from connector.domain.decision import Decision
from connector.domain.model import Invoice, InvoiceStatus
from connector.domain.recurring import SOURCE
from connector.store import invoices, recurring


def waits(ctx: Context, invoice: Invoice) -> bool:
    """Whether the invoice belonged to a period that is undecided again."""
    silent = invoice.source == SOURCE and invoice.status is InvoiceStatus.VOID
    return silent and recurring.of_invoice(ctx.tx, invoice.id) is None


def is_taken(ctx: Context, number: str) -> bool:
    """Whether a period's number is an invoice's that does not wait to be born again."""
    found = invoices.by_number(ctx.tx, number)
    return found is not None and not waits(ctx, found)


def take(ctx: Context, number: str, customer_id: str) -> Invoice | None:
    """The invoice that waits under this number; a former tenant's keeps its story and gives its number away."""
    found = invoices.by_number(ctx.tx, number)
    if found is None or not waits(ctx, found):
        return None
    if found.customer_id == customer_id:
        return found
    ctx.apply(Decision(changes=(rules.renumbered(found, now=ctx.now),)))
    return None
