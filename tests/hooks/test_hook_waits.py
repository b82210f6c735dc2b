"""A subscription of somebody who waits for one event: about one customer, once, and not for ever."""

from datetime import timedelta

from hooks.house import House
from hooks.receiver import Receiver

from connector.store import schema


def test_it_hears_of_one_customer_once_and_is_gone(house: House, receiver: Receiver) -> None:
    first = house.world.invoice("W-1", customer_name="Uji Satu", customer_phone=None, recipe=None)
    house.world.invoice("W-2", customer_name="Uji Dua", customer_phone=None, recipe=None)
    waits = house.subscribe(receiver.url, "invoice_created", only_customers=[first["customer_id"]], once=True)

    house.tell("W-3", customer_name="Uji Dua")
    unheard = house.look(waits["id"])["state"]
    house.tell("W-4", customer_name="Uji Satu")
    house.tell("W-5", customer_name="Uji Satu")

    assert (waits["only_customers"], waits["once"]) == ([first["customer_id"]], True)
    assert unheard == "active"
    assert [event["invoice_number"] for event in receiver.taken] == ["W-4"]
    assert house.call("GET", f"/{waits['id']}").json()["code"] == "subscription_not_found"
    assert house.deliveries() == []


def test_a_refused_event_keeps_the_wait_and_a_test_does_not_end_it(house: House, receiver: Receiver) -> None:
    waits = house.subscribe(receiver.url, "invoice_created", once=True)
    house.call("POST", f"/{waits['id']}/test", {})
    house.world.settle()
    receiver.answer = lambda _receiver, _event: 503
    house.tell("W-1")

    assert house.look(waits["id"])["state"] == "active"


def test_it_ends_by_itself(house: House, receiver: Receiver) -> None:
    ends = house.world.store.clock.machine() + timedelta(hours=2)
    waits = house.subscribe(receiver.url, "invoice_created", once=True, ends_at=ends.isoformat())
    before = house.look(waits["id"])

    past = house.call("PATCH", f"/{waits['id']}", {"ends_at": (ends - timedelta(hours=3)).isoformat()})
    with house.world.store.write() as tx:  # the two hours are over
        tx.conn.execute(schema.subscriptions.update().values(ends_at_m=tx.machine_ms - 1))
    house.tell("W-1")

    assert (past.status_code, past.json()["errors"][0]["field"]) == (422, "ends_at")
    assert past.json()["errors"][0]["code"] == "time_past"
    assert before["ends_at"] == ends.replace(microsecond=0).isoformat()
    assert house.call("GET", f"/{waits['id']}").json()["code"] == "subscription_not_found"
    assert receiver.taken == []
