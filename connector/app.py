"""The composition root: the only place that joins the parts. Nothing global exists anywhere else."""

import asyncio
import gc
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Flask

from connector import __version__
from connector.actions import options as drop_downs
from connector.actions.context import Context
from connector.actions.payloads import event_payloads
from connector.actions.run import context, has_function, run_action
from connector.domain.model import Business
from connector.domain.problems import Unavailable
from connector.file_links import FileLinks
from connector.providers import Provider, SenderConfig, load_providers
from connector.providers.error_table import ErrorTable
from connector.providers.signatures import usable_secrets
from connector.providers.whatsapp_cloud import challenge
from connector.sandbox import book, posting
from connector.sandbox.blueprints import make_blueprints
from connector.sandbox.emulator import SMS, WHATSAPP
from connector.sandbox.emulator import Settings as EmulatorSettings
from connector.sandbox.standalone import make_emulator
from connector.settings import Settings
from connector.specs import Catalog, default_dirs, load
from connector.store import business, migrate
from connector.store.db import Store, Tx
from connector.store.secrets import Vault
from connector.web.access import scoped
from connector.web.app import make_web
from connector.web.services import Door, Hooks, Services
from connector.web.telling import EventTelling
from connector.worker.delivering import Deliverer
from connector.worker.inbox import Own
from connector.worker.issuing import Issuer
from connector.worker.loop import ROOM, SenderSetup, Worker, WorkerConfig, worker_name
from connector.worker.outgoing import Outgoing

# Meta's default of 80 messages a second and number; the sandbox's provider has no such limit.
LIVE_RATE = 80.0
SANDBOX_RATE = 1000.0
SMS_RATE = 20.0
# One claim makes tens of thousands of small values that die by themselves; looking for cycles among them after
# every 700 of them, as Python does, costs a tenth of the worker's time.
COLLECT_EVERY = 20_000


@dataclass(frozen=True, slots=True)
class App:
    """The parts of one process, joined. Make it after the fork: it opens the database."""

    settings: Settings
    store: Store
    catalog: Catalog
    providers: Mapping[str, Provider]


def read_catalog(settings: Settings | None = None) -> Catalog:
    """The specs, recipes and templates of this installation; refuses with every fault at once."""
    specs, recipes = default_dirs()
    extra = settings.extra_dir if settings else None
    return load(specs, recipes, extra, has_function=has_function, options=drop_downs.NAMES)


def build(settings: Settings, catalog: Catalog | None = None) -> App:
    """Opens the database and joins the parts that every process needs."""
    catalog = catalog or read_catalog(settings)
    key = _derived(settings, "keyed-hashes")
    store = Store(settings.database_url, virtual=settings.virtual_clock, key=key)
    return App(settings, store, catalog, load_providers(catalog.providers))


# --- web ----------------------------------------------------------------------------------------------------


def make_web_app(settings: Settings, app: App | None = None) -> Flask:
    """The HTTP face of this home; with the sandbox's routes exactly when there is no token."""
    app = app or build(settings)
    return make_web(services_of(app))


def services_of(app: App) -> Services:
    settings = app.settings
    return Services(
        store=app.store,
        catalog=app.catalog,
        mode=settings.mode,
        version=__version__,
        public_url=settings.public_url,
        settle_seconds=settings.settle_seconds,
        run_action=run_action,
        event_payloads=lambda tx, rows: _told(app, tx, rows),
        is_migrated=_Migrated(settings.database_url),
        doors=_doors(app),
        options=drop_downs.LISTS,
        template_fields=drop_downs.template_fields,
        file_links=file_links(app),
        hooks=Hooks(Vault(settings.secret_key.reveal()), settings.private_hooks),
        blueprints=make_blueprints(app.store, emulator_settings(app), scoped) if settings.is_sandbox else (),
    )


