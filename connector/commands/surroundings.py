"""What every subcommand needs first: the settings of a home, the log, and a way to say no."""

import os
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from connector import logs
from connector.home import ENV_FILE, HomeFault, home_of
from connector.settings import DATABASE_FILE, Settings, SettingsFaults
from connector.supervisor import EXIT_REFUSED

F = TypeVar("F", bound=Callable[..., Any])
BESIDE = ".tagih"  # where `make run` keeps its home
_NO_HOME = {
    "id": (
        "Tidak ada Tagih di {home}.",
        "Ada satu di folder ini: tambahkan --home .tagih",
        "Sebutkan foldernya dengan --home FOLDER, atau mulai yang baru dengan {program} setup.",
    ),
    "en": (
        "There is no Tagih in {home}.",
        "There is one beside you: add --home .tagih",
        "Say where it is with --home FOLDER, or begin one with {program} setup.",
    ),
}


def home_option(command: F) -> F:
    """Adds `--home DIR`."""
    option = click.option(
        "--home",
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder of this business (tagih.env, database, secrets). Default: TAGIH_HOME, else ~/.tagih.",
    )
    return option(command)


def load_settings(
    home: Path | None, *, quiet: bool = False, begins: bool = False, env: Mapping[str, str] = os.environ
) -> Settings:
    """The settings with the log set up; every fault is printed and ends the program.

    Only who `begins` a Tagih makes a home: anybody else would work on an empty one unawares.
    """
    if not begins:
        need_home(home, env)
    try:
        settings = Settings.load(env, home)
    except SettingsFaults as faults:
        refuse("The settings are not usable:", *(f"  {fault}" for fault in faults.faults))
    logs.configure(secrets=settings.secrets())
    if not quiet:
        for warning in settings.warnings:
            click.echo(f"tagih: {warning}", err=True)
    return settings


def need_home(home: Path | None, env: Mapping[str, str] = os.environ) -> None:
    """Refuses a folder in which no Tagih was ever begun, and says where one is."""
    try:
        folder = home_of(env, home)
    except HomeFault as fault:
        refuse(str(fault))
    if _is_begun(folder) or {"TAGIH_DATABASE_URL", "TAGIH_DATABASE_URL_FILE"} & set(env):
        return
    language = language_of_terminal(env)
    beside = _is_begun(Path(BESIDE).absolute()) and folder != Path(BESIDE).absolute()
    sentences = _NO_HOME[language]
    refuse(sentences[0].format(home=folder), sentences[1 if beside else 2].format(program=program()))


def _is_begun(home: Path) -> bool:
    return (home / DATABASE_FILE).exists() or (home / ENV_FILE).exists()


def language_of_terminal(env: Mapping[str, str] = os.environ) -> str:
    """`id` for an Indonesian terminal, else English: what is spoken before a business is known.

    >>> language_of_terminal({"LANG": "id_ID.UTF-8"}), language_of_terminal({"LANG": "C.UTF-8"})
    ('id', 'en')
    """
    told = env.get("LC_ALL") or env.get("LC_MESSAGES") or env.get("LANG") or ""
    return "id" if told.lower().split("_")[0].split(".")[0] == "id" else "en"


def at_home(home: Path | None) -> str:
    """The home as it was given, to be copied with a hint: "" or " --home .tagih"."""
    return f" --home {shlex.quote(str(home))}" if home is not None else ""


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
