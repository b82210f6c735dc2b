"""Whatever a receiver answers, every event is delivered or visibly failed, and an invoice's events in their order."""

import asyncio
import random
import shutil
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.clock import FixedClock, from_ms
from connector.domain.subscriptions import Subscription
from connector.providers import HttpRequest
from connector.store import control, deliveries, events, keys, schema, secrets, subscriptions
from connector.store.db import Store, Tx
from connector.store.secrets import Vault
from connector.worker.delivering import Deliverer
from connector.worker.outgoing import Answer, Transport

NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
INVOICES = ("inv_a", "inv_b", "inv_c", None)
OUTCOMES = st.sampled_from([200, 200, 204, 400, 404, 422, 429, 500, 503, 302, "away", "timeout"])


class Plain:
    """Tells an event as its row is."""

    def payloads(self, tx: Tx, event_ids: Sequence[str], **_: Any) -> dict[str, dict[str, Any]]:
        return {
            row["id"]: {
                "event_id": row["id"],
                "occurred_at": from_ms(row["occurred_at"]).isoformat(),
                "late_minutes": 0,
            }
            for row in events.by_ids(tx, event_ids)
        }

    def sample(self, tx: Tx, type: str, event_id: str, *, pii: str) -> dict[str, Any]:
        return {"event_id": event_id, "test": True}

    def masked(self, text: str, payload: Any) -> str:
        return text


class Scripted:
    """A client whose receiver answers by a script, and well when it is over."""

    def __init__(self, script: list[Any]) -> None:
        self.script, self.arrived = script, list[tuple[str, bool]]()

    async def send(self, request: HttpRequest) -> Answer | Transport:
        found = self.script.pop(0) if self.script else 200
        self.arrived.append((request.headers["webhook-id"], found in (200, 204)))
        if found == "away":
            return Transport("not_sent", "ClientConnectorError")
        return Transport("unknown", "TimeoutError") if found == "timeout" else Answer(found, {}, b"")


class House:
    """A store with one subscription, its deliverer, and a clock in our hand."""

    def __init__(self, store: Store, clock: FixedClock, script: list[Any]) -> None:
        self.store, self.clock, self.client = store, clock, Scripted(script)
        vault = Vault("a-master-key-of-the-test")
        with store.write() as tx:
            control.ensure(tx)
            key = keys.create_key(tx, label="t", scopes=["hooks"], pii="full").key
            self.subscription = subscriptions.add(tx, {**WISH, "key_id": key.id})
            secrets.put(
                tx, vault, purpose="subscription", owner=self.subscription.id, text="whsec_" + "QUJD" * 8
            )
        client: Any = self.client
        self.deliverer = Deliverer(store, client, vault, Plain(), frozenset(), "w", rng=random.Random(3))

    def happen(self, invoices: Sequence[str | None]) -> None:
        count: dict[str | None, int] = defaultdict(int)
        with self.store.write() as tx:
            for invoice in invoices:
                count[invoice] += 1
                row = {
                    "id": tx.ids.new("evt"), "type": "message_sent", "occurred_at": tx.now_ms,
                    "known_at": tx.now_ms, "invoice_id": invoice, "invoice_event_number": count[invoice],
                    "data": {}, "created_at_m": tx.machine_ms,
                }  # fmt: skip
                tx.conn.execute(schema.events.insert().values(**row))
                events.number_events(tx)

    def walk(self, days: int) -> None:
        """From due instant to due instant, as the worker walks a virtual clock."""
        asyncio.run(self._walk(self.clock.at + timedelta(days=days)))

    async def _walk(self, until: datetime) -> None:
        while self.clock.at <= until:
            while self.deliverer.turn() or self.deliverer.in_flight:
                await self.deliverer.rest(0.001)
            following = self.next_at()
            if following is None:
                return
            self.clock.at = self.clock.machine_at = following

    def next_at(self) -> datetime | None:
        with self.store.read() as tx:
            following = deliveries.next_instant(tx)
        return None if following is None else from_ms(following)

    def look(self) -> Subscription:
        with self.store.read() as tx:
            return subscriptions.known(tx, self.subscription.id)

    def rows(self) -> list[Any]:
        with self.store.read() as tx:
            return deliveries.log(tx, self.subscription.id, state=None, before=None, limit=1000)


WISH: dict[str, Any] = {
    "url": "https://n8n.example/x", "host": "n8n.example", "place": "n8n.example:443", "events": ["message_sent"],
    "only_tags": [], "only_recipes": [], "days_overdue": [], "reasons": [], "quiet": "off", "pii": "full",
}  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(INVOICES), min_size=1, max_size=14),
    st.lists(OUTCOMES, max_size=30),
)
def test_nothing_is_lost_and_an_invoices_events_arrive_in_order(
    tmp_path_factory: pytest.TempPathFactory,
    sqlite_template: Path,
    invoices: list[str | None],
    script: list[Any],
) -> None:
    path = tmp_path_factory.mktemp("order") / "tagih.db"
    shutil.copyfile(sqlite_template, path)
    clock = FixedClock(NOW, NOW)
    store = Store(f"sqlite:///{path}", clock=clock)
    house = House(store, clock, script)

    house.happen(invoices)
    house.walk(days=9)

    rows = {row.event_id: row for row in house.rows()}
    assert len(rows) == len(invoices)
    assert {row.state for row in rows.values()} <= {"delivered", "failed"}
    assert house.look().state == "active"
    for row in rows.values():
        if row.state == "failed":
            assert row.status is not None and 400 <= row.status < 600
    arrived = [id for id, well in house.client.arrived if well]
    assert sorted(arrived) == sorted(id for id, row in rows.items() if row.state == "delivered")
    for lane in {row.lane for row in rows.values()}:
        numbers = [rows[id].event_number for id in arrived if rows[id].lane == lane]
        assert numbers == sorted(numbers)
    store.close()


def test_a_receiver_that_is_not_there_is_asked_with_the_oldest_event_and_gets_all_in_order(
    store: Store, clock: FixedClock
) -> None:
    clock.machine_at = clock.at
    house = House(store, clock, ["away"] * 40)
    house.happen(["inv_a", "inv_b", None, "inv_c", "inv_a"])

    house.walk(days=4)

    tried = [id for id, _ in house.client.arrived]
    arrived = [id for id, well in house.client.arrived if well]
    assert set(tried[4:40]) == {arrived[0]}  # the first four left together, when all was still well
    assert arrived == [row.event_id for row in sorted(house.rows(), key=lambda row: row.event_number)]


def test_eight_that_fail_together_are_one_failure(store: Store, clock: FixedClock) -> None:
    clock.machine_at = clock.at
    house = House(store, clock, ["away"] * 8)
    house.happen([None] * 8)

    asyncio.run(_one_wave(house))

    assert len(house.client.arrived) == 8
    assert house.look().downs == 1


async def _one_wave(house: House) -> None:
    house.deliverer.turn()
    while house.deliverer.in_flight:
        await house.deliverer.rest(0.001)
        house.deliverer._record()


def test_events_that_are_not_there_any_more_keep_nobody_busy(store: Store, clock: FixedClock) -> None:
    house = House(store, clock, [])
    house.happen([None, None])
    with store.write() as tx:
        tx.conn.execute(schema.events.delete())

    turns = [house.deliverer.turn() for _ in range(3)]

    assert turns[1:] == [0, 0]
    assert house.look().cursor == 2
