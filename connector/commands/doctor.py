"""`tagih doctor`: looks at everything that an installation needs and says what to do."""

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from connector import locks
from connector.commands.surroundings import (
    at_home,
    home_option,
    language_of_terminal,
    load_settings,
    program,
    table,
)
from connector.settings import Settings

if TYPE_CHECKING:
    from connector.store.db import Tx

LOW_DISK = 500 * 1024 * 1024
_HEAD = {"id": ("DIPERIKSA", "HASIL", "KETERANGAN"), "en": ("CHECK", "STATE", "WHAT")}
_STATES = {"ok": "ok", "note": "catatan", "FAULT": "SALAH"}  # in Indonesian
OK, NOTE, FAULT = "ok", "note", "FAULT"
_IDLE = ("tidak berjalan", "not running")


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found, in Indonesian and English; one sentence stands for both."""

    check: str
    state: str
    words: str
    english: str | None = None

    def row(self, language: str) -> tuple[str, str, str]:
        if language == "id":
            return self.check, _STATES[self.state], self.words
        return self.check, self.state, self.english or self.words


@click.command("doctor")
@home_option
def command(home: Path | None) -> None:
    """Check settings, database, locks, clock and disk. Ends with 1 when something is wrong."""
    settings = load_settings(home, quiet=True)
    found, language = list(examine(settings, at_home(home))), _language(settings)
    click.echo(table([_HEAD[language], *(one.row(language) for one in found)]))
    sys.exit(1 if any(f.state == FAULT for f in found) else 0)


def _language(settings: Settings) -> str:
    """The business's, when its database can be asked."""
    from connector.commands.speaking import of_business
    from connector.store.db import Store

    path = settings.database_path
    if path is not None and not path.exists():
        return language_of_terminal()
    try:
        store = Store(settings.database_url, virtual=settings.virtual_clock)
        try:
            return of_business(store)
        finally:
            store.close()
    except Exception:  # noqa: BLE001 - the checks say what is wrong with it
        return language_of_terminal()


def examine(settings: Settings, at: str = "") -> Iterator[Finding]:
    """Every check in turn; one that breaks is a fault and does not hide the others.

    `at` names the home in commands that are to be copied.
    """
    checks: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
        _mode, _settings, _files, _specs, partial(_database, at=at), _processes, _clock, _webhooks, _disk,
    )  # fmt: skip
    names = ("mode", "settings", "files", "specs", "database", "processes", "clock", "webhooks", "disk")
    for name, check in zip(names, checks, strict=True):
        try:
            yield from check(settings)
        except Exception as broken:  # noqa: BLE001 - whatever is wrong with this installation is the answer
            yield Finding(name, FAULT, f"{broken.__class__.__name__}: {broken}"[:200])


def _mode(settings: Settings) -> Iterator[Finding]:
    if settings.is_sandbox:
        yield Finding(
            "mode",
            OK,
            "sandbox: tidak ada pesan yang keluar dari komputer ini (tanpa TAGIH_WHATSAPP_TOKEN)",
            "sandbox: no message leaves this machine (no TAGIH_WHATSAPP_TOKEN)",
        )
    else:
        to = settings.whatsapp.base_url
        yield Finding("mode", OK, f"LIVE: pesan berangkat ke {to}", f"LIVE: messages go to {to}")


def _settings(settings: Settings) -> Iterator[Finding]:
    if not settings.warnings:
        yield Finding("settings", OK, f"folder {settings.home}", f"home {settings.home}")
    for warning in settings.warnings:
        yield Finding("settings", NOTE, warning)


def _files(settings: Settings) -> Iterator[Finding]:
    """Nothing in the home may be readable by others."""
    open_to_others = [
        p.name for p in sorted(settings.home.iterdir()) if p.is_file() and p.stat().st_mode & 0o077
    ]
    if open_to_others:
        names = ", ".join(open_to_others)
        yield Finding(
            "files",
            FAULT,
            f"terbaca oleh orang lain: {names}; jalankan chmod 600 padanya",
            f"readable by others: {names}; run chmod 600 on them",
        )
    else:
        yield Finding("files", OK, "tertutup bagi orang lain", "closed to others")


def _specs(settings: Settings) -> Iterator[Finding]:
    from connector import specs

    try:
        catalog = specs.load(*specs.default_dirs(), settings.extra_dir, strict=True)
    except specs.SpecFaults as faults:
        for fault in faults.faults:
            yield Finding("specs", FAULT, str(fault))
    else:
        actions, triggers = len(catalog.actions), len(catalog.triggers)
        yield Finding(
            "specs", OK, f"{actions} aksi, {triggers} pemicu", f"{actions} actions, {triggers} triggers"
        )


