"""What people decide moves the engine: an unknown outcome, a claim, a promise whose invoice is not due yet."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from engine_probes import three_days
from world import World, at, world

from connector.store import schema

SITI = "+6281290001111"


@pytest.fixture
def kost(tmp_path: Path, database_url: str) -> Iterator[World]:
    with world(tmp_path / "home", database_url) as made:
        three_days(made)
        yield made


def nobody_knows(kost: World) -> Any:
    """The invoice text may have arrived; the recipe wants a person to say."""
    three_days(kost, "tiga-hari-orang", unknown="person")
    kost.invoice(recipe="tiga-hari-orang")
    kost.fault(kind="lost_answer", next=1)
    kost.fault(kind="silent", rate=1)
    kost.advance(at("2026-11-28 09:30"))
    kost.no_faults()
    (case,) = kost.rows(schema.cases)
    assert case.reason == "unknown_outcome"
    assert kost.steps("T-1")["created"].state == "held"
    return case


@pytest.mark.parametrize(
    ("outcome", "state", "reason", "texts"),
    [
        ("send_again", "sent", None, 2),
        ("message_arrived", "sent", None, 1),
        ("explained", "cancelled", "never_known", 1),
    ],
)
def test_what_a_person_found_out_settles_the_held_step(
    kost: World, outcome: str, state: str, reason: str | None, texts: int
) -> None:
    case = nobody_knows(kost)

    kost.act("resolve_case", case=case.id, outcome=outcome, next="resume")
    kost.advance(at("2026-11-28 10:00"))

    created = kost.steps("T-1")["created"]
    assert (created.state, created.reason) == (state, reason)
    assert [name for _, name in kost.sent()] == ["invoice_created"] * texts


def test_the_sequence_ends_when_the_last_held_step_is_settled(kost: World) -> None:
    nobody_knows(kost)
    kost.advance(at("2026-12-20 09:00"))
    left = {s.key: s.state for s in kost.steps("T-1").values() if s.state in ("planned", "held")}
    left = {key: state for key, state in left.items() if not key.startswith("tick:")}
    assert left == {"created": "held"}

    for case in kost.rows(schema.cases, schema.cases.c.state == "open"):
        kost.act("resolve_case", case=case.id, outcome="message_arrived", next="resume")
    kost.settle()

    assert [e.data["sequence_result"] for e in kost.events("sequence_completed")] == ["finished"]


def test_what_was_left_at_that_is_not_planned_anew(kost: World) -> None:
    case = nobody_knows(kost)
    kost.act("resolve_case", case=case.id, outcome="explained", next="resume")

    kost.act("update_invoice", invoice="T-1", due_date="2026-12-06")
    kost.advance(at("2026-12-01 10:00"))

    assert [name for _, name in kost.sent()] == ["invoice_created"]


# --- promises -------------------------------------------------------------------------------------------------


def test_a_promise_before_the_due_day_breaks_only_after_it(kost: World) -> None:
    kost.invoice(recipe="tiga-hari")
    kost.act("record_promise", invoice="T-1", promise_date="2026-12-01")

    kost.advance(at("2026-12-06 20:00"))
    assert kost.events("promise_broken") == []
    assert not {"payment_reminder", "due_today", "overdue_notice"} & {name for _, name in kost.sent()}
    kost.advance(at("2026-12-07 08:00"))

    (broken,) = kost.events("promise_broken")
    assert broken.data["grace_ended_on"] == "2026-12-06"


def test_a_due_day_that_moves_behind_the_promise_takes_its_end_along(kost: World) -> None:
    kost.invoice(recipe="tiga-hari")
    kost.act("record_promise", invoice="T-1", promise_date="2026-12-03")

    kost.act("update_invoice", invoice="T-1", due_date="2026-12-15")
    kost.advance(at("2026-12-16 20:00"))
    assert kost.events("promise_broken") == []
    kost.advance(at("2026-12-17 08:00"))

    assert len(kost.events("promise_broken")) == 1


def test_no_date_is_offered_before_the_invoice_is_due(kost: World) -> None:
    kost.invoice(recipe="kost", due_date="2026-12-12")
    kost.advance(at("2026-12-09 10:00"))

    kost.press(SITI, "need_more_time")

    offered = [b["id"] for b in kost.phone(SITI)[-1].buttons]
    assert offered == ["promise:2026-12-15", "promise:2026-12-25", "promise:2026-12-28"]


def test_a_due_day_further_away_than_any_promise_is_for_a_person(kost: World) -> None:
    kost.invoice(recipe="kost", due_date="2027-02-20")
    kost.advance(at("2026-11-28 10:00"))

    kost.press(SITI, "need_more_time")

    assert [c.reason for c in kost.rows(schema.cases)] == ["need_more_time"]


# --- claims ---------------------------------------------------------------------------------------------------


def test_the_end_of_a_truce_asks_again_and_an_answer_ends_it(kost: World) -> None:
    kost.invoice(recipe="kost")
    kost.advance(at("2026-12-05 10:00"))
    kost.press(SITI, "already_paid")

    kost.advance(at("2026-12-07 12:00"))
    assert [c.reason for c in kost.rows(schema.cases)] == ["payment_claim", "claim_waiting"]
    before = len(kost.phone(SITI))
    kost.act("mark_paid", invoice="T-1")
    kost.advance(at("2026-12-20 12:00"))

    assert {c.state for c in kost.rows(schema.cases)} == {"resolved"}
    assert [name for _, name in kost.sent()[before:]] == ["payment_received"]


def test_a_claim_that_was_answered_in_time_asks_nobody_again(kost: World) -> None:
    kost.invoice(recipe="kost")
    kost.advance(at("2026-12-05 10:00"))
    kost.press(SITI, "already_paid")

    kost.act("mark_paid", invoice="T-1")
    kost.advance(at("2026-12-09 12:00"))

    assert [c.reason for c in kost.rows(schema.cases)] == ["payment_claim"]
