"""Takes a person out of the whole database: walks the register of personal data, leaves a keyed tombstone.

What stays: invoices, payments and dates as bookkeeping needs them, without a word about the person; and for a
number that nobody else uses a keyed hash in its place, under which its opt-out, its caps and its window go on.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from connector.store import audit, schema
from connector.store.db import Tx
from connector.store.personal import REGISTER
from connector.store.persons import Person, about, holds, parked, person, staged, written_about

LINKS, ADDRESSES = schema.customer_addresses, schema.addresses
# In the data of an event only ids, codes, dates and figures stay.
_CODE = re.compile(
    r"[a-z][a-z0-9_]{0,39}|[a-z]{2,4}_[0-9A-Za-z]{5,40}|\d{4}-\d\d-\d\d|[A-Z]{3}|H[+-]?\d{0,3}"
)
_FREE_KEYS = frozenset({"by", "words", "note", "reply_text", "customer_words", "error_title", "reason_words"})


def keyed(tx: Tx, text: str, length: int) -> str:
    """A hash that only this installation can make again; it begins with x, as no number does."""
    if not tx.key:
        raise LookupError("a keyed hash needs the key of this installation")
    return "x" + hmac.new(tx.key, text.encode(), hashlib.sha256).hexdigest()[: length - 1]


def erase(tx: Tx, customer_id: str) -> int:
    """Erases the customer everywhere; answers how many rows changed."""
    who = person(tx, customer_id)
    objects = written_about(tx, who)  # asked first: parked money is found by the words that go
    changed = sum(_empty(tx, name, who) for name in REGISTER)
    changed += _sweep(tx, who)
    changed += _hash_refs(tx, who)
    changed += _numbers(tx, who)
    changed += audit.forget_words(tx, objects)
    table = schema.customers
    tx.conn.execute(
        table.update()
        .where(table.c.id == who.id)
        .values(folded_name=f"erased:{who.id}", erased_at=tx.now_ms, updated_at=tx.now_ms)
    )
    return changed


def _empty(tx: Tx, name: str, who: Person) -> int:
    """The register's plain part: known columns of known rows."""
    holding = REGISTER[name]
    if not holding.emptied or not holding.by:
        return 0
    table = schema.metadata.tables[name]
    return int(tx.conn.execute(table.update().where(about(name, who)).values(**holding.emptied)).rowcount)


# --- bodies in which the person is looked for ---------------------------------------------------------------


def _sweep(tx: Tx, who: Person) -> int:
    inbox, remembered, rows = schema.inbox, schema.idempotency, schema.import_rows
    changed = tx.conn.execute(
        inbox.update()
        .where(holds(inbox.c.body, who.digits, tx), inbox.c.state != "new")
        .values(body=b"", error=None)
    ).rowcount
    changed += tx.conn.execute(
        remembered.delete().where(holds(remembered.c.answer, [who.id, *who.digits, *who.quoted], tx))
    ).rowcount
    emptied: dict[str, Any] = {"number": None, "fields": {}, "before": sa.null(), "raw": {}, "errors": []}
    changed += tx.conn.execute(rows.update().where(staged(tx, who)).values(**emptied)).rowcount
    return int(changed) + _parked(tx, who) + _events(tx, who) + _files(tx, who) + _phones(tx, who, who.digits)


def _parked(tx: Tx, who: Person) -> int:
    """Money of nobody known in whose words the person is named: the sum stays, the words go."""
    table = schema.payments
    found = list(tx.conn.execute(sa.select(table.c.id, table.c.ref).where(parked(tx, who))))
    for row in found:
        ref = None if row.ref is None else keyed(tx, f"{row.id} {row.ref}", 65)
        tx.conn.execute(
            table.update().where(table.c.id == row.id).values(by=None, note=None, told_invoice=None, ref=ref)
        )
    return len(found)


