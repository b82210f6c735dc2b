"""Files: what is known of them in one table, their bytes in another, so that a backup holds both."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from connector.clock import to_ms
from connector.domain.files import FileKind, FileState, type_of
from connector.store import schema
from connector.store.db import Tx
from connector.store.present import NOW, any_by
from connector.store.rows import columns_of, value_of

FILES = schema.files
BODIES = schema.file_bodies
UNUSED_FOR = timedelta(days=7)  # an upload that no invoice took is dropped after this long


@dataclass(frozen=True, slots=True)
class File:
    """What is known of one file."""

    id: str
    kind: FileKind
    state: FileState
    created_at: datetime
    created_by: str
    customer_id: str | None = None
    invoice_id: str | None = None
    reply_id: str | None = None
    media_type: str | None = None
    size: int | None = None
    sha256: str | None = None
    name: str | None = None
    source_url: str | None = None
    provider: str | None = None
    media_id: str | None = None
    reason: str | None = None
    attempts: int = 0
    next_try_at: datetime | None = None
    give_up_at: datetime | None = None
    fetched_at: datetime | None = None


def add(tx: Tx, file: File, body: bytes | None = None) -> File:
    """A new file, with its bytes or waiting for them."""
    tx.conn.execute(FILES.insert().values(**columns_of(file)))
    if body is not None:
        keep(tx, file.id, body)
    return by_id(tx, file.id) or file


def keep(tx: Tx, file_id: str, body: bytes) -> None:
    """The bytes have come. What they are is told by themselves; the link that they came by is forgotten."""
    tx.conn.execute(BODIES.insert().values(file_id=file_id, body=body))
    tx.conn.execute(
        FILES.update()
        .where(FILES.c.id == file_id)
        .values(
            state=FileState.READY.value,
            media_type=type_of(body[:16]),
            size=len(body),
            sha256=hashlib.sha256(body).hexdigest(),
            source_url=None,
            reason=None,
            next_try_at=None,
            fetched_at=tx.now_ms,
        )
    )


def end(tx: Tx, file_id: str, state: FileState, reason: str) -> None:
    """It will never come, or is not kept."""
    tx.conn.execute(
        FILES.update()
        .where(FILES.c.id == file_id)
        .values(state=state.value, reason=reason, source_url=None, next_try_at=None)
    )


def try_later(tx: Tx, file_id: str, *, attempts: int, at: datetime, reason: str) -> None:
    tx.conn.execute(
        FILES.update()
        .where(FILES.c.id == file_id)
        .values(attempts=attempts, next_try_at=to_ms(at), reason=reason)
    )


def by_id(tx: Tx, file_id: str) -> File | None:
    row = tx.conn.execute(sa.select(FILES).where(FILES.c.id == file_id)).first()
    return value_of(File, row._mapping) if row else None


def by_ids(tx: Tx, ids: Iterable[str]) -> dict[str, File]:
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = tx.conn.execute(sa.select(FILES).where(FILES.c.id.in_(wanted)))
    return {row.id: value_of(File, row._mapping) for row in rows}


def of_reply(tx: Tx, reply_id: str) -> File | None:
    """What came with a customer's message."""
    return of_replies(tx, [reply_id]).get(reply_id)


def of_replies(tx: Tx, reply_ids: Iterable[str]) -> dict[str, File]:
    wanted = sorted(set(reply_ids))
    if not wanted:
        return {}
    rows = tx.conn.execute(sa.select(FILES).where(FILES.c.reply_id.in_(wanted)))
    return {row.reply_id: value_of(File, row._mapping) for row in rows}


def body_of(tx: Tx, file_id: str) -> bytes | None:
    """The bytes of a file that is ready; None for every other."""
    query = (
        sa.select(BODIES.c.body)
        .join_from(BODIES, FILES, FILES.c.id == BODIES.c.file_id)
        .where(FILES.c.id == file_id, FILES.c.state == FileState.READY.value)
    )
    found = tx.conn.execute(query).scalar_one_or_none()
    return None if found is None else bytes(found)


