"""The processes of the crash test, forked from one parent that has imported everything."""

import asyncio
import ctypes
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dying import Death, DyingOutgoing, DyingStore, Plan
from reconcilers import Asking, Deaf, LeaseRetry

from connector import app as composition
from connector import locks, serving
from connector.providers import load_providers
from connector.sandbox.standalone import make_emulator
from connector.settings import Settings
from connector.specs import Catalog
from connector.store.db import Store
from connector.worker import intending, loop

RATE = 500.0  # messages per second and sender; Meta's 80 would only make the test longer
CLAIM = 25  # small claims: more commits, and a death burns fewer intents
ROOM = 64  # requests in flight: a busy machine must not make an answer later than lease and hold
LEASE_S = 3  # of a dead worker among several; its hold follows
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class NoonClock:
    """Real time, moved so that it is about noon in Jakarta: the windows for reminders are open."""

    shift: timedelta

    @classmethod
    def make(cls) -> "NoonClock":
        jakarta = datetime.now(UTC) + timedelta(hours=7)
        return cls(timedelta(minutes=720 - jakarta.hour * 60 - jakarta.minute))

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift

    def machine(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class House:
    """What all processes of one run share: settings, sockets that outlive their processes, two databases."""

    settings: Settings
    catalog: Catalog
    clock: NoonClock
    provider_url: str  # the provider's own SQLite file
    provider_door: socket.socket
    web_door: socket.socket
    naive: bool

    def app(self, death: Death, settings: Settings | None = None) -> composition.App:
        """The product's own composition, on a store that may die."""
        settings = settings or self.settings
        store = DyingStore(settings.database_url, death, clock=self.clock)
        return composition.App(settings, store, self.catalog, load_providers(self.catalog.providers))

    def store(self) -> Store:
        """For the parent: close it before the next fork."""
        return Store(self.settings.database_url, clock=self.clock)

    def provider_store(self) -> Store:
        return Store(self.provider_url, clock=self.clock)


def run_provider(house: House) -> None:
    """Accepts, remembers and tells: statuses after 0.05, 0.3 and 0.8 s, as the faults bend them."""
    told = replace(
        composition.emulator_settings(house.app(Death(None))), sent_s=0.05, delivered_s=0.3, read_s=0.8
    )
    wsgi = make_emulator(house.provider_store(), told, web_url=house.settings.local_url)
    serving.serve(wsgi, house.provider_door, threads=32)


def run_web(house: House, plan: Plan | None) -> None:
    """The real web process on the socket that its parent holds."""
    with locks.held(house.settings.database_path, "web"):
        web = composition.make_web_app(house.settings, house.app(Death(plan)))
        serving.serve(web, house.web_door)


def run_worker(house: House, plan: Plan | None, hold_s: int) -> None:
    """The real worker, with what it cannot know: its death, a high rate and small claims."""
    intending.LEASE_S = LEASE_S
    loop.CLAIM = CLAIM
    settings = replace(house.settings, unknown_hold_seconds=hold_s)
    with locks.held(settings.database_path, "worker"):
        asyncio.run(_work(house, settings, Death(plan)))


async def _work(house: House, settings: Settings, death: Death) -> None:
    app = house.app(death, settings)
    async with DyingOutgoing(death, allow=composition.allowed_hosts(settings), connections=256) as outgoing:
        worker = composition.make_worker(app, outgoing)
        senders = tuple(replace(s, rate=RATE) for s in worker.config.senders)
        worker.config = replace(worker.config, senders=senders, room=ROOM)
        kind: type[Asking] = Asking
        if house.naive:
            kind, known = LeaseRetry, worker._inbox
            worker._inbox = Deaf(known.providers, known.own, known.recorder, known.replies)
        worker._reconciler = kind(worker._composer, worker.providers, worker.config.hold, death)
        await worker.run()


@dataclass(slots=True)
class Child:
    """One forked process; it dies with its parent."""

    name: str
    pid: int
    started: float
    plan: Plan | None = None

    @classmethod
    def start(cls, name: str, run: Callable[[], None], log: Path, plan: Plan | None = None) -> "Child":
        parent = os.getpid()
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            os._exit(_as_child(run, log, parent))
        return cls(name, pid, time.monotonic(), plan)

    def is_due(self) -> bool:
        """Whether its random instant has come."""
        after_s = self.plan.after_s if self.plan is not None else None
        return after_s is not None and time.monotonic() > self.started + after_s

    def exit_code(self) -> int | None:
        """None while it lives; -9 after a SIGKILL."""
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if pid else None

    def end(self, sign: int = signal.SIGKILL) -> int:
        os.kill(self.pid, sign)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def _as_child(run: Callable[[], None], log: Path, parent: int) -> int:
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        return 1
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(file, 2)
    try:
        run()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    except BaseException:  # noqa: BLE001 - told to the log, and by the exit code to the parent
        traceback.print_exc()
        return 1
    finally:
        sys.stderr.flush()
    return 0
