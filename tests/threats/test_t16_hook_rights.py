"""T-16: not every key drinks everybody's data: own scope, own hosts, masked people; the owner hears of new hosts."""

from typing import Any

import pytest
from hooks.house import House
from hooks.receiver import Receiver

from connector.specs import default_dirs
from connector.specs.files import SpecFiles
from connector.specs.policies import read_presets
from connector.store import keys, schema

WISH: dict[str, Any] = {"url": "https://n8n.example.com/webhook/1", "events": ["invoice_created"]}


@pytest.mark.parametrize("preset", ["read", "sheets", "accounting"])
def test_a_key_without_the_scope_cannot_subscribe(house: House, preset: str) -> None:
    key = house.key(*read_presets(SpecFiles(default_dirs()[0]))[preset].scopes)

    answers = [
        house.call("POST", "", WISH, key=key.secret),
        house.call("GET", "", key=key.secret),
        house.call("DELETE", "/sub_x", key=key.secret),
        house.call("POST", "/sub_x/replay", {"from_event_number": 1}, key=key.secret),
    ]

    assert {answer.status_code for answer in answers} == {403}


def test_a_key_bound_to_a_host_names_no_other(house: House) -> None:
    key = house.key(hosts=["n8n.example.com"])
    own = house.call("POST", "", WISH, key=key.secret)
    evil = {**WISH, "url": "https://evil.example/steal"}

    made = house.call("POST", "", evil, key=key.secret)
    moved = house.call("PATCH", f"/{own.json()['id']}", {"url": evil["url"]}, key=key.secret)

    assert own.status_code == 200
    assert [(a.status_code, a.json()["code"]) for a in (made, moved)] == [(403, "hook_host_forbidden")] * 2
    assert house.look(own.json()["id"])["url"] == WISH["url"]


def test_it_sees_and_touches_nothing_of_other_hosts(house: House) -> None:
    other = house.call("POST", "", {**WISH, "url": "https://zapier.example/h/1"}).json()
    key = house.key(hosts=["n8n.example.com"]).secret

    seen = house.call("GET", "", key=key).json()["items"]
    answers = [
        house.call("GET", f"/{other['id']}", key=key),
        house.call("PATCH", f"/{other['id']}", {"url": WISH["url"]}, key=key),
        house.call("POST", f"/{other['id']}/test", key=key),
        house.call("POST", f"/{other['id']}/rotate-secret", key=key),
        house.call("GET", f"/{other['id']}/deliveries", key=key),
        house.call("POST", f"/{other['id']}/replay", {"from_event_number": 1}, key=key),
    ]
    ended = house.call("DELETE", f"/{other['id']}", key=key).json()

    assert seen == []
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {
        (404, "subscription_not_found")
    }
    assert ended["result"] == "already_deleted"
    assert house.look(other["id"])["state"] == "active"


def test_the_first_event_to_a_host_is_told_to_the_owner_once(house: House, second: Receiver) -> None:
    house.subscribe(second.url, "needs_human")
    key = house.key()

    for path in ("1", "2"):
        house.call("POST", "", {**WISH, "url": f"https://new.example/{path}"}, key=key.secret)
    house.world.settle()

    [told] = second.taken
    assert (told["type"], told["reason"], told["customer_id"]) == ("needs_human", "hook_host", None)
    assert f"new.example (key:{key.key.id})" in told["summary"]
    hosts = {row.host: row.first_by for row in house.world.rows(schema.hook_hosts)}
    assert hosts["new.example"] == f"key:{key.key.id}"


def test_a_masked_key_gets_masked_people(house: House, receiver: Receiver, second: Receiver) -> None:
    key = house.key(pii="masked").secret
    made = house.subscribe(receiver.url, "invoice_created", key=key)
    house.subscribe(second.url, "invoice_created")

    house.world.invoice("T-1", customer_name="Siti Rahasia", customer_phone="081290001111")
    house.world.settle()

    shown, full = receiver.requests[0].body.decode(), second.requests[0].body.decode()
    assert made["pii"] == "masked"
    assert "Rahasia" in full and "+6281290001111" in full
    assert "Rahasia" not in shown and "81290001111" not in shown
    assert receiver.taken[0]["customer_phone"] == "+62812****1111"


def test_a_masked_key_cannot_open_its_own_eyes_or_somebody_elses(house: House, receiver: Receiver) -> None:
    key = house.key(pii="masked").secret
    full = house.subscribe(receiver.url, "invoice_created")

    asked = house.call("POST", "", {**WISH, "pii": "full"}, key=key)
    taken = house.call("PATCH", f"/{full['id']}", {"name": "mine"}, key=key).json()
    again = house.call("PATCH", f"/{full['id']}", {"pii": "full"}, key=key)

    assert asked.status_code == again.status_code == 403
    assert taken["pii"] == "masked"


def test_a_full_key_may_ask_for_less(house: House) -> None:
    assert house.call("POST", "", {**WISH, "pii": "masked"}).json()["pii"] == "masked"


def test_with_the_key_its_subscriptions_end(house: House, receiver: Receiver) -> None:
    key = house.key()
    made = house.subscribe(receiver.url, "invoice_created", key=key.secret)
    house.tell("T-1")
    with house.world.store.write() as tx:
        keys.revoke_key(tx, key.key.id)

    house.tell("T-2")

    assert [event["invoice_number"] for event in receiver.taken] == ["T-1"]
    stopped = house.look(made["id"])
    assert (stopped["state"], stopped["state_reason"], stopped["waiting"]) == (
        "stopped", "subscription_key_revoked", 1,
    )  # fmt: skip

    house.call("PATCH", f"/{made['id']}", {"active": True})  # the owner takes it over
    house.world.settle()
    assert [event["invoice_number"] for event in receiver.taken] == ["T-1", "T-2"]


def test_every_deed_is_written_down(house: House) -> None:
    made = house.call("POST", "", WISH).json()
    house.call("PATCH", f"/{made['id']}", {"name": "x"})
    house.call("POST", f"/{made['id']}/rotate-secret")
    house.call("DELETE", f"/{made['id']}")

    rows = house.world.rows(schema.audit, schema.audit.c.object == made["id"])

    assert [row.action for row in rows] == [
        "create_webhook", "change_webhook", "rotate_webhook_secret", "delete_webhook",
    ]  # fmt: skip
    assert {row.actor for row in rows} == {"key:key_env"}
