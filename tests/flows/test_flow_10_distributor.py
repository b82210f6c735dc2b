"""Flow 10: a distributor: one shop, several invoices, one transfer, a sales representative."""

from flows.flow import Flow

TOKO = "+6281234500088"
INVOICES = (("F-331", "5250000"), ("F-340", "4500000"), ("F-352", "3000000"), ("F-360", "8000000"))


def _shop(flow: Flow, count: int = 4) -> None:
    for number, amount in INVOICES[:count]:
        flow.run(
            "create_invoice",
            invoice_number=number,
            amount=amount,
            due_date="2026-12-05",
            customer_ref="TOKO-88",
            customer_name="Toko Maju",
            contact_name="Pak Hasan",
            customer_phone=TOKO,
            rep_name="Andi",
            rep_email="andi@majujaya.example",
            recipe="kost",
        )


def _told(flow: Flow) -> list[str]:
    return flow.phone(TOKO).texts


def test_flow_10_one_transfer_pays_the_only_invoices_that_add_up(flow: Flow) -> None:
    _shop(flow)

    answer = flow.run(
        "mark_paid",
        customer="TOKO-88",
        amount="12.750.000",
        payment_ref="BCA 1012 TOKO MAJU",
        allocate="exact",
    )

    assert (answer["result"], answer["payment_invoice_numbers"], answer["overpaid_amount"]) == (
        "recorded",
        "F-331,F-340,F-352",
        "0",
    )
    told = flow.event("payment_received")
    assert (told["invoice_id"], told["rep_email"], told["open_invoices"]) == (
        None,
        "andi@majujaya.example",
        1,
    )


def test_flow_10_what_is_unclear_is_chosen_by_a_person_and_never_guessed(flow: Flow) -> None:
    _shop(flow)

    asked = flow.run("mark_paid", customer="TOKO-88", amount="9.000.000", payment_ref="BCA 1013")
    flow.advance("2026-12-06 12:00")
    reminded = [e for e in flow.events("message_sent") if e["message_stage"] != "created"]
    chosen = flow.run("mark_paid", invoice="F-331,F-340", payment_ref="BCA 1013")

    assert asked["result"] == "needs_choice"
    assert [c["invoice_number"] for c in asked["candidates"]] == ["F-331", "F-340", "F-352", "F-360"]
    assert (flow.event("needs_human")["reason"], flow.event("needs_human")["rep_name"]) == (
        "payment_unmatched",
        "Andi",
    )
    assert reminded == [], "nobody is reminded of what may be paid"
    assert (chosen["result"], chosen["payment_invoice_numbers"]) == ("recorded", "F-331,F-340")
    assert flow.run("get_invoice", invoice="F-340")["amount_due"] == "750000"


def test_flow_10_at_2_am_without_power_a_merged_message_says_what_is_true_when_it_leaves(flow: Flow) -> None:
    _shop(flow, count=3)
    flow.power_off("2026-12-02 02:00")
    flow.run("mark_paid", invoice="F-340", payment_ref="BCA 1014", tell_customer=False)

    flow.power_on("2026-12-02 11:00")

    text = _told(flow)[-1]
    assert "F-331" in text and "F-352" in text and "F-340" not in text
    assert "Rp8.250.000" in text
