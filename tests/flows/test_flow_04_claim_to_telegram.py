"""Flow 4: "sudah transfer" -> the owner's Telegram -> one tap -> paid, or a kind word."""

from flows.flow import Flow, only

SITI = "+6281290001111"


def _claimed(flow: Flow, when: str = "2026-12-06 10:00") -> dict[str, object]:
    """Siti presses "Sudah bayar" under the reminder of the day; what n8n gets."""
    flow.world.invoice("A3-2026-12", customer_ref="A3")
    flow.advance(when)
    flow.press(SITI, "already_paid")
    return flow.event("payment_claimed")


def test_flow_04_one_tap_records_the_payment_and_a_second_tap_adds_nothing(flow: Flow) -> None:
    claim = _claimed(flow)
    assert (claim["reminders_held_until"], claim["sequence_status"]) == ("2026-12-08", "held")
    assert len(str(claim["claim_id"])) <= 26
    given = {"claim": claim["claim_id"], "answer": "received", "paid_on": "2026-12-06", "note": "Bu Ratna"}

    first = flow.run("answer_payment_claim", **given, by="telegram:ratna")
    second = flow.run("answer_payment_claim", **given, by="telegram:ratna")
    flow.advance("2026-12-20 12:00")

    assert (first["result"], first["reminders"]) == ("recorded", "stopped")
    assert (second["result"], second["payment_id"]) == ("already_answered", first["payment_id"])
    assert flow.phone(SITI).templates[-2:] == ["text", "payment_received"], "the thanks, then the receipt"
    told = flow.event("payment_received")
    assert (told["claim_id"], told["payment_by"]) == (claim["claim_id"], "telegram:ratna")
    assert flow.event("case_resolved")["outcome"] == "payment_found"


def test_flow_04_not_found_is_said_kindly_and_the_reminders_go_on(flow: Flow) -> None:
    claim = _claimed(flow)
    flow.advance("2026-12-07 10:00")

    answer = flow.run("answer_payment_claim", claim=claim["claim_id"], answer="not_found")
    flow.advance("2026-12-13 12:00")

    assert answer["reminders"] == "resumed"
    assert flow.phone(SITI).sent[-2:] == [
        ("12-07 10:00", "claim_not_found"),
        ("12-12 09:00", "overdue_followup"),
    ]
    assert flow.run("get_invoice", invoice="A3-2026-12")["amount_due"] == "1500000"


def test_flow_04_an_owner_asleep_is_asked_again_and_nobody_is_chased(flow: Flow) -> None:
    _claimed(flow)
    before = flow.messages_sent()

    flow.advance("2026-12-09 12:00")

    reasons = [e["reason"] for e in flow.events("needs_human")]
    assert reasons == ["payment_claim", "claim_waiting"]
    assert flow.messages_sent() == before
    overdue = flow.events("invoice_overdue")
    assert overdue and not any(e["safe_to_act"] for e in overdue if e["occurred_on"] > "2026-12-06")


def test_flow_04_who_never_answers_is_called_every_week_and_about_nothing_else(flow: Flow) -> None:
    claim = _claimed(flow)
    before = flow.messages_sent()

    flow.advance("2026-12-23 22:00")

    calls = [(e["occurred_on"], e["reason"]) for e in flow.events("needs_human")]
    days = ("2026-12-08", "2026-12-15", "2026-12-22")
    assert calls == [("2026-12-06", "payment_claim"), *((day, "claim_waiting") for day in days)]
    assert len({e["case_id"] for e in flow.events("needs_human")}) == 2
    assert flow.messages_sent() == before

    answer = flow.run("answer_payment_claim", claim=claim["claim_id"], answer="not_found")
    assert (answer["reminders"], answer["hold_reason"]) == ("resumed", None)
    flow.advance("2026-12-25 22:00")
    assert flow.phone(SITI).templates[-1] == "claim_not_found", "the customer hears it, as the answer says"

    flow.advance("2026-12-27 12:00")
    assert [e["reason"] for e in flow.events("needs_human")][4:] == ["overdue_long"]


def test_flow_04_a_claim_without_a_truce_calls_again_and_holds_nothing(flow: Flow) -> None:
    for _ in range(2):
        claim = _claimed(flow)
        flow.run("answer_payment_claim", claim=claim["claim_id"], answer="not_found", tell_customer=False)
    last = _claimed(flow)

    flow.advance("2026-12-14 12:00")

    calls = [e["occurred_on"] for e in flow.events("needs_human") if e["reason"] == "claim_repeated"]
    assert (last["reminders_held_until"], calls) == (None, ["2026-12-06", "2026-12-13"])


def test_flow_04_at_2_am_without_power_the_truce_holds_and_the_tap_counts_in_the_morning(flow: Flow) -> None:
    claim = _claimed(flow, "2026-12-12 19:30")
    before = flow.messages_sent()
    flow.power_off("2026-12-13 02:00")
    flow.power_on("2026-12-16 07:30")
    assert flow.messages_sent() == before, "no reminder of the days in the dark"

    answer = flow.run(
        "answer_payment_claim", claim=claim["claim_id"], answer="received", paid_on="2026-12-12"
    )
    flow.advance("2026-12-16 12:00")

    assert answer["result"] == "recorded"
    assert flow.phone(SITI).sent[-1] == ("12-16 08:00", "payment_received")
    assert [e["reason"] for e in only(flow.events("needs_human"), reason="claim_waiting")] == [
        "claim_waiting"
    ]
