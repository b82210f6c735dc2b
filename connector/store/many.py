"""Many rows in one statement. PostgreSQL reads them from one JSON value: a row apiece would cost a round each."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from connector.store.db import Tx


def insert(tx: Tx, table: sa.Table, rows: Sequence[dict[str, Any]], *, ignore: bool = False) -> None:
    """Inserts rows that all name the same columns; `ignore`: those whose unique key is taken are left out."""
    if not rows:
        return
    if tx.dialect == "postgresql":
        tx.conn.execute(_from_json(table, tuple(rows[0]), ignore), {"rows": list(rows)})
    else:
        tx.conn.execute(_row_by_row(table, ignore), list(rows))


@cache
def _row_by_row(table: sa.Table, ignore: bool) -> sa.Insert:
    made = sqlite.insert(table)
    return made.on_conflict_do_nothing() if ignore else made


@cache
def _from_json(table: sa.Table, names: tuple[str, ...], ignore: bool) -> sa.Insert:
    source = sa.func.json_populate_recordset(
        sa.literal_column(f"NULL::{table.name}"), sa.bindparam("rows", type_=sa.JSON)
    ).table_valued(*names)
    made = postgresql.insert(table).from_select(list(names), sa.select(*(source.c[name] for name in names)))
    return made.on_conflict_do_nothing() if ignore else made


def pairs(rows: Sequence[tuple[str, str | None]], first: str, second: str) -> sa.TableValuedAlias:
    """PostgreSQL only: pairs of texts as a table with these two columns."""
    texts = postgresql.ARRAY(sa.String)
    columns = [
        sa.bindparam(name, [row[i] for row in rows], type_=texts) for i, name in enumerate((first, second))
    ]
    found = sa.func.unnest(*columns).table_valued(sa.column(first, sa.String), sa.column(second, sa.String))
    return found.render_derived(name="pairs")
