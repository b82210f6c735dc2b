"""Who was away, and who knows it: two workers after one cut, a worker that never came back, a closed door."""

import random
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from engine_probes import post_status, shifted, three_days
from test_meetings import together
from world import World, at, world

from connector.clock import FixedClock
from connector.domain.model import Outcome, OutcomeKind
from connector.store import control, inbox, listening, outages, schema, vitals
from connector.store.db import Store
from connector.worker.outages import beat
from connector.worker.recording import Answered
from connector.worker.roads import Roads


@pytest.fixture
def kost(tmp_path: Path, database_url: str) -> Iterator[World]:
    with world(tmp_path / "home", database_url) as made:
        three_days(made)
        yield made


def first_rows(store: Store) -> None:
    with store.write() as tx:
        control.ensure(tx)


def test_workers_that_come_back_together_note_one_cut(postgres_url: str, clock: FixedClock) -> None:
    stores = [Store(postgres_url, clock=clock) for _ in range(2)]
    first_rows(stores[0])
    with stores[0].write() as tx:
        beat(tx, "worker-0")
    clock.at = clock.now() + timedelta(hours=3)

    def come_back(place: int) -> Callable[[], None]:
        def deed() -> None:
            with stores[place].write() as tx:
                assert beat(tx, f"worker-{place}")

        return deed

    wrong = together(come_back(0), come_back(1))

    assert wrong == []
    with stores[0].read() as tx:
        rows = list(tx.conn.execute(schema.blackouts.select()))
    for store in stores:
        store.close()
    assert [row.cause for row in rows] == ["power"]


def answered(kind: OutcomeKind, action: str) -> list[Answered]:
    return [Answered("msg_1", "wa:1", Outcome(kind, action))]


def test_a_cut_that_was_noted_by_a_worker_that_is_gone_ends_with_the_next_good_answer(
    store: Store, clock: FixedClock
) -> None:
    first_rows(store)
    gone, here = Roads(store, random.Random(1)), Roads(store, random.Random(2))
    gone.mind(answered(OutcomeKind.RETRY, "connect"))
    clock.at = clock.now() + timedelta(hours=1)

    with store.read() as tx:
        here.recall(tx)
    here.mind(answered(OutcomeKind.ACCEPTED, "accepted"))

    with store.read() as tx:
        (row,) = tx.conn.execute(schema.blackouts.select())
    assert row.to_at - row.from_at == 3_600_000


def test_only_the_door_was_closed_and_a_person_is_asked(kost: World) -> None:
    """The worker lived all the time; while the web process was down the provider's word may have been lost."""
    clock = shifted(kost)
    kost.invoice(recipe="tiga-hari")
    kost.fault(kind="lost_answer", next=1)
    kost.fault(kind="silent", next=1)
    kost.advance(at("2026-11-28 09:00"))
    assert kost.steps("T-1")["created"].state == "unknown"

    for _ in range(4):  # the worker's own beats go on
        clock.shift(timedelta(minutes=2))
        kost.settle()
    kost.advance(at("2026-11-28 09:05"))
    post_status(kost, b'{"object": "whatsapp_business_account", "entry": []}')
    kost.advance(at("2026-11-28 09:30"))

    created = kost.steps("T-1")["created"]
    assert (created.state, created.reason) == ("held", "unknown_person")


def test_the_same_with_the_door_open_goes_once_more(kost: World) -> None:
    clock = shifted(kost)
    kost.invoice(recipe="tiga-hari")
    kost.fault(kind="lost_answer", next=1)
    kost.fault(kind="silent", next=1)
    kost.advance(at("2026-11-28 09:00"))

    for _ in range(4):
        clock.shift(timedelta(minutes=2))
        with kost.store.write() as tx:
            listening.beat(tx)
        kost.settle()
    kost.advance(at("2026-11-28 09:05"))
    post_status(kost, b'{"object": "whatsapp_business_account", "entry": []}')
    kost.advance(at("2026-11-28 09:30"))

    assert kost.steps("T-1")["created"].resend


def test_an_open_door_is_noted_while_nobody_comes(store: Store, clock: FixedClock) -> None:
    first_rows(store)
    began = clock.machine_at = clock.machine()
    writer = inbox.InboxWriter(store, beat_every_s=0.01)
    writer.listen()
    wait_for(lambda: heard(store) == [0])

    clock.machine_at = began + timedelta(minutes=4)
    wait_for(lambda: heard(store) == [4 * 60_000])
    clock.machine_at = began + timedelta(minutes=10)
    wait_for(lambda: heard(store) == [0])
    writer.close()

    with store.read() as tx:
        assert listening.silence_since(tx, tx.machine_ms - 60_000) == timedelta(minutes=1)
        assert listening.silence_since(tx, tx.machine_ms) == timedelta()


def heard(store: Store) -> list[int]:
    """For how many milliseconds the door has been open without a gap."""
    with store.read() as tx:
        return [row.seen_m - row.since_m for row in tx.conn.execute(schema.listening.select())]


def wait_for(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.005)


def test_a_pause_that_is_over_counts_as_none(store: Store, clock: FixedClock) -> None:
    first_rows(store)
    with store.write() as tx:
        control.pause_all(tx, "libur", tx.machine + timedelta(hours=1))
    with store.read() as tx:
        assert vitals.counts(tx).paused

    clock.machine_at = clock.machine() + timedelta(hours=2)

    with store.read() as tx:
        assert not vitals.counts(tx).paused


def test_the_body_of_what_could_never_be_applied_is_forgotten_too(store: Store) -> None:
    first_rows(store)
    with store.write() as tx:
        inbox._insert(tx, [inbox._Item("whatsapp_cloud", b"private", "x")])
        tx.conn.execute(schema.inbox.update().values(state="failed"))

        assert inbox.forget_bodies(tx, tx.machine_ms + 1) == 1

    with store.read() as tx:
        assert tx.conn.execute(schema.inbox.select()).one().body == b""


def test_outages_of_one_cause_are_noted_once(store: Store) -> None:
    first_rows(store)
    for _ in range(2):
        with store.write() as tx:
            outages.begin(tx, "pause", tx.now)
    with store.read() as tx:
        assert len(list(tx.conn.execute(schema.blackouts.select()))) == 1
