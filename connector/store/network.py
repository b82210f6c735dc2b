"""Whether the sandbox's network is switched off as a whole."""

import sqlalchemy as sa

from connector.store import schema
from connector.store.db import Tx


def is_down(tx: Tx) -> bool:
    """A fault of kind `network` for every number at the rate of 1: nothing leaves."""
    table = schema.emu_faults
    return (
        tx.conn.execute(
            sa.select(table.c.id)
            .where(table.c.kind == "network", table.c.phone.is_(None), table.c.next.is_(None))
            .where(sa.or_(table.c.rate.is_(None), table.c.rate >= 1))
            .limit(1)
        ).first()
        is not None
    )
