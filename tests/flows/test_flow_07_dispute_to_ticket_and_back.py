"""Automation 7: a dispute becomes one ticket in HubSpot or Trello; the closed ticket resumes the reminders."""

from itertools import count
from typing import Any

import pytest
from flows.flow import Flow, only

from connector.domain.problems import Invalid

SITI = "+6281290001111"


class HubSpot:
    """The ticket tool, and the example workflow: look for the case's ticket, make one, link it."""

    def __init__(self, flow: Flow) -> None:
        self.flow, self.tickets, self._ids = flow, {}, count(5512)

    def on_needs_human(self, event: dict[str, Any], *, dies_before_link: bool = False) -> None:
        known = self.flow.run("find_cases", customer=event["customer_phone"], status="open")["items"]
        if any(case["case_id"] == event["case_id"] and case["external_id"] for case in known):
            return
        if event["event_id"] not in self.tickets:  # the event's id is a unique property of the ticket
            self.tickets[event["event_id"]] = f"hs-{next(self._ids)}"
        if not dies_before_link:
            self.link(event)

    def link(self, event: dict[str, Any]) -> dict[str, Any]:
        ticket = self.tickets[event["event_id"]]
        return self.flow.run(
            "link_case",
            case=event["case_id"],
            external_id=ticket,
            external_url=f"https://hs.example/{ticket}",
        )


def disputed(flow: Flow) -> dict[str, Any]:
    """An overdue invoice that Siti disputes by a button; answers the event that calls a person."""
    flow.run(
        "create_invoice",
        customer_ref="A3",
        customer_name="Siti Rahma",
        customer_phone=SITI,
        amount="1500000",
        due_date="2026-12-05",
        invoice_number="A3-2026-12",
        description="Sewa kamar A3",
        recipe="kost",
    )
    flow.advance("2026-12-06 10:00")
    flow.say(SITI, "kok 1,5jt? kan AC rusak dua minggu")
    flow.run("open_case", invoice="A3-2026-12", reason="dispute")
    return flow.event("needs_human")


def test_a_dispute_calls_a_person_with_everything_that_a_ticket_needs(flow: Flow) -> None:
    event = disputed(flow)

    assert (event["reason"], event["case_status"], event["sequence_status"]) == (
        "dispute",
        "open",
        "handed_off",
    )
    assert event["summary"] == (
        'Siti Rahma (A3): Pelanggan mempersoalkan tagihan: "kok 1,5jt? kan AC rusak dua minggu". '
        "Pengingat berhenti, menunggu Anda."
    )
    assert "Siti: kok 1,5jt?" in event["thread_text"]
    assert event["suggested_act"] == "correct_amount_or_answer"
    assert only(flow.events("dispute_opened"), case_id=event["case_id"])


def test_every_dispute_gives_both_events_and_never_two_of_one(flow: Flow) -> None:
    disputed(flow)
    flow.run("open_case", invoice="A3-2026-12", reason="dispute")  # once more

    assert len(flow.events("dispute_opened")) == len(only(flow.events("needs_human"), reason="dispute")) == 1


def test_the_closed_ticket_resumes_with_what_is_true_then(flow: Flow) -> None:
    event = disputed(flow)
    hub = HubSpot(flow)
    hub.on_needs_human(event)
    ticket = hub.tickets[event["event_id"]]
    flow.advance("2026-12-20 10:00")
    silent = flow.phone(SITI).sent

    flow.run("update_invoice", invoice="A3-2026-12", amount="1250000")
    (case,) = flow.run("find_cases", external_id=ticket)["items"]
    done = flow.run(
        "resolve_case",
        case=case["case_id"],
        outcome="amount_corrected",
        next="resume",
        note="potong 2 minggu AC",
    )
    flow.advance("2026-12-31 12:00")

    told = flow.event("case_resolved")
    assert (done["result"], done["amount_due"]) == ("resolved", "1250000")
    assert (told["external_id"], told["outcome"], told["note"]) == (
        ticket,
        "amount_corrected",
        "potong 2 minggu AC",
    )
    assert silent == flow.phone(SITI).sent[: len(silent)] and silent[-1][0] < "12-06 10:00"
    assert all("1.500.000" not in text for text in flow.phone(SITI).texts[len(silent) :])


def test_the_ticket_may_end_the_reminders_or_let_them_wait(flow: Flow) -> None:
    event = disputed(flow)
    HubSpot(flow).on_needs_human(event)

    waiting = flow.run(
        "resolve_case", case=event["case_id"], outcome="explained", next="wait_until", until="2026-12-18"
    )

    assert waiting["sequence_status"] == "paused" and waiting["next"] == "wait_until"
    flow.advance("2026-12-18 12:00")
    assert flow.phone(SITI).sent[-1][0] < "12-07"


def test_a_second_run_of_the_flow_finds_the_link(flow: Flow) -> None:
    event = disputed(flow)
    hub = HubSpot(flow)
    hub.on_needs_human(event)

    hub.on_needs_human(event)  # at least once: the event came again
    again = hub.link(event)

    assert (again["result"], again["external_id"]) == ("already_linked", "hs-5512")
    assert len(hub.tickets) == 1


def test_at_two_without_power_between_ticket_and_link_there_is_still_one_ticket(flow: Flow) -> None:
    event = disputed(flow)
    hub = HubSpot(flow)
    flow.advance("2026-12-07 02:00")
    hub.on_needs_human(event, dies_before_link=True)
    flow.power_off()
    flow.power_on("2026-12-07 06:00")

    hub.on_needs_human(event)  # redelivered

    (case,) = flow.run("find_cases", external_id="hs-5512")["items"]
    assert case["case_id"] == event["case_id"] and list(hub.tickets.values()) == ["hs-5512"]


def test_a_wrong_outcome_is_refused_with_the_right_ones(flow: Flow) -> None:
    event = disputed(flow)

    with pytest.raises(Invalid) as refused:
        flow.run("resolve_case", case=event["case_id"], outcome="done", next="resume")

    assert "amount_corrected" in refused.value.params["allowed"]
    assert flow.run("find_cases")["items"][0]["case_status"] == "open"


def test_the_owner_answers_from_the_ticket_while_the_customer_is_still_awake(flow: Flow) -> None:
    event = disputed(flow)

    said = flow.run("reply_to_case", case=event["case_id"], text="Baik Kak, kami potong dua minggu.")

    assert said["result"] == "sent"
    assert flow.phone(SITI).texts[-1] == "Baik Kak, kami potong dua minggu."
    sent = flow.event("message_sent")
    assert (sent["message_id"], sent["invoice_number"]) == (said["message_id"], "A3-2026-12")
    flow.advance("2026-12-08 12:00")
    late = flow.run("reply_to_case", case=event["case_id"], text="Bagaimana Kak?")
    assert late["result"] == "window_closed"
