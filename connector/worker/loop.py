"""The worker: one asyncio thread that claims, sends, records, applies the inbox and lets time pass.

One turn:
1. Obey the control row: power, pause, suspicion.
2. Heartbeat; notice that we were away.
3. Record the answers that came back, in one transaction.
4. Let the sandbox's provider speak; apply the inbox, before anything new is claimed.
5. Settle what is unknown, ended pauses, ticks and tasks.
6. Claim as much as the senders' buckets and the room in flight allow; start the requests.
7. Number the events; finish sequences; report an outage whose backlog is settled.
8. With a virtual clock, and nothing left to do at this instant: move to the next one.
"""

import asyncio
import logging
import os
import random
import signal
import socket
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connector.clock import from_ms, to_ms
from connector.domain.decision import NewEvent
from connector.domain.model import Outcome, Policy
from connector.domain.retry import retry_delay
from connector.providers import Provider, SenderConfig
from connector.store import clockrow, events, idempotency, inbox, outages, plan, queue, senders, vitals
from connector.store.apply import append_events
from connector.store.db import Store, Tx
from connector.worker.claiming import Claimed, Claimer
from connector.worker.composing import Composer
from connector.worker.inbox import InboxApplier, Own
from connector.worker.outages import beat, report
from connector.worker.outgoing import Outgoing
from connector.worker.reconciling import Reconciler
from connector.worker.recording import Answered, Recorder
from connector.worker.replies import Replies
from connector.worker.sending import Sending
from connector.worker.ticks import Ticks

log = logging.getLogger(__name__)

BEAT_EVERY_S = 2.0
BUSY_S = 0.05  # first patience with a database that does not answer; it doubles
FINISH_S = 6.0  # less than the supervisor waits for us: what came back must still be written down
BUSY_TRIES = 8
TIDY_EVERY_S = 600.0
REPORT_EVERY_S = 5.0
BODIES_KEPT_MS = 14 * 86_400_000  # raw webhook bodies; their hashes stay (threat model, control 4)
POLL_S = 0.05
SHORT_CUT = timedelta(hours=6)  # a cut of some hours is made up within minutes ...
PROBE_SOON = timedelta(minutes=4)  # ... so nobody waits longer than this for the next probe
BREATH_S = 0.015  # the longest that an answer waits for others to be recorded with it
SLICE_S = 0.003
ROOM = 512  # requests in flight
CLAIM = 200  # steps in one claim: about 40 ms of work


@dataclass(frozen=True, slots=True)
class SenderSetup:
    """One sender as the settings describe it."""

    config: SenderConfig
    provider: str
    channel: str
    rate: float  # messages per second


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    name: str
    live: bool
    hold: timedelta
    senders: tuple[SenderSetup, ...]
    own: Mapping[str, Own]
    allow: frozenset[str]  # host:port pairs that may be private
    policies: Mapping[str, Policy]
    alone: bool  # no other worker can be alive
    room: int = ROOM
    connections: int = ROOM


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


@dataclass(slots=True)
class _Road:
    """The way of one sender to its provider while nothing leaves on it: one probe at a time."""

    down_since: datetime
    probe_at: datetime
    tries: int = 0
    probing: bool = False


