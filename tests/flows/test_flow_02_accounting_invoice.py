"""Automation 2: an invoice of Xero or Jurnal comes by n8n; where it was born counts, not who carried it.

The document itself is proved with the files (tests of the vault); here is what the flow maps and repeats.
"""

from typing import Any

import pytest
from flows.flow import Flow, only

from connector.domain.problems import Conflict

SINAR = "+6281100003333"


def jurnal(flow: Flow, **more: Any) -> dict[str, Any]:
    given = {
        "customer_name": "CV Sinar",
        "contact_name": "Pak Hasan",
        "customer_phone": SINAR,
        "invoice_number": "INV-1042",
        "amount": "4.250.000",
        "due_date": "2026-12-15",
        "source": "jurnal",
        "extra": {"jurnal_id": "88123"},
        "recipe": "b2b_distribution",
        "description": "Pesanan November",
    }
    return flow.run("create_invoice", **{k: v for k, v in {**given, **more}.items() if v is not None})


def test_an_invoice_that_came_from_elsewhere_keeps_its_own_field_everywhere(flow: Flow) -> None:
    made = jurnal(flow)

    event = flow.event("invoice_created")
    assert (made["result"], made["waiting_for"]) == ("created", None)
    assert (event["extra_jurnal_id"], event["source"], event["contact_name"]) == (
        "88123",
        "jurnal",
        "Pak Hasan",
    )


def test_the_same_poll_again_changes_nothing_and_tells_nobody(flow: Flow) -> None:
    jurnal(flow)
    before = len(flow.events())

    again = jurnal(flow)

    assert again["result"] == "unchanged" and len(flow.events()) == before


def test_another_carrier_does_not_double_the_invoice(flow: Flow) -> None:
    jurnal(flow)

    with pytest.raises(Conflict) as refused:
        jurnal(flow, source="xero")

    assert refused.value.code == "invoice_conflict"
    assert len(flow.run("find_invoices", customer=SINAR)["items"]) == 1


def test_a_contact_without_a_phone_waits_and_says_so(flow: Flow) -> None:
    made = jurnal(flow, customer_phone=None)

    told = flow.event("contact_problem")
    assert (made["invoice_status"], made["waiting_for"]) == ("waiting", "phone")
    assert (told["problem"], told["invoices_waiting"]) == ("phone_missing", 1)

    jurnal(flow)  # the phone was found on the contact
    flow.advance("2026-11-30 12:00")
    assert len(flow.phone(SINAR).rows) == 1


def test_what_became_of_it_is_told_back_once_a_minute(flow: Flow) -> None:
    jurnal(flow)
    flow.advance("2026-12-14 12:00")
    before = len(flow.events())

    flow.run("mark_paid", invoice="INV-1042", paid_on="2026-12-14", payment_ref="bca-9")
    flow.advance("2026-12-14 12:05")

    told = only(flow.events("invoice_changed", after=before), invoice_number="INV-1042")
    (one,) = told  # the payment, and its receipt on the phone within the same minute
    assert one["invoice_status"] == "paid" and {"payment", "message"} <= set(one["what_changed"].split(", "))
    assert one["last_message"].startswith("14 Des 2026 12:00") and one["next_send"] is None
    assert one["summary"].startswith("INV-1042, CV Sinar: lunas, Rp0.") and one["why_not"]


def test_at_two_without_power_an_overdue_invoice_is_not_safe_to_act_on(flow: Flow) -> None:
    """What Jurnal tried to tell us in the dark is lost: nobody is cut off for a payment that the cut swallowed."""
    jurnal(flow)
    jurnal(flow, invoice_number="INV-1043", customer_name="CV Terang", customer_phone="081100004444")
    flow.power_off("2026-12-15 02:00")
    flow.power_on("2026-12-16 02:00")

    flow.advance("2026-12-16 08:00")
    told = {event["invoice_number"]: event for event in flow.events("invoice_overdue")}
    assert {e["safe_to_act_reason"] for e in told.values()} == {"payment_source_stale"}
    assert all(
        not e["safe_to_act"] and not e["payment_source_fresh"] and e["first_time"] for e in told.values()
    )

    flow.run(
        "mark_paid", invoice="INV-1042", paid_on="2026-12-15", payment_ref="bca-9"
    )  # the road is open again
    flow.advance("2026-12-18 08:00")
    later = flow.event("invoice_overdue")
    assert (later["invoice_number"], later["threshold_days"], later["first_time"]) == ("INV-1043", 3, False)
    assert later["safe_to_act"] is True and later["safe_to_act_reason"] is None
