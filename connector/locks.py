"""One web process and one worker per SQLite database, held by locks of the operating system.

The lock is free again the moment its process ends, even by `kill -9`. Take it after the fork: an open file
description is shared with every child, and so would the lock be.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

Role = Literal["web", "worker"]
PATIENCE_S = 0.5  # who asks `is_held`, or is just dying, holds it for a moment


class AlreadyRunning(Exception):
    """Another process holds the role; the message names it and says what to do."""

    def __init__(self, role: Role, database: Path, pid: int | None) -> None:
        who = f"process {pid}" if pid else "another process"
        super().__init__(
            f"{who} is already the {role} of {database}. SQLite takes one {role}: stop that one first, "
            "or move to PostgreSQL, which takes any number."
        )
        self.role, self.database, self.pid = role, database, pid


def lock_path(database: Path, role: Role) -> Path:
    """`tagih.db` -> `tagih.db.worker.lock`."""
    return database.with_name(f"{database.name}.{role}.lock")


@contextmanager
def held(database: Path | None, role: Role) -> Iterator[None]:
    """Holds the role for as long as the block lasts; raises AlreadyRunning when it stays taken.

    Without a database file (PostgreSQL) there is nothing to hold.
    """
    if database is None:
        yield
        return
    handle = _taken(database, role)
    try:
        yield
    finally:
        os.close(handle)  # the file stays: unlinking it would let two processes hold two files of one name


def _taken(database: Path, role: Role) -> int:
    path = lock_path(database, role)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    until = time.monotonic() + PATIENCE_S
    while not _locked(handle, fcntl.LOCK_EX):
        if time.monotonic() > until:
            os.close(handle)
            raise AlreadyRunning(role, database, holder(database, role))
        time.sleep(0.01)
    os.truncate(handle, 0)
    os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
    return handle


def holder(database: Path, role: Role) -> int | None:
    """The process that wrote itself down last; it may be gone."""
    try:
        text = lock_path(database, role).read_text().strip()
    except FileNotFoundError:
        return None
    return int(text) if text.isdigit() else None


def is_held(database: Path, role: Role) -> bool:
    """Whether some process holds the role now; who asks never keeps another asker out."""
    try:
        handle = os.open(lock_path(database, role), os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return not _locked(handle, fcntl.LOCK_SH)
    finally:
        os.close(handle)


def _locked(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
