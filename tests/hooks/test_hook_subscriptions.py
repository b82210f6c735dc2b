"""Subscriptions over HTTP: made, found, changed, ended, tested, their secret changed, the past sent again."""

from datetime import timedelta
from typing import Any

import pytest
from hooks.house import House
from hooks.receiver import Receiver, believes
from world import at

from connector.actions import subscribing
from connector.store import schema

PUBLIC = "https://n8n.example.com/webhook/7f3a"


def test_the_secret_is_shown_once_and_lies_sealed(house: House) -> None:
    made = house.call("POST", "", {"url": PUBLIC, "events": ["invoice_paid"]}).json()

    assert made["result"] == "created" and made["secret"].startswith("whsec_")
    assert "secret" not in house.look(made["id"])
    assert "whsec_" not in house.call("GET", "").text
    [row] = house.world.rows(schema.secrets)
    assert made["secret"].encode() not in row.sealed
    assert (row.purpose, row.owner, row.accepted_until_m) == ("subscription", made["id"], None)


def test_the_same_wish_again_finds_what_the_first_one_made(house: House) -> None:
    wish = {"url": PUBLIC, "events": ["invoice_paid", "needs_human"], "only_tags": ["gold"]}

    first = house.call("POST", "", wish).json()
    again = house.call("POST", "", {**wish, "events": ["needs_human", "invoice_paid"]}).json()
    other = house.call("POST", "", {**wish, "only_tags": ["silver"]}).json()

    assert again == {**first, "result": "unchanged", "result_text": again["result_text"]}
    assert other["result"] == "created" and other["id"] != first["id"]


def test_one_event_is_subscribed_at_its_own_address_and_ended_where_location_says(house: House) -> None:
    made = house.call("POST", "/events/invoice_paid", {"url": PUBLIC})
    again = house.call("POST", "/events/invoice_paid", {"url": PUBLIC})

    assert (made.status_code, made.json()["events"]) == (201, ["invoice_paid"])
    assert made.headers["Location"].endswith(f"/v1/webhooks/{made.json()['id']}")
    assert again.json()["id"] == made.json()["id"]
    assert house.call("DELETE", f"/{made.json()['id']}").json()["result"] == "deleted"
    assert house.call("POST", "/events/invoice_gone", {"url": PUBLIC}).json()["code"] == "trigger_unknown"
    refused = house.call("POST", "/events/invoice_paid", {"events": []}).json()["errors"]
    assert {(e["field"], e["code"]) for e in refused} == {
        ("url", "field_required"),
        ("events", "field_unknown"),
    }