def _events(tx: Tx, who: Person) -> int:
    """Events stay, with ids, codes, dates and figures alone."""
    table = schema.events
    mine = about("events", who)
    changed = 0
    for row in tx.conn.execute(sa.select(table.c.id, table.c.data).where(mine)).all():
        bare = _bare(row.data)
        if bare != row.data:
            tx.conn.execute(table.update().where(table.c.id == row.id).values(data=bare))
            changed += 1
    told = schema.deliveries
    answers = told.c.event_id.in_(sa.select(table.c.id).where(mine))
    changed += tx.conn.execute(
        told.update().where(answers, told.c.answer.is_not(None)).values(answer=None)
    ).rowcount
    return int(changed)


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _bare(v) for k, v in value.items() if k not in _FREE_KEYS}
    if isinstance(value, list):
        return [_bare(v) for v in value]
    if isinstance(value, str) and not _CODE.fullmatch(value):
        return None
    return value


def _files(tx: Tx, who: Person) -> int:
    """Documents and proofs go with their bytes; what is known of them stays as a fact without a name."""
    files, bodies = schema.files, schema.file_bodies
    mine = sa.select(files.c.id).where(about("files", who))
    return int(tx.conn.execute(bodies.delete().where(bodies.c.file_id.in_(mine))).rowcount)


def _phones(tx: Tx, who: Person, digits: Sequence[str]) -> int:
    """The sandbox's phones, which hold what was shown and typed on them."""
    shown, posted, faults = schema.emu_messages, schema.emu_webhooks, schema.emu_faults
    phones = sorted(who.own.values())
    changed = tx.conn.execute(shown.delete().where(shown.c.phone.in_(phones))).rowcount
    changed += tx.conn.execute(posted.delete().where(holds(posted.c.payload, digits, tx))).rowcount
    changed += tx.conn.execute(faults.delete().where(faults.c.phone.in_(phones))).rowcount
    return int(changed)


# --- what stays as a keyed hash -----------------------------------------------------------------------------


def _hash_refs(tx: Tx, who: Person) -> int:
    """References stay unique without saying what they were; the next tenant of a room is not the same hash."""
    changed = 0
    for name, column, length in (
        ("payments", "ref", 65),
        ("recurring_charges", "ref", 65),
        ("recurring_charges", "numbered_as", 65),
        ("customer_refs", "external_id", 65),
    ):
        table = schema.metadata.tables[name]
        mine = sa.and_(table.c.customer_id == who.id, table.c[column].is_not(None))
        for old in list(tx.conn.execute(sa.select(table.c[column]).where(mine)).scalars()):
            hashed = keyed(tx, f"{who.id} {old}", length)
            tx.conn.execute(table.update().where(mine, table.c[column] == old).values({column: hashed}))
            changed += 1
    return changed


def _numbers(tx: Tx, who: Person) -> int:
    """A number of nobody else becomes its hash; a person's own stop stays with each of their numbers."""
    stopped = tx.conn.execute(
        sa.select(schema.customers.c.opted_out_at).where(schema.customers.c.id == who.id)
    ).scalar_one_or_none()
    for address_id, phone in who.own.items():
        if phone.startswith("x"):
            continue
        values: dict[str, Any] = {"phone": keyed(tx, phone, 20), "doubted_at": None}
        if stopped is not None:
            values["opted_out_at"] = sa.func.coalesce(ADDRESSES.c.opted_out_at, stopped)
        tx.conn.execute(ADDRESSES.update().where(ADDRESSES.c.id == address_id).values(**values))
    tx.conn.execute(LINKS.delete().where(LINKS.c.customer_id == who.id))
    return len(who.own)


def revive(tx: Tx, phone: str) -> str | None:
    """The id of an erased number that somebody brings again; its stop and its caps were kept."""
    if not tx.key:
        return None
    found = tx.conn.execute(
        sa.select(ADDRESSES.c.id).where(ADDRESSES.c.phone == keyed(tx, phone, 20))
    ).scalar_one_or_none()
    if found is not None:
        tx.conn.execute(ADDRESSES.update().where(ADDRESSES.c.id == found).values(phone=phone))
    return None if found is None else str(found)


def erased_among(tx: Tx, phones: Sequence[str]) -> set[str]:
    """Those of the numbers that were erased: who brings them again must revive them, not write them anew."""
    if not tx.key:
        return set()
    hashes = {keyed(tx, phone, 20): phone for phone in phones}
    there = tx.conn.execute(sa.select(ADDRESSES.c.phone).where(ADDRESSES.c.phone.in_(hashes))).scalars()
    return {hashes[found] for found in there}
