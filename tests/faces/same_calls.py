"""The same wishes for every face. Each face's tests fill them into its own forms, as a person or another app would,
and compare what the service received: every platform must mean the same by the same words.

`given` is what the step before hands over; a sheet's phone is a figure, another app's date has a time of day.
`sent` is what has to arrive. What a face cannot say is written in its own test, with the reason.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from connector.specs import Catalog
from connector.specs.faults import given as not_blank


class Wish(NamedTuple):
    """One wish: what it shows, the action, what is filled in, and what must arrive."""

    name: str
    action: str
    given: dict[str, Any]
    sent: dict[str, Any]


def _as_given(name: str, action: str, **fields: Any) -> Wish:
    return Wish(name, action, fields, fields)


_TEXT = _as_given(
    "text as people write it",
    "create_invoice",
    customer_name="Sari Sama",
    amount="1.250.000",
    due_date="2026-12-05",
    customer_phone="0812-3456-0909",
    invoice_number="SAME-1",
    description="Kursus “Desember”, 50% = \\N",
)
_SECOND = {"customer_name": "Sari Sama", "due_date": "2026-12-15"}
_LINES = [{"date": "2026-12-20", "amount": "250.000"}, {"date": "2027-01-20", "amount": "750.000"}]

WISHES: tuple[Wish, ...] = (
    _TEXT,
    Wish(
        "figures where text is meant",
        "create_invoice",
        {
            **_SECOND,
            "amount": 1250000,
            "customer_phone": 81290050011,
            "invoice_number": 1234,
            "customer_ref": 417,
        },
        {
            **_SECOND,
            "amount": "1250000",
            "customer_phone": "81290050011",
            "invoice_number": "1234",
            "customer_ref": "417",
        },
    ),
    Wish(
        "a day with a time",
        "create_invoice",
        {
            "customer_name": "Sari Sama",
            "amount": "500.000",
            "invoice_number": "SAME-2",
            "due_date": "2026-12-15T09:00:00-06:00",
        },
        {
            "customer_name": "Sari Sama",
            "amount": "500.000",
            "invoice_number": "SAME-2",
            "due_date": "2026-12-15",
        },
    ),
    _as_given(
        "fields of one's own, a tick and an instant",
        "create_invoice",
        **_SECOND,
        amount="1jt",
        invoice_number="SAME-3",
        customer_phone="0812-9005-0012",
        hold=True,
        extra={"room": "A3", "meter": "00123"},
        appointment_at="2026-12-15T10:00:00+07:00",
    ),
    _as_given(
        "a payment",
        "mark_paid",
        invoice="SAME-1",
        amount="250.000,00",
        payment_ref="SAME/TRX 1",
        paid_on="2026-11-28",
    ),
    Wish(
        "a blank field",
        "mark_paid",
        {"invoice": "SAME-1", "amount": "250.000,00", "payment_ref": "SAME/TRX 1", "paid_on": ""},
        {"invoice": "SAME-1", "amount": "250.000,00", "payment_ref": "SAME/TRX 1"},
    ),
    _as_given(
        "a tick taken away",
        "mark_paid",
        invoice="SAME-2",
        amount="100.000",
        payment_ref="SAME/TRX 2",
        tell_customer=False,
    ),
    Wish(
        "a promise with a number and an instant",
        "record_promise",
        {"invoice": 1234, "promise_date": "2026-12-18 23:30:00", "promise_amount": "500.000"},
        {"invoice": "1234", "promise_date": "2026-12-18", "promise_amount": "500.000"},
    ),
    _as_given("a pause", "pause_sequence", invoice="SAME-1", until="2026-12-01", reason="liburan"),
    Wish(
        "a template's own fields",
        "send_template",
        {
            "invoice": "SAME-3",
            "template": "payment_reminder",
            "variables": {"description": "Iuran “Mei”", "amount": 1000000},
        },
        {
            "invoice": "SAME-3",
            "template": "payment_reminder",
            "variables": {"description": "Iuran “Mei”", "amount": "1000000"},
        },
    ),
    _as_given(
        "a reminder at an instant",
        "schedule_reminder",
        invoice="SAME-3",
        template="payment_reminder",
        send_at="2026-12-03T10:00:00+07:00",
        variables={"description": "Iuran Mei"},
    ),
    _as_given("lines", "create_payment_plan", invoice="SAME-3", lines=_LINES, approve_exception=True),
    _as_given(
        "several values",
        "upsert_customer",
        customer_name="Sari Dua",
        customer_ref="SAME-C",
        customer_phone="0812-9005-0013",
        other_phones=["0812 9005 0014", "0812 9005 0015"],
    ),
    _as_given(
        "whole numbers",
        "upsert_recurring_charge",
        charge_ref="SAME-CH",
        customer_name="Sari Tiga",
        amount="350.000",
        due_day=5,
        every_months=3,
        first_period="2026-12",
        paused_until="2026-12-31",
    ),
    _as_given(
        "rows",
        "import_rows",
        list="same-list",
        rows=[
            {
                "row": 2,
                "Nama": "Sari Empat",
                "No HP": "81290050016",
                "Jumlah": "1250000",
                "Jatuh Tempo": "2026-12-31",
            }
        ],
        mode="apply_safe",
        confirm_paid=True,
        first_import_quiet=True,
    ),
    _as_given("a search", "find_invoices", status="owed", due_from="2026-12-15", limit=50),
)


def meant(action: str, body: Mapping[str, Any], catalog: Catalog) -> dict[str, Any]:
    """A body without what means not given; where the server reads 5 and "5" alike (money, a template's words, the
    cells of a row) as text."""
    fields = catalog.actions[action].input["properties"]
    found = not_blank(body, fields)
    return {name: _as_text(value) if _reads_both(fields[name]) else value for name, value in found.items()}


def _reads_both(schema: Mapping[str, Any]) -> bool:
    return (
        bool(schema.get("x-money"))
        or "x-fields" in schema
        or "object" in schema.get("items", {}).get("type", ())
    )


def _as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _as_text(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_as_text(one) for one in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value
