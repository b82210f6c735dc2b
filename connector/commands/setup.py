"""`tagih setup`: the business's own facts, given by a person at the terminal."""

import re
from dataclasses import asdict
from pathlib import Path

import click

from connector.commands.surroundings import home_option, load_settings, refuse

_SHOWN = (
    "name",
    "language",
    "zone",
    "currency",
    "relationship",
    "payment_details",
    "pay_host",
    "office_hours",
)
_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


def _host(text: str) -> str:
    """The bare host name of what was typed; `https://` before it is taken away."""
    host = text.strip().lower().removeprefix("https://").rstrip("/")
    if not _HOST.fullmatch(host):
        refuse("--pay-host must be a host name like pay.example.com.")
    return host


@click.command("setup")
@click.option("--name", help="What customers know the business by.")
@click.option("--payment-details", help="How to pay, as the messages say it; given here, it is approved.")
@click.option("--pay-host", help="The one host that payment links may lead to, like pay.example.com.")
@click.option(
    "--language", type=click.Choice(["id", "en"]), help="Of summaries, and of customers without their own."
)
@click.option("--office-hours", help="Shown to customers, like 08:00-17:00.")
@click.option(
    "--relationship",
    type=click.Choice(["first_party"]),
    help="first_party: the business reminds its own customers. Live WhatsApp stays off without it.",
)
@click.option("--sample", is_flag=True, help="Load the sample data into the sandbox.")
@home_option
def command(home: Path | None, sample: bool, **given: str | None) -> None:
    """Name the business and say how it is paid; --sample loads sample data."""
    from connector.actions import destinations
    from connector.commands.starting import open_store, prepare
    from connector.domain.destinations import Becomes
    from connector.store import business
    from connector.supervisor import Refused

    settings = load_settings(home, begins=True)
    if sample and not settings.is_sandbox:
        refuse("Sample data belongs into the sandbox: TAGIH_WHATSAPP_TOKEN is set.")
    try:
        prepare(settings)
    except Refused as reason:
        refuse(str(reason))
    changes = {name: value for name, value in given.items() if value is not None}
    if "pay_host" in changes:
        changes["pay_host"] = _host(changes["pay_host"])
    money = {becomes: changes.pop(becomes.value) for becomes in Becomes if becomes.value in changes}
    store = open_store(settings)
    with store.write() as tx:
        known = business.get(tx)
        assert known is not None  # prepare made it
        business.change(tx, known.id, changes)
        for becomes, value in money.items():
            # A person at the terminal says it: approved, live, and what waited for it goes.
            own = business.get(tx) or known
            destinations.set_live(tx, own, becomes, value, by="terminal", live=not settings.is_sandbox)
        shown = asdict(business.get(tx) or known)
    store.close()
    if sample:
        from connector import app
        from connector.actions.sample import load_sample

        built = app.build(settings)
        load_sample(built.store, built.catalog)
        built.store.close()
    for name in _SHOWN:
        click.echo(f"{name:<16} {shown[name] or '-'}")
