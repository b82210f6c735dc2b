"""`tagih serve`: runs web and worker as one process tree."""

import sys
from pathlib import Path

import click

from connector.commands import tree
from connector.commands.surroundings import home_option, load_settings


@click.command("serve")
@home_option
def command(home: Path | None) -> None:
    """Run everything: the web process and the worker."""
    sys.exit(tree.run(load_settings(home, begins=True), ("web", "worker")))
