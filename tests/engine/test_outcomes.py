"""What the provider answers, or does not: nothing is lost, nothing goes twice, every silence has its reason."""

from datetime import timedelta
from pathlib import Path

import pytest
from world import World, at, world

from connector.store import outages, schema

SITI = "+6281290001111"


@pytest.fixture
def kost(tmp_path: Path, database_url: str):
    with world(tmp_path / "home", database_url) as made:
        yield made


def doubled(kost: World) -> int:
    with kost.store.read() as tx:
        return outages.doubled(tx)


def test_a_lost_answer_is_settled_by_the_status_and_never_sent_again(kost: World) -> None:
    kost.invoice()
    kost.fault(kind="lost_answer", next=1)

    kost.advance(at("2026-11-28 09:00"))

    created = kost.steps("T-1")["created"]
    kost.advance(at("2026-11-28 12:00"))
    assert created.state in ("unknown", "sent")
    assert kost.steps("T-1")["created"].state == "sent"
    assert len(kost.phone(SITI)) == 1


def test_a_refused_number_goes_to_the_second_channel_at_once(kost: World) -> None:
    kost.invoice()
    kost.fault(code="131026", rate=1)

    kost.advance(at("2026-11-28 09:05"))

    steps = kost.steps("T-1")
    assert (steps["created"].state, steps["created"].reason) == ("failed", "not_on_whatsapp")
    assert steps["created/sms"].state == "sent"
    assert [e.data["fallback_channel"] for e in kost.events("message_failed")] == ["sms"]


def test_a_message_that_never_arrives_is_followed_by_a_text(kost: World) -> None:
    kost.invoice()
    kost.fault(kind="late", rate=1, seconds=86_400.0)

    kost.advance(at("2026-11-28 14:00"))

    assert kost.steps("T-1")["created/sms"].state == "sent"
    kost.advance(at("2026-11-29 20:00"))
    assert kost.events("message_delivered")[-1].data["also_delivered"] is True


def test_delivered_means_no_second_channel(kost: World) -> None:
    kost.invoice()

    kost.advance(at("2026-11-28 14:00"))

    twin = kost.steps("T-1")["created/sms"]
    assert (twin.state, twin.reason) == ("cancelled", "fallback_not_needed")


def test_a_busy_provider_is_tried_again(kost: World) -> None:
    kost.invoice()
    kost.fault(code="131016", next=2)

    kost.advance(at("2026-11-28 10:00"))

    assert kost.steps("T-1")["created"].state == "sent"
    assert len(kost.phone(SITI)) == 1
    assert [m.status for m in kost.rows(schema.messages)].count("failed") == 2


def test_a_locked_account_stops_the_sender_and_keeps_the_queue(kost: World) -> None:
    kost.invoice()
    kost.fault(code="131031", next=1)

    kost.advance(at("2026-11-28 10:00"))

    assert kost.steps("T-1")["created"].state == "planned"
    (told,) = kost.events("channel_unhealthy")
    assert (told.data["error_code"], told.data["waiting_messages"]) == ("131031", 1)
    kost.act("resume_all")
    kost.advance(at("2026-11-28 11:00"))
    assert kost.steps("T-1")["created"].state == "sent"


def test_a_paused_template_holds_its_steps(kost: World) -> None:
    kost.invoice()
    kost.fault(code="132015", next=1)

    kost.advance(at("2026-11-28 10:00"))

    step = kost.steps("T-1")["created"]
    assert (step.state, step.reason) == ("held", "template_paused")


def test_a_network_cut_of_two_days_leaves_the_true_text(kost: World) -> None:
    kost.invoice()
    kost.advance(at("2026-12-04 12:00"))

    kost.fault(kind="network", rate=1)
    kost.advance(at("2026-12-07 10:00"))
    kost.no_faults()
    kost.advance(at("2026-12-08 12:00"))

    assert [name for _, name in kost.sent()[2:]] == ["overdue_notice"]
    assert [e.data["cause"] for e in kost.events("blackout_recovered")] == ["network"]


def test_pause_all_stops_within_the_turn_and_resumes_with_the_true_text(kost: World) -> None:
    kost.invoice()
    kost.advance(at("2026-12-04 12:00"))

    kost.act("pause_all", reason="libur")
    kost.advance(timedelta(days=3))
    kost.restart()
    kost.settle()
    assert len(kost.sent()) == 2
    kost.act("resume_all")
    kost.advance(timedelta(minutes=5))

    assert kost.sent()[2:] == [("12-07 12:00", "overdue_notice")]
    assert doubled(kost) == 0


def test_two_invoices_of_one_person_share_a_message(kost: World) -> None:
    kost.invoice("T-1")
    kost.invoice("T-2", amount="250000", description="Listrik")

    kost.advance(at("2026-11-28 09:30"))

    assert [name for _, name in kost.sent()] == ["statement"]
    assert kost.steps("T-1")["created"].state == kost.steps("T-2")["created"].state == "sent"
    assert len(kost.rows(schema.message_items)) == 2


def test_no_message_at_night(kost: World) -> None:
    kost.advance(at("2026-11-28 21:30"))
    kost.invoice()

    kost.advance(at("2026-11-29 12:00"))

    assert kost.sent() == [("11-29 08:00", "invoice_created")]


def test_who_is_reached_by_no_channel_is_told_as_unreachable_once(kost: World) -> None:
    kost.invoice()
    kost.fault(code="131026", rate=1)
    kost.fault(provider="sandbox_sms", kind="failed", code="invalid_number", rate=1)

    kost.advance(at("2026-12-20 12:00"))

    told = [(e.data["problem"], e.data["invoices_waiting"]) for e in kost.events("contact_problem")]
    assert told == [("unreachable", 1)]
    assert {e.data["final"] for e in kost.events("message_failed") if e.data["channel"] == "sms"} == {True}


def test_a_choice_of_the_provider_says_nothing_about_the_number(kost: World) -> None:
    kost.invoice(recipe="starter")
    kost.fault(code="131049", rate=1)

    kost.advance(at("2026-11-29 12:00"))

    assert kost.events("message_failed")
    assert kost.events("contact_problem") == []


def test_who_writes_on_whatsapp_is_on_whatsapp_again(kost: World) -> None:
    kost.invoice()
    kost.fault(code="131026", next=1)
    kost.advance(at("2026-11-28 09:05"))

    kost._say(SITI, text="kak ini saya", channel="whatsapp")

    (address,) = kost.rows(schema.addresses)
    assert (address.state, address.state_until) == ("ok", None)
