"""What every subcommand needs first: the settings of a home, the log, and a way to say no."""

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from connector import logs
from connector.settings import Settings, SettingsFaults
from connector.supervisor import EXIT_REFUSED

F = TypeVar("F", bound=Callable[..., Any])


def home_option(command: F) -> F:
    """Adds `--home DIR`."""
    option = click.option(
        "--home",
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder of this business (tagih.env, database, secrets). Default: TAGIH_HOME, else ~/.tagih.",
    )
    return option(command)


def load_settings(home: Path | None, *, quiet: bool = False, env: Mapping[str, str] = os.environ) -> Settings:
    """The settings with the log set up; every fault is printed and ends the program."""
    try:
        settings = Settings.load(env, home)
    except SettingsFaults as faults:
        refuse("The settings are not usable:", *(f"  {fault}" for fault in faults.faults))
    logs.configure(secrets=settings.secrets())
    if not quiet:
        for warning in settings.warnings:
            click.echo(f"tagih: {warning}", err=True)
    return settings


def program() -> str:
    """How this program was called, for a hint that can be copied: a checkout's own one is not on the PATH."""
    found = shutil.which("tagih")
    called = Path(sys.argv[0])
    if called.name != "tagih" or (found and Path(found).resolve() == called.resolve()):
        return "tagih"
    here = Path.cwd()
    return str(called.relative_to(here)) if called.is_relative_to(here) else str(called)


def refuse(*lines: str) -> NoReturn:
    """Says why on the error stream and ends with the code that means: trying again will not help."""
    for line in lines:
        click.echo(line, err=True)
    sys.exit(EXIT_REFUSED)


def table(rows: list[tuple[str, ...]]) -> str:
    """Rows in columns as wide as their widest cell.

    >>> print(table([("database", "ok"), ("disk", "low")]))
    database  ok
    disk      low
    """
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)] if rows else []
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)