@pytest.mark.parametrize(
    ("wish", "field", "code"),
    [
        ({"url": "http://n8n.example.com/x"}, "url", "hook_url_refused"),
        ({"url": "ftp://n8n.example.com/x"}, "url", "field_invalid"),
        ({"url": None}, "url", "field_required"),
        ({"events": []}, "events", "field_invalid"),
        ({"events": ["invoice_gone"]}, "events.0", "field_invalid"),
        ({"event": ["invoice_paid"]}, "event", "field_unknown"),
        ({"quiet": "9-5"}, "quiet", "field_invalid"),
        ({"quiet": "21:00-21:00"}, "quiet", "field_invalid"),
        ({"days_overdue": [2]}, "days_overdue.0", "field_invalid"),
        ({"language": "de"}, "language", "field_invalid"),
        ({"pii": "some"}, "pii", "field_invalid"),
        ({"ends_at": "2020-01-01T00:00:00+07:00"}, "ends_at", "time_past"),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused_with_its_field(
    house: House, wish: dict[str, Any], field: str, code: str
) -> None:
    body = {"url": PUBLIC, "events": ["invoice_paid"], **wish}

    answer = house.call("POST", "", body)

    assert answer.status_code == 422
    assert (field, code) in [(error["field"], error["code"]) for error in answer.json()["errors"]]
    assert house.call("GET", "").json()["items"] == []


def test_ending_is_idempotent_and_leaves_nothing(house: House, receiver: Receiver) -> None:
    made = house.subscribe(receiver.url, "invoice_created")
    house.tell("T-1")

    first = house.call("DELETE", f"/{made['id']}")
    again = house.call("DELETE", f"/{made['id']}")
    house.tell("T-2")

    assert (first.status_code, first.json()["result"]) == (200, "deleted")
    assert (again.status_code, again.json()["result"]) == (200, "already_deleted")
    assert len(receiver.taken) == 1
    assert house.deliveries() == [] and house.world.rows(schema.secrets) == []
    assert house.call("GET", f"/{made['id']}").json()["code"] == "subscription_not_found"


def test_it_is_found_by_its_url(house: House) -> None:
    for path in ("a", "b"):
        house.call("POST", "", {"url": f"https://n8n.example.com/{path}", "events": ["invoice_paid"]})

    found = house.client.get("/v1/webhooks", params={"url": "https://n8n.example.com/b"}).json()["items"]

    assert [one["url"] for one in found] == ["https://n8n.example.com/b"]


def test_a_change_counts_from_the_next_event(house: House, receiver: Receiver, second: Receiver) -> None:
    made = house.subscribe(receiver.url, "invoice_created")
    house.tell("T-1")

    changed = house.call("PATCH", f"/{made['id']}", {"url": second.url, "name": "Baru"}).json()
    house.tell("T-2")
    same = house.call("PATCH", f"/{made['id']}", {"name": "Baru"}).json()

    assert (changed["result"], changed["url"], changed["name"]) == ("updated", second.url, "Baru")
    assert same["result"] == "unchanged"
    assert [len(receiver.taken), len(second.taken)] == [1, 1]


def test_switched_off_it_keeps_what_happens_and_goes_on_where_it_stood(
    house: House, receiver: Receiver
) -> None:
    made = house.subscribe(receiver.url, "invoice_created")
    house.call("PATCH", f"/{made['id']}", {"active": False})
    house.tell("T-1", "T-2")
    house.world.advance(at("2026-11-28 08:30"))
    stopped = house.look(made["id"])

    house.call("PATCH", f"/{made['id']}", {"active": True})
    house.world.settle()

    assert (stopped["state"], stopped["state_reason"]) == ("stopped", "subscription_switched_off")
    assert [event["invoice_number"] for event in receiver.taken] == ["T-1", "T-2"]


def test_while_the_secret_is_changed_both_signatures_are_there(house: House, receiver: Receiver) -> None:
    made = house.subscribe(receiver.url, "invoice_created")

    rotated = house.call("POST", f"/{made['id']}/rotate-secret").json()
    house.tell("T-1")
    with house.world.store.write() as tx:  # a day later
        table = schema.secrets
        former = table.c.accepted_until_m.is_not(None)
        tx.conn.execute(table.update().where(former).values(accepted_until_m=tx.machine_ms - 1))
    house.tell("T-2")

    during, after = receiver.requests
    assert rotated["secret"] != made["secret"]
    assert all(believes(s, during.headers, during.body) for s in (made["secret"], rotated["secret"]))
    assert believes(rotated["secret"], after.headers, after.body)
    assert not believes(made["secret"], after.headers, after.body)


def test_a_secret_keeps_its_day_however_often_it_is_changed_again(house: House, receiver: Receiver) -> None:
    made = house.subscribe(receiver.url, "invoice_created")
    given = [made["secret"]]

    def rotate() -> None:
        given.append(house.call("POST", f"/{made['id']}/rotate-secret").json()["secret"])

    for _ in range(3):
        rotate()
    house.tell("T-1")
    first = receiver.requests[-1]
    for _ in range(3):
        rotate()
    house.tell("T-2")
    second = receiver.requests[-1]
    with house.world.store.write() as tx:  # a day later
        table = schema.secrets
        former = table.c.accepted_until_m.is_not(None)
        tx.conn.execute(table.update().where(former).values(accepted_until_m=tx.machine_ms - 1))
    rotate()
    house.tell("T-3")

    assert [believes(secret, first.headers, first.body) for secret in given[:4]] == [True] * 4
    assert [believes(secret, second.headers, second.body) for secret in given[:7]] == [False] * 2 + [True] * 5
    assert len(receiver.requests[-1].headers["webhook-signature"].split(" ")) == 2
    assert len(house.world.rows(schema.secrets)) == 2


def test_a_test_event_comes_at_any_hour_and_says_that_it_is_one(house: House, receiver: Receiver) -> None:
    made = house.subscribe(receiver.url, "needs_human", quiet="21:00-07:00")
    house.world.advance(at("2026-11-28 23:00"))

    asked = house.call("POST", f"/{made['id']}/test").json()
    house.world.settle()

    [request] = receiver.requests
    assert believes(made["secret"], request.headers, request.body)
    assert (request.event["type"], request.event["test"]) == ("needs_human", True)
    assert request.event["event_id"] == asked["event_id"]
    assert asked["result"] == "queued"  # nobody sends in this test before we let the worker run
    [line] = house.log(made["id"])
    assert (line["state"], line["test"], line["event_number"]) == ("delivered", True, None)


def test_the_past_is_sent_again_from_a_number_or_a_time_in_order_under_the_same_ids(
    house: House, receiver: Receiver
) -> None:
    made = house.subscribe(receiver.url, "invoice_created")
    house.tell("T-1", "T-2")
    house.world.advance(at("2026-11-28 12:00"))
    house.tell("T-3")
    first = {event["invoice_number"]: event["event_id"] for event in receiver.taken}
    number = receiver.taken[-1]["event_number"]
    receiver.requests.clear()

    all_of_it = house.call("POST", f"/{made['id']}/replay", {"from_event_number": 1}).json()
    house.world.settle()
    again = [(event["invoice_number"], event["event_id"]) for event in receiver.taken]
    receiver.requests.clear()
    by_time = house.call("POST", f"/{made['id']}/replay", {"from_time": "2026-11-28T11:59:00+07:00"}).json()
    house.world.settle()
    by_number = house.call("POST", f"/{made['id']}/replay", {"from_event_number": number}).json()

    assert (all_of_it["events"], all_of_it["next_event_number"]) == (3, None)
    assert again == [(name, first[name]) for name in ("T-1", "T-2", "T-3")]
    assert by_time["events"] == by_number["events"] == 1
    assert [event["invoice_number"] for event in receiver.taken] == ["T-3"]


def test_each_replay_bears_a_mark_of_its_own_which_its_retries_keep(house: House, receiver: Receiver) -> None:
    made = house.subscribe(receiver.url, "invoice_created")
    house.tell("T-1", "T-2")

    for _ in range(2):
        receiver.answer = lambda _r, _e: 503
        house.call("POST", f"/{made['id']}/replay", {"from_event_number": 1})
        house.world.settle()
        receiver.answer = lambda _r, _e: 200
        house.world.advance(timedelta(minutes=1))

    marks = [request.headers.get("tagih-replay") for request in receiver.requests]
    assert marks[:2] == [None, None] and len(marks) == 8
    assert len(set(marks[2:5])) == len(set(marks[5:])) == 1
    assert marks[2] != marks[5]


def test_a_replay_leaves_alone_what_waits_anyway(house: House, receiver: Receiver) -> None:
    made = house.subscribe(receiver.url, "invoice_created")
    house.tell("T-1")
    receiver.answer = lambda _r, _e: 503
    house.tell("T-2")

    asked = house.call("POST", f"/{made['id']}/replay", {"from_event_number": 1}).json()
    twice = house.call("POST", f"/{made['id']}/replay", {"from_event_number": 1}).json()

    assert (asked["events"], twice["events"]) == (1, 0)
    assert [(line["replay"], line["state"]) for line in house.log(made["id"])] == [
        (True, "waiting"),
        (False, "waiting"),
    ]


def test_filters_narrow_down(house: House, receiver: Receiver, second: Receiver) -> None:
    house.subscribe(receiver.url, "invoice_created", only_tags=["gold"])
    house.subscribe(second.url, "needs_human", reasons=["dispute"])
    house.tell("T-1")
    house.tell("T-2", extra={"tag": "gold, blok-a"}, customer_name="Lain")
    house.world.act("open_case", invoice="T-1", reason="dispute")
    house.world.act("open_case", invoice="T-2", reason="hardship")

    house.world.settle()

    assert [event["invoice_number"] for event in receiver.taken] == ["T-2"]
    assert [event["reason"] for event in second.taken] == ["dispute"]


def test_overdue_thresholds_and_recipes_narrow_down(
    house: House, receiver: Receiver, second: Receiver
) -> None:
    house.subscribe(receiver.url, "invoice_overdue", days_overdue=[3])
    house.subscribe(second.url, "invoice_overdue", only_recipes=["standard"])
    house.world.invoice("T-1")
    house.world.invoice("T-2", customer_name="Lain", customer_phone="081290002222", recipe="standard")

    house.world.advance(at("2026-12-08 12:00"))

    assert {(e["invoice_number"], e["threshold_days"]) for e in receiver.taken} == {("T-1", 3), ("T-2", 3)}
    assert {e["invoice_number"] for e in second.taken} == {"T-2"}


def test_each_subscriber_reads_in_its_own_language(
    house: House, receiver: Receiver, second: Receiver
) -> None:
    house.subscribe(receiver.url, "invoice_created", language="en")
    house.subscribe(second.url, "invoice_created")

    house.tell("T-1")

    assert receiver.taken[0]["summary"].startswith("New invoice")
    assert second.taken[0]["summary"].startswith("Tagihan baru")


def test_the_log_is_read_page_by_page_and_by_state(house: House, receiver: Receiver) -> None:
    receiver.answer = lambda _r, event: 422 if event["invoice_number"] == "T-3" else 200
    made = house.subscribe(receiver.url, "invoice_created")
    house.tell("T-1", "T-2", "T-3")

    path = f"/v1/webhooks/{made['id']}/deliveries"
    page = house.client.get(path, params={"limit": 2}).json()
    rest = house.client.get(path, params={"limit": 2, "after": page["next"]}).json()

    assert len({line["event_id"] for line in page["items"] + rest["items"]}) == 3
    assert rest["next"] is None
    [waiting] = house.log(made["id"], state="waiting")
    assert waiting["error_text"] == "The receiver answered 422."
    assert waiting["next_attempt_at"] > waiting["last_attempt_at"]
    assert house.client.get(path, params={"state": "lost"}).status_code == 422


def test_too_many_subscriptions_are_refused(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscribing, "MOST", 1)

    house.call("POST", "", {"url": PUBLIC, "events": ["invoice_paid"]})
    refused = house.call("POST", "", {"url": PUBLIC, "events": ["needs_human"]})

    assert (refused.status_code, refused.json()["code"]) == (409, "subscriptions_full")


def test_with_another_master_key_it_stops_and_says_why(
    house: House, receiver: Receiver, second: Receiver
) -> None:
    made = house.subscribe(receiver.url, "invoice_created")
    with house.world.store.write() as tx:
        tx.conn.execute(schema.secrets.update().values(sealed=b"0" * 60))

    house.tell("T-1")
    stopped = house.look(made["id"])
    rotated = house.call("POST", f"/{made['id']}/rotate-secret").json()
    house.call("PATCH", f"/{made['id']}", {"active": True})
    house.world.settle()

    assert (stopped["state"], stopped["state_reason"]) == ("stopped", "subscription_secret_lost")
    [request] = receiver.requests
    assert believes(rotated["secret"], request.headers, request.body)
