"""Events as flows get them: every key of the spec, a sentence in both languages, few queries."""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from jsonschema import Draft202012Validator

from connector.actions.payloads import event_payload, event_payloads
from connector.specs import load
from connector.specs.formats import format_checker
from connector.store import business

from .shop import ROOT, Shop

TRIGGERS = load(ROOT / "specs", ROOT / "recipes").triggers


def _busy(shop: Shop) -> None:
    """A fortnight's worth of what actions tell."""
    shop.new("N-1", customer_phone=None)
    shop.act("open_case", invoice="A1-2026-12", reason="dispute", note="salah kamar")
    shop.act("mark_paid", invoice="A3-2026-12", amount="500000")
    shop.act("mark_paid", invoice="A3-2026-12")
    shop.act("mark_paid", invoice="C2-2026-12", payment_ref="x")
    shop.act("resolve_case", case="cas_sample", outcome="agreed_date", next="end")
    shop.act("set_consent", customer="B2", allowed=False)
    shop.act("set_consent", customer="B2", allowed=True)
    promise = shop.act("record_promise", invoice="B3-2026-12", promise_date="2026-12-20")
    shop.act("cancel_promise", promise=promise["promise_id"])


def test_every_event_of_the_actions_fits_its_spec(shop: Shop) -> None:
    _busy(shop)

    told = shop.payloads()

    assert {e["type"] for e in told} == {
        "invoice_created",
        "contact_problem",
        "dispute_opened",
        "needs_human",
        "case_resolved",
        "payment_received",
        "payment_claimed",
        "invoice_paid",
        "promise_made",
        "promise_kept",
        "promise_cancelled",
        "opted_out",
        "opted_in",
        "sequence_completed",
    }
    for event in told:
        spec = TRIGGERS[event["type"]]
        schema = {
            **spec.payload,
            "properties": {
                **spec.payload["properties"],
                "event_number": {"type": ["integer", "null"]},  # given by the sequencer, later
            },
        }
        faults = [
            f"{event['type']} {e.json_path}: {e.message}"
            for e in Draft202012Validator(schema, format_checker=format_checker()).iter_errors(event)
        ]
        assert faults == []
        own = [key for key in event if not key.startswith("extra_")]
        assert own == list(spec.payload["properties"])
        assert event["summary"] and "- " not in event["summary"] and "{" not in event["summary"]


def test_the_sentences_are_those_that_owners_read(shop: Shop) -> None:
    _busy(shop)

    said = {e["summary"] for e in shop.payloads("payment_received", "promise_kept", "case_resolved")}

    assert said == {
        "Diterima Rp500.000 dari Sri Wahyuni (D1) untuk D1-DEPOSIT/1: sisa Rp1.000.000.",
        "Diterima Rp500.000 dari Siti Rahma (A3) untuk A3-2026-12: sisa Rp1.000.000.",
        "Diterima Rp1.000.000 dari Siti Rahma (A3) untuk A3-2026-12: lunas.",
        "Wayan Sukerta (C2) menepati janji: Rp1.500.000.",
        "Diterima Rp1.500.000 dari Wayan Sukerta (C2) untuk C2-2026-12: lunas.",
        "Kasus Budi Santoso (B1) selesai: Tanggal disepakati.",
    }


def test_an_event_tells_the_money_of_its_own_moment(shop: Shop) -> None:
    _busy(shop)

    _, first, second, _ = shop.payloads("payment_received")

    assert (first["amount_due"], first["invoice_status"]) == ("1000000", "partly_paid")
    assert (second["amount_due"], second["invoice_status"]) == ("0", "paid")


def test_the_users_own_fields_come_along(shop: Shop) -> None:
    event = next(e for e in shop.payloads("invoice_created") if e["invoice_number"] == "A3-2026-12")

    assert event["extra_room"] == "A3"
    assert event["console_url"] is None  # there is no such page yet
    assert event["chat_url"] == "https://wa.me/6281234567890"


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("kind", sorted(TRIGGERS))
def test_any_event_is_told_even_when_nothing_is_known(shop: Shop, kind: str, language: str) -> None:
    row: dict[str, Any] = {
        "id": "evt_1",
        "type": kind,
        "number": 7,
        "invoice_event_number": None,
        "occurred_at": 1_795_831_200_000,
        "known_at": 1_795_831_500_000,
        "customer_id": None,
        "invoice_id": None,
        "data": {},
    }
    with shop.store.read() as tx:
        own = business.get(tx)
        assert own is not None
        event = event_payload(tx, row, replace(own, language=language), shop.catalog)

    assert set(event) == set(TRIGGERS[kind].payload["properties"])
    assert (event["late_minutes"], event["event_number"]) == (5, 7)
    assert event["summary"]


def test_a_page_of_events_costs_few_queries(shop: Shop) -> None:
    _busy(shop)
    rows = [r for r in shop.event_rows() if r["type"] != "needs_human"]

    def queries(some: list[Any]) -> int:
        seen: list[str] = []
        with shop.store.read() as tx:
            own = business.get(tx)
            assert own is not None
            sa.event.listen(tx.conn, "before_cursor_execute", lambda *a: seen.append(a[2]))
            event_payloads(tx, some, own, shop.catalog)
        return len(seen)

    assert len(rows) > 20
    assert queries(rows) <= queries(rows[:2]) + 12
