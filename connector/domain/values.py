"""What the variables of a template say about an invoice, in the customer's language."""

from collections.abc import Sequence
from datetime import date

from connector.domain.model import Business, Customer, Invoice, Promise
from connector.domain.money import format_money
from connector.domain.texts import format_date

# Said where nothing is known yet, so that a sentence stays a sentence.
_ASK_US = {"id": "hubungi kami", "en": "contact us"}
_BILL = {"id": "tagihan", "en": "invoice"}
_NOT_TOLD = {"id": "pembayaran tercatat", "en": "payment recorded"}
_AND_MORE = {"id": "dan {n} lagi", "en": "and {n} more"}
_LIST_LONGEST = 480


def values_for(
    invoice: Invoice,
    customer: Customer,
    business: Business,
    language: str,
    *,
    today: date | None = None,
    paid_amount: int | None = None,
    paid_on: date | None = None,
    payment_method: str | None = None,
    promise: Promise | None = None,
    pay_link: str | None = None,
) -> dict[str, str]:
    """Every value that an invoice's message may need; what is not known is empty text, never absent.

    `paid_amount`, `paid_on` and `payment_method` are of the payment that a receipt confirms. `pay_link`
    replaces the invoice's own (our customer page).
    """
    link = pay_link or invoice.pay_url or ""
    received = invoice.paid if paid_amount is None else paid_amount
    values = {
        **customer_values(customer, business, language),
        **_business_values(business, language, link),
        "invoice_number": invoice.number,
        "description": description_text(invoice, language),
        "amount": format_money(invoice.due, invoice.currency, language),
        "invoice_amount": format_money(invoice.amount, invoice.currency, language),
        "paid_amount": format_money(received, invoice.currency, language),
        "due_date": format_date(invoice.due_date, language),
        "issue_date": format_date(invoice.issue_date, language),
        "paid_date": format_date(paid_on, language) if paid_on else "",
        "payment_method": method_text(payment_method, language),
        "days_overdue": str(max((today - invoice.due_date).days, 0)) if today else "",
        "promise_date": format_date(promise.on, language) if promise else "",
        "promise_amount": format_money(promise.amount, invoice.currency, language) if promise else "",
    }
    return values | {f"extra_{key}": _plain(value) for key, value in invoice.extra.items()}


def description_text(invoice: Invoice, language: str) -> str:
    """What it is for; without a description the invoice itself, for an approved text cannot leave its line out."""
    return invoice.description or f"{_BILL.get(language, _BILL['en'])} {invoice.number}"


def method_text(method: str | None, language: str) -> str:
    """How it was paid, in words that stay a sentence when nobody told."""
    return method or _NOT_TOLD.get(language, _NOT_TOLD["en"])


def statement_values(
    invoices: Sequence[Invoice], customer: Customer, business: Business, language: str
) -> dict[str, str]:
    """The values of one message about several invoices, earliest due date first, on one line."""
    ordered = sorted(invoices, key=lambda invoice: (invoice.due_date, invoice.number))
    totals: dict[str, int] = {}
    for invoice in ordered:
        totals[invoice.currency] = totals.get(invoice.currency, 0) + invoice.due
    return customer_values(customer, business, language) | {
        "count": str(len(ordered)),
        "invoices_text": _list_text(ordered, language),
        "total": " + ".join(format_money(minor, code, language) for code, minor in totals.items()),
    }


def customer_values(customer: Customer, business: Business, language: str | None = None) -> dict[str, str]:
    """The values of a message that is about no invoice: a confirmation of opting in or out."""
    return {
        "customer_name": customer.contact_name or customer.name,
        "business_name": business.name,
        **_business_values(business, language or business.language, ""),
    }


def _business_values(business: Business, language: str, link: str) -> dict[str, str]:
    return {
        "payment_details": business.payment_details or link or _ASK_US.get(language, _ASK_US["en"]),
        "pay_link": link,
        "office_hours": business.office_hours or "",
    }


def _list_text(invoices: Sequence[Invoice], language: str) -> str:
    items = []
    for invoice in invoices:
        amount = format_money(invoice.due, invoice.currency, language)
        items.append(f"{invoice.number} {amount} ({format_date(invoice.due_date, language)})")
    return listed(items, language)


def listed(items: Sequence[str], language: str) -> str:
    """Whole items only: as many as fit into one line, then how many more there are."""
    shown: list[str] = []
    length = 0
    for item in items:
        length += len(item) + 2
        if shown and length > _LIST_LONGEST:
            break
        shown.append(item)
    left = len(items) - len(shown)
    text = "; ".join(shown)
    return f"{text}; {_AND_MORE.get(language, _AND_MORE['en']).format(n=left)}" if left else text


def _plain(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)
