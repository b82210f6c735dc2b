"""Buttons and the few words that count: dates asked for and kept or broken, claims, stop."""

from pathlib import Path

import pytest
from world import World, at, world

from connector.store import schema

SITI = "+6281290001111"


@pytest.fixture
def kost(tmp_path: Path, database_url: str):
    with world(tmp_path / "home", database_url) as made:
        yield made


def test_need_more_time_asks_for_a_date_and_a_kept_promise_ends_it(kost: World) -> None:
    kost.invoice()
    kost.advance(at("2026-12-06 10:00"))

    kost.press(SITI, "need_more_time")
    asked = kost.phone(SITI)[-1]
    day = asked.buttons[0]["id"]
    kost.press(SITI, day)
    kost.advance(at("2026-12-08 10:00"))
    kost.act("mark_paid", invoice="T-1")
    kost.advance(at("2026-12-20 10:00"))

    assert day == "promise:2026-12-09"
    assert [e.type for e in kost.events() if e.type.startswith("promise_")] == [
        "promise_made",
        "promise_kept",
    ]
    assert kost.sent()[-1][1] == "payment_received"


def test_a_broken_promise_brings_one_friendly_text_and_the_plan_goes_on(kost: World) -> None:
    kost.invoice()
    kost.advance(at("2026-12-06 10:00"))
    kost.press(SITI, "need_more_time")
    kost.press(SITI, "promise:2026-12-09")
    before = len(kost.phone(SITI))

    kost.advance(at("2026-12-11 12:00"))

    assert [e.type for e in kost.events() if e.type.startswith("promise_")] == [
        "promise_made",
        "promise_broken",
    ]
    assert [name for _, name in kost.sent()[before:]] == ["promise_broken"]


def test_the_same_button_twice_is_one_promise(kost: World) -> None:
    kost.invoice()
    kost.advance(at("2026-12-06 10:00"))
    kost.press(SITI, "need_more_time")

    kost.press(SITI, "promise:2026-12-09")
    kost.press(SITI, "promise:2026-12-09")

    assert len(kost.events("promise_made")) == 1
    assert len(kost.rows(schema.promises)) == 1


def test_already_paid_is_a_claim_that_holds_the_reminders_and_moves_no_money(kost: World) -> None:
    kost.invoice()
    kost.advance(at("2026-12-06 10:00"))

    kost.press(SITI, "already_paid")
    kost.advance(at("2026-12-14 10:00"))

    assert len(kost.events("payment_claimed")) == 1
    asked = [(e.data["reason"], e.occurred_at) for e in kost.events("needs_human")]
    assert [reason for reason, _ in asked] == ["payment_claim", "claim_waiting"]
    assert asked[1][1] - asked[0][1] >= 48 * 3_600_000, "the truce of the recipe `kost`"
    assert kost.act("get_invoice", invoice="T-1")["amount_due"] == "1500000"
    assert "overdue_followup" not in [name for _, name in kost.sent()]


def test_stop_is_obeyed_at_once_and_for_ever(kost: World) -> None:
    kost.invoice()
    kost.advance(at("2026-12-03 10:00"))
    before = len(kost.phone(SITI))

    kost.say(SITI, "STOP")
    kost.advance(at("2026-12-20 10:00"))

    assert len(kost.events("opted_out")) == 1
    assert [name for _, name in kost.sent()[before:]] == ["text"], "one confirmation, then silence"
    assert {
        s.reason for s in kost.steps("T-1").values() if s.kind == "message" and s.state == "cancelled"
    } >= {"opted_out"}


def test_free_text_is_told_and_waits_for_a_person(kost: World) -> None:
    kost.invoice()
    kost.advance(at("2026-12-03 10:00"))

    kost.say(SITI, "Kak, nomor rekeningnya berapa ya?")

    told = kost.events("inbound_reply")
    assert len(told) == 1
    assert told[0].data["needs_answer"] is True
    assert told[0].invoice_id is not None