@dataclass(slots=True)
class Worker:
    """`speak` lets the sandbox's provider post its due webhooks; None when live."""

    store: Store
    config: WorkerConfig
    providers: Mapping[str, Provider]
    outgoing: Outgoing
    speak: Callable[[], Awaitable[int]] | None = None
    network_down: Callable[[Tx], bool] | None = None
    rng: random.Random = field(default_factory=random.Random)
    _composer: Composer = field(init=False)
    _claimer: Claimer = field(init=False)
    _recorder: Recorder = field(init=False)
    _reconciler: Reconciler = field(init=False)
    _inbox: InboxApplier = field(init=False)
    _ticks: Ticks = field(init=False)
    _sending: Sending = field(init=False)
    _roads: dict[str, _Road] = field(default_factory=dict)  # by sender: those that are down
    _cut: bool = False  # an outage of the network is noted
    _network_off: bool = False
    _last_beat: float = 0.0
    _last_tidy: float = 0.0
    _last_report: float = 0.0
    _touched: set[str] = field(default_factory=set)
    _stopping: bool = False
    _was_dark: bool = False

    def __post_init__(self) -> None:
        config = self.config
        channels = frozenset(s.channel for s in config.senders)
        self._composer = Composer(config.policies, channels)
        self._claimer = Claimer(self._composer, config.name, config.live)
        self._recorder = Recorder(self._composer, config.hold, self.rng)
        self._reconciler = Reconciler(self._composer, self.providers, config.hold)
        self._inbox = InboxApplier(self.providers, config.own, self._recorder, Replies(self._composer))
        self._ticks = Ticks(self._composer)
        self._sending = Sending(
            self.outgoing,
            self.providers,
            {s.config.id: s.config for s in config.senders},
            self.store.clock.machine,
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
            if clockrow.read(tx).power_on:
                beat(tx, self.config.name)
            self._reconciler.boot(tx, alone=self.config.alone)
            self._cut = outages.lasting_since(tx, "network") is not None
        with self.store.read() as tx:
            self._touched |= plan.left_behind(tx)

    async def run(self) -> None:
        """Works until it is told to stop; then waits for what is on its way and records it."""
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, self.stop)
        self.boot()
        busy = 0
        while not self._stopping:
            try:
                did = await self.turn()
                busy = 0
            except Exception as fault:
                # A deadlock, a restart of the database: what was undone is done again by the next turn.
                busy += 1
                if not vitals.is_busy(fault) or busy > BUSY_TRIES:
                    raise
                log.warning("database_busy", extra={"error": type(fault).__name__})
                await asyncio.sleep(BUSY_S * 2**busy)
                continue
            if not did:
                await self._rest()
        await self._sending.finish(FINISH_S)
        self._record()

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

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self._sending.arrived.wait(), POLL_S)
        except TimeoutError:
            return

    # --- one turn -------------------------------------------------------------------------------------------

    async def turn(self) -> bool:
        """One pass over everything; answers whether anything was done or is still on its way."""
        with self.store.read() as tx:
            control = clockrow.read(tx)
            now = tx.now
            self._network_off = self.network_down(tx) if self.network_down else False
        if not control.power_on:
            return self._dark(control, now)
        if self._was_dark:
            self._was_dark = False
            self.boot()
        trusted = self._beat(control)
        did = self._record()
        if self.speak is not None:
            did += await self.speak()
        did += self._inbox.apply(self.store)
        did += self._settle()
        self._mind_pause(control)
        if trusted and not control.paused:
            did += self._claim(now)
        await self._breathe()
        did += self._close()
        if did or self._sending.in_flight or self._sending.answers:
            return True
        return await self._move(control, now)

    def _beat(self, control: clockrow.Control) -> bool:
        machine = self.store.clock.machine().timestamp()
        if control.suspect:
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
            # Only under a trusted clock: one that is a month ahead would find everything long expired.
            if trusted and machine - self._last_tidy > TIDY_EVERY_S:
                self._last_tidy = machine
                tidy(tx)
            return trusted

    def _record(self) -> int:
        answers = self._sending.take_answers()
        if not answers:
            return 0
        try:
            self._mind_roads(answers)
            with self.store.write() as tx:
                self._composer.refresh(tx)
                self._touched |= self._recorder.record(tx, answers)
        except Exception:
            self._sending.answers[:0] = answers  # nothing of them is written: the next turn tries again
            raise
        return len(answers)

    def _settle(self) -> int:
        with self.store.read() as tx:
            if not queue.anything_to_settle(tx):
                return 0
        with self.store.write() as tx:
            self._composer.refresh(tx)
            did = self._reconciler.expire(tx) + self._reconciler.settle(tx) + len(plan.pauses_over(tx))
            plan.restore_addresses(tx)
            did += plan.restore_templates(tx)
            touched = self._ticks.run(tx)
            for row in queue.unplaced_messages(tx, limit=200):
                plan.hold(tx, row.id, reason="phone_missing")
                did += 1
        self._touched |= touched
        return did + len(touched)

    def _claim(self, now: datetime) -> int:
        room = min(CLAIM, self.config.room - self._sending.in_flight)
        with self.store.read() as tx:
            if room <= 0 or not queue.anything_due(tx):
                return 0
        did = 0
        for sender in [s for s, road in self._roads.items() if now >= road.probe_at and not road.probing]:
            others = frozenset(s.config.id for s in self.config.senders) - {sender}
            probe = self._take(1, without=others)
            self._roads[sender].probing = bool(probe.sendables)
            did += probe.touched
        return did + self._take(room, without=frozenset(self._roads)).touched

    def _take(self, room: int, *, without: frozenset[str]) -> Claimed:
        """One claim, and its requests begin."""
        with self.store.write() as tx:
            if clockrow.read(tx).paused:  # since this turn began
                return Claimed()
            claimed = self._claimer.claim(tx, room=room, without=without)
        for sendable in claimed.sendables:
            self._sending.start(sendable)
        self._touched |= claimed.sequences if claimed.touched else set()
        return claimed

    def _close(self) -> int:
        """Numbers events, finishes sequences, reports outages; only when there is something of it."""
        touched = self._touched | self._inbox.sequences
        with self.store.read() as tx:
            waiting = events.unnumbered(tx)
            pending = outages.unreported(tx) if touched or waiting or self._report_is_due() else []
        if not (touched or waiting or pending):
            return 0
        with self.store.write() as tx:
            self._finish_sequences(tx, touched)
            closed = report(tx) if pending else 0
            closed += events.number_events(tx, 2000)
        self._touched, self._inbox.sequences = set(), set()
        return closed

    def _report_is_due(self) -> bool:
        """An outage whose backlog waits for the morning is looked at now and then, not at every turn."""
        machine = self.store.clock.machine().timestamp()
        if abs(machine - self._last_report) < REPORT_EVERY_S:
            return False
        self._last_report = machine
        return True

    def _finish_sequences(self, tx: Tx, touched: set[str]) -> None:
        done = plan.complete(tx, touched)
        append_events(
            tx,
            [
                NewEvent(
                    "sequence_completed",
                    tx.now,
                    invoice_id=row.invoice_id,
                    customer_id=row.customer_id,
                    data={"sequence_id": row.id, "sequence_result": "finished", "recipe_name": row.recipe},
                    once=f"sequence_completed:{row.id}",
                )
                for row in done
            ],
        )

    # --- outages --------------------------------------------------------------------------------------------

    def _mind_roads(self, answers: list[Answered]) -> None:
        """While nothing of a sender leaves, one probe at a time with growing patience; the gap is an outage too.

        Each sender has its own road: a gateway that is gone must not keep the other channel from sending.
        """
        by_sender: dict[str, list[Outcome]] = {}
        for answer in answers:
            by_sender.setdefault(answer.sender_id, []).append(answer.outcome)
        now = self.store.now()
        for sender, outcomes in by_sender.items():
            if all(outcome.action == "connect" for outcome in outcomes):
                road = self._roads.setdefault(sender, _Road(now, now))
                road.tries += 1
                road.probing = False
                road.probe_at = self._next_probe(road, outcomes[0], now)
            else:
                self._roads.pop(sender, None)
        if bool(self._roads) != self._cut:
            with self.store.write() as tx:
                if self._roads:
                    outages.begin(tx, "network", now)
                else:
                    outages.finish(tx, "network")
            self._cut = bool(self._roads)

    def _next_probe(self, road: _Road, outcome: Outcome, now: datetime) -> datetime:
        delay = retry_delay(outcome, road.tries, self.rng) or timedelta(minutes=1)
        if now - road.down_since < SHORT_CUT:
            delay = min(delay, PROBE_SOON)
        # On whole milliseconds: the stored clock knows nothing finer and would never get there.
        return from_ms(to_ms(now + max(delay, timedelta(seconds=1))))

    def _mind_pause(self, control: clockrow.Control) -> None:
        with self.store.read() as tx:
            noted = outages.lasting_since(tx, "pause") is not None
        if control.paused != noted:
            with self.store.write() as tx:
                if control.paused:
                    outages.begin(tx, "pause", tx.now)
                else:
                    outages.finish(tx, "pause")

    def _dark(self, control: clockrow.Control, now: datetime) -> bool:
        """The sandbox's power is off: time jumps, nobody writes a heartbeat, nothing else happens."""
        self._was_dark = True
        if control.target is None or now >= control.target:
            return False
        with self.store.write() as tx:
            clockrow.set_now(tx, control.target)
        return True

    # --- the virtual clock ----------------------------------------------------------------------------------

    async def _move(self, control: clockrow.Control, now: datetime) -> bool:
        if not self.store.virtual or control.target is None or now >= control.target:
            return False
        with self.store.read() as tx:
            following = queue.next_instant(tx)
            stopped = control.paused or control.suspect or bool(self._roads)
            waits = not stopped and queue.waits_for_tokens(tx)
        if waits:
            await asyncio.sleep(POLL_S)  # real time fills the sender's bucket; this instant is not over
            return True
        goals = [control.target]
        if following is not None:
            goals.append(from_ms(following))
        goals += [road.probe_at for road in self._roads.values() if road.probe_at > now]
        with self.store.write() as tx:
            clockrow.set_now(tx, min(goals))
            outages.beat(tx, self.config.name, at=min(goals))  # walked, so nobody was away
        return True


def tidy(tx: Tx) -> None:
    """Drops what its time has passed: remembered answers, raw bodies, heartbeats of workers that are gone."""
    idempotency.forget_old(tx)
    inbox.forget_bodies(tx, tx.machine_ms - BODIES_KEPT_MS)
    outages.forget_beats(tx, older_than_ms=tx.machine_ms - BODIES_KEPT_MS)
