"""The present as parameters of prepared statements: one statement serves every instant.

A statement that is built once, as a constant of its module, costs a fraction of one that is built for each call.
"""

import sqlalchemy as sa

from connector.store.db import Tx

NOW = sa.bindparam("now", type_=sa.BigInteger)  # business time
MACHINE = sa.bindparam("machine", type_=sa.BigInteger)


def any_by(column: sa.Column[int], *where: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Whether there is such a row, asked in the order of this column's index.

    PostgreSQL plans a prepared statement without knowing the instant: it takes a third of the table for due and
    reads it from its beginning (tests/engine/test_looking.py looks at the plan).
    """
    first: sa.Select[int] = (
        sa.select(sa.literal_column("1", sa.Integer)).where(*where).order_by(column).limit(1)
    )
    return first.scalar_subquery().is_not(None)


def present(tx: Tx) -> dict[str, int]:
    """Their values in this transaction."""
    return {"now": tx.now_ms, "machine": tx.machine_ms}
