"""Flow 3: Stripe, Xendit or Midtrans through n8n -> Record Payment -> the customer's receipt, the owner's chat."""

from flows.flow import Flow

SITI = "+6281290001111"
PAID = {
    "invoice": "A3-2026-12",
    "amount": "1500000",
    "paid_on": "2026-11-28",
    "payment_method": "va_bca",
    "payment_ref": "mt_9a41",
}


def _invoice(flow: Flow) -> None:
    flow.world.invoice("A3-2026-12", customer_ref="A3")


def test_flow_03_one_payment_by_two_roads_is_one_receipt_and_no_reminder(flow: Flow) -> None:
    _invoice(flow)
    flow.advance("2026-12-04 10:00")
    before = flow.phone(SITI).templates

    first = flow.run("mark_paid", **PAID)
    again = flow.run("mark_paid", **PAID)
    flow.advance("2026-12-20 10:00")

    assert (first["result"], first["settles_invoice"], again["result"]) == (
        "recorded",
        True,
        "already_recorded",
    )
    assert first["confirmation_at"] == "2026-12-04T10:00:00+07:00"
    assert flow.phone(SITI).templates == [*before, "payment_received"]
    told = flow.events("payment_received")
    assert [(e["payment_ref"], e["payment_amount_number"], e["days_to_pay"]) for e in told] == [
        ("mt_9a41", 1500000, 0)
    ]
    assert told[0]["summary"] == "Diterima Rp1.500.000 dari Siti Uji (A3) untuk A3-2026-12: lunas."


def test_flow_03_the_owners_tick_after_the_webhook_is_not_a_second_payment(flow: Flow) -> None:
    _invoice(flow)
    flow.run("mark_paid", **{**PAID, "amount": "500000"})

    tick = flow.run("mark_paid", invoice="A3-2026-12", amount="500000", paid_on="2026-11-28")

    assert tick["result"] == "probable_duplicate"
    assert flow.run("get_invoice", invoice="A3-2026-12")["amount_paid"] == "500000"


def test_flow_03_paid_at_night_is_confirmed_in_the_morning(flow: Flow) -> None:
    _invoice(flow)
    flow.advance("2026-12-04 23:40")

    answer = flow.run("mark_paid", **PAID)
    flow.advance("2026-12-05 12:00")

    assert answer["confirmation_at"] == "2026-12-05T08:00:00+07:00"
    assert flow.phone(SITI).sent[-1] == ("12-05 08:00", "payment_received")


def test_flow_03_at_2_am_without_power_the_tools_retries_are_one_payment(flow: Flow) -> None:
    _invoice(flow)
    flow.power_off("2026-12-05 02:00")
    flow.power_on("2026-12-05 06:30")
    before = flow.messages_sent()

    results = [flow.run("mark_paid", **{**PAID, "paid_on": "2026-12-05"})["result"] for _ in range(3)]
    flow.advance("2026-12-20 12:00")

    assert results == ["recorded", "already_recorded", "already_recorded"]
    assert flow.messages_sent() == before + 1, "one receipt, and nothing of the due day"
    assert flow.phone(SITI).sent[-1] == ("12-05 08:00", "payment_received")
    assert flow.events("invoice_due", "invoice_overdue") == []


def test_flow_03_a_payment_for_an_invoice_that_comes_later_finds_it(flow: Flow) -> None:
    parked = flow.run("mark_paid", **PAID, park=True)

    _invoice(flow)
    flow.advance("2026-12-20 12:00")

    assert parked["result"] == "parked"
    assert flow.event("payment_unmatched")["payment_told_invoice"] == "A3-2026-12"
    assert flow.run("get_invoice", invoice="A3-2026-12")["invoice_status"] == "paid"
    assert flow.phone(SITI).templates == ["payment_received"]