def _told(app: App, tx: Tx, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Events as whoever follows this business gets them."""
    own = business.get(tx)
    if own is None:
        raise Unavailable("not_ready", params={"what": "business"})
    return _joined(app, tx, rows, own)


def _joined(app: App, tx: Tx, rows: Sequence[Mapping[str, Any]], own: Business) -> list[dict[str, Any]]:
    url = app.settings.public_url
    return event_payloads(tx, rows, own, app.catalog, public_url=url, file_link=file_links(app).link)


class _Migrated:
    """Whether the database fits this program; a yes is not asked again, for the asking opens a database."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._well = False

    def __call__(self) -> bool:
        self._well = self._well or migrate.current(self._url) == _HEAD.read()
        return self._well


class _Head:
    """The newest revision that this program knows, asked once: Alembic is costly to import."""

    def __init__(self) -> None:
        self._revision: str | None = None

    def read(self) -> str:
        if self._revision is None:
            self._revision = migrate.newest_file()
        return self._revision


_HEAD = _Head()


def _doors(app: App) -> dict[str, Door]:
    whatsapp = app.settings.whatsapp
    secrets = tuple(s for secret in whatsapp.app_secrets for s in usable_secrets(secret.reveal()))
    doors = {
        WHATSAPP: Door(
            app.providers[WHATSAPP],
            secrets,
            verify_token=whatsapp.verify_token.reveal(),
            challenge=challenge,
        )
    }
    sms = sms_provider(app)
    if sms is not None:
        doors[sms.name] = Door(sms, sms_secrets(app))
    return doors


def sms_provider(app: App) -> Provider | None:
    """The chosen SMS gateway; the sandbox has one of its own."""
    name = app.settings.sms_provider or (SMS if app.settings.is_sandbox else None)
    return app.providers.get(name) if name else None


def sms_secrets(app: App) -> tuple[bytes, ...]:
    """With what the gateway proves its callbacks."""
    if app.settings.sms_provider is None:
        return (_derived(app.settings, "sandbox-sms"),)
    secret = app.settings.sms.get("callback_secret")
    return usable_secrets(secret.reveal()) if secret else ()


def file_links(app: App) -> FileLinks:
    """Signed links to this installation's files."""
    return FileLinks(_derived(app.settings, "file-links"), app.settings.public_url, app.store.clock.machine)


def _derived(settings: Settings, purpose: str) -> bytes:
    """A secret of this installation for one purpose."""
    return (
        hmac.new(settings.secret_key.reveal().encode(), purpose.encode(), hashlib.sha256).hexdigest().encode()
    )


# --- the sandbox --------------------------------------------------------------------------------------------


def emulator_settings(app: App) -> EmulatorSettings:
    whatsapp = app.settings.whatsapp
    return EmulatorSettings(
        app_secret=whatsapp.app_secrets[0].reveal().encode(),
        sms_secret=_derived(app.settings, "sandbox-sms"),
        phone_number_id=whatsapp.phone_number_id,
        waba_id=whatsapp.waba_id or "",
        token=sandbox_token(app.settings),
        book=book.of_catalog(app.catalog),
        errors=ErrorTable(app.catalog.providers["whatsapp_cloud.errors"]),
    )


def sandbox_token(settings: Settings) -> str:
    return _derived(settings, "sandbox-token").decode()


def make_emulator_app(settings: Settings) -> Flask:
    """The sandbox's providers alone, for other systems to talk to."""
    app = build(settings)
    return make_emulator(app.store, emulator_settings(app), web_url=settings.public_url)


# --- the worker ---------------------------------------------------------------------------------------------


def run_worker(settings: Settings, catalog: Catalog | None = None) -> None:
    """The worker of this home, until SIGTERM."""
    app = build(settings, catalog)
    settle_collector()
    try:
        asyncio.run(_work(app))
    finally:
        app.store.close()


def settle_collector() -> None:
    """Takes what lives by now out of the garbage collector's sight and lets it look seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_EVERY, 20, 20)


async def _work(app: App) -> None:
    async with (
        Outgoing(allow=allowed_hosts(app.settings), connections=ROOM) as outgoing,
        Outgoing(allow=app.settings.private_hooks) as guarded,
    ):
        await make_worker(app, outgoing, guarded).run()


def make_worker(app: App, outgoing: Outgoing, guarded: Outgoing | None = None) -> Worker:
    """The worker with its senders; in the sandbox the emulator speaks through it.

    `guarded` dials addresses that others name: it knows no private place but those of the operator.
    """
    settings = app.settings
    worker = Worker(
        store=app.store,
        config=WorkerConfig(
            name=worker_name(),
            live=not settings.is_sandbox,
            hold=timedelta(seconds=settings.unknown_hold_seconds),
            senders=tuple(sender_setups(app)),
            own={
                WHATSAPP: Own(
                    senders=frozenset({settings.whatsapp.phone_number_id}),
                    accounts=frozenset({settings.whatsapp.waba_id} if settings.whatsapp.waba_id else ()),
                )
            },
            allow=allowed_hosts(settings),
            policies=app.catalog.policies,
            alone=settings.database_path is not None,
            file_link=file_links(app).link,
        ),
        providers=app.providers,
        outgoing=outgoing,
        guarded=guarded,
    )
    worker.timed["issue"] = Issuer(lambda tx: by_the_clock(app, tx))
    worker.deliverer = Deliverer(
        app.store,
        guarded or outgoing,
        Vault(settings.secret_key.reveal()),
        EventTelling.of(app.catalog, lambda tx, rows, own: _joined(app, tx, rows, own)),
        settings.private_hooks,
        worker.config.name,
        worker.is_cut_off,
    )
    if settings.is_sandbox:
        emulator = emulator_settings(app)

        async def speak() -> int:
            posted = await posting.post_due(outgoing.send, app.store, emulator, settings.local_url)
            return posted.taken

        worker.speak = speak
        worker.in_sandbox = True
    return worker


def by_the_clock(app: App, tx: Tx) -> Context:
    """The context of what the worker does through the actions, because time has come."""
    mode = "sandbox" if app.settings.is_sandbox else "live"
    url = app.settings.public_url
    return context(tx, app.catalog, "tagih", settle_seconds=0, mode=mode, public_url=url)


def sender_setups(app: App) -> list[SenderSetup]:
    settings = app.settings
    whatsapp = settings.whatsapp
    live = not settings.is_sandbox
    token = whatsapp.token.reveal() if whatsapp.token else sandbox_token(settings)
    found = [
        SenderSetup(
            SenderConfig(
                id=f"wa:{whatsapp.phone_number_id}",
                external_id=whatsapp.phone_number_id,
                base_url=whatsapp.base_url,
                secrets={"token": token},
                options={"graph_version": whatsapp.graph_version},
            ),
            provider=WHATSAPP,
            channel="whatsapp",
            rate=LIVE_RATE if live else SANDBOX_RATE,
        )
    ]
    sms = sms_provider(app)
    if sms is not None:
        given = {name: secret.reveal() for name, secret in settings.sms.items()}
        secrets = given if settings.sms_provider else {"secret": token}
        base = given.get("base_url", "") if settings.sms_provider else f"{settings.local_url}/emulator"
        found.append(
            SenderSetup(
                SenderConfig(
                    id=f"sms:{sms.name}",
                    external_id=given.get("sender", "TAGIH"),
                    base_url=base,
                    secrets=secrets,
                    options={"callback_url": f"{settings.public_url}/in/{sms.name}"},
                ),
                provider=sms.name,
                channel="sms",
                rate=SMS_RATE if live else SANDBOX_RATE,
            )
        )
    return found


def allowed_hosts(settings: Settings) -> frozenset[str]:
    """Private places that may be called: our own web process in the sandbox, and a base URL on loopback."""
    addresses = [settings.whatsapp.base_url]
    if settings.is_sandbox:
        addresses.append(settings.local_url)
    if "base_url" in settings.sms:
        addresses.append(settings.sms["base_url"].reveal())
    return frozenset(place for address in addresses if (place := _loopback_place(address)))


def _loopback_place(address: str) -> str | None:
    parts = urlsplit(address)
    host = parts.hostname or ""
    if host not in ("localhost", "::1") and not host.startswith("127."):
        return None
    return f"{host}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
