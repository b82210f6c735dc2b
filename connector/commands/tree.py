"""Runs web and worker as children of this process, on a database that was brought up to date first."""

import socket
import sys
from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING

import click

from connector import __version__, locks, serving
from connector.commands.surroundings import program, refuse
from connector.home import reached_at
from connector.locks import Role
from connector.settings import Settings
from connector.supervisor import Refused, Supervisor, begin

if TYPE_CHECKING:
    from connector.specs import Catalog


def run(settings: Settings, roles: tuple[Role, ...]) -> int:
    """Starts the roles and answers the exit code when all have ended.

    1. Refuse at once what cannot work: a role that is taken, an address that is not ours.
    2. Migrate in a short-lived child while this process imports everything.
    3. Fork the roles; each makes its own connections and takes its own lock.
    """
    listening = _listening(settings, roles)
    code, catalog = prepared(settings)
    if code:
        return code
    children: dict[str, Callable[[], None]] = {}
    if listening is not None:
        children["web"] = lambda: _web(settings, catalog, listening)
    if "worker" in roles:
        children["worker"] = lambda: _worker(settings, catalog)
    click.echo(_greeting(settings, roles))
    sys.stdout.flush()
    with reached_at(settings.home, settings.local_url) if listening is not None else nullcontext():
        ended = Supervisor(children).run()
    if ended == 0:
        click.echo("Stopped.")
    return ended


def _listening(settings: Settings, roles: tuple[Role, ...]) -> socket.socket | None:
    for role in roles:
        if settings.database_path and locks.is_held(settings.database_path, role):
            pid = locks.holder(settings.database_path, role)
            refuse(str(locks.AlreadyRunning(role, settings.database_path, pid)))
    if "web" not in roles:
        return None
    try:
        return serving.listen(settings.bind_host, settings.bind_port)
    except serving.CannotListen as fault:
        refuse(str(fault))


def prepared(settings: Settings) -> "tuple[int, Catalog]":
    """Migrates in a child while this process imports and reads the specs for the others.

    Answers the child's exit code and the specs; wrong ones are all told, and nothing starts.
    """
    ended = begin("migrate", lambda: _prepare(settings))
    from connector import app
    from connector.specs import SpecFaults

    try:
        catalog = app.read_catalog(settings)
    except SpecFaults as faults:
        ended()
        refuse("The specs are not usable:", *(f"  {fault}" for fault in faults.faults))
    return ended(), catalog


def _prepare(settings: Settings) -> None:
    from connector.commands.starting import prepare

    prepare(settings)


def _web(settings: Settings, catalog: "Catalog", listening: socket.socket) -> None:
    from connector import app

    try:
        with locks.held(settings.database_path, "web"):
            web = app.make_web_app(settings, app.build(settings, catalog))
            web.extensions["tagih.inbox"].listen()
            serving.serve(web, listening)
            web.extensions["tagih.inbox"].close()  # commits what waits
    except locks.AlreadyRunning as taken:
        raise Refused(str(taken)) from taken


def _worker(settings: Settings, catalog: "Catalog") -> None:
    from connector import app

    try:
        with locks.held(settings.database_path, "worker"):
            app.run_worker(settings, catalog)
    except locks.AlreadyRunning as taken:
        raise Refused(str(taken)) from taken


def _greeting(settings: Settings, roles: tuple[Role, ...]) -> str:
    clock = ", virtual clock" if settings.virtual_clock else ""
    where = settings.local_url if "web" in roles else settings.home
    mode = (
        "sandbox: no message leaves this machine"
        if settings.is_sandbox
        else "LIVE: messages reach real people"
    )
    lines = [f"Tagih {__version__} ({' and '.join(roles)}{clock}) at {where}", mode]
    if "web" in roles and settings.is_sandbox:
        lines.append(f"Phones: {settings.local_url}{settings.path_prefix}/sandbox/phones")
    if "web" in roles and settings.api_key is None:
        lines.append(f"Another API key: {program()} keys create NAME --preset admin --home {settings.home}")
    return "\n".join(lines)
