"""`tagih sandbox`: the virtual clock, the power switch, faults and phones, from the terminal."""

import json
from pathlib import Path
from typing import Any

import click

from connector.commands.surroundings import home_option, load_settings, refuse


def _post(home: Path | None, path: str, body: dict[str, Any]) -> None:
    """Sends it to the running server and prints the answer."""
    from connector.commands.calling import answer, server

    settings = load_settings(home)
    if not settings.is_sandbox and not path.endswith("/clock"):
        refuse("There is no sandbox here: TAGIH_WHATSAPP_TOKEN is set.")
    with server(settings) as client:
        said = answer(client.post(path, json=body))
    click.echo(json.dumps(said, ensure_ascii=False, indent=2))


@click.group("sandbox")
def command() -> None:
    """Move the virtual clock, cut the power, plant faults, type a customer's reply."""


@command.command("clock")
@click.argument("advance")
@home_option
def clock(advance: str, home: Path | None) -> None:
    """Walk the virtual clock forward by ADVANCE: P1D, PT6H, or to an ISO time."""
    field = "advance" if advance.upper().startswith("P") else "to"
    _post(home, "/v1/sandbox/clock", {field: advance})


@command.command("power")
@click.argument("state", type=click.Choice(["on", "off"]))
@home_option
def power(state: str, home: Path | None) -> None:
    """Turn the worker's power on or off."""
    _post(home, "/v1/sandbox/power", {"on": state == "on"})


@command.command("fault")
@click.option("--provider", default="whatsapp_cloud", show_default=True)
@click.option("--code", help="An error code of the provider, like 131026.")
@click.option("--kind", help="refused, lost_answer, timeout, late, duplicate, out_of_order, network.")
@click.option("--rate", type=click.FloatRange(0, 1), help="Share of the messages that it meets.")
@click.option("--next", "count", type=click.IntRange(1), help="The next so many messages.")
@click.option("--phone", help="Only messages to this number.")
@home_option
def fault(home: Path | None, count: int | None, **given: Any) -> None:
    """Plant a fault: by number (--next) or by share (--rate)."""
    body = {name: value for name, value in {**given, "next": count}.items() if value is not None}
    _post(home, "/v1/sandbox/faults", body)


@command.command("reply")
@click.argument("phone")
@click.argument("text", required=False)
@click.option("--button", help="Press the button with this id instead of typing.")
@home_option
def reply(phone: str, text: str | None, button: str | None, home: Path | None) -> None:
    """Answer as the customer who owns PHONE."""
    if (text is None) == (button is None):
        raise click.UsageError("give the text, or --button with its id")
    said = {"text": text} if text is not None else {"button": button}
    _post(home, "/v1/sandbox/reply", {"phone": phone, **said})
