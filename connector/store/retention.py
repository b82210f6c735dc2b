"""How long what people wrote is kept: raw bodies, messages, the audit. Settable in the business's settings."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from connector.domain.model import StepState
from connector.store import audit_chain, business, inbox, schema
from connector.store.db import Tx

# Setting -> default (threats section 7, decision 8). Raw bodies deduplicate for eight days at least.
DEFAULTS: Mapping[str, int] = {"keep_raw_days": 14, "keep_messages_months": 13, "keep_audit_years": 5}
DAY_MS = 86_400_000
_ENDED = (StepState.SENT, StepState.SKIPPED, StepState.SUPERSEDED, StepState.MERGED, StepState.CANCELLED)


def settings(stored: Mapping[str, Any]) -> dict[str, int]:
    """What the business chose, else the defaults."""
    return {name: int(stored.get(name, default)) for name, default in DEFAULTS.items()}


def forget_old(tx: Tx, *, limit: int = 1000) -> int:
    """One pass over what its time has passed; answers how much was forgotten. Seals the audit as well."""
    own = business.get(tx)
    kept = settings(own.settings if own else {})
    audit_chain.seal(tx)
    done = inbox.forget_bodies(tx, tx.machine_ms - kept["keep_raw_days"] * DAY_MS, limit)
    done += _forget_texts(tx, tx.now_ms - kept["keep_messages_months"] * 30 * DAY_MS, limit)
    done += audit_chain.forget_old(tx, tx.machine_ms - kept["keep_audit_years"] * 366 * DAY_MS, limit=limit)
    return done


def _forget_texts(tx: Tx, before_ms: int, limit: int) -> int:
    """What was said in both directions; that it was said, when and with what end, stays."""
    messages, replies, steps = schema.messages, schema.replies, schema.steps
    done = 0
    for table, when, values in (
        (messages, messages.c.intent_at, {"text": None, "answer": None, "error_title": None}),
        (replies, replies.c.received_at, {"text": None, "phone": None}),
    ):
        old = sa.select(table.c.id).where(when < before_ms, table.c.text.is_not(None)).limit(limit)
        done += tx.conn.execute(table.update().where(table.c.id.in_(old)).values(**values)).rowcount
    said = sa.func.length(sa.cast(steps.c.data, sa.Text)) > len("{}")
    over = (
        sa.select(steps.c.id)
        .where(steps.c.updated_at < before_ms, steps.c.state.in_(_ENDED), steps.c.kind == "message", said)
        .limit(limit)
    )
    done += tx.conn.execute(steps.update().where(steps.c.id.in_(over)).values(data={})).rowcount
    return int(done)
