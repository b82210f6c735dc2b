"""Opens the database and hands out transactions: one fair writer on SQLite, plain transactions on PostgreSQL.

SQLite's own waiting is unfair and starves callers for seconds; a FIFO lock in front of a single writer
connection keeps the 99th percentile low. Readers have their own engine and never wait for the writer (WAL).
"""

import json
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, Row, make_url
from sqlalchemy.pool import QueuePool

from connector.clock import Clock, SystemClock, from_ms, to_ms
from connector.ids import Ids, UlidIds
from connector.store import schema

__all__ = ["FifoLock", "Overtaken", "Rollback", "Row", "Store", "Tx", "sqlite_path"]


SCRUB_TRIES = 100
_CLOCK = sa.select(schema.control.c.clock_now)


class FifoLock:
    """A lock that serves its callers in the order of their coming."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._held = False

    def __enter__(self) -> None:
        with self._guard:
            if not self._held and not self._waiting:
                self._held = True
                return
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        mine.acquire()

    def __exit__(self, *_: object) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False


@dataclass(frozen=True, slots=True)
class Tx:
    """An open transaction with its present: `now` is business time, `machine` machine time."""

    conn: Connection
    now: datetime
    machine: datetime
    ids: Ids
    dialect: str  # "sqlite" or "postgresql"
    key: bytes = b""  # of this installation, for keyed hashes; empty: there is none here

    @property
    def now_ms(self) -> int:
        return to_ms(self.now)

    @property
    def machine_ms(self) -> int:
        return to_ms(self.machine)


class Overtaken(Exception):
    """Somebody else was first: what was decided no longer fits what is stored. Undone; the next try sees it."""


class Rollback(Exception):
    """Raised inside `Store.write()` to end a dry run: the transaction is undone, the caller goes on."""


class Store:
    """The database with its clock and ids. Make it after a fork: connections do not survive one."""

    def __init__(
        self,
        url: str,
        *,
        clock: Clock | None = None,
        ids: Ids | None = None,
        virtual: bool = False,
        readers: int = 8,
        key: bytes = b"",
    ) -> None:
        self.url = make_url(url)
        self.dialect = self.url.get_backend_name()
        self.clock: Clock = clock or SystemClock()
        self.ids: Ids = ids or UlidIds()
        self.virtual = virtual
        self._key = key
        self._fair = FifoLock()
        self._watcher: Any = None
        if self.dialect == "sqlite":
            self._writer = _sqlite(self.url, size=1, readonly=False)
            self._reader = _sqlite(self.url, size=readers, readonly=True)
        else:
            self._writer = sa.create_engine(
                self.url,
                pool_size=readers,
                max_overflow=readers,
                pool_pre_ping=True,
                hide_parameters=True,  # an error would quote them: names, numbers, whole messages
            )
            self._reader = self._writer

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """One transaction that may write; undone on any exception (`Rollback` itself is swallowed)."""
        if self.dialect == "sqlite":
            with self._fair, self._begin(self._writer) as tx:
                yield tx
        else:
            with self._begin(self._writer) as tx:
                yield tx

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """One consistent view; nothing may be written in it."""
        with self._begin(self._reader) as tx:
            yield tx

    @contextmanager
    def _begin(self, engine: Engine) -> Iterator[Tx]:
        try:
            with engine.begin() as conn:
                if self.dialect == "sqlite":
                    # A deferred transaction that reads first and writes later fails at once (SQLITE_BUSY_SNAPSHOT).
                    conn.exec_driver_sql("BEGIN" if engine is self._reader else "BEGIN IMMEDIATE")
                yield self._tx(conn)
        except Rollback:
            return

    def _tx(self, conn: Connection) -> Tx:
        now = self.clock.now()
        if self.virtual:
            stored = conn.execute(_CLOCK).scalar_one_or_none()
            if stored is not None:
                now = from_ms(stored)
        return Tx(conn, now, self.clock.machine(), self.ids, self.dialect, self._key)

    def now(self) -> datetime:
        """Business time at this moment."""
        if not self.virtual:
            return self.clock.now()
        with self.read() as tx:
            return tx.now

    def version(self) -> object:
        """Something that differs once anybody has committed: an idle worker looks here before it looks at all.

        Source: SQLite's `PRAGMA data_version` (of one connection, about others), PostgreSQL's log position
        (of the whole cluster: a busy neighbour only makes it look more often).
        """
        if self.dialect == "sqlite":
            if self._watcher is None:
                self._watcher = self._reader.raw_connection()
                self._watcher.detach()  # the pool gets another one: the number is this connection's own
            return self._watcher.cursor().execute("PRAGMA data_version").fetchone()[0]
        with self._reader.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
            return conn.exec_driver_sql("SELECT pg_current_wal_insert_lsn()").scalar_one()

    def scrub(self) -> bool:
        """Rewrites an SQLite file so that nothing deleted is left in it or in its WAL; answers whether it is done.

        It takes seconds with a large book, and only an erasure needs it. PostgreSQL's own vacuum frees its pages.
        """
        if self.dialect != "sqlite":
            return True
        with self._fair:
            raw = self._writer.raw_connection()
            try:
                cursor = raw.cursor()
                cursor.execute("VACUUM")
                for _ in range(SCRUB_TRIES):
                    busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
                    if not busy:
                        return True
                    time.sleep(0.1)  # a reader of another process still looks at the old pages
            finally:
                raw.close()
        return False

    def close(self) -> None:
        if self._watcher is not None:
            self._watcher.close()
        self._writer.dispose()
        self._reader.dispose()


def _read_json(text: str) -> Any:
    """Most JSON cells are empty objects: those cost nothing."""
    return {} if text == "{}" else json.loads(text)


def _sqlite(url: sa.URL, *, size: int, readonly: bool) -> Engine:
    engine = sa.create_engine(
        url,
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=30,
        json_deserializer=_read_json,
        connect_args={"check_same_thread": False, "timeout": 30},
        hide_parameters=True,
    )

    @sa.event.listens_for(engine, "connect")
    def _connect(raw: Any, _: Any) -> None:
        raw.isolation_level = None  # we say BEGIN ourselves
        cursor = raw.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=30000",
            "cache_size=-2000",
            "journal_size_limit=67108864",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        if readonly:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    return engine


def sqlite_path(url: str) -> Path | None:
    """The file behind an SQLite URL, or None for PostgreSQL."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    return Path(parsed.database)
