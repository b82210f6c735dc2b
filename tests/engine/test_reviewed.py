"""Faults that a reader of the engine found: each stays mended."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from world import World, at, world

from connector.store import inbox, outages, schema

SITI = "+6281290001111"


@pytest.fixture
def kost(tmp_path: Path, database_url: str):
    with world(tmp_path / "home", database_url) as made:
        yield made


def test_a_stored_status_that_is_not_yet_applied_stops_the_resend(kost: World) -> None:
    kost.invoice()
    kost.fault(kind="lost_answer", next=1)
    kost.advance(at("2026-11-28 09:00"))
    with kost.store.write() as tx:
        tx.conn.execute(
            schema.inbox.insert().values(
                source="whatsapp_cloud",
                dedupe="x",
                received_at=tx.now_ms,
                received_at_m=tx.machine_ms,
                body=json.dumps({"entry": []}).encode(),
                state="new",
                attempts=0,
            )
        )
        unread = inbox.unread_providers(tx)
        tx.conn.execute(schema.steps.update().values(hold_until=0).where(schema.steps.c.state == "unknown"))
        looked_at = kost.worker._reconciler.settle(tx)

    assert unread == {"whatsapp_cloud"}
    assert looked_at == 0


def test_an_invoice_without_a_phone_keeps_its_sequence_until_the_phone_comes(kost: World) -> None:
    kost.act(
        "create_invoice",
        customer_name="Tanpa Nomor",
        customer_ref="Z9",
        amount="100000",
        due_date="2026-12-05",
        invoice_number="Z-1",
        recipe="starter",
    )
    kost.restart()
    kost.advance(at("2026-11-30 10:00"))

    kost.act("upsert_customer", customer_name="Tanpa Nomor", customer_ref="Z9", customer_phone="081290002222")
    kost.advance(at("2026-12-01 12:00"))

    assert [name for _, name in kost.sent("+6281290002222")] == ["invoice_created"]


def test_the_invoice_text_is_not_said_again_while_its_outcome_is_with_a_person(kost: World) -> None:
    kost.invoice()
    kost.advance(at("2026-11-28 09:00"))
    with kost.store.write() as tx:
        created = schema.steps.c.key == "created"
        tx.conn.execute(schema.steps.update().where(created).values(state="held", reason="unknown_person"))

    kost.advance(at("2026-12-02 10:00"))

    assert [name for _, name in kost.sent()] == ["invoice_created", "payment_reminder"]


def test_a_late_not_on_whatsapp_marks_the_number_and_the_next_stage_goes_by_text(kost: World) -> None:
    kost.invoice()
    kost.fault(kind="failed", code="131026", next=1)

    kost.advance(at("2026-12-02 10:00"))

    addresses = kost.rows(schema.addresses, schema.addresses.c.phone == SITI)
    assert addresses[0].state == "not_on_whatsapp"
    assert kost.steps("T-1")["H-3/sms"].state == "sent"


def test_one_wrong_row_never_stops_the_others(kost: World) -> None:
    kost.invoice("T-1")
    kost.invoice("T-2", customer_name="Budi Uji", customer_phone="081290003333")
    with kost.store.write() as tx:
        tx.conn.execute(
            schema.customers.update().where(schema.customers.c.name == "Siti Uji").values(zone="Mars/Base")
        )

    kost.advance(at("2026-11-28 10:00"))

    assert [name for _, name in kost.sent("+6281290003333")] == ["invoice_created"]
    step = kost.steps("T-1")["created"]
    assert (step.state, step.reason) == ("held", "internal_fault")
    assert [e.data["reason"] for e in kost.events("needs_human")] == ["message_held"]


def test_a_waiting_outage_is_not_counted_at_every_turn(kost: World) -> None:
    kost.invoice()
    kost.advance(at("2026-12-02 08:00"))
    kost.power(False)
    kost.advance(at("2026-12-02 21:00"))
    kost.power(True)

    asked = 0
    real = outages.counts

    def counting(tx, outage):
        nonlocal asked
        asked += 1
        return real(tx, outage)

    outages.counts = counting
    try:
        for _ in range(20):
            kost.settle()
    finally:
        outages.counts = real

    assert asked <= 2
    with kost.store.read() as tx:
        assert tx.conn.execute(sa.select(sa.func.count()).select_from(schema.blackouts)).scalar_one() == 1


def test_a_claimed_pause_is_obeyed_within_the_turn(kost: World) -> None:
    kost.invoice()
    kost.advance(at("2026-11-28 08:59"))
    kost.act("pause_all", reason="libur")

    assert kost.worker._take(10, without=frozenset()).touched == 0
