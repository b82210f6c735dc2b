"""Which invoice gets how much of a payment. Amounts are minor units."""

from collections.abc import Sequence as Many
from dataclasses import dataclass
from itertools import combinations

from connector.domain.model import Invoice

# More invoices than this are not tried out in every combination: a person says which ones are meant.
_TRIED = 14


@dataclass(frozen=True, slots=True)
class Part:
    """What one payment gives to one invoice."""

    invoice: Invoice
    amount: int


def exact(invoices: Many[Invoice], amount: int) -> tuple[Part, ...] | None:
    """The only set of invoices whose open amounts add up to the payment; None when not exactly one."""
    if amount == sum(invoice.due for invoice in invoices):
        return tuple(Part(invoice, invoice.due) for invoice in invoices)
    if len(invoices) > _TRIED:
        return None
    found: tuple[Invoice, ...] | None = None
    for size in range(1, len(invoices)):
        for some in combinations(invoices, size):
            if sum(invoice.due for invoice in some) == amount:
                if found is not None:
                    return None
                found = some
    return tuple(Part(invoice, invoice.due) for invoice in found) if found else None


def by_age(invoices: Many[Invoice]) -> list[Invoice]:
    """The oldest due date first; instalments of one day in their order."""
    return sorted(invoices, key=lambda i: (i.due_date, i.instalment_no or 0, i.number))


def filled(invoices: Many[Invoice], amount: int, *, rest: Invoice) -> tuple[Part, ...]:
    """Fills the invoices in the order given; what is left over lies on `rest`, where it is seen as credit."""
    parts: list[Part] = []
    left = amount
    for invoice in invoices:
        given = min(left, invoice.due)
        if given > 0:
            parts.append(Part(invoice, given))
            left -= given
    if left <= 0:
        return tuple(parts)
    for place, part in enumerate(parts):
        if part.invoice.id == rest.id:
            parts[place] = Part(part.invoice, part.amount + left)
            return tuple(parts)
    return (*parts, Part(rest, left))


def oldest_first(invoices: Many[Invoice], amount: int) -> tuple[Part, ...]:
    """Fills the oldest due date first; what is left over lies on the last one that is open."""
    ordered = by_age(invoices)
    open_ones = [invoice for invoice in ordered if invoice.due] or ordered
    return filled(ordered, amount, rest=open_ones[-1])
