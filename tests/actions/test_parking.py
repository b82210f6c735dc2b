"""Money that fits nothing yet is neither lost nor guessed: it waits, visibly, for its invoice."""

import pytest

from connector.domain.problems import Conflict, NotFound

from .shop import Shop

GIVEN = {"invoice": "N-1", "amount": "1500000", "payment_ref": "mt_9", "payment_method": "va_bca"}


def test_an_unknown_invoice_is_a_wrong_request_by_default(shop: Shop) -> None:
    with pytest.raises(NotFound):
        shop.act("mark_paid", **GIVEN)

    assert len(shop.rows("payments")) == 1  # the sample's


def test_a_parked_payment_is_told_and_kept_once(shop: Shop) -> None:
    first = shop.act("mark_paid", **GIVEN, park=True)
    again = shop.act("mark_paid", **GIVEN, park=True)

    assert (first["result"], again["result"]) == ("parked", "already_recorded")
    assert first["payment_id"] == again["payment_id"]
    (told,) = shop.payloads("payment_unmatched")
    assert (told["payment_told_invoice"], told["payment_amount"], told["customer_id"]) == (
        "N-1",
        "1500000",
        None,
    )
    assert "Rp1.500.000" in told["summary"]


def test_it_is_recorded_when_its_invoice_appears(shop: Shop) -> None:
    parked = shop.act("mark_paid", **GIVEN, park=True)

    card = shop.new("N-1")

    assert (card["result"], card["invoice_status"]) == ("created", "paid")
    payment = next(p for p in shop.rows("payments") if p["id"] == parked["payment_id"])
    assert (payment["state"], payment["customer_id"]) == ("applied", card["customer_id"])
    assert {s.state for s in shop.steps("N-1") if s.permission == "reminder"} == {"cancelled"}
    (told,) = [e for e in shop.payloads("payment_received") if e["invoice_number"] == "N-1"]
    assert (told["payment_ref"], told["settles_invoice"]) == ("mt_9", True)


def test_the_number_may_be_the_payments_own_reference(shop: Shop) -> None:
    shop.act("mark_paid", customer="nobody", amount="1500000", payment_ref="n-1", park=True)

    assert shop.new("N-1")["invoice_status"] == "paid"


def test_more_than_the_invoice_is_seen_as_credit(shop: Shop) -> None:
    shop.act("mark_paid", **{**GIVEN, "amount": "2000000"}, park=True)

    card = shop.new("N-1", customer_ref="N")

    assert card["invoice_status"] == "paid"
    assert shop.act("find_customer", customer="N")["credit_amount"] == "500000"


def test_another_currency_stays_parked(shop: Shop) -> None:
    shop.act("mark_paid", **{**GIVEN, "amount": "10", "currency": "USD"}, park=True)

    assert shop.new("N-1")["invoice_status"] == "open"
    assert [p["state"] for p in shop.rows("payments")][1:] == ["unmatched"]


def test_a_person_may_say_at_any_time_what_it_is_for(shop: Shop) -> None:
    parked = shop.act("mark_paid", **GIVEN, park=True)

    answer = shop.act("mark_paid", invoice="A3-2026-12", payment_ref="mt_9")

    assert (answer["result"], answer["payment_id"]) == ("recorded", parked["payment_id"])
    assert shop.invoice("A3-2026-12").status == "paid"
    assert shop.new("N-1")["invoice_status"] == "open", "it is spent"


def test_a_parked_payment_fills_nothing_that_could_be_reversed(shop: Shop) -> None:
    parked = shop.act("mark_paid", **GIVEN, park=True)

    with pytest.raises(Conflict) as refused:
        shop.act("reverse_payment", payment=parked["payment_id"], reason="x")

    assert refused.value.code == "payment_unmatched"


def test_the_owners_tick_and_the_gateways_webhook_are_one_payment(shop: Shop) -> None:
    ticked = shop.act("mark_paid", invoice="A3-2026-12")

    webhook = shop.act("mark_paid", invoice="A3-2026-12", amount="1500000", payment_ref="mt_1")
    repeated = shop.act("mark_paid", invoice="A3-2026-12", amount="1500000", payment_ref="mt_1")

    assert (webhook["result"], repeated["result"]) == ("probable_duplicate", "already_recorded")
    assert {a["payment_id"] for a in (ticked, webhook, repeated)} == {ticked["payment_id"]}
    assert shop.invoice("A3-2026-12").paid == 150_000_000


def test_two_parts_with_references_of_their_own_are_two_payments(shop: Shop) -> None:
    shop.act("mark_paid", invoice="A3-2026-12", amount="500000")

    second = shop.act("mark_paid", invoice="A3-2026-12", amount="500000", payment_ref="mt_2")

    assert (second["result"], second["amount_due"]) == ("recorded", "500000")
