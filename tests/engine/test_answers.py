"""What people answer is acted upon, whoever presses what, and time tells only what is true."""

from datetime import timedelta
from pathlib import Path

import pytest
from world import World, at, world

from connector.domain.model import Inbound
from connector.store import schema
from connector.worker.replies import Replies

SITI = "+6281290001111"
OTHER = "+6281290002222"


@pytest.fixture
def kost(tmp_path: Path, database_url: str):
    with world(tmp_path / "home", database_url) as made:
        yield made


def statement(kost: World) -> None:
    """Two invoices of one customer, told in one message on 2 December."""
    kost.invoice("T-1")
    kost.invoice("T-2", description="Listrik")
    kost.advance(at("2026-12-02 10:00"))
    assert kost.sent()[-1][1] == "statement"


@pytest.mark.parametrize(
    ("button", "reason"), [("already_paid", "payment_claim"), ("need_more_time", "need_more_time")]
)
def test_a_button_under_a_statement_rests_the_reminders_of_all_its_invoices(
    kost: World, button: str, reason: str
) -> None:
    statement(kost)
    before = len(kost.phone(SITI))

    kost.press(SITI, button)
    kost.advance(at("2026-12-09 12:00"))

    (case,) = kost.rows(schema.cases, schema.cases.c.reason == reason)
    assert (case.invoice_id, case.state) == (None, "open")
    assert [e.invoice_id for e in kost.events("payment_claimed")] == (
        [None] if reason == "payment_claim" else []
    )
    assert kost.events("inbound_reply")[0].data["handled"] is True
    assert len(kost.phone(SITI)) == before
    overdue = kost.events("invoice_overdue")
    assert overdue and not any(e.data["safe_to_act"] for e in overdue)


def test_a_promise_that_fits_several_invoices_waits_for_a_person(kost: World) -> None:
    statement(kost)
    last = kost.rows(schema.messages)[-1]
    said = Inbound(
        "in-1", SITI, kost.now, "button", button_id="promise:2026-12-09", in_answer_to=last.provider_id
    )
    with kost.store.write() as tx:
        Replies(kost.worker._composer).hear(tx, last.provider, said)
    kost.settle()

    (told,) = kost.events("inbound_reply")
    assert (told.data["invoice_guess"], told.data["handled"], told.data["needs_answer"]) == (
        "several",
        False,
        True,
    )


def test_the_thanks_for_a_claim_arrives_although_the_claim_holds_the_sequence(kost: World) -> None:
    kost.invoice()
    kost.advance(at("2026-12-06 10:00"))
    before = len(kost.phone(SITI))

    kost.press(SITI, "already_paid")

    assert len(kost.phone(SITI)) == before + 1
    answers = kost.rows(schema.steps, schema.steps.c.template == "already_paid_ack")
    assert [s.state for s in answers] == ["sent"]


def test_a_promise_on_an_invoice_that_waits_is_checked(kost: World) -> None:
    kost.invoice()
    kost.advance(at("2026-12-06 10:00"))
    kost.act("record_promise", invoice="T-1", promise_date="2026-12-09")
    with kost.store.write() as tx:
        tx.conn.execute(schema.invoices.update().values(status="waiting", waiting_for="amount"))

    kost.advance(at("2026-12-16 10:00"))

    assert len(kost.events("promise_broken")) == 1
    assert "waiting" not in {s.reason for s in kost.steps("T-1").values()}
    assert "overdue_long" in [e.data["reason"] for e in kost.events("needs_human")]


@pytest.mark.parametrize("name", ["cancel_sequence", "start_sequence"])
def test_a_promise_outlives_its_sequence(kost: World, name: str) -> None:
    kost.invoice()
    kost.advance(at("2026-12-06 10:00"))
    kost.act("record_promise", invoice="T-1", promise_date="2026-12-09")

    kost.act(name, invoice="T-1", **({"restart": True} if name == "start_sequence" else {}))
    before = len(kost.phone(SITI))
    kost.advance(at("2026-12-11 12:00"))

    assert [p.state for p in kost.rows(schema.promises)] == ["broken"]
    if name == "cancel_sequence":
        assert len(kost.phone(SITI)) == before


def test_an_amount_lowered_to_what_is_paid_keeps_the_promise_and_is_told(kost: World) -> None:
    kost.invoice()
    kost.advance(at("2026-12-06 10:00"))
    kost.act("mark_paid", invoice="T-1", amount="1000000")
    kost.act("record_promise", invoice="T-1", promise_date="2026-12-09")

    kost.act("update_invoice", invoice="T-1", amount="1000000")
    kost.advance(at("2026-12-14 12:00"))

    assert [p.state for p in kost.rows(schema.promises)] == ["kept"]
    assert len(kost.events("invoice_paid")) == 1
    assert kost.events("promise_broken") == []


def test_start_after_stop_plans_what_is_still_true(kost: World) -> None:
    kost.invoice()
    kost.advance(at("2026-12-03 10:00"))
    kost.say(SITI, "STOP")
    kost.advance(at("2026-12-04 10:00"))
    before = len(kost.phone(SITI))

    kost.say(SITI, "MULAI")
    kost.advance(at("2026-12-06 12:00"))

    assert len(kost.events("opted_in")) == 1
    assert [name for _, name in kost.sent()[before:]] == ["due_today", "overdue_notice"]


def test_after_a_cut_only_the_newest_threshold_is_told_with_its_own_time(kost: World) -> None:
    kost.invoice()
    kost.advance(at("2026-12-04 10:00"))
    kost.power(False)
    kost.advance(at("2026-12-09 15:00"))

    kost.power(True)

    assert kost.events("invoice_due") == []
    (told,) = kost.events("invoice_overdue")
    assert told.data["threshold_days"] == 3
    assert told.occurred_at == int(at("2026-12-08 07:00").timestamp() * 1000)
    assert told.known_at >= int(at("2026-12-09 15:00").timestamp() * 1000)


def test_the_old_number_learns_nothing_after_a_change(kost: World) -> None:
    kost.invoice()
    kost.advance(at("2026-12-06 10:00"))
    kost.act("update_invoice", invoice="T-1", customer_phone=OTHER, confirm_phone_change=True)
    before = len(kost.phone(SITI))

    kost.press(SITI, "already_paid")

    (told,) = kost.events("inbound_reply")
    assert (told.customer_id, told.invoice_id, told.data["invoice_guess"]) == (None, None, "none")
    assert told.data["needs_answer"] is True
    assert kost.events("payment_claimed") == []
    assert len(kost.phone(SITI)) == before


def test_a_phone_that_comes_late_starts_the_reminders(kost: World) -> None:
    kost.act(
        "create_invoice",
        customer_name="Budi Uji",
        amount="1500000",
        due_date="2026-12-05",
        invoice_number="T-9",
        recipe="kost",
    )
    with kost.store.write() as tx:  # as a sequence that ended for want of anything to send
        tx.conn.execute(schema.sequences.update().values(state="finished", reason="completed"))
        tx.conn.execute(schema.steps.update().values(state="cancelled", reason="sequence_cancelled"))
    kost.advance(timedelta(hours=2))

    kost.act("update_invoice", invoice="T-9", customer_phone=OTHER)
    kost.advance(at("2026-12-02 12:00"))

    assert len(kost.phone(OTHER)) >= 1
