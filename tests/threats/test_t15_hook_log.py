"""T-15: an allow-listed place of our own network does not become a door, and the log is no port scanner."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from hooks.house import House
from hooks.receiver import Receiver
from hooks.test_hook_order import House as Store_
from hooks.test_hook_order import _one_wave

from connector.clock import FixedClock
from connector.providers import HttpRequest
from connector.store.db import Store
from connector.worker.outgoing import Answer, Transport


def test_the_port_beside_the_allowed_one_is_refused(house_from: Callable[..., House]) -> None:
    house = house_from(private="n8n:5678")
    wish = {"events": ["invoice_created"]}

    allowed = house.call("POST", "", {"url": "http://n8n:5678/webhook", **wish})
    beside = house.call("POST", "", {"url": "http://n8n:5679/webhook", **wish})

    assert allowed.status_code == 200
    assert (beside.status_code, beside.json()["code"]) == (422, "hook_url_refused")


def test_of_a_private_place_the_log_holds_the_status_only(house: House, receiver: Receiver) -> None:
    receiver.answer = lambda _r, _e: (500, {}, b"<title>router admin 10.0.0.1</title>")
    made = house.subscribe(receiver.url, "invoice_created")

    house.tell("T-1")

    [line] = house.log(made["id"])
    assert (line["status_code"], line["answer_text"]) == (500, None)
    assert all(row.answer is None for row in house.deliveries())


class Refusing:
    """A public receiver that repeats what it was told."""

    async def send(self, request: HttpRequest) -> Answer | Transport:
        said = b"Siti Rahma +6281234567890 siti@example.com: " + b"x" * 70_000
        return Answer(422, {}, said[:65_536], cut=True)


def test_of_a_public_one_two_hundred_characters_without_people(
    sqlite_store: Store, clock: FixedClock
) -> None:
    house = Store_(sqlite_store, clock, [])
    client: Any = Refusing()
    house.deliverer.outgoing = client
    house.deliverer.telling = Masking()  # type: ignore[assignment]
    house.happen([None])

    asyncio.run(_one_wave(house))

    [row] = house.rows()
    assert row.answer is not None and len(row.answer) == 200
    assert not any(word in row.answer for word in ("Siti", "Rahma", "81234567890", "siti@"))


class Masking:
    """The real mask, on an event that names Siti."""

    def payloads(self, tx: Any, event_ids: Any, **_: Any) -> dict[str, dict[str, Any]]:
        named = {"customer_name": "Siti Rahma", "contact_name": "Siti", "late_minutes": 0}
        return {id: {"event_id": id, "occurred_at": tx.now.isoformat(), **named} for id in event_ids}

    def masked(self, text: str, payload: Any) -> str:
        from connector.web.telling import EventTelling

        nothing: Any = None
        return EventTelling(nothing, nothing, {}).masked(text, payload)


@pytest.mark.parametrize(
    "trouble",
    [Transport("not_sent", "ClientConnectorError"), Transport("not_sent", "address_refused"),
     Transport("not_sent", "ClientConnectorDNSError"), Transport("unknown", "TimeoutError"),
     Transport("unknown", "ServerDisconnectedError")],
    ids=lambda t: t.detail,
)  # fmt: skip
def test_whatever_kept_an_answer_away_is_told_in_the_same_words(
    house: House, receiver: Receiver, trouble: Transport
) -> None:
    made = house.subscribe(receiver.url, "invoice_created")
    deliverer = house.world.worker.deliverer
    assert deliverer is not None

    class Troubled:
        async def send(self, request: HttpRequest) -> Answer | Transport:
            return trouble

    client: Any = Troubled()
    deliverer.outgoing = client
    house.tell("T-1")

    [line] = house.log(made["id"])
    assert line["status_code"] is None
    assert line["error_text"] == (
        "No answer: the address is not public, nobody listens there, or it took longer than 15 seconds."
    )


def test_eleven_tests_an_hour_are_one_too_many_even_for_a_subscription_made_anew(
    house: House, receiver: Receiver
) -> None:
    answers = []
    for number in range(11):
        made = house.subscribe(f"{receiver.url}/{number}", "invoice_created")
        answers.append(house.call("POST", f"/{made['id']}/test"))
        house.call("DELETE", f"/{made['id']}")

    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 60
