"""Two clocks: business time walks where it is told and comes to an end; machine time is doubted when it lies."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from engine_probes import shifted, three_days
from world import World, at, world

from connector.store import clockrow, control, schema
from connector.worker.outgoing import Answer
from connector.worker.sending import Sending

SITI = "+6281290001111"
THE_PLAN = [
    ("11-28 09:00", "invoice_created"),
    ("12-04 09:00", "payment_reminder"),
    ("12-05 09:00", "due_today"),
    ("12-06 09:00", "overdue_notice"),
]


@pytest.fixture
def kost(tmp_path: Path, sqlite_url: str) -> Iterator[World]:
    with world(tmp_path / "home", sqlite_url) as made:
        three_days(made)
        yield made


@pytest.fixture
def kost_on_both(tmp_path: Path, database_url: str) -> Iterator[World]:
    with world(tmp_path / "home", database_url) as made:
        three_days(made)
        yield made


def suspicion(kost: World) -> str | None:
    with kost.store.read() as tx:
        return control.state(tx).clock_suspect


def target(kost: World) -> datetime | None:
    with kost.store.read() as tx:
        return control.state(tx).target


def advance_within(kost: World, to: datetime, seconds: float = 20.0) -> None:
    """Walks, and fails instead of walking for ever."""
    with kost.store.write() as tx:
        clockrow.request_advance(tx, to)
    kost._loop.run_until_complete(asyncio.wait_for(kost.worker.drain(), seconds))


# --- a machine clock that lies --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "why"),
    [
        pytest.param(timedelta(hours=-1), "back", id="an hour back"),
        pytest.param(timedelta(days=31), "forward", id="a month ahead"),
    ],
)
def test_a_clock_that_jumps_stops_everything_until_a_person_confirms_it(
    kost_on_both: World, by: timedelta, why: str
) -> None:
    kost = kost_on_both
    clock = shifted(kost)
    kost.invoice(recipe="tiga-hari")
    kost.advance(at("2026-11-28 08:30"))

    clock.shift(by)
    advance_within(kost, at("2026-11-28 09:30"))

    assert suspicion(kost) == why
    assert kost.phone(SITI) == []
    assert kost.steps("T-1")["created"].state == "planned"
    kost.act("resume_all")
    kost.settle()
    assert suspicion(kost) is None
    assert kost.sent() == [("11-28 09:30", "invoice_created")]


def test_a_boot_with_a_clock_set_back_sends_nothing(kost: World) -> None:
    clock = shifted(kost)
    kost.invoice(recipe="tiga-hari")
    kost.advance(at("2026-11-28 08:30"))

    clock.shift(timedelta(hours=-3))
    kost.restart()
    advance_within(kost, at("2026-11-28 10:00"))

    assert suspicion(kost) == "back"
    assert kost.phone(SITI) == []


def test_a_second_or_a_fortnight_is_no_reason_for_doubt(kost: World) -> None:
    clock = shifted(kost)
    kost.invoice(recipe="tiga-hari")

    clock.shift(timedelta(seconds=-1))
    kost.settle()
    clock.shift(timedelta(days=14))
    kost.advance(at("2026-11-28 09:30"))

    assert suspicion(kost) is None
    assert kost.sent() == THE_PLAN[:1]


def test_a_clock_that_differs_from_the_providers_stops_after_three_answers(kost: World) -> None:
    clock = shifted(kost)
    clock.shift(timedelta(minutes=10))
    kost.settle()
    for place in range(3):
        name, phone = f"Uji {place}", f"08129000200{place}"
        kost.invoice(f"P-{place}", customer_name=name, customer_phone=phone, recipe="tiga-hari")
    kost.advance(at("2026-11-28 09:05"))
    kost.invoice("P-4", customer_name="Uji 4", customer_phone="081290002004", recipe="tiga-hari")

    advance_within(kost, at("2026-11-28 10:00"))

    assert suspicion(kost) == "differs from the provider's clock"
    assert kost.phone("+6281290002004") == []
    clock.shift(timedelta(minutes=-10))
    kost.act("resume_all")
    kost.settle()
    assert [name for _, name in kost.sent("+6281290002004")] == ["invoice_created"]


def dated(sending: Sending, off: timedelta) -> None:
    """An answer whose Date header is this far away from our clock."""
    theirs = format_datetime(sending.machine() + off, usegmt=True)
    sending._check_date(Answer(200, {}, b"", theirs))


def sending_alone() -> Sending:
    nothing: Any = None
    now = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)
    return Sending(nothing, {}, {}, lambda: now, lambda: False)


@pytest.mark.parametrize(("minutes", "doubts"), [(4, 0), (-4, 0), (6, 1), (-6, 1)])
def test_five_minutes_beside_the_provider_are_allowed(minutes: int, doubts: int) -> None:
    sending = sending_alone()

    dated(sending, timedelta(minutes=minutes))

    assert sending.suspect_dates == doubts


def test_an_answer_with_the_right_date_takes_the_doubt_back() -> None:
    sending = sending_alone()

    for minutes in (60, 60, 0, 60):
        dated(sending, timedelta(minutes=minutes))

    assert sending.suspect_dates == 1


@pytest.mark.parametrize("header", ["", "yesterday", "Sat, 99 Nov 2026 02:00:00 GMT"])
def test_a_date_that_nobody_can_read_is_no_doubt(header: str) -> None:
    sending = sending_alone()

    sending._check_date(Answer(200, {}, b"", header))

    assert sending.suspect_dates == 0


# --- the virtual clock ----------------------------------------------------------------------------------------


def test_asking_twice_for_the_same_time_walks_once(kost: World) -> None:
    kost.invoice(recipe="tiga-hari")
    goal = at("2026-12-20 12:00")

    for _ in range(2):
        with kost.store.write() as tx:
            clockrow.request_advance(tx, goal)
    kost.settle()
    with kost.store.write() as tx:
        clockrow.request_advance(tx, goal)
        clockrow.request_advance(tx, at("2026-12-01 12:00"))
    kost.settle()

    assert kost.now == target(kost) == goal
    assert kost.sent() == THE_PLAN


def test_a_kill_in_the_middle_of_a_walk_changes_nothing(kost_on_both: World) -> None:
    kost = kost_on_both
    clock = shifted(kost)
    kost.invoice(recipe="tiga-hari")
    goal = at("2026-12-20 12:00")
    with kost.store.write() as tx:
        clockrow.request_advance(tx, goal)

    kills = 0
    for turns in (1, 2, 3, 5, 8, 13, 21, 34):
        for _ in range(turns):
            kost._loop.run_until_complete(kost.worker.turn())
        if kost.now < goal:
            kills += 1
        # What was on its way dies with its worker: its answer is never read.
        in_flight = kost.worker._sending
        kost._loop.run_until_complete(in_flight.finish(5.0))
        in_flight.take_answers()
        clock.shift(timedelta(seconds=61))
        kost.restart()
    kost.settle()

    assert kills >= 3
    assert kost.now == goal
    assert kost.sent() == THE_PLAN


def test_a_target_between_two_milliseconds_is_reached(kost: World) -> None:
    kost.invoice(recipe="tiga-hari")

    advance_within(kost, at("2026-11-28 09:00") + timedelta(microseconds=999))
    advance_within(kost, at("2026-11-28 09:00") + timedelta(microseconds=1_001))

    assert target(kost) == kost.now == at("2026-11-28 09:00") + timedelta(milliseconds=1)
    assert kost.sent() == THE_PLAN[:1]


def test_retries_within_a_millisecond_do_not_stop_the_walk(kost: World) -> None:
    class Hasty(type(kost.worker.rng)):  # type: ignore[misc]
        def uniform(self, a: float, b: float) -> float:
            return 0.0004

    kost.worker._recorder.rng = kost.worker.rng = Hasty()
    kost.invoice(recipe="tiga-hari")
    kost.fault(code="131016", next=5)

    advance_within(kost, at("2026-11-28 09:30"))

    assert kost.sent() == THE_PLAN[:1]
    assert kost.steps("T-1")["created"].attempt == 6


@pytest.mark.parametrize("stop", ["paused", "sender stopped", "network", "case"])
def test_a_walk_past_due_steps_that_may_not_go_comes_to_its_end(kost: World, stop: str) -> None:
    kost.invoice(recipe="tiga-hari")
    kost.advance(at("2026-12-04 08:30"))
    if stop == "paused":
        kost.act("pause_all", reason="libur")
    elif stop == "case":
        kost.act("open_case", invoice="T-1", reason="dispute")
    elif stop == "network":
        kost.fault(kind="network", rate=1)
    else:
        with kost.store.write() as tx:
            tx.conn.execute(schema.senders.update().values(state="stopped"))

    advance_within(kost, at("2026-12-04 12:30"))

    assert kost.now == at("2026-12-04 12:30")
    assert kost.sent() == THE_PLAN[:1]


def test_in_the_dark_time_jumps_and_nothing_happens(kost: World) -> None:
    kost.invoice(recipe="tiga-hari")
    kost.power(False)

    advance_within(kost, at("2026-11-30 12:00"))

    assert kost.now == at("2026-11-30 12:00")
    assert kost.phone(SITI) == []
    assert kost.rows(schema.messages) == []


def test_a_walked_month_leaves_no_outage_behind(kost: World) -> None:
    kost.invoice(recipe="tiga-hari")

    kost.advance(timedelta(days=31))
    kost.restart()
    kost.settle()

    assert kost.rows(schema.blackouts) == []
