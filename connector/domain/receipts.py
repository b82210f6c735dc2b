"""The words of one confirmation for a transfer that paid several invoices, or several months of a rent."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from connector.domain.model import Business, Customer, Invoice
from connector.domain.money import format_money
from connector.domain.recurring import SOURCE
from connector.domain.texts import format_date, period_text
from connector.domain.values import customer_values, listed, method_text

_ISSUED = re.compile(r"(.+)-(\d{4})-(\d\d)\Z")  # a recurring charge's invoices: the charge and the period
_EACH = 3  # up to so many months are named one by one
_LEFT = {"id": "sisa {amount}", "en": "{amount} left"}
_RUN = {"id": "{first} sampai {last}, {n} tagihan", "en": "{first} to {last}, {n} invoices"}

Paid = tuple[Invoice, int]  # an invoice as it is now, and what the transfer gave to it


def receipt_values(
    paid: Sequence[Paid],
    customer: Customer,
    business: Business,
    language: str,
    *,
    paid_on: date,
    payment_method: str | None,
) -> dict[str, str]:
    """The values of the one message: what came in altogether, and each invoice with its part."""
    return customer_values(customer, business, language) | {
        "count": str(len(paid)),
        "invoices_text": paid_text(paid, language),
        "paid_amount": format_money(sum(amount for _, amount in paid), paid[0][0].currency, language),
        "paid_date": format_date(paid_on, language),
        "payment_method": method_text(payment_method, language),
    }


def paid_text(paid: Sequence[Paid], language: str) -> str:
    """The invoices that were paid, earliest due date first; months of one charge stand together."""
    ordered = sorted(paid, key=lambda one: (one[0].due_date, one[0].number))
    charges: dict[str, list[Paid]] = {}
    for one in ordered:
        charges.setdefault(_charge_of(one[0]) or one[0].number, []).append(one)
    return listed([_item(ref, some, language) for ref, some in charges.items()], language)


def _charge_of(invoice: Invoice) -> str | None:
    found = _ISSUED.match(invoice.number) if invoice.source == SOURCE else None
    return found[1] if found else None


def _item(ref: str, some: Sequence[Paid], language: str) -> str:
    """One invoice, or the months of one charge, with the sum and what is still open."""
    amount = format_money(sum(part for _, part in some), some[0][0].currency, language)
    due = sum(invoice.due for invoice, _ in some)
    left = _words(_LEFT, language).format(amount=format_money(due, some[0][0].currency, language))
    what = _months(ref, [i for i, _ in some], language) if _charge_of(some[0][0]) else ref
    return f"{what} {amount}" + (f" ({left})" if due else "")


def _months(ref: str, invoices: Sequence[Invoice], language: str) -> str:
    """A few months are named each; a long run without a gap by its first and last."""
    periods = [invoice.number.removeprefix(f"{ref}-") for invoice in invoices]
    names = [period_text(period, language) for period in periods]
    counted = [int(period[:4]) * 12 + int(period[5:]) for period in periods]
    apart = {later - earlier for earlier, later in pairwise(counted)}
    if len(names) > _EACH and len(apart) == 1:
        run = _words(_RUN, language).format(first=names[0], last=names[-1], n=len(names))
        return f"{ref} {run}:"
    return f"{ref} {', '.join(names)}:" if len(names) > 1 else f"{ref} {names[0]}"


def _words(texts: dict[str, str], language: str) -> str:
    return texts["en" if language == "en" else "id"]
