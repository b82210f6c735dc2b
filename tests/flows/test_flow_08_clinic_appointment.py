"""Automation 8: a clinic's instalment with a visit: reminders of the visit go before it, or not at all."""

from typing import Any

import pytest
from flows.flow import Flow, only

from connector.domain.problems import Invalid

WATI = "+6281300002222"


def visit(flow: Flow, **more: Any) -> dict[str, Any]:
    given = {
        "customer_name": "Ibu Wati",
        "customer_phone": WATI,
        "amount": "750rb",
        "due_date": "2026-12-09",
        "appointment_at": "2026-12-09 10:30",
        "invoice_number": "ORTHO-221-4",
        "description": "Cicilan 4 dari 12",
        "recipe": "gentle",
        "extra": {"visit": "kontrol"},
    }
    return flow.run("create_invoice", **{**given, **more})


def reminded(flow: Flow, *days: str) -> None:
    """What the clinic's flow plans for a visit: one reminder each of these mornings."""
    for day in days:
        planned = flow.run(
            "schedule_reminder", invoice="ORTHO-221-4", template="payment_reminder", send_at=f"{day} 09:00"
        )
        assert planned["result"] == "planned", planned


def manual(flow: Flow) -> dict[str, str]:
    """day of the plan -> state of each reminder of the visit."""
    steps = sorted(
        (s for s in flow.rows("steps") if s.key.startswith("manual:")), key=lambda s: s.planned_for
    )
    return {f"{n}": s.state for n, s in enumerate(steps, 1)}


def test_the_visit_is_local_time_and_comes_back_as_iso(flow: Flow) -> None:
    made = visit(flow)

    event = flow.event("invoice_created")
    assert (made["amount"], made["appointment_at"]) == ("750000", "2026-12-09T10:30:00+07:00")
    assert event["extra_visit"] == "kontrol"


def test_reminders_of_the_visit_go_on_their_mornings(flow: Flow) -> None:
    visit(flow, recipe=None, hold=True)
    flow.run("cancel_sequence", invoice="ORTHO-221-4", reason="hanya pengingat janji temu")

    reminded(flow, "2026-12-07", "2026-12-08")
    flow.advance("2026-12-10 12:00")

    assert [at for at, _ in flow.phone(WATI).sent] == ["12-07 09:00", "12-08 09:00"]
    assert only(flow.events("needs_human"), reason="call") == []


def test_a_moved_visit_ends_the_reminders_of_the_old_one_only(flow: Flow) -> None:
    visit(flow)
    reminded(flow, "2026-12-08")

    flow.run("update_invoice", invoice="ORTHO-221-4", appointment_at="2026-12-11 14:00")

    steps = [s for s in flow.rows("steps") if s.data.get("appointment")]
    assert {(s.kind, s.state, s.reason) for s in steps} == {
        ("message", "cancelled", "appointment_moved"),
        ("task", "cancelled", "appointment_moved"),
    }
    assert any(
        s.state == "planned" and s.kind == "message" for s in flow.rows("steps")
    )  # the invoice's own plan


def test_a_visit_without_money_is_no_invoice_but_a_reminder_to_the_person(flow: Flow) -> None:
    visit(flow)

    with pytest.raises(Invalid):
        visit(flow, amount="0", invoice_number="KONTROL-1")
    planned = flow.run(
        "schedule_reminder", customer=WATI, template="neutral_hello", send_at="2026-12-03 10:00"
    )

    assert planned["result"] == "planned" and planned["step_at"] == "2026-12-03T10:00:00+07:00"


def test_at_two_without_power_one_message_goes_while_it_is_still_before_the_visit(flow: Flow) -> None:
    visit(flow, recipe=None, hold=True)
    flow.run("cancel_sequence", invoice="ORTHO-221-4", reason="hanya pengingat janji temu")
    reminded(flow, "2026-12-07", "2026-12-08")
    flow.power_off("2026-12-07 02:00")

    flow.power_on("2026-12-08 16:00")
    flow.advance("2026-12-10 12:00")

    assert [at for at, _ in flow.phone(WATI).sent] == ["12-08 16:00"]
    assert only(flow.events("needs_human"), reason="call") == []


def test_at_two_without_power_nothing_speaks_of_a_visit_that_is_over_and_the_desk_calls(flow: Flow) -> None:
    visit(flow, recipe=None, hold=True, due_date="2026-12-20")
    flow.run("cancel_sequence", invoice="ORTHO-221-4", reason="hanya pengingat janji temu")
    reminded(flow, "2026-12-07", "2026-12-08")
    flow.power_off("2026-12-07 02:00")

    flow.power_on("2026-12-09 12:00")
    flow.advance("2026-12-10 12:00")

    assert flow.phone(WATI).sent == []
    assert set(manual(flow).values()) == {"skipped"}
    (called,) = only(flow.events("needs_human"), reason="call")
    assert called["suggested_act"] == "call_customer" and called["invoice_number"] == "ORTHO-221-4"


def test_the_button_for_another_time_reaches_the_flow(flow: Flow) -> None:
    visit(flow)
    flow.advance("2026-12-01 10:00")

    flow.say(WATI, "Bisa ubah jadwal ke Jumat?")

    event = flow.event("inbound_reply")
    assert event["reply_text"] == "Bisa ubah jadwal ke Jumat?" and event["needs_answer"] is True
    assert event["window_closes_at"] == "2026-12-02T10:00:00+07:00"
