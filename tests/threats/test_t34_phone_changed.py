"""T-34: a number that a webhook, a sheet or the API brings is not used before somebody says yes."""

import pytest
from threats.conftest import SITI, Guarded
from threats.doors import Door
from world import at

from connector.store import schema

NEW = "+6287811112222"
ROADS = {
    "create_invoice": {
        "customer_name": "Siti Uji",
        "amount": "1500000",
        "due_date": "2026-12-05",
        "invoice_number": "T-1",
    },
    "update_invoice": {"invoice": "T-1"},
    "upsert_customer": {"customer_ref": "A3", "customer_name": "Siti Uji"},
}


@pytest.mark.parametrize("road", sorted(ROADS))
def test_t34_another_number_holds_the_persons_messages(home: Guarded, road: str) -> None:
    home.world.invoice(customer_ref="A3")
    home.world.advance(at("2026-11-29 12:00"))

    answer = Door(home, "n8n").act(road, customer_phone=NEW, **ROADS[road])

    assert answer.get_json()["phone_change"] == "waiting"
    before = len(home.world.phone(SITI))
    home.world.advance(at("2026-12-06 12:00"))
    assert (len(home.world.phone(SITI)), home.world.phone(NEW)) == (before, [])
    assert home.world.act("get_invoice", invoice="T-1")["hold_reason"] == "phone_change_unconfirmed"
    problems = [(e.data["problem"]) for e in home.world.events("contact_problem")]
    assert problems == ["number_changed"]


def test_t34_the_owners_yes_lets_them_go_to_the_new_number_alone(home: Guarded) -> None:
    home.world.invoice(customer_ref="A3")
    home.world.advance(at("2026-11-29 12:00"))
    home.world.act("upsert_customer", customer_ref="A3", customer_name="Siti Uji", customer_phone=NEW)
    before = len(home.world.phone(SITI))

    home.world.act("change_phone", customer="A3", new_phone=NEW, reason="asked")
    home.world.advance(at("2026-12-06 12:00"))

    assert len(home.world.phone(SITI)) == before
    assert "due_today" in [template for _, template in home.world.sent(NEW)]


@pytest.mark.parametrize("reason", ["returned", "resend"])
def test_t34_a_number_to_try_is_no_yes(home: Guarded, reason: str) -> None:
    home.world.invoice(customer_ref="A3")

    answer = home.world.act("change_phone", customer="A3", new_phone=NEW, reason=reason)

    assert (answer["result"], answer["phone_change"], answer["customer_phone"]) == (
        "waiting",
        "waiting",
        SITI,
    )
    home.world.advance(at("2026-12-06 12:00"))
    assert home.world.phone(NEW) == []


def test_t34_an_automation_bound_to_a_source_only_proposes(home: Guarded) -> None:
    bound = Door(home, "n8n", sources=["jurnal"])
    given = {"amount": "1500000", "due_date": "2026-12-05", "customer_phone": SITI, "source": "jurnal"}
    bound.act("create_invoice", customer_name="Siti Uji", customer_ref="A3", invoice_number="J-1", **given)

    answer = bound.act("change_phone", customer="A3", new_phone=NEW, reason="asked")

    assert answer.get_json()["result"] == "waiting"


def test_t34_the_old_number_given_again_withdraws_the_change(home: Guarded) -> None:
    home.world.invoice(customer_ref="A3")
    home.world.act("upsert_customer", customer_ref="A3", customer_name="Siti Uji", customer_phone=NEW)

    home.world.act("upsert_customer", customer_ref="A3", customer_name="Siti Uji", customer_phone=SITI)

    assert home.world.act("get_invoice", invoice="T-1")["hold_reason"] is None


def test_t34_an_old_sheet_does_not_bring_the_former_number_back(home: Guarded) -> None:
    home.world.invoice(customer_ref="A3")
    home.world.act("change_phone", customer="A3", new_phone=NEW, reason="asked")

    home.world.invoice("T-2", customer_name="Siti Uji", customer_phone=SITI, due_date="2027-01-05")

    card = home.world.act("get_invoice", invoice="T-2")
    assert (card["customer_phone"], card["hold_reason"]) == (NEW, None)
    assert len({i.customer_id for i in home.world.rows(schema.invoices)}) == 1


def test_t34_the_same_email_merges_nobody(home: Guarded) -> None:
    mail = {"customer_email": "siti@example.com"}
    home.world.act("upsert_customer", customer_ref="A3", customer_name="Siti", customer_phone=SITI, **mail)

    other = home.world.act("upsert_customer", customer_name="Orang Lain", customer_phone=NEW, **mail)

    assert other["result"] == "created"
    phones = {
        home.world.act("find_customer", customer=c.id)["customer_phone"]
        for c in home.world.rows(schema.customers)
    }
    assert phones == {SITI, NEW}
