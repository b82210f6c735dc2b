"""Counts, with the provider's own rows beside ours, whether each message reached its phone once."""

from dataclasses import dataclass

import sqlalchemy as sa

from connector.domain.model import StepKind, StepState
from connector.store import schema
from connector.store.db import Tx

STEPS, ITEMS, ACCEPTED = schema.steps, schema.message_items, schema.emu_messages
_UNDONE = (StepState.PLANNED, StepState.SENDING, StepState.UNKNOWN, StepState.FAILED)


@dataclass(frozen=True, slots=True)
class Tally:
    """`accepted`: messages that the provider took; the others are steps, `held` ones wait for a person."""

    accepted: int
    lost: int
    doubled: int
    held: int


def tally(tx: Tx) -> Tally:
    """The sandbox's verdict at this instant, whatever our own states believe of the provider.

    1. Doubled: a step for which the provider accepted more than one message.
    2. Lost: a step whose time has come and that neither reached the provider nor ended with a reason; also
       one that we call sent and that the provider never saw. What went by another channel is not lost.
    """
    times = (
        sa.select(ITEMS.c.step_id, sa.func.count().label("n"))
        .join_from(ITEMS, ACCEPTED, ACCEPTED.c.token == ITEMS.c.message_id)
        .where(ACCEPTED.c.direction == "out")
        .group_by(ITEMS.c.step_id)
        .subquery()
    )
    n = sa.func.coalesce(times.c.n, 0)
    twin = STEPS.alias("twin")
    went_otherwise = sa.exists().where(
        twin.c.sequence_id == STEPS.c.sequence_id,
        twin.c.plan_no == STEPS.c.plan_no,
        twin.c.key == STEPS.c.key,
        twin.c.channel != STEPS.c.channel,
        twin.c.state == StepState.SENT,
    )
    undone = STEPS.c.state.in_(_UNDONE) & (STEPS.c.planned_for <= tx.now_ms)
    lost = (n == 0) & (undone | (STEPS.c.state == StepState.SENT)) & ~went_otherwise
    query = (
        sa.select(
            *(
                sa.func.coalesce(sa.func.sum(sa.case((wrong, 1), else_=0)), 0)
                for wrong in (lost, n > 1, STEPS.c.state == StepState.HELD)
            )
        )
        .select_from(STEPS.outerjoin(times, times.c.step_id == STEPS.c.id))
        .where(STEPS.c.kind == StepKind.MESSAGE)
    )
    missing, twice, held = tx.conn.execute(query).one()
    accepted = sa.select(sa.func.count()).where(ACCEPTED.c.direction == "out")
    return Tally(int(tx.conn.execute(accepted).scalar_one()), int(missing), int(twice), int(held))
