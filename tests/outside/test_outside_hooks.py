"""Events on their way while the worker is killed: none is lost, what comes twice bears the same id."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hooks.receiver import Receiver, believes
from running import Home, until

from connector import locks

MANY = 40


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.down()


def subscribed(home: Home, receiver: Receiver, *events: str) -> dict[str, Any]:
    wish = {"url": receiver.url, "events": list(events), "quiet": "off"}
    answer = home.client().post("/v1/webhooks", json=wish)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def kill_worker(home: Home) -> None:
    pid = locks.holder(home.database, "worker")
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    until(lambda: locks.is_held(home.database, "worker") and locks.holder(home.database, "worker") != pid, 10)


@pytest.mark.slow
def test_kills_of_the_worker_lose_no_event_and_doubles_bear_the_same_id(
    make_home: Callable[..., Home], receiver: Receiver
) -> None:
    home = make_home(TAGIH_ALLOW_PRIVATE_HOOKS=receiver.place).serve()
    made = subscribed(home, receiver, "invoice_created", "invoice_paid", "payment_received")

    def slowly(_: Receiver, event: dict[str, Any]) -> int:
        time.sleep(0.03)  # so that a kill meets requests on their way
        return 200

    receiver.answer = slowly
    for number in range(MANY):
        home.act(
            "create_invoice", customer_name=f"Uji {number}", amount="1000", due_date="2026-12-30",
            invoice_number=f"K-{number}", description="Iuran",
        )  # fmt: skip
        home.act("mark_paid", invoice=f"K-{number}", payment_ref=f"ref-{number}")
        if number % 10 == 5:
            kill_worker(home)
    types = {"invoice_created", "invoice_paid", "payment_received"}

    def told() -> list[str]:
        ours = [e for e in home.events() if (e["invoice_number"] or "").startswith("K-")]
        return [event["event_id"] for event in ours if event["type"] in types]

    until(
        lambda: len(told()) >= 3 * MANY and set(told()) <= set(receiver.ids()),
        30,
        lambda: f"{len(told())} told, {len(set(receiver.ids()))} arrived; {home.log.read_text()[-2000:]}",
    )

    assert set(receiver.ids()) == set(told())
    for request in receiver.requests:
        assert request.headers["webhook-id"] == request.event["event_id"]
        assert believes(made["secret"], request.headers, request.body)
    first: dict[str, dict[str, Any]] = {}
    for event in receiver.taken:
        first.setdefault(event["event_id"], event)
    for number in range(MANY):
        mine = [e["invoice_event_number"] for e in first.values() if e["invoice_number"] == f"K-{number}"]
        assert mine == sorted(mine) and len(mine) == 3

    def states() -> set[str]:
        path = f"/v1/webhooks/{made['id']}/deliveries"
        return {line["state"] for line in home.client().get(path, params={"limit": 200}).json()["items"]}

    until(lambda: states() == {"delivered"}, 20, lambda: str(states()))  # its answer is noted a moment later


def test_a_test_event_is_answered_by_what_the_receiver_said(
    make_home: Callable[..., Home], receiver: Receiver
) -> None:
    home = make_home(TAGIH_ALLOW_PRIVATE_HOOKS=receiver.place).serve()
    made = subscribed(home, receiver, "needs_human")
    path = f"/v1/webhooks/{made['id']}/test"

    well = home.client().post(path).json()
    receiver.answer = lambda _r, _e: 500
    ill = home.client().post(path, json={"type": "invoice_paid"}).json()

    assert (well["result"], well["status_code"]) == ("delivered", 200)
    assert (ill["result"], ill["status_code"]) == ("failed", 500)
    assert [request.event["type"] for request in receiver.requests[:2]] == ["needs_human", "invoice_paid"]
