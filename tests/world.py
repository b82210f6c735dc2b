"""A whole Tagih in one test: real database, real web process in a thread, real emulator, the worker in our hand."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from meta_judge import violations
from ports import free_port
from sqlalchemy.engine import Row
from werkzeug.serving import make_server

from connector import app as composition
from connector.actions.run import run_action
from connector.actions.sample import load_sample
from connector.commands.starting import first_rows
from connector.settings import Settings
from connector.specs import Catalog
from connector.store import clockrow, emulator, schema
from connector.store.db import Store
from connector.worker.loop import Worker
from connector.worker.outgoing import Outgoing

JAKARTA = ZoneInfo("Asia/Jakarta")
START = datetime(2026, 11, 28, 8, 0, tzinfo=JAKARTA)
KEY = "test-admin-key-0123456789"
_CATALOG: list[Catalog] = []


def catalog() -> Catalog:
    """Read once for the whole run: nothing in it changes."""
    if not _CATALOG:
        _CATALOG.append(composition.read_catalog())
    return _CATALOG[0]


def at(text: str) -> datetime:
    """A Jakarta wall time: at("2026-12-02 09:00")."""
    return datetime.fromisoformat(text).replace(tzinfo=JAKARTA)


class World:
    """Time moves only by `advance`; everything else is the product itself."""

    def __init__(self, app: composition.App, worker: Worker, loop: asyncio.AbstractEventLoop) -> None:
        self.app, self.worker, self._loop = app, worker, loop
        self.store: Store = app.store

    # --- what a test does -----------------------------------------------------------------------------------

    def act(self, name: str, /, **given: Any) -> dict[str, Any]:
        """Runs an action as the admin does."""
        return run_action(self.store, self.app.catalog, name, given, "test", settle_seconds=0, mode="sandbox")

    def invoice(self, number: str = "T-1", **given: Any) -> dict[str, Any]:
        """An invoice of Rp1.500.000 for Siti, due on 5 December, with the recipe `kost`."""
        base = {
            "customer_name": "Siti Uji",
            "customer_phone": "081290001111",
            "amount": "1500000",
            "due_date": "2026-12-05",
            "invoice_number": number,
            "description": "Sewa kamar, Desember 2026",
            "recipe": "kost",
        }
        return self.act("create_invoice", **{**base, **given})

    def settle(self) -> None:
        """Lets everything that is due at this instant happen."""
        self._loop.run_until_complete(self.worker.drain())

    def advance(self, to: datetime | timedelta) -> None:
        """Moves the virtual clock, instant by instant, and does what is due on the way."""
        target = to if isinstance(to, datetime) else self.now + to
        with self.store.write() as tx:
            clockrow.request_advance(tx, target)
        self.settle()
        assert self.now >= target

    def power(self, on: bool) -> None:
        with self.store.write() as tx:
            clockrow.set_power(tx, on)
        self.settle()

    def fault(self, **values: Any) -> str:
        """Makes the emulator fail: fault(kind="lost_answer", rate=1)."""
        row = {"provider": "whatsapp_cloud", **values}
        with self.store.write() as tx:
            return emulator.add_fault(tx, row)

    def no_faults(self) -> None:
        with self.store.write() as tx:
            emulator.remove_faults(tx)

    def press(self, phone: str, button: str) -> None:
        """The person presses a button of the newest message that has it."""
        self._say(phone, button=button)

    def say(self, phone: str, text: str) -> None:
        self._say(phone, text=text)

    def _say(self, phone: str, **what: str) -> None:
        from connector.sandbox.control import person_does, typed_given

        typed = typed_given({"phone": phone, **what})
        with self.store.write() as tx:
            person_does(tx, typed, composition.emulator_settings(self.app))
        self.settle()

    def restart(self) -> None:
        """A new worker on the same database, as after a kill: the old one's memory is gone."""
        fresh = composition.make_worker(self.app, self.worker.outgoing, self.worker.guarded)
        self.worker = fresh
        fresh.boot()

    # --- what a test sees -----------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        return self.store.now().astimezone(JAKARTA)

    def rows(self, table: sa.Table, *where: Any) -> list[Row[Any]]:
        with self.store.read() as tx:
            return list(tx.conn.execute(sa.select(table).where(*where).order_by(*table.primary_key.columns)))

    def phone(self, number: str) -> list[Row[Any]]:
        """What lies on a phone, the oldest first."""
        table = schema.emu_messages
        with self.store.read() as tx:
            query = sa.select(table).where(table.c.phone == number, table.c.direction == "out")
            return list(tx.conn.execute(query.order_by(table.c.at, table.c.id)))

    def steps(self, number: str) -> dict[str, Row[Any]]:
        """The steps of an invoice by key (and channel when it is not WhatsApp)."""
        invoices = self.rows(schema.invoices, schema.invoices.c.number == number)
        found = self.rows(schema.steps, schema.steps.c.invoice_id == invoices[0].id)
        return {s.key if s.channel == "whatsapp" else f"{s.key}/{s.channel}": s for s in found}

    def events(self, kind: str | None = None) -> list[Row[Any]]:
        found = self.rows(schema.events)
        numbered = sorted((e for e in found if e.number is not None), key=lambda e: e.number)
        return [e for e in numbered if kind is None or e.type == kind]

    def sent(self, phone: str = "+6281290001111") -> list[tuple[str, str]]:
        """(local time, template or free text's first word) of everything that reached a phone."""
        found = []
        for row in self.phone(phone):
            local = datetime.fromtimestamp(row.at / 1000, tz=JAKARTA)
            template = ((row.request or {}).get("template") or {}).get("name")
            found.append((f"{local:%m-%d %H:%M}", template or "text"))
        return found


@contextmanager
def world(
    home: Path, database_url: str, *, sample: bool = False, start: datetime = START, **env: str
) -> Iterator[World]:
    """Opens a world on an empty database whose tables exist."""
    port = free_port()
    settings = Settings.load(
        {
            "TAGIH_DATABASE_URL": database_url,
            "TAGIH_BIND": f"127.0.0.1:{port}",
            "TAGIH_CLOCK": f"virtual:{start.isoformat()}",
            "TAGIH_API_KEY": KEY,
            "TAGIH_BUSINESS_NAME": "Kost Melati",
            **env,
        },
        home,
    )
    app = composition.build(settings, catalog())
    prepare(app, sample=sample)
    server = make_server("127.0.0.1", port, composition.make_web_app(settings, app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    loop = asyncio.new_event_loop()
    outgoing = Outgoing(allow=composition.allowed_hosts(settings))
    loop.run_until_complete(outgoing.__aenter__())
    guarded = Outgoing(allow=settings.private_hooks)
    loop.run_until_complete(guarded.__aenter__())
    try:
        worker = composition.make_worker(app, outgoing, guarded)
        worker.boot()
        opened = World(app, worker, loop)
        yield opened
        messages = opened.rows(schema.emu_messages, schema.emu_messages.c.provider == "whatsapp_cloud")
        assert violations(m.request for m in messages if m.direction == "out") == []
    finally:
        loop.run_until_complete(guarded.__aexit__(None, None, None))
        loop.run_until_complete(outgoing.__aexit__(None, None, None))
        loop.close()
        server.shutdown()
        thread.join()
        server.server_close()
        app.store.close()


def prepare(app: composition.App, *, sample: bool) -> None:
    """The first rows: control, business, recipes, key."""
    first_rows(app.store, app.settings, app.catalog)
    if sample:
        load_sample(app.store, app.catalog)
