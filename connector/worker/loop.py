"""The worker: one asyncio thread that claims, sends, records, applies the inbox and lets time pass.

One turn:
1. Obey the control row: power, pause, suspicion.
2. Heartbeat; notice that we were away.
3. Record the answers that came back, in one transaction.
4. Let the sandbox's provider speak; apply the inbox, before anything new is claimed.
5. Settle what is unknown, ended pauses, ticks and tasks.
6. Claim as much as the senders' buckets and the room in flight allow; start the requests.
7. Number the events; finish sequences; report an outage whose backlog is settled; bring events to subscribers.
8. With a virtual clock, and nothing left to do at this instant: move to the next one.
"""

import asyncio
import logging
import random
import signal
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connector.providers import Provider
from connector.store import clockrow, plan, queue, senders, vitals
from connector.store import control as control_row
from connector.store.control import Control
from connector.store.db import Row, Store, Tx
from connector.worker import walking
from connector.worker.claiming import Claimed, Claimer
from connector.worker.closing import Closer, tidy
from connector.worker.composing import Composer
from connector.worker.delivering import Deliverer
from connector.worker.fetching import Fetching
from connector.worker.inbox import InboxApplier
from connector.worker.looking import Lookout
from connector.worker.outages import beat, mind_pause
from connector.worker.outgoing import Outgoing
from connector.worker.reconciling import Reconciler
from connector.worker.recording import Recorder
from connector.worker.replies import Replies
from connector.worker.roads import Roads
from connector.worker.sending import Sending
from connector.worker.setup import ROOM, SenderSetup, WorkerConfig, worker_name
from connector.worker.ticks import Ticks

log = logging.getLogger(__name__)

BEAT_EVERY_S = 2.0
BUSY_S = 0.05  # first patience with a database that does not answer; it doubles
FINISH_S = 6.0  # less than the supervisor waits for us: what came back must still be written down
BUSY_TRIES = 8
TIDY_EVERY_S = 600.0
POLL_S = 0.05
IDLE_S = 0.5  # time alone makes work too: the longest that a whole turn is put off while nothing is written
BREATH_S = 0.015  # the longest that an answer waits for others to be recorded with it
SLICE_S = 0.003
CLAIM = 200  # steps in one claim: about 40 ms of work


