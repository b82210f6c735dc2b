"""The amount of a period that was asked for has come: its invoice may go, and nobody needs to look any more."""

from typing import Any

from connector.actions import entering, plans
from connector.actions.context import Context
from connector.actions.people import Found
from connector.domain import cases as case_rules
from connector.domain.cases import Next
from connector.domain.model import Invoice
from connector.domain.recurring import AMOUNT_MISSING
from connector.store import cases, sequences


def waits_then_for(invoice: Invoice, wanted: dict[str, Any], found: Found) -> dict[str, Any]:
    """What the invoice waits for once these changes are made: the amount no more, maybe still the phone."""
    if invoice.waiting_for != "amount" or "amount" not in wanted:
        return {}
    return {"waiting_for": None if found.address is not None else "phone"}


def arrived(ctx: Context, before: Invoice, after: Invoice, found: Found) -> None:
    """Answers the case that asked for it, and plans what is still true to say."""
    if before.waiting_for != "amount" or after.waiting_for == "amount":
        return
    for case in cases.open_of(ctx.tx, after.id):
        if case.reason == AMOUNT_MISSING:
            _, decision = case_rules.resolve(
                case,
                outcome="amount_corrected",
                next_step=Next.RESUME,
                note=None,
                by=ctx.actor,
                now=ctx.now,
            )
            ctx.apply(decision)
    sequence = sequences.live_of(ctx.tx, after.id)
    if sequence is not None:
        after = entering.gently(ctx, after, found.customer, plans.pinned(ctx, sequence), unheard=True)
        ctx.apply(plans.replan(ctx, after, found.customer, found.address, sequence))