def tie(tx: Tx, file_id: str, *, invoice_id: str, customer_id: str) -> None:
    """An upload becomes an invoice's document."""
    tx.conn.execute(
        FILES.update()
        .where(FILES.c.id == file_id)
        .values(kind=FileKind.INVOICE_PDF.value, invoice_id=invoice_id, customer_id=customer_id)
    )


def give(tx: Tx, file: File, *, file_id: str, customer_id: str) -> str:
    """The id under which a customer gets this file: an upload becomes theirs, another customer's is copied.

    So an erasure takes out what went to one person, and nothing of what went to others.
    """
    values = {"kind": FileKind.OUTGOING.value, "customer_id": customer_id}
    if file.customer_id is None:
        tx.conn.execute(FILES.update().where(FILES.c.id == file.id).values(**values))
    if file.customer_id in (None, customer_id):
        return file.id
    names = [c.name for c in FILES.columns]
    own = {**values, "id": file_id, "created_at": tx.now_ms}
    copied = sa.select(*(sa.literal(own[n]).label(n) if n in own else FILES.c[n] for n in names))
    tx.conn.execute(FILES.insert().from_select(names, copied.where(FILES.c.id == file.id)))
    body = sa.select(sa.literal(file_id), BODIES.c.body).where(BODIES.c.file_id == file.id)
    tx.conn.execute(BODIES.insert().from_select(["file_id", "body"], body))
    return file_id


def set_document(tx: Tx, invoice_id: str, file_id: str) -> None:
    table = schema.invoices
    tx.conn.execute(table.update().where(table.c.id == invoice_id).values(pdf_file_id=file_id))


# --- what is to be fetched ----------------------------------------------------------------------------------

WAITING = FILES.c.state == sa.literal_column("'waiting'")


ANY_DUE = any_by(FILES.c.next_try_at, WAITING, FILES.c.next_try_at <= NOW)


def due(tx: Tx, limit: int, without: Iterable[str] = ()) -> list[File]:
    """The files to be fetched now, the longest waiting first."""
    query = sa.select(FILES).where(WAITING, FILES.c.next_try_at <= tx.now_ms)
    skipped = sorted(without)
    if skipped:
        query = query.where(FILES.c.id.not_in(skipped))
    rows = tx.conn.execute(query.order_by(FILES.c.next_try_at, FILES.c.id).limit(limit))
    return [value_of(File, row._mapping) for row in rows]


def claim(tx: Tx, limit: int, without: Iterable[str], *, until: datetime) -> list[File]:
    """Takes files to fetch: nobody else tries them before `until`."""
    taken = []
    for file in due(tx, limit, without):
        done = tx.conn.execute(
            FILES.update()
            .where(FILES.c.id == file.id, WAITING, FILES.c.next_try_at <= tx.now_ms)
            .values(next_try_at=to_ms(until))
        )
        if done.rowcount:
            taken.append(file)
    return taken


# --- leaving ------------------------------------------------------------------------------------------------


def forget_customer(tx: Tx, customer_id: str) -> int:
    """Drops everything that came from or was made for a person; answers how many files."""
    return _drop(tx, FILES.c.customer_id == customer_id)


def forget_unused(tx: Tx) -> int:
    """Drops uploads that no invoice took."""
    old = FILES.c.created_at < tx.now_ms - int(UNUSED_FOR.total_seconds() * 1000)
    return _drop(tx, sa.and_(FILES.c.kind == FileKind.UPLOAD.value, old))


def _drop(tx: Tx, which: sa.ColumnElement[bool]) -> int:
    ids = sa.select(FILES.c.id).where(which)
    tx.conn.execute(BODIES.delete().where(BODIES.c.file_id.in_(ids)))
    return int(tx.conn.execute(FILES.delete().where(which)).rowcount)
