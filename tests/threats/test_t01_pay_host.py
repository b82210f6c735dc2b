"""T-01: the pay link or its host is changed, so that customers pay a thief."""

from dataclasses import replace

import pytest
from threats.conftest import Guarded
from world import at

from connector.actions.sample import BUSINESS as SAMPLE
from connector.domain.destinations import UNAPPROVED, approved_of, carried_by, unapproved
from connector.store import schema

BUSINESS = replace(SAMPLE, payment_details=None)

GOOD, THIEF = "https://pay.xendit.co/i/1", "https://pay-xendit.co/i/1"


def test_t01_an_update_with_another_host_stops_every_message_and_calls_the_owner_once(home: Guarded) -> None:
    home.approve("host", "pay.xendit.co")
    home.world.invoice(pay_url=GOOD)
    home.world.advance(at("2026-11-28 10:00"))

    card = home.world.act("update_invoice", invoice="T-1", pay_url=THIEF)
    home.world.advance(at("2026-12-02 10:00"))

    assert card["hold_reason"] == UNAPPROVED
    assert home.world.sent() == [("11-28 09:00", "invoice_created")]
    assert home.world.steps("T-1")["H-3"].reason == UNAPPROVED
    assert home.destinations()["pay-xendit.co"] == "proposed"
    calls = [e for e in home.world.events("needs_human") if e.data["reason"] == "pay_destination"]
    assert len(calls) == 1


def test_t01_after_a_persons_yes_the_text_that_is_true_then_goes(home: Guarded) -> None:
    home.approve("host", "pay.xendit.co")
    home.world.invoice(pay_url="https://bayar.example/x", due_date="2026-12-02")
    home.world.advance(at("2026-11-29 12:00"))
    assert home.world.sent() == []

    home.approve_waiting("bayar.example")

    assert home.world.sent() == [("11-29 12:00", "invoice_created")]
    assert home.world.steps("T-1")["created"].state == "superseded"
    assert home.cases("pay_destination") == []
    assert home.world.act("get_invoice", invoice="T-1")["hold_reason"] is None


def test_t01_a_mended_link_lets_the_messages_go_and_closes_the_case(home: Guarded) -> None:
    home.approve("host", "pay.xendit.co")
    home.world.invoice(pay_url=THIEF)
    home.world.advance(at("2026-11-28 12:00"))
    assert home.world.sent() == []

    home.world.act("update_invoice", invoice="T-1", pay_url=GOOD)
    home.world.settle()

    assert home.world.sent() == [("11-28 12:00", "invoice_created")]
    assert [c.outcome for c in home.cases("pay_destination", "resolved")] == ["destination_corrected"]


def test_t01_a_host_retired_meanwhile_holds_what_was_planned(home: Guarded) -> None:
    home.approve("host", "pay.xendit.co")
    home.world.invoice(pay_url=GOOD)

    home.retire("pay.xendit.co")
    home.world.advance(at("2026-11-28 12:00"))

    assert home.world.sent() == []
    assert home.world.act("get_invoice", invoice="T-1")["hold_reason"] == UNAPPROVED


def test_t01_the_guard_stands_at_the_door_even_when_the_row_was_changed_in_the_database(
    home: Guarded,
) -> None:
    home.approve("host", "pay.xendit.co")
    home.world.invoice(pay_url=GOOD)

    with home.world.store.write() as tx:
        tx.conn.execute(schema.invoices.update().values(pay_url=THIEF))
    home.world.advance(at("2026-11-28 12:00"))

    assert home.world.sent() == []
    assert home.world.steps("T-1")["created"].reason == UNAPPROVED
    assert len(home.cases("pay_destination")) == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://pay.xendit.co/r?to=https://evil.example",
        "https://pay.xendit.co/r?to=https%3A%2F%2Fevil.example",
        "https://pay.xendit.co/r?to=%252F%252Fevil.example",
        "https://pay.xendit.co:8443/i/1",
        "https://sub.pay.xendit.co/i/1",
        "https://pay.xendit.co.evil.example/i/1",
        "https://pay.xendit.co@evil.example/i/1",
        "https://evil.example\\.pay.xendit.co/i/1",
        "https://p\u0430y.xendit.co/i/1",  # a Cyrillic letter
        "https://xn--py-7kc.xendit.co/i/1",
    ],
)
def test_t01_a_link_that_leads_on_or_only_looks_alike_is_not_the_approved_one(url: str) -> None:
    approved = approved_of([("host", "pay.xendit.co", "approved")])

    assert unapproved(carried_by(BUSINESS, url), approved, live=True) is not None


def test_t01_a_link_that_leads_on_can_never_be_approved(home: Guarded) -> None:
    home.approve("host", "pay.xendit.co")

    card = home.world.invoice(pay_url="https://pay.xendit.co/r?to=https://evil.example")

    assert card["hold_reason"] == UNAPPROVED
    assert set(home.destinations().values()) == {"approved"}
    assert len(home.cases("pay_destination")) == 1


def test_t01_sixty_invoices_with_one_new_host_call_once(home: Guarded) -> None:
    home.approve("host", "pay.xendit.co")

    for number in range(6):
        home.world.invoice(f"N-{number}", pay_url=THIEF, customer_phone=f"08129000111{number}")
    home.world.settle()

    assert len(home.cases("pay_destination")) == 1
    held = home.world.rows(schema.invoices, schema.invoices.c.hold_reason == UNAPPROVED)
    assert len(held) == 6

    home.world.act("update_invoice", invoice="N-0", pay_url=GOOD)
    assert len(home.cases("pay_destination")) == 1
    home.approve_waiting("pay-xendit.co")
    assert home.cases("pay_destination") == []
    assert home.world.rows(schema.invoices, schema.invoices.c.hold_reason == UNAPPROVED) == []
