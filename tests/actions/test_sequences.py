"""Reminders are started, paused, resumed and ended; a plan is shown as it will be."""

from datetime import UTC, datetime

import pytest

from connector.domain.problems import Conflict, Invalid
from connector.store import schema, senders

from .shop import Shop


def test_a_running_sequence_is_not_started_twice(shop: Shop) -> None:
    answer = shop.act("start_sequence", invoice="A3-2026-12")

    assert answer["result"] == "already_running"
    assert len([s for s in shop.steps("A3-2026-12") if s.kind == "message"]) == 5


def test_a_restart_begins_with_a_whole_new_plan(shop: Shop) -> None:
    before = shop.sequence("A3-2026-12")

    answer = shop.act("start_sequence", invoice="A3-2026-12", restart=True, recipe="gentle")

    now = shop.sequence("A3-2026-12")
    assert (answer["result"], now.recipe) == ("restarted", "gentle")
    assert now.id != before.id
    old = [s for s in shop.steps("A3-2026-12") if s.sequence_id == before.id]
    assert {s.state for s in old} <= {"cancelled"}


def test_a_pause_until_a_day_ends_after_that_day(shop: Shop) -> None:
    answer = shop.act("pause_sequence", invoice="A3-2026-12", until="2026-12-02")

    assert (answer["result"], answer["paused_until"]) == ("paused", "2026-12-02")
    assert answer["cancelled_steps"] == 2  # the invoice text and H-3
    assert shop.sequence("A3-2026-12").paused_until == datetime(2026, 12, 2, 17, 0, tzinfo=UTC)
    assert answer["hold_reason"] == "paused"
    again = shop.act("pause_sequence", invoice="A3-2026-12", until="2026-12-02")
    assert again["result"] == "already_paused"


def test_a_resumed_sequence_says_at_once_what_was_put_off(shop: Shop) -> None:
    shop.act("pause_sequence", invoice="A3-2026-12")
    step = shop.step("A3-2026-12", "created")
    shop.pass_time(hours=3)
    with shop.store.write() as tx:  # as the claim does with a paused sequence
        tx.conn.execute(
            schema.steps.update()
            .where(schema.steps.c.id == step.id)
            .values(reason="paused", due_at=tx.now_ms + 3_600_000)
        )

    answer = shop.act("resume_sequence", invoice="A3-2026-12")

    assert (answer["result"], answer["sequence_status"]) == ("resumed", "planned")
    created = shop.step("A3-2026-12", "created")
    assert (created.due_at, created.reason) == (shop.clock.at, None)
    assert created.planned_for == step.planned_for


def test_pausing_a_customer_pauses_all_that_they_owe(shop: Shop) -> None:
    shop.new("N-1", customer_ref="A3", customer_name="Siti Rahma", customer_phone=None)

    answer = shop.act("pause_sequence", customer="A3")

    assert (answer["result"], answer["invoice_id"], answer["customer_name"]) == ("paused", None, "Siti Rahma")
    assert {shop.sequence(n).state for n in ("A3-2026-12", "N-1")} == {"paused"}
    assert shop.act("resume_sequence", customer="A3")["result"] == "resumed"


def test_an_open_case_is_resolved_before_the_reminders_go_on(shop: Shop) -> None:
    answer = shop.act("resume_sequence", invoice="B1-2026-12")

    assert answer["result"] == "case_open"
    assert shop.sequence("B1-2026-12").state == "handed_off"


def test_a_cancelled_sequence_is_over_and_the_debt_is_not(shop: Shop) -> None:
    answer = shop.act("cancel_sequence", invoice="A3-2026-12", reason="ditagih langsung")

    assert (answer["result"], answer["cancelled_steps"], answer["invoice_status"]) == ("cancelled", 5, "open")
    assert shop.act("cancel_sequence", invoice="A3-2026-12")["result"] == "not_needed"


