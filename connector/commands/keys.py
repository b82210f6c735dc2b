"""`tagih keys`: API keys made, listed, revoked at the terminal."""

import re
from datetime import timedelta
from pathlib import Path

import click

from connector.commands.surroundings import at_home, home_option, load_settings, program, refuse, table


@click.group("keys")
def command() -> None:
    """Make, list and revoke API keys."""


@command.command("create")
@click.argument("label")
@click.option(
    "--preset",
    default="read",
    show_default=True,
    help="read, write, admin, n8n, zapier, activepieces, power_automate, sheets, accounting.",
)
@click.option(
    "--pii",
    type=click.Choice(["full", "masked"]),
    help="Whether names and phones are shown whole; without it as the preset has it.",
)
@click.option(
    "--expires",
    "days",
    metavar="90d",
    callback=lambda _c, _p, text: _days(text),
    help="Ends after so many days.",
)
@click.option(
    "--source",
    "sources",
    multiple=True,
    metavar="NAME",
    help="Only what this source brought, like jurnal or sheet:kost; may be given several times.",
)
@click.option(
    "--hook-host",
    "hook_hosts",
    multiple=True,
    metavar="HOST",
    help="May send events to this host only, like n8n.example.com; may be given several times.",
)
@home_option
def create(
    label: str,
    preset: str,
    pii: str | None,
    days: int | None,
    sources: tuple[str, ...],
    hook_hosts: tuple[str, ...],
    home: Path | None,
) -> None:
    """Make a key named LABEL and show it once."""
    from connector.commands.starting import open_store, presets
    from connector.store import keys

    settings, known = load_settings(home), presets()
    if preset not in known:
        refuse(f"There is no preset {preset}; take one of: {', '.join(known)}")
    kind = known[preset]
    store = open_store(settings)
    with store.write() as tx:
        made = keys.create_key(
            tx,
            label=label,
            scopes=kind.scopes,
            pii=pii or kind.pii,
            preset=preset,
            actions=kind.actions,
            sources=sources or None,
            hook_hosts=hook_hosts or None,
            expires_at=tx.machine + timedelta(days=days) if days else None,
            made_by="terminal",
        )
    store.close()
    click.echo(made.secret)
    click.echo(f"{made.key.id}: shown this once; keep it like a password.", err=True)


@command.command("list")
@home_option
def list_(home: Path | None) -> None:
    """Every key without its secret, newest first."""
    from connector.commands.starting import open_store
    from connector.store import keys

    store = open_store(load_settings(home))
    with store.read() as tx:
        found, now = keys.list_keys(tx), tx.machine
    store.close()

    def state(key: keys.Key) -> str:
        if key.revoked_at:
            return "revoked"
        return "expired" if key.expires_at and key.expires_at <= now else "valid"

    def day(at: object) -> str:
        return str(at)[:10] if at else "-"

    head = ("ID", "LABEL", "PRESET", "STATE", "EXPIRES", "LAST USED")
    rows = [(k.id, k.label, k.preset or "-", state(k), day(k.expires_at), day(k.last_used_at)) for k in found]
    click.echo(table([head, *rows]))


@command.command("revoke")
@click.argument("id")
@home_option
def revoke(id: str, home: Path | None) -> None:
    """Refuse the key ID from now on."""
    from connector.commands.starting import open_store
    from connector.store import keys

    store = open_store(load_settings(home))
    with store.write() as tx:
        known = keys.revoke_key(tx, id)
    store.close()
    if not known:
        refuse(f"There is no key {id}; {program()} keys list{at_home(home)} shows them.")
    click.echo(f"{id} is revoked.")


def _days(text: str | None) -> int | None:
    if text is None:
        return None
    found = re.fullmatch(r"([1-9]\d{0,3})d?", text)
    if not found:
        raise click.BadParameter("write a number of days, like 90d")
    return int(found[1])
