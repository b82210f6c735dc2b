"""Numbers for invoices that come without one: made of list, phone, name, description and due month."""

import base64
import hashlib
from datetime import date

from connector.domain.names import fold_name


def stable_number(
    list_name: str | None, phone: str | None, customer_name: str, description: str | None, due_date: date
) -> str:
    """The number of an invoice that was given none: the same facts always make the same number.

    >>> stable_number("kost", "+6281234567890", "Siti  RAHMA", None, date(2026, 12, 5)) == stable_number(
    ...     "kost", "+6281234567890", "siti rahma", "", date(2026, 12, 20))
    True
    """
    month = f"{due_date:%Y-%m}"
    parts = (
        fold_name(list_name or ""),
        phone or "",
        fold_name(customer_name),
        fold_name(description or ""),
        month,
    )
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return f"{due_date:%Y-%m}-{base64.b32encode(digest)[:8].decode()}"
