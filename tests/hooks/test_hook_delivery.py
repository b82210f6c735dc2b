"""Events reach their subscribers: signed, in order, at least once, whatever happens to the receiver or to us."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from threading import Event
from typing import Any

import httpx
import pytest
from hooks.house import House
from hooks.receiver import Receiver, believes
from world import at

from connector.store import schema
from connector.store.db import Tx
from connector.store.deliveries import LEASE
from connector.web.telling import EventTelling
from connector.worker.delivering import TIMEOUT_S


def test_an_event_arrives_once_signed_and_as_the_cursor_tells_it(house: House, receiver: Receiver) -> None:
    made = house.subscribe(receiver.url, "invoice_created")

    house.tell("T-1")

    [request] = receiver.requests
    assert believes(made["secret"], request.headers, request.body)
    assert request.headers["webhook-id"] == request.event["event_id"]
    assert request.headers["tagih-version"] == "v1"
    assert request.headers["content-type"] == "application/json"
    assert "authorization" not in request.headers
    assert [request.event] == house.cursor("invoice_created")
    [line] = house.log(made["id"])
    assert (line["state"], line["status_code"], line["attempts"]) == ("delivered", 200, 1)


def test_many_subscribers_of_one_event_each_get_it(
    house: House, receiver: Receiver, second: Receiver
) -> None:
    for target in (receiver.url, second.url, receiver.url + "/test"):
        house.subscribe(target, "invoice_created")

    house.tell("T-1", "T-2")

    assert len(receiver.taken) == 4 and len(second.taken) == 2
    assert set(receiver.ids()) == set(second.ids())


def test_only_what_happens_after_the_subscription_is_told(house: House, receiver: Receiver) -> None:
    house.tell("OLD")
    house.subscribe(receiver.url, "invoice_created", "needs_human")

    house.tell("NEW")

    assert [event["invoice_number"] for event in receiver.taken] == ["NEW"]


def test_a_receiver_down_for_two_days_gets_everything_in_order(house: House, receiver: Receiver) -> None:
    types = ("invoice_created", "message_sent", "message_delivered", "message_read")
    made = house.subscribe(receiver.url, *types)
    receiver.down()
    for day in range(4):
        house.world.invoice(f"T-{day}", customer_name=f"Uji {day}", customer_phone=f"08129000111{day}")
        house.world.advance(timedelta(hours=12))
    assert receiver.requests == []
    assert house.look(made["id"])["failing_since"] is not None

    receiver.up()
    house.world.advance(timedelta(hours=2))

    told = [event["event_id"] for event in house.cursor() if event["type"] in types]
    assert len(told) >= 12
    assert receiver.ids() == told
    assert receiver.numbers() == sorted(receiver.numbers())
    assert receiver.taken[0]["late_minutes"] >= 2 * 24 * 60
    assert {line["state"] for line in house.log(made["id"])} == {"delivered"}
    well = house.look(made["id"])
    assert (well["state"], well["failing_since"], well["waiting"]) == ("active", None, 0)


def test_tries_grow_rare_but_never_rarer_than_an_hour_or_so(house: House, receiver: Receiver) -> None:
    times: list[Any] = []

    def busy(_: Receiver, event: dict[str, Any]) -> int:
        times.append(house.world.now)
        return 503

    receiver.answer = busy
    house.subscribe(receiver.url, "invoice_created")

    house.tell("T-1")
    house.world.advance(timedelta(hours=12))

    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert gaps[0] <= timedelta(seconds=6)
    assert timedelta(hours=1) <= max(gaps) <= timedelta(minutes=72)
    assert 14 <= len(times) <= 18
    assert len({taken.headers["webhook-id"] for taken in receiver.requests}) == 1


def test_what_the_receiver_asks_for_with_retry_after_is_kept(house: House, receiver: Receiver) -> None:
    receiver.answer = lambda _r, _e: (429, {"Retry-After": "7200"}, b"")
    house.subscribe(receiver.url, "invoice_created")
    house.tell("T-1")

    house.world.advance(timedelta(minutes=119))
    early = len(receiver.requests)
    house.world.advance(timedelta(minutes=30))

    assert early == 1
    assert len(receiver.requests) == 2


@pytest.mark.parametrize(
    "wish",
    [
        "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
        "Mon, 01 Jan 2026 00:00:00 +99999999999999999999",
        "Mon, 01 Jan 0001 00:00:00 +1400",
        "-1",
        "\u0661",
        ",",
        "9" * 400,
    ],
)
def test_a_wish_that_is_no_time_is_a_failure_like_any_other(
    house: House, receiver: Receiver, wish: str
) -> None:
    receiver.answer = lambda _r, _e: (503, {"Retry-After": wish.encode().decode("latin-1")}, b"")
    house.subscribe(receiver.url, "invoice_created")
    house.tell("T-1")

    house.world.advance(timedelta(minutes=1))
    receiver.answer = lambda _r, _e: (200, {}, b"")
    house.world.advance(timedelta(days=2))

    assert len(receiver.requests) >= 2


def test_a_redirect_is_a_failure_and_is_not_followed(
    house: House, receiver: Receiver, second: Receiver
) -> None:
    receiver.answer = lambda _r, _e: (307, {"Location": second.url}, b"")
    made = house.subscribe(receiver.url, "invoice_created")

    house.tell("T-1")

    assert len(receiver.requests) == 1
    assert second.requests == []
    assert house.log(made["id"])[0]["state"] == "waiting"


def test_410_ends_the_sending_tells_the_owner_and_loses_nothing(
    house: House, receiver: Receiver, second: Receiver
) -> None:
    receiver.answer = lambda _r, _e: 410
    made = house.subscribe(receiver.url, "invoice_created")
    house.subscribe(second.url, "channel_unhealthy")
    house.tell("T-1", "T-2")
    gone = house.look(made["id"])

    receiver.answer = lambda _r, _e: 200
    house.call("PATCH", f"/{made['id']}", {"active": True})
    house.world.settle()

    assert (gone["state"], gone["state_reason"]) == ("stopped", "subscription_gone")
    assert sorted(event["invoice_number"] for event in receiver.taken) == ["T-1", "T-2"]
    [notice] = second.taken  # though both events were on their way
    assert (notice["reason"], notice["error_code"]) == ("subscription_gone", "410")


def test_a_receiver_that_takes_too_long_has_failed_and_is_asked_again(
    house: House, receiver: Receiver
) -> None:
    assert timedelta(seconds=TIMEOUT_S) == timedelta(seconds=15) < LEASE
    deliverer = house.world.worker.deliverer
    assert deliverer is not None and deliverer.timeout_s == TIMEOUT_S
    deliverer.timeout_s = 0.1
    done = Event()
    receiver.answer = lambda _r, _e: (done.wait(5), 200)[1]
    made = house.subscribe(receiver.url, "invoice_created")
    house.tell("T-1")
    [slow] = house.log(made["id"])

    done.set()
    deliverer.timeout_s = TIMEOUT_S
    house.world.advance(timedelta(minutes=1))

    assert (slow["state"], slow["status_code"], slow["attempts"]) == ("waiting", None, 1)
    assert "15 seconds" in slow["error_text"]
    [line] = house.log(made["id"])
    assert (line["state"], line["attempts"]) == ("delivered", 2)


def test_an_event_that_cannot_be_told_fails_alone(
    house: House, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    known = EventTelling.payloads

    def broken(self: EventTelling, tx: Tx, ids: Sequence[str], **asked: Any) -> dict[str, dict[str, Any]]:
        found = known(self, tx, ids, **asked)
        [(id, told)] = found.items()
        if told["invoice_number"] == "ODD":
            raise KeyError("a fact that is not there")
        # Numbers cannot be cut, so this one cannot be made small enough.
        return {id: told | {"lines": ["1"] * 20_000}} if told["invoice_number"] == "HUGE" else found

    monkeypatch.setattr(EventTelling, "payloads", broken)
    made = house.subscribe(receiver.url, "invoice_created")

    house.tell("T-1", "ODD", "HUGE", "T-2")

    assert sorted(event["invoice_number"] for event in receiver.taken) == ["T-1", "T-2"]
    lines = house.log(made["id"], state="failed")
    assert [(line["attempts"], line["status_code"]) for line in lines] == [(1, None)] * 2
    assert all("could not be told" in line["error_text"] for line in lines)
    assert house.look(made["id"])["failing_since"] is None
    assert [record.message for record in caplog.records].count("event_untold") == 2

    monkeypatch.setattr(EventTelling, "payloads", known)
    house.call("POST", f"/{made['id']}/replay", {"from_event_number": 1})
    house.world.settle()
    assert {line["state"] for line in house.log(made["id"])} == {"delivered"}


def test_after_five_days_of_failures_it_stops_tells_the_owner_and_keeps_what_waits(
    house: House, receiver: Receiver, second: Receiver
) -> None:
    made = house.subscribe(receiver.url, "invoice_created", name="Gudang")
    house.subscribe(second.url, "channel_unhealthy")
    receiver.down()
    house.tell("T-1")
    house.world.advance(timedelta(hours=8))
    house.age_failures(days=4, hours=12)
    still = house.look(made["id"])["state"]

    house.world.advance(timedelta(hours=6))
    house.tell("T-2")

    assert still == "active"
    stopped = house.look(made["id"])
    assert (stopped["state"], stopped["state_reason"]) == ("stopped", "subscription_unreachable")
    assert "five days" in stopped["state_text"]
    [notice] = second.taken
    assert (notice["sender"], notice["message_channel"], notice["severity"]) == (
        "Gudang",
        "webhook",
        "safety",
    )
    assert notice["reason"] == "subscription_unreachable"

    receiver.up()
    house.call("PATCH", f"/{made['id']}", {"active": True})
    house.world.settle()
    assert [event["invoice_number"] for event in receiver.taken] == ["T-1", "T-2"]


def test_our_own_long_power_cut_does_not_count_as_the_receivers_failure(
    house: House, receiver: Receiver
) -> None:
    made = house.subscribe(receiver.url, "invoice_created")
    receiver.down()
    house.tell("T-1")
    house.world.power(False)
    house.world.advance(timedelta(days=6))

    house.world.power(True)
    still = house.look(made["id"])["state"]
    receiver.up()
    house.world.advance(timedelta(hours=2))

    assert still == "active"
    assert [event["invoice_number"] for event in receiver.taken] == ["T-1"]


def test_one_event_that_is_refused_keeps_nobody_waiting_and_stays_visible(
    house: House, receiver: Receiver
) -> None:
    receiver.answer = lambda _r, event: 422 if event["invoice_number"] == "BAD" else 200
    made = house.subscribe(receiver.url, "invoice_created")

    house.tell("BAD", "T-1", "T-2")
    at_once = [event["invoice_number"] for event in receiver.taken]
    house.world.advance(timedelta(days=1))

    assert sorted(at_once) == ["T-1", "T-2"]  # live events of two invoices may overtake each other
    [failed] = house.log(made["id"], state="failed")
    assert (failed["status_code"], failed["attempts"]) == (422, 4)
    assert house.look(made["id"])["state"] == "active"


def test_a_workflow_that_breaks_on_one_event_does_not_hold_up_the_others(
    house: House, receiver: Receiver
) -> None:
    receiver.answer = lambda _r, event: 500 if event["invoice_number"] in ("BAD", "WORSE") else 200
    made = house.subscribe(receiver.url, "invoice_created")
    house.tell("BAD", "WORSE")

    for number in range(5):
        house.tell(f"T-{number}")
        house.world.advance(timedelta(minutes=20))
    house.age_failures(days=5)
    for number in range(5, 8):
        house.tell(f"T-{number}")
        house.world.advance(timedelta(hours=1))

    assert [event["invoice_number"] for event in receiver.taken] == [f"T-{number}" for number in range(8)]
    assert {line["state"] for line in house.log(made["id"])[:2]} == {"failed"}
    assert house.look(made["id"])["state"] == "active"


def test_within_an_invoice_the_order_is_kept_even_when_an_early_event_fails(
    house: House, receiver: Receiver
) -> None:
    failures = iter([500, 500])
    receiver.answer = lambda _r, event: next(failures, 200) if event["type"] == "message_sent" else 200
    house.subscribe(receiver.url, "invoice_created", "message_sent", "message_delivered", "message_read")

    house.world.invoice("T-1", customer_phone="081290001111", recipe="kost")
    house.world.invoice("T-2", customer_name="Lain", customer_phone="081290002222", recipe="kost")
    house.world.advance(timedelta(days=1))

    for number in ("T-1", "T-2"):
        mine = [e["invoice_event_number"] for e in receiver.taken if e["invoice_number"] == number]
        assert mine == sorted(mine) and len(mine) == 4
    assert len([one for one in receiver.requests if one.status == 500]) == 2


def test_a_worker_that_dies_on_the_way_delivers_again_under_the_same_id(
    house: House, receiver: Receiver
) -> None:
    house.subscribe(receiver.url, "invoice_created")
    house.world.invoice("T-1", customer_phone=None, recipe=None)
    worker = house.world.worker
    loop = house.world._loop
    while not receiver.requests:  # its answer is never read: the worker's memory dies with it
        loop.run_until_complete(worker.turn())
        assert worker.deliverer is not None
        loop.run_until_complete(worker.deliverer.rest(0.01))
    with house.world.store.write() as tx:  # beside other workers (PostgreSQL) its lease must run out first
        tx.conn.execute(schema.deliveries.update().values(lease_until_m=tx.machine_ms - 1))

    house.world.restart()
    house.world.settle()

    assert len(receiver.requests) == 2
    assert len(set(receiver.ids())) == 1
    assert [row.state for row in house.deliveries()] == ["delivered"]


def test_nothing_leaves_while_the_sandboxs_network_is_off(house: House, receiver: Receiver) -> None:
    house.subscribe(receiver.url, "invoice_created")
    house.world.fault(kind="network", rate=1)
    house.tell("T-1")
    cut_off = len(receiver.requests)

    house.world.no_faults()
    house.world.advance(timedelta(minutes=5))

    assert cut_off == 0
    assert len(receiver.taken) == 1


def test_erased_people_are_not_told_any_more(house: House, receiver: Receiver) -> None:
    receiver.down()
    house.subscribe(receiver.url, "invoice_created")
    house.tell("T-1", customer_name="Siti Rahasia")
    people = schema.customers
    with house.world.store.write() as tx:
        tx.conn.execute(people.update().values(name="-", folded_name="-"))

    receiver.up()
    house.world.advance(timedelta(minutes=5))

    [request] = receiver.requests
    assert b"Rahasia" not in request.body
    assert request.event["customer_name"] == "-"


def test_retries_go_on_in_real_time_while_the_virtual_clock_stands(house: House, receiver: Receiver) -> None:
    receiver.answer = lambda _r, _e: 503
    house.subscribe(receiver.url, "invoice_created")
    house.tell("T-1")
    before = house.world.now
    receiver.answer = lambda _r, _e: 200
    table, waits = schema.deliveries, schema.subscriptions
    with house.world.store.write() as tx:  # the five seconds have passed on the machine's clock
        tx.conn.execute(table.update().values(due_at_m=tx.machine_ms - 1))
        tx.conn.execute(waits.update().values(wait_until_m=tx.machine_ms - 1))

    house.world.settle()

    assert house.world.now == before
    assert len(receiver.taken) == 1


def test_a_thousand_bytes_too_many_are_cut_not_dropped(house: House, receiver: Receiver) -> None:
    house.subscribe(receiver.url, "inbound_reply")
    house.world.invoice("T-1", customer_phone="081290001111")
    house.world.advance(at("2026-11-28 09:30"))

    for _ in range(3):  # what was said before comes along
        house.world.say("+6281290001111", "\N{PERSON WITH FOLDED HANDS}" * 4000)

    bodies = [request.body for request in receiver.requests]
    last = receiver.requests[-1].event
    assert len(bodies) == 3 and max(map(len, bodies)) <= 20_000
    assert last["reply_text"].startswith("\N{PERSON WITH FOLDED HANDS}" * 50)
    assert any(str(text).endswith("…") for text in last.values())


def test_webhooks_are_closed_to_strangers(house: House) -> None:
    answer = httpx.get(f"{house.world.app.settings.local_url}/v1/webhooks", trust_env=False)

    assert answer.status_code == 401
