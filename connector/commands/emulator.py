"""`tagih emulator`: the sandbox's providers alone, with a database of their own."""

import sys
from pathlib import Path

import click

from connector import serving
from connector.commands.surroundings import home_option, load_settings, refuse
from connector.commands.tree import prepared
from connector.supervisor import Supervisor


@click.command("emulator")
@home_option
def command(home: Path | None) -> None:
    """Run the sandbox's phones and providers alone, for other systems to talk to."""
    settings = load_settings(home, begins=True)
    if not settings.is_sandbox:
        refuse("The emulator exists only in the sandbox: TAGIH_WHATSAPP_TOKEN is set.")
    try:
        listening = serving.listen(settings.bind_host, settings.bind_port)
    except serving.CannotListen as fault:
        refuse(str(fault))
    code, _ = prepared(settings)
    if code:
        sys.exit(code)

    def run() -> None:
        from connector import app

        serving.serve(app.make_emulator_app(settings), listening)

    click.echo(f"Tagih's emulator at {settings.local_url}")
    sys.exit(Supervisor({"emulator": run}).run())
