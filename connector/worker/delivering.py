"""Brings events to subscribers: signed, at least once, in order for each invoice, never to a place it may not dial.

One turn: write down what came back; let subscriptions look at new events; claim what is due and start it.
The claim is committed before the request leaves, so a kill loses nothing: what was on its way goes again under
the same id. Personal fields are joined when it leaves, so that what was erased meanwhile is not told.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connector.domain import deliveries as rules
from connector.domain import signing
from connector.domain.subscriptions import Subscription, held_until, place_of
from connector.providers import HttpRequest
from connector.store import business, deliveries, fanout, subscriptions, vitals
from connector.store import secrets as vaults
from connector.store.db import Row, Store, Tx
from connector.store.secrets import Vault
from connector.worker.delivered import Endings, Job, Telling
from connector.worker.outgoing import Answer, Outgoing, Transport

log = logging.getLogger(__name__)

TIMEOUT_S = 15.0
ROOM = 64  # requests in flight, of all subscriptions
VERSION = "v1"
LOG_KEPT = timedelta(days=30)
ANSWERS_KEPT = timedelta(days=14)
TIDY_EVERY_S = 3600.0


@dataclass(slots=True)
class _Said:
    """What became of the claimed before they leave."""

    keyless: set[str]  # subscriptions whose secret nobody can read
    jobs: list[Job] = field(default_factory=list)
    left: list[str] = field(default_factory=list)  # these wait again
    untold: Row[Any] | None = None


@dataclass(slots=True)
class Deliverer:
    """`outgoing` is the guarded client; `private` are the places of the operator's own network that it may dial."""

    store: Store
    outgoing: Outgoing
    vault: Vault
    telling: Telling
    private: frozenset[str]
    worker: str
    network_down: Callable[[], bool] = lambda: False
    rng: random.Random = field(default_factory=random.Random)
    timeout_s: float = TIMEOUT_S
    _ends: Endings = field(init=False)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _done: list[tuple[Job, Answer | Transport]] = field(default_factory=list)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _last_tidy: float = 0.0

    def __post_init__(self) -> None:
        self._ends = Endings(self)

    # --- for the loop ---------------------------------------------------------------------------------------

    @property
    def in_flight(self) -> int:
        return len(self._tasks) + len(self._done)

    def boot(self, *, alone: bool) -> None:
        """What a dead worker held waits again."""
        with self.store.write() as tx:
            deliveries.take_back(tx, everything=alone)

    def turn(self, *, waits: bool = True) -> int:
        """One pass; answers how much was done. `waits`: whether anything is new or due."""
        did = self._record()
        self._tidy()
        return did + (self._bring() if waits or did else 0)

    def _bring(self) -> int:
        did = 0
        with self.store.read() as tx:
            behind, lost, ready = fanout.behind(tx), deliveries.has_expired(tx), deliveries.ready(tx)
            ended = subscriptions.ended(tx)
        if ended:
            with self.store.write() as tx:
                for id in subscriptions.lock(tx, ended):
                    subscriptions.remove(tx, id)
            behind, ready = _without(behind, ended), _without(ready, ended)
        if behind or lost:
            with self.store.write() as tx:
                did += deliveries.take_back(tx) if lost else 0
                did += fanout.look(tx, behind) + len(behind)
                ready = deliveries.ready(tx)
        return did + self._start(ready)

    async def rest(self, seconds: float) -> None:
        """Waits for the next answer, at most so long."""
        self._arrived.clear()
        if not self._done:
            try:
                await asyncio.wait_for(self._arrived.wait(), seconds)
            except TimeoutError:
                return

    async def finish(self, timeout_s: float) -> None:
        """Waits for what is on its way and writes it down; the rest goes again after the restart."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=timeout_s)
        self._record()

    # --- out ------------------------------------------------------------------------------------------------

    def _start(self, ready: Sequence[str]) -> int:
        if not ready or self.in_flight >= ROOM:
            return 0
        with self.store.write() as tx:
            claimed, changed = self._claim(tx, ready)
        if not claimed:
            return changed
        with self.store.read() as tx:
            said = self._said(tx, claimed)
        if said.keyless or said.untold is not None:
            with self.store.write() as tx:
                for one in subscriptions.lock(tx, said.keyless).values():
                    self._ends.stop(tx, one, "subscription_secret_lost", None)
                deliveries.put_back(tx, said.left)
                if said.untold is not None:
                    nothing = deliveries.Result(said.untold.id, said.untold.fence, None, None)
                    deliveries.record(tx, nothing, rules.untold())
        for job in said.jobs:
            task = asyncio.get_running_loop().create_task(self._post(job))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return changed + len(claimed)

    def _claim(self, tx: Tx, ready: Sequence[str]) -> tuple[list[tuple[Row[Any], Subscription]], int]:
        """What may leave now, marked as on its way; and how much else was changed."""
        own = business.get(tx)
        zone = own.zone if own else "Asia/Jakarta"
        locked = subscriptions.lock(tx, ready, wait=False)
        revoked = subscriptions.revoked_keys(tx, [one.key_id for one in locked.values()])
        taken: list[tuple[Row[Any], Subscription]] = []
        changed = 0
        room = ROOM - self.in_flight
        for one in locked.values():
            if one.key_id in revoked:
                self._ends.stop(tx, one, "subscription_key_revoked", None)
                changed += 1
                continue
            quiet_end = held_until(tx.now, one.quiet, zone)
            if quiet_end is not None:
                changed += deliveries.hold_ordinary(tx, one.id, quiet_end)
            ids = [row.id for row in deliveries.candidates(tx, one)][:room]
            room -= len(ids)
            taken += [(row, one) for row in deliveries.take(tx, ids, worker=self.worker)]
        return taken, changed

    def _said(self, tx: Tx, claimed: Sequence[tuple[Row[Any], Subscription]]) -> "_Said":
        """The claimed with what they say, up to the first that cannot be told: then this transaction may be spoilt,
        and the rest goes in the next turn."""
        owners = {one.id for _, one in claimed}
        secrets = vaults.of_owners(tx, self.vault, purpose=subscriptions.PURPOSE, owners=owners)
        said = _Said(keyless=owners - set(secrets))
        for row, one in claimed:
            if said.untold is not None or one.id not in secrets:
                said.left.append(row.id)
                continue
            try:
                payload = self._payload(tx, row, one)
                said.jobs.append(Job(row, one, payload, rules.fitted(payload), secrets[one.id]))
            except Exception as fault:
                if vitals.is_busy(fault):
                    raise  # the database's illness, not the event's: the lease brings it again
                told = {"subscription": one.id, "trigger": row.type, "problem": type(fault).__name__}
                log.error("event_untold", extra=told)
                said.untold = row
        return said

    def _payload(self, tx: Tx, row: Row[Any], one: Subscription) -> dict[str, Any]:
        """What this subscriber is told."""
        if row.is_test:
            return self.telling.sample(tx, row.type, row.event_id, pii=one.pii)
        payload = self.telling.payloads(tx, [row.event_id], language=one.language, pii=one.pii)[row.event_id]
        occurred = datetime.fromisoformat(payload["occurred_at"])
        late = int((tx.now - occurred) / timedelta(minutes=1))
        return payload | {"late_minutes": max(payload["late_minutes"], late)}

    async def _post(self, job: Job) -> None:
        try:
            result = await self._sent(job)
        except Exception as fault:  # noqa: BLE001 - one odd receiver must not end the worker
            result = Transport("unknown", type(fault).__name__)
        self._done.append((job, result))
        self._arrived.set()

    async def _sent(self, job: Job) -> Answer | Transport:
        url = job.subscription.url
        if self.network_down() or place_of(url, self.private) is None:
            return Transport("not_sent", "address_refused")
        now = int(self.store.clock.machine().timestamp())
        headers = {
            "Content-Type": "application/json",
            "Tagih-Version": VERSION,
            **signing.headers(job.secrets, job.row.event_id, now, job.body),
        }
        if job.row.is_replay:
            headers["Tagih-Replay"] = str(job.row.created_at_m)
        return await self.outgoing.send(HttpRequest("POST", url, headers, job.body, timeout_s=self.timeout_s))

    # --- back -----------------------------------------------------------------------------------------------

    def _record(self) -> int:
        taken, self._done = self._done, []
        if not taken:
            return 0
        try:
            with self.store.write() as tx:
                ids = {job.subscription.id for job, _ in taken}
                present = subscriptions.lock(tx, ids)  # one that was removed meanwhile has no log either
                for job, answer in taken:
                    if job.subscription.id in present and self._ends.write_down(tx, job, answer):
                        del present[job.subscription.id]
        except Exception:
            self._done[:0] = taken  # nothing of it is written: the next turn tries again
            raise
        return len(taken)

    def _tidy(self) -> None:
        machine = self.store.clock.machine()
        if abs(machine.timestamp() - self._last_tidy) < TIDY_EVERY_S:
            return
        self._last_tidy = machine.timestamp()
        with self.store.write() as tx:
            old, older = tx.machine_ms - _ms(ANSWERS_KEPT), tx.machine_ms - _ms(LOG_KEPT)
            deliveries.forget(tx, before_m=older, answers_before_m=old)


def _without(ids: Sequence[str], ended: Sequence[str]) -> list[str]:
    return [id for id in ids if id not in ended]


def _ms(length: timedelta) -> int:
    return length // timedelta(milliseconds=1)
