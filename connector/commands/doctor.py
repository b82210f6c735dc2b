"""`tagih doctor`: looks at everything that an installation needs and says what to do."""

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from connector import locks
from connector.commands.surroundings import home_option, load_settings, table
from connector.settings import Settings

LOW_DISK = 500 * 1024 * 1024
OK, NOTE, FAULT = "ok", "note", "FAULT"


@dataclass(frozen=True, slots=True)
class Finding:
    check: str
    state: str
    words: str


@click.command("doctor")
@home_option
def command(home: Path | None) -> None:
    """Check settings, database, locks, clock and disk. Ends with 1 when something is wrong."""
    found = list(examine(load_settings(home, quiet=True)))
    click.echo(table([("CHECK", "STATE", "WHAT"), *((f.check, f.state, f.words) for f in found)]))
    sys.exit(1 if any(f.state == FAULT for f in found) else 0)


def examine(settings: Settings) -> Iterator[Finding]:
    """Every check in turn; one that breaks is a fault and does not hide the others."""
    checks: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
        _mode, _settings, _files, _specs, _database, _processes, _clock, _disk,
    )  # fmt: skip
    for check in checks:
        try:
            yield from check(settings)
        except Exception as broken:  # noqa: BLE001 - whatever is wrong with this installation is the answer
            yield Finding(
                check.__name__.removeprefix("_"), FAULT, f"{broken.__class__.__name__}: {broken}"[:200]
            )


def _mode(settings: Settings) -> Iterator[Finding]:
    if settings.is_sandbox:
        yield Finding("mode", OK, "sandbox: no message leaves this machine (no TAGIH_WHATSAPP_TOKEN)")
    else:
        yield Finding("mode", OK, f"LIVE: messages go to {settings.whatsapp.base_url}")


def _settings(settings: Settings) -> Iterator[Finding]:
    if not settings.warnings:
        yield Finding("settings", OK, f"home {settings.home}")
    for warning in settings.warnings:
        yield Finding("settings", NOTE, warning)


def _files(settings: Settings) -> Iterator[Finding]:
    """Nothing in the home may be readable by others."""
    open_to_others = [
        p.name for p in sorted(settings.home.iterdir()) if p.is_file() and p.stat().st_mode & 0o077
    ]
    if open_to_others:
        yield Finding(
            "files", FAULT, f"readable by others: {', '.join(open_to_others)}; run chmod 600 on them"
        )
    else:
        yield Finding("files", OK, "closed to others")


def _specs(settings: Settings) -> Iterator[Finding]:
    from connector import specs

    try:
        catalog = specs.load(*specs.default_dirs(), settings.extra_dir, strict=True)
    except specs.SpecFaults as faults:
        for fault in faults.faults:
            yield Finding("specs", FAULT, str(fault))
    else:
        yield Finding("specs", OK, f"{len(catalog.actions)} actions, {len(catalog.triggers)} triggers")


def _database(settings: Settings) -> Iterator[Finding]:
    from connector.commands.starting import open_store
    from connector.store import business, migrate, soundness

    path = settings.database_path
    if path is not None and not path.exists():
        yield Finding("database", NOTE, f"{path} is not there yet; the first start makes it")
        return
    present, newest = migrate.current(settings.database_url), migrate.head()
    if present != newest:
        yield Finding(
            "database", FAULT, f"revision {present}, this program needs {newest}; run tagih migrate"
        )
        return
    store = open_store(settings)
    with store.read() as tx:
        known = business.get(tx)
        verdict = soundness.verdict(tx)
    store.close()
    where = path or "PostgreSQL"
    yield Finding(
        "database", OK if verdict == "ok" else FAULT, f"{where}, revision {newest}, check: {verdict}"
    )
    if known is None:
        yield Finding("business", FAULT, "none yet; run tagih setup")
    elif known.relationship != "first_party":
        words = "live WhatsApp stays off until tagih setup --relationship first_party"
        yield Finding("business", NOTE if settings.is_sandbox else FAULT, words)
    else:
        yield Finding("business", OK, f"{known.name}, {known.zone}, {known.currency}")


def _processes(settings: Settings) -> Iterator[Finding]:
    path = settings.database_path
    for role in ("web", "worker") if path and path.exists() else ():
        assert path is not None
        running = locks.is_held(path, role)
        words = f"process {locks.holder(path, role)}" if running else "not running"
        yield Finding(role, OK if running else NOTE, words)


def _clock(settings: Settings) -> Iterator[Finding]:
    from connector.commands.starting import open_store
    from connector.store import control as control_row
    from connector.store import vitals

    path = settings.database_path
    if path is not None and not path.exists():
        return
    store = open_store(settings)
    with store.read() as tx:
        control, age, now = control_row.state(tx), vitals.heartbeat_age_s(tx), tx.now
    store.close()
    sort = "virtual" if settings.virtual_clock else "system"
    if control.clock_suspect:
        yield Finding(
            "clock",
            FAULT,
            f"not trusted ({control.clock_suspect}): nothing is sent until resume_all confirms it",
        )
    else:
        yield Finding("clock", OK, f"{sort}, {now:%Y-%m-%d %H:%M} UTC")
    alive = "never yet" if age is None else f"{age:.0f} s ago"
    yield Finding(
        "heartbeat", OK if age is not None and age < 60 else NOTE, f"the worker's last sign of life: {alive}"
    )


def _disk(settings: Settings) -> Iterator[Finding]:
    free = shutil.disk_usage(settings.home).free
    state = OK if free > LOW_DISK else FAULT
    yield Finding("disk", state, f"{free / 2**30:.1f} GiB free" + ("" if state == OK else "; make room"))