def _database(settings: Settings, at: str) -> Iterator[Finding]:
    from connector.commands.starting import open_store
    from connector.store import business, migrate, soundness

    path = settings.database_path
    if path is not None and not path.exists():
        yield Finding(
            "database",
            NOTE,
            f"{path} belum ada; dibuat saat pertama kali dijalankan",
            f"{path} is not there yet; the first start makes it",
        )
        return
    present, newest = migrate.current(settings.database_url), migrate.head()
    if present != newest:
        run = f"{program()} migrate{at}"
        yield Finding(
            "database",
            FAULT,
            f"revisi {present}, program ini perlu {newest}; jalankan {run}",
            f"revision {present}, this program needs {newest}; run {run}",
        )
        return
    store = open_store(settings)
    with store.read() as tx:
        known = business.get(tx)
        verdict = soundness.verdict(tx)
    store.close()
    where, setup = path or "PostgreSQL", f"{program()} setup{at}"
    yield Finding(
        "database",
        OK if verdict == "ok" else FAULT,
        f"{where}, revisi {newest}, pemeriksaan: {verdict}",
        f"{where}, revision {newest}, check: {verdict}",
    )
    if known is None:
        yield Finding("business", FAULT, f"belum ada; jalankan {setup}", f"none yet; run {setup}")
    elif known.relationship != "first_party":
        needed = f"{setup} --relationship first_party"
        yield Finding(
            "business",
            NOTE if settings.is_sandbox else FAULT,
            f"WhatsApp sungguhan tetap mati sampai {needed}",
            f"live WhatsApp stays off until {needed}",
        )
    else:
        yield Finding("business", OK, f"{known.name}, {known.zone}, {known.currency}")


def _processes(settings: Settings) -> Iterator[Finding]:
    path = settings.database_path
    for role in ("web", "worker") if path and path.exists() else ():
        assert path is not None
        running = locks.is_held(path, role)
        pid = locks.holder(path, role)
        state, words = (OK, (f"proses {pid}", f"process {pid}")) if running else (NOTE, _IDLE)
        yield Finding(role, state, *words)


def _clock(settings: Settings) -> Iterator[Finding]:
    from connector.commands.starting import open_store
    from connector.store import business, vitals
    from connector.store import control as control_row

    path = settings.database_path
    if path is not None and not path.exists():
        return
    store = open_store(settings)
    with store.read() as tx:
        control, age, own = control_row.state(tx), vitals.heartbeat_age_s(tx), business.get(tx)
        now = tx.now.astimezone(ZoneInfo(own.zone if own else settings.zone))
    store.close()
    local = f"{now:%Y-%m-%d %H:%M} ({now.tzinfo})"
    sort = ("virtual", "virtual") if settings.virtual_clock else ("sistem", "system")
    if control.clock_suspect:
        yield Finding(
            "clock",
            FAULT,
            f"belum dipercaya ({control.clock_suspect}): tidak ada yang dikirim sampai resume_all "
            "membenarkannya",
            f"not trusted ({control.clock_suspect}): nothing is sent until resume_all confirms it",
        )
    else:
        yield Finding("clock", OK, *(f"{one}, {local}" for one in sort))
    ago = ("belum pernah", "never yet") if age is None else (f"{age:.0f} detik lalu", f"{age:.0f} s ago")
    yield Finding(
        "heartbeat",
        OK if age is not None and age < 60 else NOTE,
        f"tanda hidup terakhir worker: {ago[0]}",
        f"the worker's last sign of life: {ago[1]}",
    )


def _webhooks(settings: Settings) -> Iterator[Finding]:
    """Where events do not arrive any more, by host: the receiver itself can no longer be told."""
    from connector.commands.starting import open_store

    path = settings.database_path
    if path is not None and not path.exists():
        return
    store = open_store(settings)
    with store.read() as tx:
        found = list(webhooks(tx, settings.zone))
    store.close()
    yield from found


def webhooks(tx: "Tx", zone: str) -> Iterator[Finding]:
    """One line for each webhook that stopped by itself, or one that says how many there are."""
    from connector.store import business, subscriptions

    own, count, ended = business.get(tx), len(subscriptions.every(tx)), subscriptions.stopped(tx)
    local = ZoneInfo(own.zone if own else zone)
    since = [f"{(one.updated_at or tx.now).astimezone(local):%Y-%m-%d}" for one in ended]
    if not ended:
        yield Finding("webhooks", OK, f"{count}, tidak ada yang berhenti sendiri", f"{count}, none stopped")
    for one, day in zip(ended, since, strict=True):
        # 410 is the receiver's own goodbye; the others are somebody's events that do not arrive.
        gone = one.state_reason == "subscription_gone"
        yield Finding(
            "webhooks",
            NOTE if gone else FAULT,
            f"{one.host} berhenti sejak {day} ({one.state_reason}): {one.id}; lanjutkan dengan PATCH "
            "active: true, atau hapus",
            f"{one.host} stopped on {day} ({one.state_reason}): {one.id}; go on with PATCH active: true, or "
            "delete it",
        )


def _disk(settings: Settings) -> Iterator[Finding]:
    free = shutil.disk_usage(settings.home).free
    state = OK if free > LOW_DISK else FAULT
    size, is_low = f"{free / 2**30:.1f} GiB", state == FAULT
    yield Finding(
        "disk",
        state,
        f"{size} tersisa" + ("; kosongkan ruang" if is_low else ""),
        f"{size} free" + ("; make room" if is_low else ""),
    )
