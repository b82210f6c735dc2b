"""`tagih worker`: runs the worker alone; on PostgreSQL any number of them, on any number of machines."""

import sys
from pathlib import Path

import click

from connector.commands import tree
from connector.commands.surroundings import home_option, load_settings


@click.command("worker")
@home_option
def command(home: Path | None) -> None:
    """Run the worker alone."""
    sys.exit(tree.run(load_settings(home, begins=True), ("worker",)))
