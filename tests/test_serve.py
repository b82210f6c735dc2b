"""`tagih serve` as an operator meets it: starts, answers, refuses a second one, comes back, stops."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ports import free_port

from connector import locks
from connector.supervisor import EXIT_REFUSED

KEY = "the-first-admin-key-of-this-test"


class Tagih:
    """One home with its command and its address."""

    def __init__(self, home: Path, **env: str) -> None:
        self.home, self.port = home, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = home.parent / f"{home.name}.log"
        self.env = {
            "PATH": os.environ["PATH"],
            "TAGIH_BIND": f"127.0.0.1:{self.port}",
            "TAGIH_API_KEY": KEY,
            **env,
        }

    def run(self, *arguments: object) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "connector.cli", *map(str, arguments), "--home", str(self.home)]
        return subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=60, check=False)

    def start(self, *arguments: object) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "connector.cli", *map(str, arguments), "--home", str(self.home)]
        with self.log.open("ab") as log:
            return subprocess.Popen(command, env=self.env, stdout=log, stderr=subprocess.STDOUT)

    def get(self, path: str) -> Any:
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {KEY}"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read())

    def is_ready(self) -> bool:
        try:
            return bool(self.get("/readyz")["status"] == "ok")
        except OSError:
            return False

    @property
    def database(self) -> Path:
        return self.home / "tagih.db"


def until(what: Callable[[], object], within_s: float = 60.0, said: Callable[[], str] = str) -> None:
    end = time.monotonic() + within_s
    while not what():
        assert time.monotonic() < end, f"not within {within_s} s\n{said()}"
        time.sleep(0.02)


@pytest.fixture
def idle(tmp_path: Path) -> Tagih:
    """A home in which nothing runs."""
    return Tagih(tmp_path / "home")


@pytest.fixture(scope="module")
def tagih(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tagih]:
    """A home that is served for as long as this module's tests run."""
    served = Tagih(tmp_path_factory.mktemp("served") / "home", TAGIH_CLOCK="virtual:2026-11-28T08:00+07:00")
    tree = served.start("serve")
    until(served.is_ready, said=served.log.read_text)
    yield served
    tree.kill()
    tree.wait()


def test_it_answers_for_the_business_of_its_home(tagih: Tagih) -> None:
    me = tagih.get("/v1/me")

    assert me["mode"] == "sandbox"
    assert me["business_name"] == "Kost Melati"
    assert KEY not in tagih.log.read_text()


@pytest.mark.parametrize("role", ["serve", "worker"])
def test_a_second_one_on_the_same_database_is_refused_by_number(tagih: Tagih, role: str) -> None:
    second = Tagih(tagih.home)

    refused = second.run(role)

    assert refused.returncode == EXIT_REFUSED
    assert re.search(r"process \d+ is already the (web|worker) of", refused.stderr)


def test_a_killed_worker_and_a_killed_web_process_come_back(tagih: Tagih) -> None:
    for role in ("worker", "web"):
        first = locks.holder(tagih.database, role)  # type: ignore[arg-type]
        assert first is not None

        os.kill(first, signal.SIGKILL)

        until(lambda r=role, f=first: locks.holder(tagih.database, r) != f, within_s=20)  # type: ignore[misc]
    until(tagih.is_ready)


def test_sigterm_ends_it_cleanly_and_frees_both_locks(idle: Tagih) -> None:
    tree = idle.start("serve")
    until(idle.is_ready, said=idle.log.read_text)

    tree.send_signal(signal.SIGTERM)

    assert tree.wait(timeout=30) == 0
    assert not locks.is_held(idle.database, "web")
    assert not locks.is_held(idle.database, "worker")
    assert "Traceback" not in idle.log.read_text()


def test_the_virtual_clock_walks_when_the_terminal_says_so_and_leaves_no_key_behind(tagih: Tagih) -> None:
    walked = tagih.run("sandbox", "clock", "P1D")

    assert walked.returncode == 0, walked.stderr
    assert json.loads(walked.stdout)["now"].startswith("2026-11-29T01:00")
    listed = tagih.run("keys", "list").stdout
    assert re.search(r"command line +- +revoked", listed)


def test_a_command_that_needs_the_server_says_so_when_none_runs(idle: Tagih) -> None:
    idle.run("migrate")

    refused = idle.run("sandbox", "power", "off")

    assert refused.returncode == EXIT_REFUSED
    assert "start it with tagih serve" in refused.stderr


def test_a_command_finds_the_server_at_the_address_it_was_started_with(tagih: Tagih) -> None:
    elsewhere = Tagih(tagih.home, TAGIH_BIND="127.0.0.1:1")

    switched = elsewhere.run("sandbox", "power", "on")

    assert switched.returncode == 0, switched.stderr


def test_a_taken_address_is_refused_before_anything_starts(idle: Tagih) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", idle.port))
        other.listen()

        refused = idle.run("serve")

    assert refused.returncode == EXIT_REFUSED
    assert "TAGIH_BIND: cannot listen on" in refused.stderr
    assert not idle.database.exists()


def test_every_file_of_a_running_home_is_closed_to_others(tagih: Tagih) -> None:
    assert [f.name for f in tagih.home.iterdir() if f.stat().st_mode & 0o077] == []
