"""Which invoices a payment is meant for, and how much each of them gets."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from connector.actions import references
from connector.actions.context import Context
from connector.domain import allocations as rules
from connector.domain.allocations import Part
from connector.domain.model import Customer, Invoice, InvoiceStatus
from connector.domain.money import format_money
from connector.domain.problems import Conflict, Invalid
from connector.store import customers, instalments, invoices, locking


@dataclass(frozen=True, slots=True)
class Meant:
    """What a payment is for. `fills` are the invoices that it may fill, in the order of filling."""

    customer: Customer
    named: tuple[Invoice, ...]  # as the caller named them; of a customer: all that is open
    fills: tuple[Invoice, ...]
    blank: int  # what a blank amount means: all that is open of what was named
    most: int  # more than this is overpaid
    rest: Invoice | None  # where what is overpaid lies, to be seen as credit

    @property
    def currency(self) -> str | None:
        return self.named[0].currency if self.named else None


def meant(ctx: Context, given: dict[str, Any]) -> Meant:
    """The invoices that the payment is for, locked; a void one takes no money."""
    if "invoice" in given:
        found = _locked(ctx, references.invoices_named(ctx, given["invoice"]))
        owner = customers.by_id(ctx.tx, found[0].customer_id)
    else:
        owner = references.customer(ctx, given["customer"])
        owed = invoices.owed_by(ctx.tx, owner.id, lock=True)
        found = [invoice for invoice in owed if ctx.sees(invoice.source)]
        # Instalments bring their debt along: it is lowered in the same breath.
        found = _locked(ctx, found) if any(i.plan_id for i in found) else found
    if owner is None:
        raise LookupError("an invoice has no customer")
    for invoice in found:
        if invoice.status is InvoiceStatus.VOID:
            raise Conflict("invoice_closed", params={"invoice": invoice.number, "status": "void"})
    if len({(invoice.customer_id, invoice.currency) for invoice in found}) > 1:
        numbers = ", ".join(invoice.number for invoice in found)
        raise Invalid("allocation_unclear", field="invoice", params={"candidates": numbers})
    return _meant(ctx, owner, found)


def of_invoices(ctx: Context, owner: Customer, some: Iterable[Invoice]) -> Meant:
    """The same for invoices that are known already: a parked payment finds its invoice, a claim is answered."""
    return _meant(ctx, owner, _locked(ctx, list(some)))


def _locked(ctx: Context, found: list[Invoice]) -> list[Invoice]:
    """The invoices as they are once nobody else can change them, their debts and instalments with them."""
    families = {i.parent_id or i.id for i in found if i.plan_id is not None}
    others = instalments.family_ids(ctx.tx, families)
    locking.invoices(ctx.tx, {i.id for i in found} | others)
    fresh = invoices.by_ids(ctx.tx, [i.id for i in found])
    return [fresh[i.id] for i in found]


def _meant(ctx: Context, owner: Customer, found: list[Invoice]) -> Meant:
    fills: dict[str, Invoice] = {}
    for invoice in found:
        own = instalments.open_of(ctx.tx, invoice.id) if invoice.is_split else [invoice]
        fills |= {i.id: i for i in own}
    blank = sum(i.due for i in found)
    only = found[0] if len(found) == 1 else None
    parent_id = (only.parent_id if only.parent_id else only.id) if only is not None and only.plan_id else None
    if only is None or parent_id is None:
        last = rules.by_age(list(fills.values()))[-1:] or found[-1:]
        rest = _debt_of(ctx, last[0]) if last else None
        return Meant(owner, tuple(found), tuple(fills.values()), blank, blank, rest)
    # One instalment, or the debt itself: more than it takes fills the next instalments, the oldest first.
    debt = invoices.by_id(ctx.tx, parent_id) or only
    siblings = [i for i in instalments.open_of(ctx.tx, parent_id) if i.id not in fills]
    order = (*fills.values(), *siblings) if debt.is_split else tuple(fills.values())
    return Meant(owner, (only,), order, blank, max(debt.due, blank), debt)


def _debt_of(ctx: Context, invoice: Invoice) -> Invoice:
    """An instalment is never overpaid: its debt is."""
    return (invoices.by_id(ctx.tx, invoice.parent_id) or invoice) if invoice.parent_id else invoice


def parts(
    ctx: Context,
    said: Meant,
    amount: int,
    *,
    allocate: str | None,
    allow_over: bool,
    chosen: bool = False,
) -> tuple[Part, ...] | None:
    """Which invoice gets how much; None when a person must choose. What was `chosen` is filled in its order."""
    if said.rest is None:
        return None  # the customer owes nothing: what the money is for, a person says
    if amount > said.most and not allow_over:
        text = format_money(said.most, said.rest.currency, ctx.language)
        raise Invalid("amount_exceeds_due", field="amount", params={"amount_due_text": text})
    if len(said.named) == 1 or chosen:
        return rules.filled(said.fills, amount, rest=said.rest)
    if amount >= said.most or allocate == "oldest_first":
        return rules.filled(rules.by_age(said.fills), amount, rest=said.rest)
    return None if allocate == "ask" else rules.exact(said.fills, amount)


def again(ctx: Context, part: Part) -> Part:
    """The part with its invoice as the parts before it have left it."""
    if part.invoice.plan_id is None:
        return part
    return replace(part, invoice=invoices.by_id(ctx.tx, part.invoice.id) or part.invoice)