@dataclass(slots=True)
class Worker:
    """`speak` lets the sandbox's provider post its due webhooks; None when live."""

    store: Store
    config: WorkerConfig
    providers: Mapping[str, Provider]
    outgoing: Outgoing
    speak: Callable[[], Awaitable[int]] | None = None
    in_sandbox: bool = False
    deliverer: Deliverer | None = None  # brings events to subscribers
    guarded: Outgoing | None = None  # dials the addresses that others name; None: the same client
    rng: random.Random = field(default_factory=random.Random)
    timed: dict[str, Callable[[Tx, Row[Any]], None]] = field(default_factory=dict)  # see Ticks
    _composer: Composer = field(init=False)
    _claimer: Claimer = field(init=False)
    _recorder: Recorder = field(init=False)
    _reconciler: Reconciler = field(init=False)
    _inbox: InboxApplier = field(init=False)
    _ticks: Ticks = field(init=False)
    _sending: Sending = field(init=False)
    _roads: Roads = field(init=False)
    _closer: Closer = field(init=False)
    _fetching: Fetching = field(init=False)
    _look: Lookout = field(init=False)
    _network_off: bool = False
    _last_beat: float = 0.0
    _last_tidy: float = 0.0
    _stopping: bool = False
    _was_dark: bool = False

    def __post_init__(self) -> None:
        config = self.config
        channels = frozenset(s.channel for s in config.senders)
        self._composer = Composer(config.policies, channels, config.file_link)
        self._claimer = Claimer(self._composer, config.name, config.live)
        self._recorder = Recorder(self._composer, config.hold, self.rng)
        self._reconciler = Reconciler(self._composer, self.providers, config.hold)
        self._inbox = InboxApplier(self.providers, config.own, self._recorder, Replies(self._composer))
        self._ticks = Ticks(self._composer, self.timed)
        self._roads = Roads(self.store, self.rng)
        self._look = Lookout(self.store)
        self._closer = Closer(self.store.clock.machine)
        self._sending = Sending(
            self.outgoing,
            self.providers,
            {s.config.id: s.config for s in config.senders},
            self.store.clock.machine,
            lambda: self._network_off,
        )
        self._fetching = Fetching(
            self.store,
            self.guarded or self.outgoing,
            self.outgoing,
            self.providers,
            {s.provider: s.config for s in config.senders},
            lambda: self._network_off,
        )

    # --- life -----------------------------------------------------------------------------------------------

    def boot(self) -> None:
        """Makes the senders known and takes up what a dead worker left."""
        with self.store.write() as tx:
            for sender in self.config.senders:
                senders.ensure(
                    tx,
                    sender_id=sender.config.id,
                    provider=sender.provider,
                    channel=sender.channel,
                    external_id=sender.config.external_id,
                    rate=sender.rate,
                )
            if control_row.state(tx).power_on:
                beat(tx, self.config.name)
        with self.store.write() as tx:
            self._reconciler.boot(tx, alone=self.config.alone)
        if self.deliverer is not None:
            self.deliverer.boot(alone=self.config.alone)
        with self.store.read() as tx:
            self._roads.recall(tx)
            self._closer.touched |= plan.left_behind(tx)
        self._look.did(1)

    async def run(self) -> None:
        """Works until it is told to stop; then waits for what is on its way and records it."""
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, self.stop)
        self.boot()
        busy = 0
        while not self._stopping:
            try:
                seen = self.store.version()
                if not await self.turn():
                    await self._rest(seen)
                busy = 0
            except Exception as fault:
                # A deadlock, a restart of the database: what was undone is done again by the next turn.
                busy += 1
                if not vitals.is_busy(fault) or busy > BUSY_TRIES:
                    raise
                log.warning("database_busy", extra={"error": type(fault).__name__})
                await asyncio.sleep(BUSY_S * 2**busy)
        leaving = [] if self.deliverer is None else [self.deliverer.finish(FINISH_S)]
        await asyncio.gather(self._sending.finish(FINISH_S), *leaving)
        self._record()

    def is_cut_off(self) -> bool:
        """Whether the sandbox's network is off: nothing leaves."""
        return self._network_off

    def stop(self) -> None:
        self._stopping = True
        self._sending.arrived.set()

    async def drain(self) -> None:
        """Works until nothing is left to do at this instant (and, with a virtual clock, at its target)."""
        while await self.turn():
            continue

    async def _breathe(self) -> None:
        """Gives the requests in flight their time: answers are recorded in groups, not one by one."""
        await asyncio.sleep(0)
        until = time.monotonic() + BREATH_S
        while self._sending.in_flight and time.monotonic() < until:
            await asyncio.sleep(SLICE_S)

    async def _rest(self, seen: object) -> None:
        """Until an answer came, somebody wrote something, or time may have made work."""
        until = time.monotonic() + IDLE_S
        while not self._sending.arrived.is_set():
            try:
                await asyncio.wait_for(self._sending.arrived.wait(), POLL_S)
            except TimeoutError:
                if time.monotonic() >= until or self.store.version() != seen:
                    return

    # --- one turn -------------------------------------------------------------------------------------------

    async def turn(self) -> bool:
        """One pass over everything; answers whether anything was done or is still on its way."""
        look = self._look
        with self.store.read() as tx:
            control = control_row.state(tx)
            now = tx.now
            look.look(tx)
        self._network_off = self.in_sandbox and look.waiting.cut_off
        if not control.power_on:
            self._was_dark = True
            return walking.jump(self.store, control, now)
        if self._was_dark:
            self._was_dark = False
            self.boot()
        trusted = self._beat(control)
        did = look.did(self._record())
        if self.speak is not None and look.waiting.speech:
            did += look.did(await self.speak())
        if look.waiting.inbox:
            did += look.did(self._inbox.apply(self.store))
        if look.waiting.settling:
            did += look.did(self._settle())
        did += look.did(self._fetching.turn(waits=look.waiting.files))
        look.did(mind_pause(self.store, control, noted=look.waiting.pause))
        if trusted and not control.paused and look.waiting.messages:
            did += look.did(self._claim(now))
        await self._breathe()
        did += look.did(self._close())
        if self.deliverer is not None:
            did += look.did(self.deliverer.turn(waits=look.waiting.deliveries))
        if did or self._sending.in_flight or self._sending.answers:
            return True
        if self._fetching.in_flight:
            await asyncio.sleep(SLICE_S)
            return True
        if self.deliverer is not None and self.deliverer.in_flight:
            await self.deliverer.rest(POLL_S)
            return True
        return await self._move(control, now)

    def _beat(self, control: Control) -> bool:
        machine = self.store.clock.machine().timestamp()
        if control.clock_suspect:
            return False
        if self._sending.suspect_dates >= 3:
            self._sending.suspect_dates = 0
            with self.store.write() as tx:
                clockrow.suspect(tx, "differs from the provider's clock")
            return False
        if abs(machine - self._last_beat) < BEAT_EVERY_S:
            return True
        self._last_beat = machine
        with self.store.write() as tx:
            trusted = beat(tx, self.config.name)
            self._roads.recall(tx)
        self._look.did(1)  # it may have noted an outage
        # Only under a trusted clock: one that is a month ahead would find everything long expired.
        if trusted and machine - self._last_tidy > TIDY_EVERY_S:
            self._last_tidy = machine
            with self.store.write() as tx:
                tidy(tx)
        return trusted

    def _record(self) -> int:
        answers = self._sending.take_answers()
        if not answers:
            return 0
        try:
            self._roads.mind(answers)
            with self.store.write() as tx:
                self._composer.refresh(tx)
                self._closer.touched |= self._recorder.record(tx, answers)
        except Exception:
            self._sending.answers[:0] = answers  # nothing of them is written: the next turn tries again
            raise
        return len(answers)

    def _settle(self) -> int:
        """In transactions of their own: what waits for others' rows must not hold any that they wait for."""
        with self.store.write() as tx:
            did = self._reconciler.expire(tx)
        with self.store.write() as tx:
            plan.restore_addresses(tx)
            did += plan.restore_templates(tx)
            for row in queue.unplaced_messages(tx, limit=200):
                plan.hold(tx, row.id, reason="phone_missing")
                did += 1
        with self.store.write() as tx:
            self._composer.refresh(tx)
            did += self._reconciler.settle(tx) + len(plan.pauses_over(tx))
            touched, ticked = self._ticks.run(tx)
        self._closer.touched |= touched
        return did + ticked

    def _claim(self, now: datetime) -> int:
        room = min(CLAIM, self.config.room - self._sending.in_flight)
        if room <= 0:
            return 0
        did = 0
        for sender in self._roads.to_probe(now):
            others = frozenset(s.config.id for s in self.config.senders) - {sender}
            probe = self._take(1, without=others)
            self._roads.probes(sender, going=bool(probe.sendables))
            did += probe.touched
        return did + self._take(room, without=self._roads.down).touched

    def _take(self, room: int, *, without: frozenset[str]) -> Claimed:
        """One claim, and its requests begin."""
        with self.store.write() as tx:
            if control_row.state(tx).paused:  # since this turn began
                return Claimed()
            claimed = self._claimer.claim(tx, room=room, without=without)
        for sendable in claimed.sendables:
            self._sending.start(sendable)
        self._closer.touched |= claimed.sequences if claimed.touched else set()
        return claimed

    def _close(self) -> int:
        """Numbers events, finishes sequences, reports outages; only when there is something of it."""
        self._closer.touched |= self._inbox.sequences
        self._inbox.sequences = set()
        if not self._closer.has_work(self._look.waiting):
            return 0
        with self.store.write() as tx:
            closed = self._closer.close(tx)
        self._closer.touched = set()
        return closed

    async def _move(self, control: Control, now: datetime) -> bool:
        """Nothing is left to do at this instant: a virtual clock goes on, as far as it was asked to."""
        if not self.store.virtual or control.target is None or now >= control.target:
            return False
        stopped = control.paused or control.clock_suspect is not None or bool(self._roads.down)
        if not stopped and self._look.waiting.messages and walking.waits_for_tokens(self.store):
            await asyncio.sleep(POLL_S)  # real time fills the sender's bucket; this instant is not over
            return True
        goals = [control.target, *self._roads.next_probes(now)]
        if not walking.step(self.store, self.config.name, goals, seen=self._look.waiting):
            self._look.did(1)
        return True


__all__ = ["ROOM", "SenderSetup", "Worker", "WorkerConfig", "worker_name"]
