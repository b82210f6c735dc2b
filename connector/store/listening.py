"""Since when the web process listens without a gap: a silence of the provider means something only if we heard.

On machine time: providers send to the real door, also when business time is virtual.
"""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from connector.store import schema
from connector.store.db import Tx

LISTENING = schema.listening
GAP = timedelta(minutes=5)
_WEB = "web"


def beat(tx: Tx) -> None:
    """Some web process listens at this moment; after more than five minutes of silence it has only just begun."""
    now = tx.machine_ms
    insert = postgresql.insert if tx.dialect == "postgresql" else sqlite.insert
    heard = insert(LISTENING).values(name=_WEB, since_m=now, seen_m=now)
    lost = LISTENING.c.seen_m < now - int(GAP.total_seconds() * 1000)
    since = sa.case((lost, now), else_=LISTENING.c.since_m)
    tx.conn.execute(
        heard.on_conflict_do_update(index_elements=["name"], set_={"since_m": since, "seen_m": now})
    )


_WEBS = sa.select(LISTENING).where(LISTENING.c.name == _WEB)


def silence_since(tx: Tx, instant_m: int) -> timedelta:
    """For how long at most nobody may have listened after this instant; for ever when nobody ever has."""
    row = tx.conn.execute(_WEBS).first()
    if row is None:
        return timedelta.max
    silent = max(row.since_m - instant_m, tx.machine_ms - max(row.seen_m, instant_m), 0)
    return timedelta(milliseconds=silent)
