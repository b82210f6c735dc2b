"""`tagih destinations`: where money goes, looked at, approved and retired by a person at the terminal."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from connector.commands.surroundings import at_home, home_option, load_settings, program, refuse, table

if TYPE_CHECKING:
    from connector.domain.destinations import Destination
    from connector.domain.model import Business

KINDS = ("host", "account", "va_prefix", "qris")
WIDEST = 48
_HEAD = {
    "id": ("ID", "JENIS", "TUJUAN", "ATAS NAMA", "KEADAAN", "SEJAK", "MENGGANTI"),
    "en": ("ID", "KIND", "VALUE", "HOLDER", "STATE", "SINCE", "INSTEAD OF"),
}
_STATES = {  # in Indonesian; in English they are their own words
    "waiting": "menunggu",
    "live": "berlaku",
    "approved": "disetujui",
    "retired": "dihentikan",
    "proposed": "diusulkan",
}
_SAID = {
    "id": {
        "none": "Belum ada tujuan pembayaran; {program} setup{home} --payment-details menyebut yang pertama.",
        "waiting": "{count} menunggu Anda: {program} destinations approve {id}{home}",
        "unnamed": "Sebutkan nama usahanya dulu: {program} setup{home}",
        "ask": "Setujui?",
        "approved": "{id} disetujui; pesan yang menunggunya berangkat bila isinya masih benar.",
        "retired": "{id} dihentikan; pesan yang menyebutnya menunggu dan terlihat.",
        "new": "baru",
        "holder": "atas nama",
        "proposed by": "usul dari",
        "now": "sekarang",
        "destination_not_found": "Tidak ada tujuan itu; {program} destinations list{home} menampilkan semuanya. "
        "Untuk yang baru tulis jenisnya: --kind host, account, va_prefix atau qris.",
        "destination_invalid": "Itu bukan tujuan dari jenis ini.",
        "ambiguous": "Beberapa jenis punya nilai ini; sebutkan id-nya.",
        "other": "Ditolak: {code}.",
    },
    "en": {
        "none": "No destination is known yet; {program} setup{home} --payment-details names the first one.",
        "waiting": "{count} waiting for you: {program} destinations approve {id}{home}",
        "unnamed": "Name the business first: {program} setup{home}",
        "ask": "Approve it?",
        "approved": "{id} is approved; messages that waited for it go when they are still true.",
        "retired": "{id} is retired; messages that name it wait, visibly.",
        "new": "new",
        "holder": "holder",
        "proposed by": "proposed by",
        "now": "now",
        "destination_not_found": "There is no such destination; {program} destinations list{home} shows them. "
        "A new one needs its kind: --kind host, account, va_prefix or qris.",
        "destination_invalid": "That is no destination of this kind.",
        "ambiguous": "Several kinds have this value; name it by its id.",
        "other": "It was refused: {code}.",
    },
}


@click.group("destinations")
def command() -> None:
    """Look at where money goes, approve it, retire it. API keys never can."""


@command.command("list")
@home_option
def list_(home: Path | None) -> None:
    """Every destination, what waits for you first, with the present one beside it."""
    from connector.commands.speaking import of_business
    from connector.commands.starting import open_store
    from connector.store import business, destinations

    store = open_store(load_settings(home))
    with store.read() as tx:
        own, known = business.get(tx), destinations.every(tx)
    language = of_business(store)
    store.close()
    if own is None or not known:
        click.echo(_say(language, "none", home))
        return
    click.echo(table([_HEAD[language], *(_row(one, own, language) for one in known)]))
    waiting = [one for one in known if _state(one, own) == "waiting"]
    if waiting:
        click.echo("\n" + _say(language, "waiting", home, count=len(waiting), id=waiting[0].id))


def _say(language: str, what: str, home: Path | None, **values: object) -> str:
    """A sentence; the commands in it can be copied."""
    return _SAID[language][what].format(program=program(), home=at_home(home), **values)


def _row(one: "Destination", own: "Business", language: str) -> tuple[str, ...]:
    at, state = (one.decided_at or one.proposed_at).astimezone(ZoneInfo(own.zone)), _state(one, own)
    replaced = getattr(own, one.becomes.value) if one.becomes and state == "waiting" else None
    return (
        one.id,
        one.kind.value,
        _short(one.value),
        _short(one.holder or "-"),
        _STATES[state] if language == "id" else state,
        at.date().isoformat(),
        _short(replaced or "-"),
    )


def _state(one: "Destination", own: "Business") -> str:
    from connector.domain.destinations import waits

    if waits(one, own):
        return "waiting"
    is_live = one.becomes is not None and one.state.value == "approved"
    return "live" if is_live else one.state.value


def _short(text: str) -> str:
    plain = "".join(c if c.isprintable() else "?" for c in text)
    return plain if len(plain) <= WIDEST else plain[: WIDEST - 3] + "..."


@command.command("approve")
@click.argument("destination")
@click.option("--kind", type=click.Choice(KINDS), help="Of a destination that nobody has proposed yet.")
@click.option("--holder", help="Whose account it is.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@home_option
def approve(destination: str, kind: str | None, holder: str | None, yes: bool, home: Path | None) -> None:
    """Let messages name DESTINATION (an id of the list, or a value with --kind)."""
    from connector.actions import destinations as acts
    from connector.commands.speaking import agreed, of_business
    from connector.commands.starting import open_store
    from connector.domain.destinations import Destination, Kind
    from connector.domain.problems import Problem
    from connector.store import business
    from connector.store.db import Rollback, Tx

    def wanted(tx: Tx) -> Destination:
        if kind is None:
            return acts.named(tx, destination)
        return acts.record(tx, Kind(kind), destination, by="terminal", holder=holder)

    settings = load_settings(home)
    store = open_store(settings)
    language = of_business(store)
    try:
        with store.write() as tx:  # undone: nothing is locked while a person thinks
            own = business.get(tx)
            if own is None:
                refuse(_say(language, "unnamed", home))
            _show(wanted(tx), own, language)
            raise Rollback
        if not yes and not agreed(_say(language, "ask", home), language):
            sys.exit(1)
        with store.write() as tx:
            done = acts.approve(
                tx, business.get(tx) or own, wanted(tx), by="terminal", live=not settings.is_sandbox
            )
    except Problem as problem:
        refuse(_refused(problem, language, home))
    finally:
        store.close()
    click.echo(_say(language, "approved", home, id=done.id))


@command.command("retire")
@click.argument("destination")
@home_option
def retire(destination: str, home: Path | None) -> None:
    """Let no message name DESTINATION any longer; refuses a proposal as well."""
    from connector.actions import destinations as acts
    from connector.commands.speaking import of_business
    from connector.commands.starting import open_store
    from connector.domain.problems import Problem

    settings = load_settings(home)
    store = open_store(settings)
    language = of_business(store)
    try:
        with store.write() as tx:
            done = acts.retire(tx, acts.named(tx, destination), by="terminal", live=not settings.is_sandbox)
    except Problem as problem:
        refuse(_refused(problem, language, home))
    finally:
        store.close()
    click.echo(_say(language, "retired", home, id=done.id))


def _show(wanted: "Destination", own: "Business", language: str) -> None:
    """The old beside the new."""
    old = getattr(own, wanted.becomes.value) if wanted.becomes else None
    lines = [("new", wanted.value), ("holder", wanted.holder or "-"), ("proposed by", wanted.proposed_by)]
    if old and old != wanted.value:
        lines.insert(0, ("now", old))
    for label, text in lines:
        click.echo(f"{_SAID[language][label]:<12} {''.join(c if c.isprintable() else '?' for c in text)}")


def _refused(problem: Exception, language: str, home: Path | None) -> str:
    code = getattr(problem, "code", "")
    return _say(language, code if code in _SAID[language] else "other", home, code=code)
