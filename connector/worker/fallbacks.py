"""The declared second channel: the same step on another road, rendered and permitted anew when due."""

from datetime import timedelta
from typing import Any

from connector.domain.model import Channel, Permission, Recipe, Step, StepKind
from connector.store.db import Row, Tx
from connector.store.rows import value_of


def fallback_of(
    tx: Tx,
    step: Row[Any],
    recipe: Recipe | None,
    open_channels: frozenset[str],
    *,
    after: timedelta | None,
    first_message: str | None,
) -> Step | None:
    """The stand-in for this step; None when the recipe has no second channel or this already is it.

    `after` None: as long as the recipe waits for the first channel to arrive.
    """
    if step.kind != StepKind.MESSAGE or step.data.get("fallback_of") or not step.sequence_id:
        return None
    if step.permission == Permission.REPLY:
        return None  # an answer belongs where the question was asked
    if recipe is None or recipe.fallback is None or recipe.fallback.channel == step.channel:
        return None
    if recipe.fallback.channel not in open_channels:
        return None
    own = value_of(Step, step._mapping)
    wait = timedelta(minutes=recipe.fallback.after_minutes) if after is None else after
    return Step(
        id=tx.ids.new("stp"),
        kind=StepKind.MESSAGE,
        key=own.key,
        stage=own.stage,
        due_at=tx.now + wait,
        sequence_id=own.sequence_id,
        invoice_id=own.invoice_id,
        customer_id=own.customer_id,
        address_id=own.address_id,
        plan_no=own.plan_no,
        offset_days=own.offset_days,
        channel=Channel(recipe.fallback.channel),
        template=own.template,
        permission=own.permission,
        missed=own.missed,
        reason="fallback_planned",
        data={**own.data, "fallback_of": own.id, "first_message": first_message},
    )
