"""T-36: a key of one source neither sees nor changes what another source brought."""

from typing import Any

import pytest
from threats.conftest import SITI, Guarded
from threats.doors import Door, code


@pytest.fixture
def square(home: Guarded) -> Door:
    """A Square-bound key, its own invoice S-1, and the invoice X-1 that Xero brought."""
    bound = Door(home, "n8n", sources=["square"])
    home.world.invoice("X-1", customer_ref="A3", customer_phone=SITI, source="xero")
    own: dict[str, Any] = {"amount": "900000", "due_date": "2026-12-05", "customer_phone": "081377778888"}
    made = bound.act("create_invoice", customer_name="Budi", customer_ref="B1", invoice_number="S-1", **own)
    assert made.status_code == 200, made.get_json()
    return bound


FOREIGN: dict[str, dict[str, Any]] = {
    "get_invoice": {"invoice": "X-1"},
    "explain_invoice": {"invoice": "X-1"},
    "void_invoice": {"invoice": "X-1", "reason": "x"},
    "update_invoice": {"invoice": "X-1", "amount": "1"},
    "mark_paid": {"invoice": "X-1", "payment_ref": "forged"},
    "pause_sequence": {"invoice": "X-1"},
    "send_template": {"invoice": "X-1", "template": "payment_reminder"},
    "record_promise": {"invoice": "X-1", "promise_date": "2026-12-08"},
    "find_customer": {"customer": "A3"},
    "set_consent": {"customer": "A3", "allowed": False},
    "change_phone": {"customer": "A3", "new_phone": "0878-1111-2222"},
}


@pytest.mark.parametrize("action", sorted(FOREIGN))
def test_t36_what_xero_brought_is_not_there_for_square(home: Guarded, square: Door, action: str) -> None:
    before = home.world.act("get_invoice", invoice="X-1")

    answer = square.act(action, **FOREIGN[action])

    assert answer.status_code == 404, answer.get_json()
    assert home.world.act("get_invoice", invoice="X-1") == before


def test_t36_the_foreign_number_is_a_conflict_and_stays_as_it_was(home: Guarded, square: Door) -> None:
    before = home.world.act("get_invoice", invoice="X-1")
    given = {"customer_name": "Siti Uji", "amount": "1", "due_date": "2026-12-05", "invoice_number": "X-1"}

    answer = square.act("create_invoice", **given)

    assert (answer.status_code, code(answer)) == (409, "invoice_conflict")
    assert home.world.act("get_invoice", invoice="X-1") == before


def test_t36_lists_and_events_hold_its_own_alone(home: Guarded, square: Door) -> None:
    home.world.settle()

    found = square.act("find_invoices").get_json()["items"]
    events = square.get("/v1/events").get_json()["items"]

    assert [card["invoice_number"] for card in found] == ["S-1"]
    assert {event["invoice_number"] for event in events} == {"S-1"}
    assert events


def test_t36_what_is_about_everything_is_not_for_a_bound_key(home: Guarded, square: Door) -> None:
    for action in ("get_summary", "pause_all", "import_recipe"):
        assert square.act(action, period="today", reason="x", text="x").status_code == 403, action
    for path in ("/v1/options/customers", "/v1/options/invoices"):
        assert square.get(path).status_code == 403, path
    foreign = {"customer_name": "A", "amount": "1000", "due_date": "2026-12-05", "source": "xero"}
    assert code(square.act("create_invoice", **foreign)) == "source_bound"


def test_t36_its_own_it_sees_and_changes(home: Guarded, square: Door) -> None:
    assert square.act("find_customer", customer="B1").status_code == 200
    paid = square.act("mark_paid", invoice="S-1", payment_ref="sq-1")
    assert (paid.status_code, paid.get_json()["result"]) == (200, "recorded")


def test_t36_a_payment_by_customer_touches_only_its_own_invoices(home: Guarded, square: Door) -> None:
    """Budi owes Xero as well; a Square key that pays for Budi pays what Square brought."""
    home.world.invoice(
        "X-2", customer_ref="B1", customer_name="Budi", customer_phone="081377778888", source="xero"
    )

    answer = square.act("mark_paid", customer="B1", amount="900000", payment_ref="sq-2")

    assert answer.status_code == 200
    assert home.world.act("get_invoice", invoice="X-2")["amount_paid"] == "0"
    assert home.world.act("get_invoice", invoice="S-1")["invoice_status"] == "paid"
