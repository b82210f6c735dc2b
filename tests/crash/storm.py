"""The run itself: starts the processes, brings the load, sees to it that everyone dies as planned."""

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from children import LEASE_S, Child, House, run_provider, run_web, run_worker
from dying import AFTER, BEFORE, Plan
from plans import RANDOM, Load
from reconcilers import EXPIRED, HOLDS

from benchmarks import seed
from connector.store import emulator as provider_rows
from connector.store import events, inbox, schema

STORM_HOLD_S = 120  # no hold ends during the storm: a step that dies twice would rightly wait for a person
END_HOLD_S = 10  # several times as long as any status takes
LONGEST_S = 240.0


@dataclass(slots=True)
class Storm:
    """The processes of one run and what has happened to them."""

    house: House
    load: Load
    log: Path
    worker_queue: list[Plan]
    web_queue: list[Plan]
    children: dict[str, Child] = field(default_factory=dict)
    kills: dict[str, int] = field(default_factory=dict)
    crashes: list[str] = field(default_factory=list)
    unreached: list[str] = field(default_factory=list)
    seeded: int = 0
    started_plans: int = 0
    waits: dict[tuple[str, str | None], int] = field(default_factory=dict)  # what was not at rest last
    begun: float = field(default_factory=time.monotonic)

    # --- processes ------------------------------------------------------------------------------------------

    def start(self, name: str, plan: Plan | None = None, hold_s: int = STORM_HOLD_S) -> None:
        house = self.house
        run: Callable[[], None]
        if name == "provider":
            run = lambda: run_provider(house)  # noqa: E731
        elif name == "web":
            run = lambda: run_web(house, plan)  # noqa: E731
        else:
            hold = 0 if house.naive else hold_s
            run = lambda: run_worker(house, plan, hold)  # noqa: E731
        self.children[name] = Child.start(name, run, self.log, plan)

    def start_next(self, name: str) -> None:
        queue = self.web_queue if name == "web" else self.worker_queue
        plan = queue.pop(0) if queue else None
        if plan is not None and name != "web":
            self.started_plans += 1
        self.start(name, plan)

    def watch(self) -> list[str]:
        """Buries the dead, and kills those whose random instant has come; answers who is gone."""
        gone: list[str] = []
        for name, child in list(self.children.items()):
            plan = child.plan
            code = child.end() if child.is_due() else child.exit_code()
            if code is None:
                continue
            gone.append(name)
            if code == -signal.SIGKILL and plan is not None:
                self._note(name, plan)
            else:
                self.crashes.append(f"{name}: exit {code}")
                if len(self.crashes) > 5:
                    raise RuntimeError(f"processes end by themselves: {self.crashes}; see {self.log}")
        return gone

    def _note(self, name: str, plan: Plan) -> None:
        self._tell(f"{'web' if name == 'web' else 'worker'}: {str(plan).removesuffix(', ')}")

    def _tell(self, word: str) -> None:
        self.kills[word] = self.kills.get(word, 0) + 1
        print(f"{time.monotonic() - self.begun:6.1f} s  {self.seeded:5d} due  {word}", file=sys.stderr)

    def kill(self, name: str) -> None:
        self.children.pop(name).end()
        self._note(name, Plan(RANDOM, ""))

    def cut_power(self) -> None:
        """Web and workers die in one instant; what their lives were planned to end with comes later."""
        for name in ("web", *self.workers):
            os.kill(self.children[name].pid, signal.SIGKILL)
        for name in ("web", *self.workers):
            child = self.children.pop(name)
            child.end()
            if child.plan is not None:
                (self.web_queue if name == "web" else self.worker_queue).append(child.plan)
        self._tell("all: at once")
        for name in ("web", *self.workers):
            self.start_next(name)

    @property
    def workers(self) -> list[str]:
        return [f"worker {n}" for n in range(1, self.load.workers + 1)]

    # --- load -----------------------------------------------------------------------------------------------

    def more(self, count: int) -> None:
        """`count` messages come due now, as far as the load goes."""
        count = min(count, self.load.messages - self.seeded)
        if count <= 0:
            return
        with closing(self.house.store()) as store:
            with store.read() as tx:
                now = tx.now
            seed.invoices(store, self.house.catalog, count, due_at=now, first=self.seeded)
        self.seeded += count

    # --- the three parts ------------------------------------------------------------------------------------

    def rage(self) -> None:
        """Until every planned death has happened."""
        reserve = 0 if self.load.naive else self.load.messages // 8
        budget = self.load.messages - reserve
        share = budget // max(len(self.worker_queue), 1)
        for name in ("provider", "web", *self.workers):
            self.start(name) if name == "provider" else self.start_next(name)
        cuts = [] if self.load.naive else [len(self.worker_queue) // 3, 2 * len(self.worker_queue) // 3]
        allowed = 0
        trickle_at = corpse_at = time.monotonic()
        until = time.monotonic() + LONGEST_S
        while any(c.plan for c in self.children.values()) or self.worker_queue or self.web_queue:
            for name in self.watch():
                self.start_next(name)
            if cuts and len(self.worker_queue) <= cuts[-1]:
                cuts.pop()
                self.cut_power()
            if time.monotonic() > trickle_at:  # a place that is not reached needs a little more work
                trickle_at = time.monotonic() + 0.5
                allowed += 4
            if time.monotonic() > corpse_at and self._a_corpse_is_wanted():
                corpse_at = time.monotonic() + 2 * LEASE_S
            self.more(min(share * self.started_plans, budget) + allowed - self.seeded)
            if time.monotonic() > until:
                living = [str(c.plan) for c in self.children.values() if c.plan]
                self.unreached = living + [str(plan) for plan in self.worker_queue + self.web_queue]
                return
            time.sleep(0.02)

    def _a_corpse_is_wanted(self) -> bool:
        """Whether one worker waits to settle the leases of a dead one and nobody else is left to die: then one does."""
        waiting = [n for n in self.workers if (plan := self.children[n].plan) and plan.place == EXPIRED]
        idle = [n for n in self.workers if self.children[n].plan is None]
        if not waiting or not idle or not self._in_flight():
            return False
        self.kill(idle[0])
        self.start_next(idle[0])
        return True

    def _in_flight(self) -> bool:
        with closing(self.house.store()) as store, store.read() as tx:
            sending = sa.select(sa.func.count()).where(schema.steps.c.state == "sending")
            return bool(tx.conn.execute(sending).scalar_one())

    def settle(self) -> None:
        """The last deaths: while holds end, when what never left is about to go once more."""
        for name in self.workers:
            self.kill(name)
        self._until(self._all_told, "the provider's statuses to arrive")
        if not self.load.naive:
            for phase in (BEFORE, AFTER):
                self.more(self.load.messages // 40)
                self.start("worker 1", Plan(HOLDS, phase), END_HOLD_S)
                self._until(lambda: "worker 1" in self.watch(), f"a worker to die {phase} of a hold's end")
        for name in self.workers:
            self.start(name, None, END_HOLD_S)
        self.more(self.load.messages)
        self._until(self._at_rest, "everything to come to rest")

    def _until(self, done: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + LONGEST_S
        while not done():
            if time.monotonic() > until:
                raise TimeoutError(f"waited too long for {what}: {self.waits}; see {self.log}")
            time.sleep(0.1)

    def _all_told(self) -> bool:
        with closing(self.house.provider_store()) as store, store.read() as tx:
            return provider_rows.next_webhook_due(tx) is None

    def _at_rest(self) -> bool:
        for name in self.watch():
            self.start(name, None, END_HOLD_S)
        with closing(self.house.store()) as store, store.read() as tx:
            steps = schema.steps
            query = sa.select(steps.c.state, steps.c.reason, sa.func.count()).group_by(
                steps.c.state, steps.c.reason
            )
            found = {(state, reason): n for state, reason, n in tx.conn.execute(query)}
            self.waits = {key: n for key, n in found.items() if key[0] in ("planned", "sending", "unknown")}
            self.waits |= {("inbox", None): inbox.waiting(tx), ("events", None): events.unnumbered(tx)}
        return not any(self.waits.values()) and self._all_told()

    def end(self) -> None:
        """Asks politely first: a worker that is told to stop must end well."""
        for name in [*self.workers, "web", "provider"]:
            child = self.children.pop(name, None)
            if child is not None:
                code = child.end(signal.SIGTERM)
                if code != 0 and name.startswith("worker"):
                    self.crashes.append(f"{name}: exit {code} when told to stop")
