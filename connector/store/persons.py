"""Who a customer is in every table: what leads to their rows, and where others' words speak of them.

Erasing a person and exporting one ask here, so that neither reaches what the other does not.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from connector.domain.payments import UNMATCHED
from connector.store import schema
from connector.store.db import Tx
from connector.store.personal import REGISTER

LINKS, ADDRESSES = schema.customer_addresses, schema.addresses


@dataclass(frozen=True, slots=True)
class Person:
    """Everything that leads to one customer's rows."""

    id: str
    name: str
    ref: str | None
    email: str | None
    invoices: tuple[str, ...]
    charges: tuple[str, ...]
    addresses: tuple[str, ...]  # every number that is or was tied to them
    own: dict[str, str]  # those of nobody else: id -> phone

    def keys(self, column: str) -> tuple[str, ...]:
        """The values of a leading column that mean this person."""
        found = {
            "invoice_id": self.invoices,
            "charge_id": self.charges,
            "address_id": tuple(sorted(self.own)),
        }
        return found.get(column, (self.id,))

    @property
    def digits(self) -> list[str]:
        """Their numbers as they stand in other people's bodies, in whatever spelling."""
        return [phone.lstrip("+")[-9:] for phone in self.own.values()]

    @property
    def quoted(self) -> list[str]:
        """Their name and mail address as JSON holds them."""
        return [json.dumps(text) for text in (self.name, self.email) if text]


def person(tx: Tx, customer_id: str) -> Person:
    """Finds what belongs to the customer."""
    row = tx.conn.execute(sa.select(schema.customers).where(schema.customers.c.id == customer_id)).one()
    tied = set(
        tx.conn.execute(sa.select(LINKS.c.address_id).where(LINKS.c.customer_id == customer_id)).scalars()
    )
    others = sa.select(LINKS.c.address_id).where(LINKS.c.customer_id != customer_id)
    suggested = _suggested(tx, customer_id)
    alone = tx.conn.execute(
        sa.select(ADDRESSES.c.id, ADDRESSES.c.phone).where(
            ADDRESSES.c.id.in_(sorted(tied | suggested)), ADDRESSES.c.id.not_in(others)
        )
    )
    return Person(
        id=customer_id,
        name=row.name,
        ref=row.ref,
        email=row.email,
        invoices=_ids(tx, schema.invoices, customer_id),
        charges=_ids(tx, schema.recurring_charges, customer_id),
        addresses=tuple(sorted(tied)),
        own={found.id: found.phone for found in alone},
    )


def _ids(tx: Tx, table: sa.Table, customer_id: str) -> tuple[str, ...]:
    mine = sa.select(table.c.id).where(table.c.customer_id == customer_id).order_by(table.c.id)
    return tuple(tx.conn.execute(mine).scalars())


def _suggested(tx: Tx, customer_id: str) -> set[str]:
    """Numbers that were only ever suggested for this customer, by WhatsApp or a sheet."""
    table = schema.events
    rows = tx.conn.execute(
        sa.select(table.c.data).where(table.c.customer_id == customer_id, table.c.type == "contact_problem")
    )
    return {row.data["address_id"] for row in rows if row.data.get("address_id")}


def about(name: str, who: Person) -> sa.ColumnElement[bool]:
    """The rows of a table of the register that are about this person."""
    table = schema.metadata.tables[name]
    return sa.or_(*(table.c[column].in_(who.keys(column)) for column in REGISTER[name].by))


def staged(tx: Tx, who: Person) -> sa.ColumnElement[bool]:
    """Rows of spreadsheets that became their invoices, or that name them."""
    rows = schema.import_rows
    named = [
        holds(rows.c[name], who.digits + who.quoted, tx) for name in ("fields", "before", "raw", "errors")
    ]
    return sa.or_(rows.c.invoice_id.in_(who.invoices), *named)


def parked(tx: Tx, who: Person) -> sa.ColumnElement[bool]:
    """Payments of nobody known, in whose words this person is named by number, name, mail or reference."""
    table = schema.payments
    texts = [*who.digits, *(text.lower() for text in (who.name, who.email) if text)]
    words = [holds(sa.func.lower(table.c[name]), texts, tx) for name in ("told_invoice", "note", "ref", "by")]
    told = [] if who.ref is None else [table.c.told_invoice == who.ref]
    return sa.and_(table.c.customer_id.is_(None), table.c.state == UNMATCHED, sa.or_(*words, *told))


def written_about(tx: Tx, who: Person) -> list[str]:
    """The objects of the audit that are about this person: whatever an action may name as its own."""
    found = [who.id, *who.invoices, *who.charges]
    for name in ("cases", "claims", "payment_plans", "payments", "promises"):
        table = schema.metadata.tables[name]
        found += tx.conn.execute(sa.select(table.c.id).where(about(name, who))).scalars()
    nobodys = sa.select(schema.payments.c.id).where(parked(tx, who))
    return [*found, *tx.conn.execute(nobodys).scalars()]


def holds(column: sa.ColumnElement[Any], needles: Sequence[str], tx: Tx) -> sa.ColumnElement[bool]:
    """Whether a body contains any of these, byte by byte."""
    if not needles:
        return sa.false()
    if isinstance(column.type, sa.LargeBinary):
        if tx.dialect == "sqlite":
            return sa.or_(*(sa.func.instr(column, needle.encode()) > 0 for needle in needles))
        escaped = sa.func.encode(column, "escape")
        return sa.or_(*(sa.func.strpos(escaped, needle) > 0 for needle in needles))
    text = sa.cast(column, sa.Text)
    search = sa.func.instr if tx.dialect == "sqlite" else sa.func.strpos
    return sa.or_(*(search(text, needle) > 0 for needle in needles))
