"""Several words to one phone become one message, but each is asked alone whether it may go."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from engine_probes import accepted, claim_at, three_days
from world import World, at, world

from connector.store import schema

SITI, BUDI = "+6281290001111", "+6281290004444"


@pytest.fixture
def kost(tmp_path: Path, sqlite_url: str) -> Iterator[World]:
    with world(tmp_path / "home", sqlite_url) as made:
        three_days(made)
        yield made


@pytest.fixture
def kost_on_both(tmp_path: Path, database_url: str) -> Iterator[World]:
    with world(tmp_path / "home", database_url) as made:
        three_days(made)
        yield made


def couple(kost: World, **given: str) -> None:
    """Wulan and Tono rent a room each and share one phone."""
    for number, name in (("C-1", "Wulan Uji"), ("C-2", "Tono Uji")):
        base = {"customer_name": name, "customer_phone": SITI, "recipe": "tiga-hari"}
        kost.invoice(number, **{**base, **given})


def test_three_invoices_of_one_customer_are_one_message_with_three_items(kost_on_both: World) -> None:
    kost = kost_on_both
    for number, amount in (("T-1", "1500000"), ("T-2", "250000"), ("T-3", "75000")):
        kost.invoice(number, amount=amount, recipe="tiga-hari")

    kost.advance(at("2026-11-28 09:30"))

    (message,) = kost.rows(schema.messages)
    items = kost.rows(schema.message_items)
    assert len(items) == len({i.invoice_id for i in items}) == 3
    assert all(number in message.text for number in ("T-1", "T-2", "T-3"))
    assert "1.825.000" in message.text
    assert len(kost.phone(SITI)) == 1
    told = kost.events("message_sent")
    assert {e.invoice_id for e in told} == {i.invoice_id for i in items}
    assert {e.data["message_id"] for e in told} == {message.id}


def test_an_invoice_and_a_reminder_of_the_same_minute_share_a_message(kost: World) -> None:
    kost.invoice("T-1", recipe="tiga-hari")
    kost.advance(at("2026-12-04 08:30"))
    kost.invoice("T-2", recipe="tiga-hari", due_date="2026-12-20", issue_date="2026-12-04")

    kost.advance(at("2026-12-04 09:30"))

    assert [name for _, name in kost.sent()[1:]] == ["statement"]
    (message,) = kost.rows(schema.messages, schema.messages.c.template == "statement")
    assert message.permission == "reminder"


def test_a_couple_on_one_phone_gets_a_message_each(kost: World) -> None:
    couple(kost)

    kost.advance(at("2026-11-28 09:30"))

    texts = [m.text for m in kost.rows(schema.messages)]
    assert len(kost.phone(SITI)) == len(texts) == 2
    assert sorted("Wulan" in text for text in texts) == [False, True]
    assert sorted("Tono" in text for text in texts) == [False, True]


def test_the_minimum_gap_counts_for_the_phone_not_for_the_person(kost_on_both: World) -> None:
    kost = kost_on_both
    couple(kost)
    kost.advance(at("2026-11-30 12:00"))

    kost.advance(at("2026-12-30 12:00"))

    reminders = kost.rows(schema.messages, schema.messages.c.permission == "reminder")
    instants = sorted(m.intent_at for m in reminders)
    gaps = [b - a for a, b in pairwise(instants)]
    assert len({m.customer_id for m in reminders}) == 2
    assert min(gaps) >= 20 * 3_600_000
    for step in kost.rows(schema.steps, schema.steps.c.kind == "message"):
        assert step.state == "sent" or step.reason


def test_at_most_four_reminders_reach_a_phone_in_seven_days(kost: World) -> None:
    for place in range(7):
        kost.invoice(f"D-{place}", due_date=f"2026-12-{10 + place}", recipe="kost")

    kost.advance(at("2027-01-10 12:00"))

    reminders = kost.rows(schema.messages, schema.messages.c.permission == "reminder")
    instants = sorted(m.intent_at for m in reminders)
    for begin in instants:
        assert sum(begin <= other < begin + 7 * 86_400_000 for other in instants) <= 4
    assert any(s.reason == "cap_7_days" for s in kost.rows(schema.steps)) or len(instants) >= 8


def test_what_is_paid_between_plan_and_claim_is_left_out(kost: World) -> None:
    kost.invoice("T-1", recipe="tiga-hari")
    kost.invoice("T-2", amount="250000", description="Listrik", recipe="tiga-hari")
    kost.advance(at("2026-12-04 08:30"))
    kost.act("mark_paid", invoice="T-2", tell_customer=False)

    kost.advance(at("2026-12-04 09:30"))

    assert [name for _, name in kost.sent()[1:]] == ["payment_reminder"]
    assert "T-2" not in kost.rows(schema.messages)[-1].text
    assert (kost.steps("T-2")["H-1"].state, kost.steps("T-2")["H-1"].reason) == ("cancelled", "paid")


def test_the_claim_itself_asks_whether_it_is_paid(kost_on_both: World) -> None:
    kost = kost_on_both
    kost.invoice("T-1", recipe="tiga-hari")
    kost.invoice("T-2", amount="250000", description="Listrik", recipe="tiga-hari")
    kost.advance(at("2026-12-04 08:30"))
    invoices = schema.invoices
    with kost.store.write() as tx:  # paid, but nobody has ended its steps: the last guard alone decides
        tx.conn.execute(invoices.update().where(invoices.c.number == "T-2").values(status="paid"))

    claimed = claim_at(kost, at("2026-12-04 09:00"))

    (sendable,) = claimed.sendables
    assert sendable.outgoing.template == "payment_reminder"
    assert (kost.steps("T-2")["H-1"].state, kost.steps("T-2")["H-1"].reason) == ("cancelled", "paid")
    assert kost.steps("T-1")["H-1"].state == "sending"


def test_a_promise_for_one_invoice_leaves_it_out_of_the_message(kost: World) -> None:
    kost.invoice("T-1", recipe="tiga-hari")
    kost.invoice("T-2", amount="250000", description="Listrik", recipe="tiga-hari")
    kost.advance(at("2026-12-04 08:30"))
    kost.act("record_promise", invoice="T-2", promise_date="2026-12-08")

    kost.advance(at("2026-12-04 09:30"))

    assert [name for _, name in kost.sent()][-1] == "payment_reminder"
    assert {r.invoice_id for r in accepted(kost) if r.key == "H-1"} == {kost.steps("T-1")["H-1"].invoice_id}


def test_receipts_of_two_transfers_are_two_messages(kost_on_both: World) -> None:
    kost = kost_on_both
    kost.invoice("T-1", recipe="tiga-hari")
    kost.invoice("T-2", amount="250000", description="Listrik", recipe="tiga-hari")
    kost.advance(at("2026-12-01 22:00"))
    kost.act("mark_paid", invoice="T-1")
    kost.act("mark_paid", invoice="T-2")

    kost.advance(at("2026-12-02 09:00"))

    assert kost.sent()[1:] == [("12-02 08:00", "payment_received")] * 2


def test_the_whole_says_it_all_for_a_part_that_nobody_has_heard_of(kost_on_both: World) -> None:
    kost = kost_on_both
    kost.invoice("T-1", recipe="tiga-hari")
    kost.invoice("T-2", amount="250000", description="Listrik", recipe="tiga-hari")
    kost.advance(at("2026-12-01 22:30"))
    for number, amount in (("T-1", "500000"), ("T-2", "100000")):
        kost.act("mark_paid", invoice=number, amount=amount)
    kost.advance(at("2026-12-01 23:00"))
    kost.act("mark_paid", invoice="T-1")
    rest = kost.act("mark_paid", invoice="T-2")
    kost.act("reverse_payment", payment=rest["payment_id"], reason="salah catat")

    kost.advance(at("2026-12-02 09:00"))

    assert sorted(kost.sent()[1:]) == [
        ("12-02 08:00", "payment_partial"),
        ("12-02 08:00", "payment_received"),
    ]
    (part,) = kost.rows(schema.messages, schema.messages.c.template == "payment_partial")
    assert "T-2" in part.text and "Rp150.000" in part.text
    assert [s.reason for k, s in kost.steps("T-1").items() if s.state == "superseded"] == ["superseded"]


def test_one_transfer_for_three_invoices_is_one_confirmation_that_names_them(kost_on_both: World) -> None:
    kost = kost_on_both
    for number, amount in (("T-1", "1500000"), ("T-2", "250000"), ("T-3", "75000")):
        kost.invoice(number, amount=amount, recipe="tiga-hari")
    kost.advance(at("2026-12-01 22:00"))
    before = len(kost.sent())

    kost.act("mark_paid", invoice="T-1,T-2,T-3", amount="1800000", allocate="oldest_first")
    kost.advance(at("2026-12-03 09:00"))

    assert kost.sent()[before:] == [("12-02 08:00", "payment_received_several")]
    text = kost.rows(schema.messages, schema.messages.c.template == "payment_received_several")[0].text
    assert all(words in text for words in ("3 tagihan", "Rp1.800.000", "T-1", "T-2", "T-3", "sisa Rp25.000"))
    told = [s for n in ("T-1", "T-2", "T-3") for k, s in kost.steps(n).items() if k.startswith("receipt:")]
    assert [s.state for s in told] == ["sent"] * 3


def test_what_is_taken_back_before_the_confirmation_is_not_in_it(kost: World) -> None:
    for number in ("T-1", "T-2", "T-3"):
        kost.invoice(number, recipe="tiga-hari")
    kost.advance(at("2026-12-01 22:00"))
    kost.act("mark_paid", invoice="T-1,T-2,T-3")

    kost.act("reverse_payment", invoice="T-2", reason="wrong row")
    kost.advance(at("2026-12-02 08:30"))

    (message,) = kost.rows(schema.messages, schema.messages.c.template == "payment_received_several")
    assert "Rp3.000.000" in message.text
    assert "T-2" not in message.text


def test_a_stop_on_a_shared_phone_silences_both(kost_on_both: World) -> None:
    kost = kost_on_both
    couple(kost)
    kost.advance(at("2026-11-28 10:00"))
    before = len(kost.phone(SITI))

    kost.say(SITI, "STOP")
    kost.advance(at("2026-12-20 12:00"))

    assert len(kost.phone(SITI)) == before + 1  # one confirmation, then silence
    for number in ("C-1", "C-2"):
        assert {s.reason for s in kost.steps(number).values() if s.key in ("H-1", "H", "H+1")} == {
            "opted_out"
        }


def test_a_stop_of_one_phone_leaves_the_others(kost: World) -> None:
    kost.invoice("T-1", recipe="tiga-hari")
    kost.invoice("T-2", customer_name="Budi Uji", customer_phone=BUDI, recipe="tiga-hari")
    kost.advance(at("2026-11-28 10:00"))

    kost.say(SITI, "STOP")
    kost.advance(timedelta(days=8))

    assert [name for _, name in kost.sent(SITI)] == ["invoice_created", "text"]  # and one confirmation
    assert [name for _, name in kost.sent(BUDI)[1:]] == ["payment_reminder", "due_today", "overdue_notice"]


def test_two_currencies_are_two_messages_even_for_one_person(kost: World) -> None:
    kost.invoice("T-1", recipe="tiga-hari")
    kost.invoice("T-2", amount="100", currency="USD", description="Kursus", recipe="tiga-hari")

    kost.advance(at("2026-11-28 09:30"))

    assert [name for _, name in kost.sent()] == ["invoice_created", "invoice_created"]
