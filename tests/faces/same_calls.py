"""The same wishes for every face. Each face's tests fill them into its own forms, as a person would, and compare
what the service received: every platform must mean the same by the same words."""

from typing import Any

from connector.specs.faults import given

CALLS: list[tuple[str, dict[str, Any]]] = [
    (
        "create_invoice",
        {
            "customer_name": "Sari Sama",
            "amount": "1.250.000",
            "due_date": "2026-12-05",
            "customer_phone": "0812-3456-0909",
            "invoice_number": "SAME-1",
            "description": "Kursus “Desember”, 50% = \\N",
        },
    ),
    (
        "mark_paid",
        {"invoice": "SAME-1", "amount": "250.000,00", "payment_ref": "SAME/TRX 1", "paid_on": "2026-11-28"},
    ),
    ("mark_paid", {"invoice": "SAME-1", "amount": "250.000,00", "payment_ref": "SAME/TRX 1", "paid_on": ""}),
    ("record_promise", {"invoice": "SAME-1", "promise_date": "2026-12-15"}),
    ("pause_sequence", {"invoice": "SAME-1", "reason": "liburan"}),
]


def meant(received: dict[str, Any]) -> dict[str, Any]:
    """A body without what means not given."""
    return given(received)
