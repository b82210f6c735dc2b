"""The inbox: verified raw webhooks, committed in groups by one thread, deduplicated, fetched by the worker.

A webhook is answered 2xx only after its bytes are on the disk. One commit per webhook would cost one fsync
each; one writer thread takes whatever has queued up while the last commit ran and commits it together.
"""

import hashlib
import logging
import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from connector.clock import from_ms
from connector.store import listening
from connector.store.db import Store, Tx
from connector.store.present import NOW, present
from connector.store.schema import inbox, provider_signs

log = logging.getLogger(__name__)
BEAT_EVERY_S = 30.0
MAX_ATTEMPTS = 5  # a body that fails to apply this often is put aside as failed, visibly


@dataclass(slots=True)
class _Item:
    source: str
    body: bytes
    dedupe: str
    done: threading.Event = field(default_factory=threading.Event)
    failure: Exception | None = None


class InboxWriter:
    """Commits webhooks in groups. Make it after a fork; the thread starts with the first webhook or `listen`."""

    def __init__(
        self, store: Store, *, linger_s: float = 0.0, largest: int = 256, beat_every_s: float = BEAT_EVERY_S
    ) -> None:
        self._store = store
        self._linger_s = linger_s
        self._largest = largest
        self._beat_every_s = beat_every_s
        self._listens = False
        self._queue: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None

    def put(self, source: str, body: bytes, *, timeout_s: float = 20.0) -> None:
        """Return when the body is on the disk (or already was); raise when that could not be promised."""
        item = _Item(source, body, fingerprint(source, body))
        self._start()
        self._queue.put(item)
        if not item.done.wait(timeout_s):
            raise TimeoutError("the inbox did not commit in time")
        if item.failure is not None:
            raise item.failure

    def listen(self) -> None:
        """The door is open: from now on this is noted twice a minute, also while nobody comes."""
        self._listens = True
        self._start()

    def close(self) -> None:
        """Commit what waits and end the thread."""
        with self._guard:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._queue.put(None)
            thread.join()

    def _start(self) -> None:
        if self._thread is not None:
            return
        with self._guard:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="inbox", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        self._beat()
        while True:
            try:
                first = self._queue.get(timeout=self._beat_every_s if self._listens else None)
            except queue.Empty:
                self._beat()
                continue
            if first is None:
                return
            batch, ended = self._gather(first)
            self._commit(batch)
            if ended:
                return

    def _beat(self) -> None:
        if not self._listens:
            return
        try:
            with self._store.write() as tx:
                listening.beat(tx)
        except Exception as fault:  # noqa: BLE001 - a beat that is missed only makes us more careful
            log.warning("listening_not_noted", extra={"error": type(fault).__name__})

    def _gather(self, first: _Item) -> tuple[list[_Item], bool]:
        batch = [first]
        until = time.monotonic() + self._linger_s
        while len(batch) < self._largest:
            try:
                item = self._queue.get(timeout=max(until - time.monotonic(), 0.0))
            except queue.Empty:
                break
            if item is None:
                return batch, True
            batch.append(item)
        return batch, False

    def _commit(self, batch: list[_Item]) -> None:
        try:
            with self._store.write() as tx:
                _insert(tx, batch)
        except Exception as failure:  # noqa: BLE001 - every waiter must get an answer, whatever went wrong
            if len(batch) == 1:
                batch[0].failure = failure
                batch[0].done.set()
                return
            for item in batch:  # one bad row must not refuse its neighbours
                self._commit([item])
            return
        for item in batch:
            item.done.set()


def fingerprint(source: str, body: bytes) -> str:
    """What makes a delivery the same one: its source and its raw bytes.

    >>> fingerprint("a", b"b") == fingerprint("ab", b"")
    False
    """
    return hashlib.sha256(source.encode() + b"\n" + body).hexdigest()


def _sign(insert: Any) -> Any:
    """When a provider last reached us: one row each."""
    names = ("last_webhook_at", "last_webhook_at_m")
    return insert.on_conflict_do_update(
        index_elements=["provider"], set_={name: insert.excluded[name] for name in names}
    )


_INSERT = {
    "sqlite": sqlite.insert(inbox).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(inbox).on_conflict_do_nothing(),
}
_SIGN = {
    "sqlite": _sign(sqlite.insert(provider_signs)),
    "postgresql": _sign(postgresql.insert(provider_signs)),
}


