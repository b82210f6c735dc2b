"""T-14: a subscription never reaches a private, loopback, link-local, metadata or disguised address."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import pytest
from hooks.house import House
from hooks.receiver import Receiver
from hooks.test_hook_order import House as Store_
from hooks.test_hook_order import _one_wave
from providers.test_outgoing import CLOSED

from connector.clock import FixedClock
from connector.store.db import Store
from connector.worker.outgoing import Outgoing

PUBLIC, METADATA = "93.184.216.34", "169.254.169.254"


class WatchedLoop(asyncio.SelectorEventLoop):
    """Resolves as it is told, one answer after the other, and writes down what is dialled; nothing leaves."""

    def __init__(self, *answers: list[str]) -> None:
        super().__init__()
        self.answers, self.dialled, self.asked = list(answers), list[str](), 0

    async def getaddrinfo(self, host: Any, port: Any, **_: Any) -> Any:
        self.asked += 1
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        kinds = [socket.AF_INET6 if ":" in text else socket.AF_INET for text in found]
        return [
            (kind, socket.SOCK_STREAM, 6, "", (text, port) if kind == socket.AF_INET else (text, port, 0, 0))
            for kind, text in zip(kinds, found, strict=True)
        ]

    async def sock_connect(self, sock: Any, address: Any) -> None:
        self.dialled.append(address[0])
        raise ConnectionRefusedError


def delivered_by(loop: WatchedLoop, house: Store_, *, times: int = 1) -> None:
    async def run() -> None:
        for _ in range(times):
            async with Outgoing() as guarded:  # one that remembers no name
                house.deliverer.outgoing = guarded
                await _one_wave(house)
            following = house.next_at()
            assert following is not None
            house.clock.at = following

    try:
        loop.run_until_complete(run())
    finally:
        loop.close()


@pytest.mark.parametrize("address", [text for text in CLOSED if ":" in text or text.count(".") == 3])
def test_a_name_that_leads_to_a_closed_address_is_never_dialled(
    sqlite_store: Store, clock: FixedClock, address: str
) -> None:
    house = Store_(sqlite_store, clock, [])
    house.happen([None])
    loop = WatchedLoop([address])

    delivered_by(loop, house)

    assert loop.asked == 1 and loop.dialled == []
    [row] = house.rows()
    assert (row.state, row.status, row.answer) == ("waiting", None, None)


def test_one_bad_address_among_good_ones_refuses_the_name(sqlite_store: Store, clock: FixedClock) -> None:
    house = Store_(sqlite_store, clock, [])
    house.happen([None])
    loop = WatchedLoop([PUBLIC, METADATA])

    delivered_by(loop, house)

    assert loop.dialled == []


def test_a_name_that_changes_between_check_and_connect_leads_nowhere_else(
    sqlite_store: Store, clock: FixedClock
) -> None:
    house = Store_(sqlite_store, clock, [])
    house.happen([None])
    loop = WatchedLoop([PUBLIC], [METADATA])

    delivered_by(loop, house)

    assert loop.asked == 1
    assert loop.dialled == [PUBLIC]


def test_the_address_is_checked_anew_at_each_delivery(sqlite_store: Store, clock: FixedClock) -> None:
    house = Store_(sqlite_store, clock, [])
    house.happen([None])
    loop = WatchedLoop([PUBLIC], [METADATA])

    delivered_by(loop, house, times=3)

    assert (loop.asked, loop.dialled) == (3, [PUBLIC])


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/",
        "http://localhost:{port}/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://metadata/",
        "https://10.0.0.7:8443/",
        "https://2130706433/",
        "https://intranet:8443/",
        "https://n8n.example.com:5432/",
        "http://n8n.example.com/",
    ],
)
def test_nobody_can_subscribe_a_place_that_was_not_allowed(
    house_from: Callable[..., House], receiver: Receiver, url: str
) -> None:
    house = house_from(private="n8n.internal:5678")

    answer = house.call("POST", "", {"url": url.format(port=receiver.port), "events": ["invoice_created"]})

    assert (answer.status_code, answer.json()["code"]) == (422, "hook_url_refused")


def test_a_place_that_is_no_longer_allowed_gets_nothing_more(house: House, receiver: Receiver) -> None:
    made = house.subscribe(receiver.url, "invoice_created")
    deliverer = house.world.worker.deliverer
    assert deliverer is not None
    deliverer.private = frozenset()

    house.tell("T-1")

    assert receiver.requests == []
    assert house.log(made["id"])[0]["state"] == "waiting"
