"""`tagih sandbox`: the virtual clock, the power switch, faults and phones, from the terminal."""

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from connector.commands.surroundings import home_option, language_of_terminal, load_settings, refuse

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NO_SANDBOX = {
    "id": "Di sini tidak ada sandbox: TAGIH_WHATSAPP_TOKEN terisi.",
    "en": "There is no sandbox here: TAGIH_WHATSAPP_TOKEN is set.",
}


def _post(home: Path | None, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Sends it to the running server, prints the answer and gives it back."""
    from connector.commands.calling import answer, server

    settings = load_settings(home)
    if not settings.is_sandbox and not path.endswith("/clock"):
        refuse(_NO_SANDBOX[language_of_terminal()])
    with server(settings, home) as client:
        said = answer(client.post(path, json=body))
    click.echo(json.dumps(said, ensure_ascii=False, indent=2))
    return said


@click.group("sandbox")
def command() -> None:
    """Move the virtual clock, cut the power, plant faults, type a customer's reply."""


@command.command("clock")
@click.argument("advance")
@home_option
def clock(advance: str, home: Path | None) -> None:
    """Walk the virtual clock forward by ADVANCE: P1D, PT6H, or to an ISO time."""
    is_duration = advance.upper().startswith("P")
    if not is_duration and not _DAY.match(advance):
        raise click.BadParameter(
            "write P1D (a day), P1W, PT6H (six hours), or a time such as 2026-12-05T08:00+07:00",
            param_hint="ADVANCE",
        )
    field = "advance" if is_duration else "to"
    said = _post(home, "/v1/sandbox/clock", {field: advance.upper() if is_duration else advance})
    click.echo(_local(home, said["now"]), err=True)


def _local(home: Path | None, now: str) -> str:
    """The virtual time as the people of the business read it."""
    from connector.commands.starting import open_store
    from connector.domain.texts import format_date_long
    from connector.store import business

    store = open_store(load_settings(home, quiet=True))
    with store.read() as tx:
        own = business.get(tx)
    store.close()
    zone, language = (own.zone, own.language) if own else ("UTC", "en")
    at = datetime.fromisoformat(now).astimezone(ZoneInfo(zone))
    return f"{format_date_long(at.date(), language)}, {at:%H:%M} ({zone})"


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
    if given["code"] is None and given["kind"] is None:
        raise click.UsageError("say what goes wrong: --code 131026, or --kind late")
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
