"""The locks that keep a second web process or worker off an SQLite database."""

import os
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from connector import locks

HOLD = """
import sys, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from connector import locks
with locks.held(Path(sys.argv[1]), sys.argv[2]):
    print("held", flush=True)
    time.sleep(60)
"""


def _holding(database: Path, role: str) -> "subprocess.Popen[str]":
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(database), role], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    return child


def _ended(child: "subprocess.Popen[str]") -> None:
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert child.stdout is not None
    child.stdout.close()


def test_a_second_worker_is_refused_with_the_number_of_the_first(tmp_path: Path) -> None:
    database = tmp_path / "tagih.db"
    first = _holding(database, "worker")

    with pytest.raises(locks.AlreadyRunning) as refused, locks.held(database, "worker"):
        pass

    assert refused.value.pid == first.pid
    assert f"process {first.pid} is already the worker" in str(refused.value)
    _ended(first)


def test_web_and_worker_do_not_stand_in_each_others_way(tmp_path: Path) -> None:
    database = tmp_path / "tagih.db"

    with locks.held(database, "web"), locks.held(database, "worker"):
        assert locks.is_held(database, "web")
        assert locks.is_held(database, "worker")

    assert not locks.is_held(database, "web")


def test_the_lock_is_free_again_at_once_after_a_kill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = tmp_path / "tagih.db"
    first = _holding(database, "worker")

    _ended(first)
    monkeypatch.setattr(locks, "PATIENCE_S", 0.0)
    with locks.held(database, "worker"):
        assert locks.holder(database, "worker") == os.getpid()


def test_a_program_that_the_holder_starts_does_not_inherit_the_lock(tmp_path: Path) -> None:
    database = tmp_path / "tagih.db"

    with locks.held(database, "web"):
        grandchild = subprocess.Popen(["sleep", "30"], close_fds=False)

    assert not locks.is_held(database, "web")
    grandchild.kill()
    grandchild.wait()


def test_the_lock_file_is_closed_to_others_and_names_its_holder(tmp_path: Path) -> None:
    database = tmp_path / "tagih.db"

    with locks.held(database, "web"):
        path = locks.lock_path(database, "web")
        assert path.name == "tagih.db.web.lock"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert locks.holder(database, "web") == os.getpid()


def test_postgresql_needs_no_lock() -> None:
    with locks.held(None, "worker"), locks.held(None, "worker"):
        pass


def test_who_only_asks_never_keeps_the_role_from_a_process_that_starts(tmp_path: Path) -> None:
    database = tmp_path / "tagih.db"
    over = Event()

    def ask() -> None:
        while not over.is_set():
            locks.is_held(database, "web")

    with ThreadPoolExecutor(2) as pool:
        asking = [pool.submit(ask) for _ in range(2)]
        try:
            for _ in range(200):
                with locks.held(database, "web"):
                    assert locks.is_held(database, "web")
        finally:
            over.set()
    assert [asked.exception() for asked in asking] == [None, None]
