"""Everything that is kept about one person, table by table: what an export shows."""

from typing import Any

import sqlalchemy as sa

from connector.store import schema
from connector.store.db import Tx
from connector.store.personal import REGISTER
from connector.store.persons import Person, about, parked, staged, written_about

ADDRESSES, AUDIT, WORDS = schema.addresses, schema.audit, schema.audit_words


def rows_of(tx: Tx, who: Person) -> dict[str, list[dict[str, Any]]]:
    """Every row about the person, and every one in which others' words name them.

    Raw bodies and remembered answers are left out: they are copies, for days, of what stands here already.
    """
    wanted = {name: about(name, who) for name, holding in REGISTER.items() if holding.by}
    wanted["import_rows"] = staged(tx, who)
    wanted["payments"] = sa.or_(wanted["payments"], parked(tx, who))
    wanted["addresses"] = ADDRESSES.c.id.in_(who.addresses)
    return {name: _rows(tx, schema.metadata.tables[name], where) for name, where in wanted.items()} | {
        "audit": _audit(tx, who)
    }


def _rows(tx: Tx, table: sa.Table, where: sa.ColumnElement[bool]) -> list[dict[str, Any]]:
    found = tx.conn.execute(sa.select(table).where(where).order_by(*table.primary_key.columns))
    return [dict(row._mapping) for row in found]


def _audit(tx: Tx, who: Person) -> list[dict[str, Any]]:
    """What was done about them, with the reasons that people wrote."""
    columns = (AUDIT.c.id, AUDIT.c.at, AUDIT.c.actor, AUDIT.c.action, AUDIT.c.object, AUDIT.c.result)
    query = (
        sa.select(*columns, WORDS.c.words)
        .outerjoin(WORDS, WORDS.c.audit_id == AUDIT.c.id)
        .where(AUDIT.c.object.in_(written_about(tx, who)))
        .order_by(AUDIT.c.id)
    )
    return [dict(row._mapping) for row in tx.conn.execute(query)]
