"""Spreadsheets by name: a list's messages stay at home until somebody starts it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from connector.clock import from_ms, to_ms
from connector.domain.listtrust import PATIENCE, rhythm_of, waits_until
from connector.domain.model import StepState
from connector.store import schema
from connector.store.db import Tx

LISTS = schema.lists
NOT_SYNCED = "list_not_synced"  # why a reminder waits


@dataclass(frozen=True, slots=True)
class SheetList:
    name: str
    started_at: datetime | None


_NAMED = sa.select(LISTS).where(LISTS.c.name == sa.bindparam("name"))


def get(tx: Tx, name: str) -> SheetList | None:
    row = tx.conn.execute(_NAMED, {"name": name}).first()
    if row is None:
        return None
    return SheetList(row.name, None if row.started_at is None else from_ms(row.started_at))


def ensure(tx: Tx, name: str) -> SheetList:
    """The list, made silent when it is new."""
    known = get(tx, name)
    if known is not None:
        return known
    tx.conn.execute(LISTS.insert().values(name=name, created_at=tx.now_ms))
    return SheetList(name, None)


def start(tx: Tx, name: str) -> bool:
    """Lets the list's messages go; answers whether it was silent until now."""
    ensure(tx, name)
    done = tx.conn.execute(
        LISTS.update().where(LISTS.c.name == name, LISTS.c.started_at.is_(None)).values(started_at=tx.now_ms)
    )
    return bool(done.rowcount)


def names(tx: Tx) -> list[str]:
    return list(tx.conn.execute(sa.select(LISTS.c.name).order_by(LISTS.c.name)).scalars())


def synced(tx: Tx, name: str) -> None:
    """Sync Rows has heard the list, and what waited for it is asked again; only this teaches a rhythm."""
    ensure(tx, name)
    row = tx.conn.execute(sa.select(LISTS.c.synced_at, LISTS.c.rhythm_ms).where(LISTS.c.name == name)).one()
    rhythm = None if row.rhythm_ms is None else timedelta(milliseconds=row.rhythm_ms)
    if row.synced_at is not None:
        rhythm = rhythm_of(rhythm, timedelta(milliseconds=tx.now_ms - row.synced_at))
    kept = None if rhythm is None else int(rhythm / timedelta(milliseconds=1))
    tx.conn.execute(LISTS.update().where(LISTS.c.name == name).values(synced_at=tx.now_ms, rhythm_ms=kept))
    steps = schema.steps
    tx.conn.execute(
        steps.update()
        .where(steps.c.state == StepState.PLANNED, steps.c.reason == NOT_SYNCED, steps.c.due_at > tx.now_ms)
        .values(due_at=tx.now_ms, updated_at=tx.now_ms)
    )


@dataclass(frozen=True, slots=True)
class Unheard:
    """A list whose sync a cut has swallowed."""

    cut_to: datetime
    until: datetime  # longer nobody waits for it


_NEWEST_CUT = (
    sa.select(schema.blackouts.c.from_at, schema.blackouts.c.to_at)
    .where(schema.blackouts.c.cause != "pause", schema.blackouts.c.to_at > sa.bindparam("since"))
    .order_by(schema.blackouts.c.to_at.desc())
    .limit(1)
)
_SYNCED_BEFORE = sa.select(LISTS).where(LISTS.c.synced_at < sa.bindparam("cut_to"))


def unheard(tx: Tx) -> dict[str, Unheard]:
    """The lists whose reminders wait for the first sync after the newest cut."""
    cut = tx.conn.execute(_NEWEST_CUT, {"since": to_ms(tx.now - PATIENCE)}).first()
    if cut is None:
        return {}
    cut_from, cut_to = from_ms(cut.from_at), from_ms(cut.to_at)
    found = {}
    for row in tx.conn.execute(_SYNCED_BEFORE, {"cut_to": cut.to_at}):
        until = waits_until(
            tx.now,
            synced_at=from_ms(row.synced_at),
            rhythm=None if row.rhythm_ms is None else timedelta(milliseconds=row.rhythm_ms),
            cut_from=cut_from,
            cut_to=cut_to,
        )
        if until is not None:
            found[row.name] = Unheard(cut_to, until)
    return found
