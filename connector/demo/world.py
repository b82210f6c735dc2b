"""A whole Tagih in one process: real database, web in a thread, emulator, the worker in our hand."""

import asyncio
import logging
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from werkzeug.serving import BaseWSGIServer, make_server

from connector import app as composition
from connector import logs, serving
from connector.actions import imports
from connector.actions.import_publishing import publish
from connector.actions.payloads import event_payloads
from connector.actions.run import run_action
from connector.actions.sample import BUSINESS
from connector.clock import from_ms
from connector.sandbox.control import person_does, shown_text
from connector.sandbox.replies import Typed
from connector.settings import Settings
from connector.store import business, clockrow, emulator, events, migrate, recipes
from connector.store import tally as counts
from connector.store.tally import Tally
from connector.worker.loop import Worker
from connector.worker.outgoing import Outgoing

ACTOR = "demo"


@dataclass(frozen=True, slots=True)
class Received:
    """One message as it lies on a phone."""

    id: str
    phone: str
    at: datetime
    template: str | None  # None: free text
    text: str
    buttons: tuple[tuple[str, str], ...]  # (id, title)
    status: str


class World:
    """Time moves only by `advance`; everything else is the product itself."""

    def __init__(
        self, app: composition.App, worker: Worker, loop: asyncio.AbstractEventLoop, zone: str
    ) -> None:
        self._app, self._worker, self._loop = app, worker, loop
        self._store, self._zone = app.store, ZoneInfo(zone)

    # --- what happens ---------------------------------------------------------------------------------------

    def act(self, name: str, /, **given: Any) -> dict[str, Any]:
        """Runs an action as a flow or a person does, then lets everything happen that is due."""
        answer = run_action(
            self._store, self._app.catalog, name, given, ACTOR, settle_seconds=0, mode="sandbox"
        )
        self.settle()
        return answer

    def preview_list(self, data: bytes, list_name: str, language: str) -> dict[str, Any]:
        """Stages a spreadsheet file and answers the difference."""
        return imports.stage_file(
            self._store, self._app.catalog, data, list_name=list_name, language=language
        )

    def publish_list(self, preview: dict[str, Any]) -> dict[str, Any]:
        """Applies a preview, and lets the list's messages go."""
        done = publish(
            self._store,
            self._app.catalog,
            preview["import_id"],
            actor=ACTOR,
            settle_seconds=0,
            mode="sandbox",
            preview_version=preview["preview_version"],
            start=True,
        )
        self.settle()
        return done

    def settle(self) -> None:
        """Lets everything that is due at this instant happen."""
        self._loop.run_until_complete(self._worker.drain())

    def advance(self, to: datetime) -> None:
        """Moves the clock, instant by instant, and does what is due on the way."""
        with self._store.write() as tx:
            clockrow.request_advance(tx, to)
        self.settle()

    def power(self, on: bool) -> None:
        with self._store.write() as tx:
            emulator.set_power(tx, on)
        self.settle()

    def press(self, phone: str, button: str) -> None:
        """The person presses a button of the newest message that has it."""
        self._person(Typed(phone, button=button))

    def say(self, phone: str, text: str) -> None:
        self._person(Typed(phone, text=text))

    def _person(self, typed: Typed) -> None:
        with self._store.write() as tx:
            person_does(tx, typed, composition.emulator_settings(self._app))
        self.settle()

    # --- what can be seen -----------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        return self._store.now().astimezone(self._zone)

    def received(self, phone: str) -> list[Received]:
        """What lies on a phone, the oldest first."""
        with self._store.read() as tx:
            rows = emulator.of_phone(tx, phone, direction="out")
        return [
            Received(
                id=row.id,
                phone=row.phone,
                at=from_ms(row.at).astimezone(self._zone),
                template=((row.request or {}).get("template") or {}).get("name"),
                text=shown_text(row),
                buttons=tuple((b["id"], b["title"]) for b in row.buttons),
                status=row.status,
            )
            for row in rows
        ]

    def events(self, kind: str) -> list[dict[str, Any]]:
        """Every event of a type so far, as its subscribers get it."""
        with self._store.read() as tx:
            own = business.get(tx)
            if own is None:
                raise LookupError("the demo has no business")
            rows = events.read_events(tx, after=0, type=kind, limit=200)
            plain = [{str(name): value for name, value in row.items()} for row in rows]
            return event_payloads(tx, plain, own, self._app.catalog)

    def tally(self) -> Tally:
        with self._store.read() as tx:
            return counts.tally(tx)


@contextmanager
def world(start: datetime, language: str, payment_details: str) -> Iterator[World]:
    """Opens a world in a home of its own, and removes every trace of it at the end."""
    with (
        tempfile.TemporaryDirectory(prefix="tagih-demo-") as home,
        serving.listen("127.0.0.1", 0) as listening,
    ):
        settings = _settings(Path(home), listening, start)
        logs.configure(secrets=settings.secrets(), level=logging.ERROR)
        migrate.upgrade(settings.database_url)
        app = composition.build(settings)
        try:
            _first_rows(app, start, language, payment_details)
            with _web(app, listening), _worker(app) as (worker, loop):
                yield World(app, worker, loop, BUSINESS.zone)
        finally:
            app.store.close()


def _settings(home: Path, listening: socket.socket, start: datetime) -> Settings:
    """Settings of this world alone: nothing of the caller's environment, which may be live."""
    env = {
        "TAGIH_BIND": f"127.0.0.1:{listening.getsockname()[1]}",
        "TAGIH_CLOCK": f"virtual:{start.isoformat()}",
        "TAGIH_BUSINESS_NAME": BUSINESS.name,
    }
    return Settings.load(env, home)


def _first_rows(app: composition.App, start: datetime, language: str, payment_details: str) -> None:
    migrate.prepare(app.store)
    with app.store.write() as tx:
        clockrow.start_virtual(tx, start)
        business.create(tx, replace(BUSINESS, language=language, payment_details=payment_details))
        recipes.seed(tx, app.catalog)


@contextmanager
def _web(app: composition.App, listening: socket.socket) -> Iterator[None]:
    """The web process's application, with the sandbox's phones, in a thread of this process."""
    host, port = listening.getsockname()
    flask = composition.make_web_app(app.settings, app)
    server: BaseWSGIServer = make_server(host, port, flask, threaded=True, fd=listening.fileno())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def _worker(app: composition.App) -> Iterator[tuple[Worker, asyncio.AbstractEventLoop]]:
    loop = asyncio.new_event_loop()
    outgoing = Outgoing(allow=composition.allowed_hosts(app.settings))
    loop.run_until_complete(outgoing.__aenter__())
    try:
        worker = composition.make_worker(app, outgoing)
        worker.boot()
        yield worker, loop
    finally:
        loop.run_until_complete(outgoing.__aexit__(None, None, None))
        loop.close()
