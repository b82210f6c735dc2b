"""`tagih web`: runs the web process alone; the worker may run elsewhere on the same database."""

import sys
from pathlib import Path

import click

from connector.commands import tree
from connector.commands.surroundings import home_option, load_settings


@click.command("web")
@home_option
def command(home: Path | None) -> None:
    """Run the web process alone."""
    sys.exit(tree.run(load_settings(home, begins=True), ("web",)))
