"""The hash chain over the audit: sealed in batches beside the work, checked by `tagih audit verify`.

A link is the SHA-256 of the link before and the row. Rows are chained in the order of sealing, because on
PostgreSQL they commit out of the order of their ids. Cutting the tail shows where a head was kept elsewhere:
in each backup, and in the owner's digest.
"""

import hashlib
import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from connector.store import schema
from connector.store.audit import digest
from connector.store.db import Row, Tx

AUDIT, WORDS, CHAIN, CUTS = schema.audit, schema.audit_words, schema.audit_chain, schema.audit_cuts
BATCH = 1000
STRAGGLERS = 10_000  # so many ids before the newest sealed one are looked at again for late commits
START = "0" * 64
SHORT = 12  # so much of a link stands in a chat message
_LOCK = 847362


@dataclass(frozen=True, slots=True)
class Head:
    """The newest link: its number in the chain and its hash."""

    no: int
    link: str

    def __str__(self) -> str:
        return f"{self.no}:{self.link}"

    @property
    def short(self) -> str | None:
        """As it stands in the owner's digest; None before anything was sealed."""
        return f"{self.no}:{self.link[:SHORT]}" if self.no else None

    @classmethod
    def read(cls, text: str) -> "Head | None":
        """A head as it was written somewhere, whole or short; None when it is none."""
        no, _, link = text.strip().partition(":")
        whole = no.isascii() and no.isdigit() and SHORT <= len(link) <= len(START) and link.isalnum()
        return cls(int(no), link.lower()) if whole else None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found. `bad_row` is the first row that is not as it was sealed."""

    rows: int
    unsealed: int
    head: Head
    cut_before: int
    bad_row: int | None = None
    why: str | None = None


def head(tx: Tx) -> Head:
    """The newest link, or where the retention cut the chain, or its beginning."""
    row = tx.conn.execute(sa.select(CHAIN.c.no, CHAIN.c.link).order_by(CHAIN.c.no.desc()).limit(1)).first()
    return Head(row.no, row.link) if row else _cut(tx)


def seal(tx: Tx, *, limit: int = BATCH) -> int:
    """Chains the committed rows that are not in the chain yet; answers how many."""
    newest = tx.conn.execute(sa.select(sa.func.max(AUDIT.c.id))).scalar() or 0
    sealed = tx.conn.execute(sa.select(sa.func.max(CHAIN.c.audit_id))).scalar() or 0
    if tx.dialect == "postgresql":
        tx.conn.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    elif newest <= sealed:
        return 0
    query = (
        sa.select(AUDIT)
        .where(AUDIT.c.id > sealed - STRAGGLERS, ~_sealed().exists())
        .order_by(AUDIT.c.id)
        .limit(limit)
    )
    last = head(tx)
    links = []
    for row in tx.conn.execute(query).all():
        last = Head(last.no + 1, link(last.link, row))
        links.append({"no": last.no, "audit_id": row.id, "link": last.link, "sealed_at_m": tx.machine_ms})
    if links:
        tx.conn.execute(CHAIN.insert(), links)
    return len(links)


def seal_all(tx: Tx) -> None:
    """Leaves nothing unsealed: before a backup, a check, a digest."""
    while seal(tx):
        continue


def link(before: str, row: Row[Any]) -> str:
    """The next link: the one before and the whole row, in one fixed spelling."""
    cells = [row.id, row.at, row.at_m, row.actor, row.action, row.object, row.result, row.words_digest]
    text = json.dumps(cells, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(f"{before}{text}".encode()).hexdigest()


def verify(tx: Tx) -> Verdict:
    """Walks the chain from its beginning, or from where the retention cut it."""
    cut = last = _cut(tx)
    rows = 0
    query = (
        sa.select(CHAIN.c.no, CHAIN.c.audit_id, CHAIN.c.link, AUDIT, WORDS.c.salt, WORDS.c.words)
        .select_from(
            CHAIN.outerjoin(AUDIT, AUDIT.c.id == CHAIN.c.audit_id).outerjoin(
                WORDS, WORDS.c.audit_id == CHAIN.c.audit_id
            )
        )
        .where(CHAIN.c.no > cut.no)
        .order_by(CHAIN.c.no)
        .execution_options(yield_per=BATCH)
    )
    bad: tuple[int, str] | None = None
    with tx.conn.execute(query) as links:
        for row in links:
            why = _fault(last, row)
            if why is not None:
                bad = (row.audit_id, why)
                break
            last = Head(row.no, row.link)
            rows += 1
    unsealed = tx.conn.execute(sa.select(sa.func.count()).select_from(AUDIT).where(~_sealed().exists()))
    found = Verdict(rows, int(unsealed.scalar_one()), last, cut.no)
    if bad is None:
        return found
    return Verdict(found.rows, found.unsealed, found.head, found.cut_before, *bad)


def holds(tx: Tx, kept: Head) -> bool:
    """Whether the chain still contains a head that was kept elsewhere; a cut by retention passes it by."""
    if kept.no <= _cut(tx).no:
        return True
    found = tx.conn.execute(sa.select(CHAIN.c.link).where(CHAIN.c.no == kept.no)).scalar_one_or_none()
    return found is not None and len(kept.link) >= SHORT and found.startswith(kept.link)


def head_of_file(copy: Path) -> Head:
    """The newest link in a backup of an SQLite database."""
    conn = sqlite3.connect(f"file:{copy}?mode=ro", uri=True)
    try:
        row = conn.execute("SELECT no, link FROM audit_chain ORDER BY no DESC LIMIT 1").fetchone()
    finally:
        conn.close()
    return Head(0, START) if row is None else Head(int(row[0]), str(row[1]))


def forget_old(tx: Tx, before_m: int, *, limit: int = BATCH) -> int:
    """Cuts sealed rows that are older off the beginning; the cut keeps the link, so the rest stays provable."""
    oldest = _cut(tx).no
    query = (
        sa.select(CHAIN.c.no, CHAIN.c.link, AUDIT.c.id, AUDIT.c.at_m)
        .join_from(CHAIN, AUDIT, AUDIT.c.id == CHAIN.c.audit_id)
        .where(CHAIN.c.no > oldest)
        .order_by(CHAIN.c.no)
        .limit(limit)
    )
    gone = []
    for row in tx.conn.execute(query):
        if row.at_m >= before_m:
            break
        gone.append(row)
    if not gone:
        return 0
    ids = [row.id for row in gone]
    tx.conn.execute(CUTS.insert().values(no=gone[-1].no, link=gone[-1].link, cut_at_m=tx.machine_ms))
    tx.conn.execute(WORDS.delete().where(WORDS.c.audit_id.in_(ids)))
    tx.conn.execute(AUDIT.delete().where(AUDIT.c.id.in_(ids)))
    tx.conn.execute(CHAIN.delete().where(CHAIN.c.no <= gone[-1].no))
    return len(gone)


def _sealed() -> sa.Select[Any]:
    return sa.select(CHAIN.c.no).where(CHAIN.c.audit_id == AUDIT.c.id)


def _cut(tx: Tx) -> Head:
    row = tx.conn.execute(sa.select(CUTS.c.no, CUTS.c.link).order_by(CUTS.c.no.desc()).limit(1)).first()
    return Head(row.no, row.link) if row else Head(0, START)


def _fault(last: Head, row: Row[Any]) -> str | None:
    """What is wrong with this link, if anything."""
    if row.no != last.no + 1:
        return f"link {last.no + 1} is missing"
    if row.id is None:
        return "the row is gone"
    if link(last.link, row) != row.link:
        return "the row was changed after it was sealed"
    if row.words is not None and digest(row.salt, row.words) != row.words_digest:
        return "the words beside the row were changed"
    return None
