"""`tagih destinations`: where money goes, looked at, approved and retired by a person at the terminal."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from connector.commands.surroundings import home_option, load_settings, refuse, table

if TYPE_CHECKING:
    from connector.domain.destinations import Destination
    from connector.domain.model import Business

KINDS = ("host", "account", "va_prefix", "qris")
WIDEST = 48


@click.group("destinations")
def command() -> None:
    """Look at where money goes, approve it, retire it. API keys never can."""


@command.command("list")
@home_option
def list_(home: Path | None) -> None:
    """Every destination, what waits for you first, with the present one beside it."""
    from connector.commands.starting import open_store
    from connector.store import business, destinations

    store = open_store(load_settings(home))
    with store.read() as tx:
        own, known = business.get(tx), destinations.every(tx)
    store.close()
    if own is None or not known:
        click.echo("No destination is known yet; `tagih setup --payment-details` names the first one.")
        return
    head = ("ID", "KIND", "VALUE", "HOLDER", "STATE", "SINCE", "INSTEAD OF")
    click.echo(table([head, *(_row(one, own) for one in known)]))
    waiting = [one for one in known if _state(one, own) == "waiting"]
    if waiting:
        click.echo(f"\n{len(waiting)} waiting for you: tagih destinations approve {waiting[0].id}")


def _row(one: "Destination", own: "Business") -> tuple[str, ...]:
    at = one.decided_at or one.proposed_at
    replaced = getattr(own, one.becomes.value) if one.becomes and _state(one, own) == "waiting" else None
    return (
        one.id,
        one.kind.value,
        _short(one.value),
        _short(one.holder or "-"),
        _state(one, own),
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
    try:
        with store.write() as tx:  # undone: nothing is locked while a person thinks
            own = business.get(tx)
            if own is None:
                refuse("Name the business first: tagih setup.")
            _show(wanted(tx), own)
            raise Rollback
        if not yes and not click.confirm("Approve it?", default=False):
            raise click.Abort
        with store.write() as tx:
            done = acts.approve(
                tx, business.get(tx) or own, wanted(tx), by="terminal", live=not settings.is_sandbox
            )
    except Problem as problem:
        refuse(_said(problem))
    finally:
        store.close()
    click.echo(f"{done.id} is approved; messages that waited for it go when they are still true.")


@command.command("retire")
@click.argument("destination")
@home_option
def retire(destination: str, home: Path | None) -> None:
    """Let no message name DESTINATION any longer; refuses a proposal as well."""
    from connector.actions import destinations as acts
    from connector.commands.starting import open_store
    from connector.domain.problems import Problem

    settings = load_settings(home)
    store = open_store(settings)
    try:
        with store.write() as tx:
            done = acts.retire(tx, acts.named(tx, destination), by="terminal", live=not settings.is_sandbox)
    except Problem as problem:
        refuse(_said(problem))
    finally:
        store.close()
    click.echo(f"{done.id} is retired; messages that name it wait, visibly.")


def _show(wanted: "Destination", own: "Business") -> None:
    """The old beside the new."""
    old = getattr(own, wanted.becomes.value) if wanted.becomes else None
    lines = [("new", wanted.value), ("holder", wanted.holder or "-"), ("proposed by", wanted.proposed_by)]
    if old and old != wanted.value:
        lines.insert(0, ("now", old))
    for label, text in lines:
        click.echo(f"{label:<12} {''.join(c if c.isprintable() else '?' for c in text)}")


def _said(problem: Exception) -> str:
    code = getattr(problem, "code", "")
    return {
        "destination_not_found": "There is no such destination; `tagih destinations list` shows them. "
        "A new one needs --kind.",
        "destination_invalid": "That is no destination of this kind.",
        "ambiguous": "Several kinds have this value; name it by its id.",
    }.get(code, f"It was refused: {code}.")