def _insert(tx: Tx, batch: Sequence[_Item]) -> None:
    now, machine = tx.now_ms, tx.machine_ms
    tx.conn.execute(
        _INSERT[tx.dialect],
        [
            {
                "source": item.source,
                "dedupe": item.dedupe,
                "received_at": now,
                "received_at_m": machine,
                "body": item.body,
                "state": "new",
                "attempts": 0,
            }
            for item in batch
        ],
    )
    # The hold of unknown outcomes asks when the provider last reached us: same commit, same truth.
    listening.beat(tx)
    for provider in sorted({item.source.partition("/")[0] for item in batch}):
        sign = {"provider": provider, "last_webhook_at": now, "last_webhook_at_m": machine}
        tx.conn.execute(_SIGN[tx.dialect], sign)


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One verified delivery that waits to be applied."""

    id: int
    source: str
    received_at: datetime
    body: bytes
    attempts: int

    @property
    def provider(self) -> str:
        return self.source.partition("/")[0]


_NEW = (
    sa.select(inbox.c.id, inbox.c.source, inbox.c.received_at, inbox.c.body, inbox.c.attempts)
    .where(inbox.c.state == sa.literal_column("'new'"))
    .order_by(inbox.c.id)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_NEW_LOCKED = _NEW.with_for_update(skip_locked=True)
_SETTLE = (
    inbox.update()
    .where(inbox.c.id.in_(sa.bindparam("ids", expanding=True)))
    .values(state=sa.bindparam("now_is"), error=sa.bindparam("why"), applied_at=NOW)
)


def fetch_new(tx: Tx, limit: int = 200, *, lock: bool = True) -> list[InboxRow]:
    """The oldest deliveries not yet applied; on PostgreSQL they stay locked until the transaction ends."""
    query = _NEW_LOCKED if lock and tx.dialect == "postgresql" else _NEW
    return [
        InboxRow(row.id, row.source, from_ms(row.received_at), bytes(row.body), row.attempts)
        for row in tx.conn.execute(query, {"most": limit})
    ]


def settle(tx: Tx, ids: Sequence[int], state: str, *, error: str | None = None) -> None:
    """Close deliveries as `applied` or `ignored` (with the reason, such as `foreign_sender`)."""
    if ids:
        tx.conn.execute(_SETTLE, {"ids": list(ids), "now_is": state, "why": error, **present(tx)})


def record_failure(tx: Tx, id: int, error: str) -> None:
    """Count a failed attempt; after `MAX_ATTEMPTS` the delivery is put aside, visibly."""
    attempts = inbox.c.attempts + 1
    tx.conn.execute(
        inbox.update()
        .where(inbox.c.id == id)
        .values(
            attempts=attempts,
            error=error[:500],
            state=sa.case((attempts >= MAX_ATTEMPTS, "failed"), else_="new"),
        )
    )


def waiting(tx: Tx) -> int:
    """How many deliveries are not yet applied."""
    count = sa.select(sa.func.count()).select_from(inbox).where(inbox.c.state == "new")
    return int(tx.conn.execute(count).scalar_one())


def forget_bodies(tx: Tx, before_ms: int, limit: int = 1000) -> int:
    """Empty the raw bodies received before an instant (machine time), also of what could never be applied; hash
    and time stay to deduplicate.
    """
    old = (
        sa.select(inbox.c.id)
        .where(inbox.c.received_at_m < before_ms, inbox.c.state != "new")
        .where(sa.func.length(inbox.c.body) > 0)
        .limit(limit)
    )
    result: Any = tx.conn.execute(inbox.update().where(inbox.c.id.in_(old)).values(body=b""))
    return int(result.rowcount)


def last_webhooks(tx: Tx) -> dict[str, int]:
    """When each provider last reached us with a valid signature: business time in ms."""
    rows = tx.conn.execute(sa.select(provider_signs.c.provider, provider_signs.c.last_webhook_at))
    return {row.provider: row.last_webhook_at for row in rows if row.last_webhook_at is not None}


def unread_providers(tx: Tx) -> set[str]:
    """Providers of whom a stored delivery is not applied yet, also by another worker at this moment."""
    rows = tx.conn.execute(sa.select(inbox.c.source).where(inbox.c.state == "new").distinct()).scalars()
    return {source.partition("/")[0] for source in rows}