def test_the_preview_is_the_plan(shop: Shop) -> None:
    answer = shop.act("preview_sequence", invoice="A3-2026-12")

    steps = [(s["step"], s["at"]) for s in answer["steps"] if s["kind"] == "message"]
    assert steps[0] == ("created", "2026-11-28T09:00:00+07:00")
    assert [key for key, _ in steps] == ["created", "H-3", "H", "H+1", "H+7"]
    assert "Siti Rahma" in answer["steps"][0]["text"]
    assert "Rp1.500.000" in answer["steps"][0]["text"]


def test_a_preview_of_another_recipe_plans_nothing(shop: Shop) -> None:
    before = shop.steps("A3-2026-12")

    answer = shop.act("preview_sequence", invoice="A3-2026-12", recipe="starter")

    assert answer["recipe"] == "starter"
    assert shop.steps("A3-2026-12") == before


def test_nothing_is_started_for_what_is_paid(shop: Shop) -> None:
    shop.act("mark_paid", invoice="A3-2026-12")

    with pytest.raises(Conflict):
        shop.act("start_sequence", invoice="A3-2026-12")


def test_a_pause_ends_in_the_future(shop: Shop) -> None:
    with pytest.raises(Invalid) as refused:
        shop.act("pause_sequence", invoice="A3-2026-12", until="2026-11-28")

    assert refused.value.code == "until_past"


def test_every_silence_is_explained(shop: Shop) -> None:
    shop.mark_sent("A3-2026-12", "created")
    shop.act("mark_paid", invoice="A3-2026-12")

    answer = shop.act("explain_invoice", invoice="A3-2026-12")

    silent = [line for line in answer["lines"] if line["state"] == "cancelled"]
    assert silent and all(line["reason"] == "paid" and line["reason_text"] for line in silent)
    assert "lunas" in answer["story_text"]


def test_pause_all_and_resume_all(shop: Shop) -> None:
    paused = shop.act("pause_all", reason="libur bersama")
    assert (paused["result"], paused["paused_until"]) == ("paused", None)
    assert paused["affected"] > 0
    assert shop.act("pause_all", reason="libur bersama")["result"] == "already_paused"

    assert shop.act("resume_all")["result"] == "resumed"
    assert shop.act("resume_all")["result"] == "not_needed"


def test_a_card_says_what_keeps_every_message_from_leaving(shop: Shop) -> None:
    shop.new("N-1")
    before = shop.act("get_invoice", invoice="N-1")
    assert (before["hold_reason"], before["why_not_text"]) == (None, None) and before["next_step_at"]

    shop.act("pause_all", reason="libur bersama")
    paused = shop.act("get_invoice", invoice="N-1")
    assert (paused["hold_reason"], paused["next_step_at"]) == ("paused_all", None)
    assert paused["why_not_text"] == "Semua pengiriman dijeda."
    shop.act("resume_all")

    with shop.store.write() as tx:
        senders.ensure(
            tx, sender_id="wa:1", provider="whatsapp_cloud", channel="whatsapp", external_id="1", rate=80.0
        )
        senders.stop(tx, "wa:1", "190: token")
    assert shop.act("get_invoice", invoice="N-1")["hold_reason"] == "sender_stopped"
    shop.act("resume_all")

    with shop.store.write() as tx:
        tx.conn.execute(schema.control.update().values(clock_suspect="before the last heartbeat"))
    assert shop.act("get_invoice", invoice="N-1")["hold_reason"] == "clock_suspect"
    shop.act("resume_all")
    assert shop.act("get_invoice", invoice="N-1") == before


def test_what_was_ended_is_named(shop: Shop) -> None:
    shop.new("N-1")
    promised = shop.act("record_promise", invoice="N-1", promise_date="2026-12-06")

    assert shop.act("cancel_promise", promise=promised["promise_id"])["result_text"] == (
        "Janji untuk N-1 dibatalkan."
    )
    assert shop.act("cancel_sequence", invoice="N-1")["result_text"] == "Pengingat untuk N-1 dihentikan."
