"""Before anything runs: migrate, write the first rows, make the first key. Runs in a short-lived child."""

import logging
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import click
from babel.numbers import get_territory_currencies

from connector.actions.sample import BUSINESS as SAMPLE
from connector.settings import Settings
from connector.specs import Catalog, PresetSpec, default_dirs, load
from connector.specs.files import SpecFiles
from connector.specs.policies import read_presets
from connector.store import business, clockrow, digests, keys, migrate, recipes
from connector.store.db import Store, Tx
from connector.supervisor import Refused

log = logging.getLogger(__name__)
KEY_FILE = "admin.key"
_UNSAID: dict[str, Any] = {
    "name": "My business",
    "relationship": None,
    "payment_details": None,
    "office_hours": None,
    "settings": {},
}


def prepare(settings: Settings, *, passing: bool = False) -> None:
    """Brings the database up to date, with a backup before a change; refuses a newer one.

    The first key of a passing database is of no use to anybody and is not handed over.
    """
    try:
        migrate.upgrade(settings.database_url, backup_to=migrate.backup_name(settings.home))
    except migrate.NewerSchema as newer:
        raise Refused(str(newer)) from newer
    store = Store(settings.database_url, virtual=settings.virtual_clock)
    try:
        made = first_rows(store, settings, load(*default_dirs(), settings.extra_dir))
    finally:
        store.close()
    if made is not None and not passing:
        _hand_over(settings, made)


def first_rows(store: Store, settings: Settings, catalog: Catalog) -> str | None:
    """Clock, business, shipped recipes and the first key; answers that key when it was made now."""
    migrate.prepare(store)
    with store.write() as tx:
        if settings.virtual_clock:
            clockrow.start_virtual(tx, settings.clock_start or tx.machine)
        _first_business(tx, settings)
        _day_starts(tx, settings)
        recipes.seed(tx, catalog)
        made = _first_key(tx, settings)
    with store.write() as tx:  # under the clock that has just been set
        digests.ensure(tx)
    return made


def ready(settings: Settings, *, passing: bool = False) -> None:
    """Makes a database that has never been started; one that is there is left to `serve` and `migrate`."""
    if migrate.current(settings.database_url) is None:
        prepare(settings, passing=passing)


def open_store(settings: Settings) -> Store:
    """The database of these settings, for a command that ends soon."""
    ready(settings)
    return Store(settings.database_url, virtual=settings.virtual_clock)


def presets() -> Mapping[str, PresetSpec]:
    """The kinds of keys, read without the rest of the specs."""
    return read_presets(SpecFiles(default_dirs()[0]))


def _first_business(tx: Tx, settings: Settings) -> None:
    """The one business row of a new database; `tagih setup` and update_business change it later."""
    known = business.get(tx)
    if known is None:
        # The sandbox begins as the sample's house; a live business has not said anything about itself yet.
        base = SAMPLE if settings.is_sandbox else replace(SAMPLE, id=tx.ids.new("biz"), **_UNSAID)
        made = replace(
            base,
            name=settings.business_name or base.name,
            language="id" if settings.country == "ID" else "en",
            zone=settings.zone,
            country=settings.country,
            currency=next(iter(get_territory_currencies(settings.country)), "IDR"),
            relationship=settings.relationship or base.relationship,
        )
        business.create(tx, made)
    elif settings.relationship and known.relationship != settings.relationship:
        business.change(tx, known.id, {"relationship": settings.relationship})


def _day_starts(tx: Tx, settings: Settings) -> None:
    """The worker reads it with the business: one setting for every process of this home."""
    known = business.get(tx)
    wanted = f"{settings.day_starts:%H:%M}"
    if known is not None and known.settings.get("day_starts", "07:00") != wanted:
        business.change(tx, known.id, {"settings": {**known.settings, "day_starts": wanted}})


def _first_key(tx: Tx, settings: Settings) -> str | None:
    """`TAGIH_API_KEY` as the first admin key; else a new one when there is none at all."""
    scopes = presets()["admin"].scopes
    if settings.api_key is not None:
        keys.ensure_environment_key(tx, settings.api_key.reveal(), scopes=scopes)
        return None
    if keys.has_keys(tx):
        return None
    return keys.create_key(
        tx,
        label="first",
        scopes=scopes,
        pii="full",
        preset="admin",
        # Unused for a day it ends: nobody took it, and it may lie in a file (T-44). Its first use keeps it.
        expires_at=tx.machine + keys.FIRST_KEY_WAITS,
        made_by=keys.FIRST_START,
    ).secret


def _hand_over(settings: Settings, secret: str) -> None:
    """Shows the first key on a terminal; else it goes into a file, for a log would keep it for ever."""
    if sys.stdout.isatty():
        click.echo(f"Your API key, shown this once: {secret}")
        return
    path = settings.home / KEY_FILE
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secret + "\n")
    click.echo(
        f"Your API key is in {path}; keep it like a password (the examples of README.md read it there)."
    )
