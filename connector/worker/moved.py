"""Steps whose person has moved to another number meanwhile: planned afresh there, never sent to the old one.

What was on its way when the number changed comes back to the plan with its old address: a retry, the one
resend of an unknown outcome, a second channel. An unknown outcome is never sent again to the new number as if
it were the same message: it is a new step.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from connector.domain.model import Step, StepState
from connector.store import customers, plan
from connector.store.apply import add_steps
from connector.store.db import Row, Tx
from connector.store.rows import value_of

_OF_THE_OLD = frozenset({"fallback_of", "first_message", "message_id"})


def left_behind(tx: Tx, rows: Sequence[Row[Any]]) -> set[str]:
    """Ids of the steps that must not go where they were planned; their successors are in the plan."""
    returned = [r for r in rows if r.customer_id and (r.attempt or r.data.get("fallback_of"))]
    if not returned:
        return set()
    numbers = customers.numbers_of(tx, {r.customer_id for r in returned})
    gone = [r for r in returned if r.address_id not in numbers.get(r.customer_id, [])]
    for row in gone:
        current = numbers.get(row.customer_id)
        if not current:
            plan.hold(tx, row.id, reason="phone_missing")
            continue
        plan.drop(tx, row.id, reason="phone_changed")
        add_steps(tx, [_afresh(tx, value_of(Step, row._mapping), current[0])])
    return {row.id for row in gone}


def _afresh(tx: Tx, step: Step, address_id: str) -> Step:
    data = {name: value for name, value in step.data.items() if name not in _OF_THE_OLD}
    return replace(
        step,
        id=tx.ids.new("stp"),
        state=StepState.PLANNED,
        address_id=address_id,
        due_at=tx.now,
        attempt=0,
        resend=False,
        reason=None,
        hold_until=None,
        data=data,
    )
