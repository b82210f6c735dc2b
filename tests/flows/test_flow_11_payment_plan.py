"""Flow 11: "boleh dicicil?" -> the owner agrees -> three instalments, each reminded, one debt."""

from flows.flow import Flow, only

TOKO = "+6281234500088"
LINES = [
    {"date": "2026-12-10", "amount": "2jt"},
    {"date": "2027-01-10", "amount": "2jt"},
    {"date": "2027-02-10", "amount": "1.250.000"},
]


def _debt(flow: Flow) -> None:
    given = {
        "invoice_number": "F-331",
        "amount": "5250000",
        "due_date": "2026-12-05",
        "customer_ref": "TOKO-88",
        "customer_name": "Toko Maju",
        "customer_phone": TOKO,
        "recipe": "kost",
    }
    flow.run("create_invoice", **given)


def _agreed(flow: Flow) -> dict[str, object]:
    """The owner answers the case with a plan, on 6 December."""
    _debt(flow)
    flow.advance("2026-12-06 10:00")
    flow.run("open_case", invoice="F-331", reason="terms", note="minta dicicil tiga kali")
    return flow.run("create_payment_plan", invoice="F-331", lines=LINES)


def test_flow_11_a_plan_in_three_is_reminded_by_instalment_and_settles_the_debt_once(flow: Flow) -> None:
    plan = _agreed(flow)
    assert [(i["no"], i["invoice_number"], i["amount"]) for i in plan["instalments"]] == [
        (1, "F-331/1", "2000000"),
        (2, "F-331/2", "2000000"),
        (3, "F-331/3", "1250000"),
    ]
    assert flow.event("case_resolved")["outcome"] == "agreed_plan"
    flow.advance("2026-12-10 12:00")
    flow.run("mark_paid", invoice="F-331", amount="2000000", payment_ref="1")
    flow.advance("2027-01-12 12:00")

    overdue = [(e["invoice_number"], e["threshold_days"]) for e in flow.events("invoice_overdue")]
    flow.run("mark_paid", customer="TOKO-88", amount="3250000", payment_ref="2")
    flow.advance("2027-03-01 12:00")

    assert overdue == [("F-331", 1), ("F-331/2", 1)], "the debt before it was split, then the late instalment"
    assert "F-331/2" in flow.phone(TOKO).texts[-3]
    assert len(only(flow.events("invoice_paid"), invoice_number="F-331")) == 1
    assert flow.run("get_invoice", invoice="F-331")["invoice_status"] == "paid"
    assert flow.run("find_customer", customer="TOKO-88")["total_due"] == "0"


def test_flow_11_a_missed_instalment_calls_a_person_after_the_grace(flow: Flow) -> None:
    _agreed(flow)

    flow.advance("2026-12-13 12:00")

    (asked,) = only(flow.events("needs_human"), reason="plan_broken")
    assert (asked["invoice_number"], asked["occurred_on"]) == ("F-331/1", "2026-12-12")
    assert flow.run("get_invoice", invoice="F-331/1")["sequence_status"] == "handed_off"


def test_flow_11_already_paid_under_the_old_bill_is_about_the_oldest_instalment(flow: Flow) -> None:
    _agreed(flow)

    flow.press(TOKO, "already_paid")
    flow.advance("2026-12-11 12:00")

    assert flow.event("payment_claimed")["invoice_number"] == "F-331/1"
    assert [e["reason"] for e in flow.events("needs_human")][-2:] == ["payment_claim", "claim_waiting"]
    assert flow.phone(TOKO).templates[-1] == "text", (
        "the thanks was the last word: nobody is chased meanwhile"
    )


def test_flow_11_at_2_am_without_power_a_changed_debt_freezes_the_plan(flow: Flow) -> None:
    _agreed(flow)
    flow.advance("2026-12-06 12:00")
    before = flow.messages_sent()
    flow.power_off("2026-12-07 02:00")
    flow.run("update_invoice", invoice="F-331", amount="4250000")

    flow.power_on("2026-12-10 12:00")
    flow.advance("2026-12-20 12:00")

    assert [e["invoice_number"] for e in only(flow.events("needs_human"), reason="plan_frozen")] == ["F-331"]
    assert flow.messages_sent() == before, "no instalment is asked for that nobody agreed to"
    flow.run("cancel_payment_plan", plan="F-331", reason="jumlah berubah")
    assert flow.run("find_customer", customer="TOKO-88")["total_due"] == "4250000"
