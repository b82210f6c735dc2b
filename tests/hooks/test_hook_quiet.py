"""Quiet hours: what the night piled up comes in the morning, in order, and says how late it is; safety passes."""

from collections.abc import Callable
from datetime import timedelta

from hooks.house import House
from hooks.receiver import Receiver
from world import at


def test_what_happens_at_night_comes_in_the_morning_in_order(
    house_from: Callable[..., House], receiver: Receiver, second: Receiver
) -> None:
    house = house_from(start=at("2026-11-28 20:50"))
    made = house.subscribe(receiver.url, "invoice_created", quiet="21:00-07:00")
    house.subscribe(second.url, "invoice_created")
    house.tell("EVENING")
    house.world.advance(at("2026-11-28 21:05"))
    house.tell("T-1", "T-2")
    house.world.advance(at("2026-11-29 02:00"))
    house.tell("T-3")
    house.world.advance(at("2026-11-29 06:59"))
    before = [event["invoice_number"] for event in receiver.taken]
    waiting = house.look(made["id"])["waiting"]

    house.world.advance(at("2026-11-29 07:00"))

    assert before == ["EVENING"]
    assert waiting == 3
    assert [event["invoice_number"] for event in receiver.taken] == ["EVENING", "T-1", "T-2", "T-3"]
    assert [event["late_minutes"] for event in receiver.taken] == [0, 595, 595, 300]
    assert [event["late_minutes"] for event in second.taken] == [0, 0, 0, 0]


def test_the_night_is_quiet_unless_somebody_says_otherwise(
    house_from: Callable[..., House], receiver: Receiver
) -> None:
    house = house_from(start=at("2026-11-28 23:00"))
    wish = {"url": receiver.url, "events": ["invoice_created"]}

    made = house.call("POST", "", wish).json()
    house.tell("T-1")

    assert made["quiet"] == "21:00-07:00"
    assert receiver.requests == []


def test_safety_passes_at_any_hour(house_from: Callable[..., House], receiver: Receiver) -> None:
    house = house_from(start=at("2026-11-28 23:00"))
    house.subscribe(receiver.url, "needs_human", "invoice_created", quiet="21:00-07:00")
    house.world.invoice("T-1")
    house.world.act("open_case", invoice="T-1", reason="dispute")
    house.world.act("open_case", invoice="T-1", reason="hardship", severity="safety")

    house.world.settle()

    assert [(event["type"], event["severity"]) for event in receiver.taken] == [("needs_human", "safety")]
    house.world.advance(at("2026-11-29 07:00"))
    assert [event["type"] for event in receiver.taken[1:]] == ["invoice_created", "needs_human"]


def test_who_ends_the_quiet_hours_gets_at_once_what_they_held_in_order(
    house_from: Callable[..., House], receiver: Receiver
) -> None:
    house = house_from(start=at("2026-11-28 23:00"))
    made = house.subscribe(receiver.url, "invoice_created", quiet="21:00-07:00")
    for number in ("T-1", "T-2", "T-3"):
        house.tell(number)
        house.world.advance(timedelta(minutes=10))

    house.call("PATCH", f"/{made['id']}", {"quiet": "22:00-06:00"})
    house.world.settle()
    still = list(receiver.taken)
    house.world.advance(at("2026-11-29 05:59"))
    house.call("PATCH", f"/{made['id']}", {"quiet": "off"})
    house.world.settle()

    assert still == []
    assert [event["invoice_number"] for event in receiver.taken] == ["T-1", "T-2", "T-3"]
    assert house.look(made["id"])["waiting"] == 0


def test_quiet_hours_that_end_earlier_let_go_earlier(
    house_from: Callable[..., House], receiver: Receiver
) -> None:
    house = house_from(start=at("2026-11-28 23:00"))
    made = house.subscribe(receiver.url, "invoice_created", quiet="21:00-07:00")
    house.tell("T-1")

    house.call("PATCH", f"/{made['id']}", {"quiet": "21:00-05:00"})
    house.world.advance(at("2026-11-29 05:00"))

    assert [event["invoice_number"] for event in receiver.taken] == ["T-1"]


def test_a_retry_that_would_fall_into_the_night_waits_for_the_morning(
    house_from: Callable[..., House], receiver: Receiver
) -> None:
    house = house_from(start=at("2026-11-28 20:59"))
    receiver.answer = lambda _r, _e: 503 if house.world.now < at("2026-11-28 21:05") else 200
    house.subscribe(receiver.url, "invoice_created", quiet="21:00-07:00")
    house.tell("T-1")

    house.world.advance(at("2026-11-29 06:30"))
    at_night = len(receiver.taken)
    house.world.advance(timedelta(minutes=40))

    assert at_night == 0
    assert len(receiver.taken) == 1
