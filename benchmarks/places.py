"""Where a measurement takes place: databases, the provider's process, child processes, the machine."""

import json
import os
import platform
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Self

import sqlalchemy as sa

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from cluster import postgres  # noqa: E402 - the tests' own server, here with its promises kept

# A Monday, 10:00 in Jakarta: inside every window for hours.
MORNING = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)


class Shifted:
    """A clock that runs as the machine's, begun at `MORNING`; all processes of one run share the shift."""

    def __init__(self, shift_s: float) -> None:
        self._shift = timedelta(seconds=shift_s)

    @classmethod
    def begun_now(cls) -> "Shifted":
        return cls((MORNING - datetime.now(UTC)).total_seconds())

    @property
    def shift_s(self) -> float:
        return self._shift.total_seconds()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._shift

    machine = now


@contextmanager
def folder() -> Iterator[Path]:
    """An empty folder on the disk, gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="tagih-bench-"))
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def sqlite() -> Iterator[str]:
    """The URL of an SQLite file that does not exist yet."""
    with folder() as home:
        yield f"sqlite:///{home}/bench.db"


@contextmanager
def server() -> Iterator[str]:
    """A PostgreSQL that keeps what it promised: fsync on, synchronous commits."""
    with postgres(("max_connections=200", "shared_buffers=256MB")) as url:
        yield url


@contextmanager
def database(server_url: str) -> Iterator[str]:
    """The URL of a new database on that server."""
    name = f"bench_{os.urandom(4).hex()}"
    admin = sa.create_engine(server_url, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    with admin.connect() as conn:
        conn.exec_driver_sql(f"CREATE DATABASE {name}")
    try:
        yield sa.engine.make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as conn:
            conn.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        admin.dispose()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def provider(delay_s: float = 0.0) -> Iterator[int]:
    """The port of a Graph-shaped provider in its own process."""
    port = free_port()
    command = [sys.executable, str(ROOT / "benchmarks" / "provider.py"), str(port), str(delay_s)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield port
        finally:
            process.terminate()


def taken(port: int) -> int:
    """How many messages the provider accepted."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
        return int(answer.read())


class Child:
    """A process that is prepared first and begins when it is told, so that several begin together."""

    def __init__(self, module: str, given: Mapping[str, Any]) -> None:
        self._command = [sys.executable, "-m", module, json.dumps(given)]
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._errors = self._stack.enter_context(tempfile.TemporaryFile("w+"))
        self._process = self._stack.enter_context(
            subprocess.Popen(
                self._command,
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                text=True,
            )
        )
        self._stack.callback(self._process.kill)
        assert self._process.stdout is not None
        if self._process.stdout.readline() != "ready\n":
            self._process.wait(timeout=10)
            raise self._failure()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def go(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def result(self, timeout_s: float = 240.0) -> dict[str, Any]:
        """What it measured: its last line in braces, for some workers greet on the same channel."""
        said, _ = self._process.communicate(timeout=timeout_s)
        found = [line for line in said.splitlines() if line.startswith("{")]
        if self._process.returncode != 0 or not found:
            raise self._failure()
        measured: dict[str, Any] = json.loads(found[-1])
        return measured

    def _failure(self) -> RuntimeError:
        self._errors.seek(0)
        module, code = self._command[2], self._process.returncode
        return RuntimeError(f"{module} ended with {code}\n{self._errors.read()[-3000:]}")


def wait_for_go() -> None:
    """The child's side of `Child`: says that it is prepared and waits."""
    print("ready", flush=True)
    sys.stdin.readline()


def surroundings(server_url: str) -> list[tuple[str, str]]:
    """Machine, versions and load, for the head of the page."""
    engine = sa.create_engine(server_url, poolclass=sa.pool.NullPool)
    with engine.connect() as conn:
        pg = str(conn.exec_driver_sql("SHOW server_version").scalar_one())
    names = (
        "aiohttp",
        "sqlalchemy",
        "psycopg",
        "gunicorn",
        "pgqueuer",
        "procrastinate",
        "huey",
        "celery",
        "redis",
    )
    return [
        ("measured", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"),
        (
            "machine",
            f"{os.cpu_count()} cores {_processor()}, {_memory_gb():.0f} GB, {platform.platform(terse=True)}",
        ),
        ("load average before", " ".join(f"{load:.2f}" for load in os.getloadavg())),
        ("Python, SQLite, PostgreSQL", f"{platform.python_version()}, {sqlite3.sqlite_version}, {pg}"),
        ("packages", ", ".join(f"{name} {found}" for name in names if (found := _version(name)))),
    ]


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")),
        platform.machine(),
    )


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
