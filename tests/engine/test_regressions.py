"""Faults that the engine had once; each test fails without its cure."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from engine_probes import three_days
from ports import free_port
from world import World, at, world

from connector.store import schema

SITI, BUDI = "+6281290001111", "+6281290004444"


@pytest.fixture
def kost(tmp_path: Path, sqlite_url: str) -> Iterator[World]:
    with world(tmp_path / "home", sqlite_url) as made:
        three_days(made)
        yield made


def gateway_is_gone(kost: World) -> None:
    """Nobody listens any more where the SMS gateway was, while WhatsApp can be reached."""
    place = f"127.0.0.1:{free_port()}"
    kost.worker.outgoing._allowed |= {place}
    senders = dict(kost.worker._sending.senders)
    senders["sms:sandbox_sms"] = replace(senders["sms:sandbox_sms"], base_url=f"http://{place}")
    kost.worker._sending.senders = senders


def test_a_gateway_that_is_gone_does_not_keep_the_other_channel_from_sending(kost: World) -> None:
    gateway_is_gone(kost)
    kost.invoice("T-1", recipe="kost", channel="sms")
    kost.invoice("T-2", customer_name="Budi Uji", customer_phone="081290004444", recipe="tiga-hari")
    kost.advance(at("2026-11-28 09:30"))
    kost.invoice("T-3", customer_name="Budi Uji", customer_phone="081290004444", recipe="tiga-hari")

    kost.advance(at("2026-11-28 10:30"))

    assert kost.sent(BUDI) == [("11-28 09:00", "invoice_created"), ("11-28 09:30", "invoice_created")]
    (waiting,) = (s for s in kost.steps("T-1").values() if s.key == "created")
    assert (waiting.state, waiting.reason) == ("planned", "retry_later")


def test_what_a_dead_gateway_kept_goes_when_it_is_back(kost: World) -> None:
    alive = dict(kost.worker._sending.senders)
    gateway_is_gone(kost)
    kost.invoice("T-1", recipe="kost", channel="sms")
    kost.advance(at("2026-11-28 11:00"))

    kost.worker._sending.senders = alive
    kost.advance(at("2026-11-28 11:05"))

    assert len(kost.phone(SITI)) == 1
    assert [e.data["late"] for e in kost.events("blackout_recovered")] == [1]


def test_steps_of_a_paused_statement_wait_and_go_on_together(kost: World) -> None:
    kost.invoice("T-1", recipe="tiga-hari")
    kost.invoice("T-2", amount="250000", description="Listrik", recipe="tiga-hari")
    kost.fault(code="132015", next=1)

    kost.advance(at("2026-11-28 09:30"))
    held = [kost.steps(number)["created"] for number in ("T-1", "T-2")]
    assert {(s.state, s.reason) for s in held} == {("held", "template_paused")}
    kost.advance(at("2026-11-28 12:30"))

    assert [name for _, name in kost.sent()] == ["statement"]
    assert {kost.steps(number)["created"].state for number in ("T-1", "T-2")} == {"sent"}


def test_a_paused_statement_is_not_tried_again_by_the_next_two_invoices(kost: World) -> None:
    kost.invoice("T-1", recipe="tiga-hari")
    kost.invoice("T-2", amount="250000", description="Listrik", recipe="tiga-hari")
    kost.fault(code="132015", next=1)
    kost.advance(at("2026-11-28 09:30"))
    for number in ("T-3", "T-4"):
        kost.invoice(
            number,
            customer_name="Budi Uji",
            customer_phone="081290004444",
            amount="90000",
            recipe="tiga-hari",
        )

    kost.advance(at("2026-11-28 10:30"))

    assert kost.phone(BUDI) == []
    assert kost.steps("T-3")["created"].reason == "template_paused"
    kost.advance(timedelta(hours=3))
    assert [name for _, name in kost.sent(BUDI)] == ["statement"]
    assert len(kost.rows(schema.messages, schema.messages.c.status == "failed")) == 1
