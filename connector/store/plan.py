"""Small writes of the engine to the plan: steps, sequences and templates, one statement each."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from connector.clock import to_ms
from connector.domain.holds import AWAITS_PERSON
from connector.domain.model import SequenceState, Step, StepState
from connector.store import locking, schema
from connector.store.db import Tx
from connector.store.present import NOW

STEPS = schema.steps
SEQUENCES = schema.sequences
TEMPLATES = schema.templates
ADDRESSES = schema.addresses
_IDS = sa.bindparam("ids", type_=sa.String, expanding=True)
_THIS = STEPS.c.id == sa.bindparam("step")
_WHY = sa.bindparam("why", type_=sa.String)
_TO = sa.bindparam("to", type_=sa.String)

_ON_ITS_WAY = STEPS.c.state.in_([StepState.SENDING, StepState.UNKNOWN])
_IN_DOUBT = sa.and_(STEPS.c.state == StepState.HELD, STEPS.c.reason == AWAITS_PERSON)
_PLAN_AGAIN = (
    STEPS.update()
    .where(_THIS, sa.or_(_ON_ITS_WAY, _IN_DOUBT))
    .values(state=StepState.PLANNED, due_at=sa.bindparam("due"), reason=_WHY, hold_until=None, updated_at=NOW)
)
_PLAN_AGAIN_AS = _PLAN_AGAIN.values(resend=sa.bindparam("again"))


def plan_again(tx: Tx, step_id: str, *, due_at: int, reason: str, resend: bool | None = None) -> None:
    """Puts a step that was on its way, or nobody knew where, back into the plan; any other hold stays."""
    planned = {"step": step_id, "due": due_at, "why": reason, "now": tx.now_ms}
    if resend is None:
        tx.conn.execute(_PLAN_AGAIN, planned)
    else:
        tx.conn.execute(_PLAN_AGAIN_AS, planned | {"again": resend})


_HOLD = STEPS.update().where(_THIS).values(state=StepState.HELD, reason=_WHY, hold_until=None, updated_at=NOW)


def hold(tx: Tx, step_id: str, *, reason: str) -> None:
    """Keeps a step, visibly, until a person or an event lets it go."""
    tx.conn.execute(_HOLD, {"step": step_id, "why": reason, "now": tx.now_ms})


_DROP = (
    STEPS.update()
    .where(_THIS, STEPS.c.state == StepState.PLANNED)
    .values(state=StepState.CANCELLED, reason=_WHY, message_id=None, updated_at=NOW)
)


def drop(tx: Tx, step_id: str, *, reason: str) -> None:
    """Ends a step that came back to the plan and may not go; what its message brings later concerns it no more."""
    tx.conn.execute(_DROP, {"step": step_id, "why": reason, "now": tx.now_ms})


_FAIL = (
    STEPS.update().where(_THIS).values(state=StepState.FAILED, reason=_WHY, hold_until=None, updated_at=NOW)
)


def fail(tx: Tx, step_id: str, *, reason: str) -> None:
    """This step will not be tried on this channel again."""
    tx.conn.execute(_FAIL, {"step": step_id, "why": reason, "now": tx.now_ms})


def hasten(tx: Tx, step: Step) -> None:
    """A second channel that was planned for later goes now: the first one has failed."""
    tx.conn.execute(
        STEPS.update()
        .where(
            STEPS.c.sequence_id == step.sequence_id,
            STEPS.c.plan_no == step.plan_no,
            STEPS.c.key == step.key,
            STEPS.c.channel == step.channel,
            STEPS.c.state == StepState.PLANNED,
        )
        .values(due_at=to_ms(step.due_at), updated_at=tx.now_ms)
    )


_VERSIONS = sa.select(SEQUENCES.c.id, SEQUENCES.c.recipe_version).where(SEQUENCES.c.id.in_(_IDS))


def recipe_versions(tx: Tx, sequence_ids: Iterable[str]) -> dict[str, str]:
    """The pinned recipe version of each sequence."""
    ids = list(sequence_ids)
    if not ids:
        return {}
    return {r.id: r.recipe_version for r in tx.conn.execute(_VERSIONS, {"ids": ids})}


_MARK_RUNNING = (
    SEQUENCES.update()
    .where(SEQUENCES.c.id.in_(_IDS), SEQUENCES.c.state == SequenceState.PLANNED)
    .values(state=SequenceState.RUNNING, updated_at=NOW)
)


def mark_running(tx: Tx, sequence_ids: Iterable[str]) -> None:
    """The first message of a sequence has left."""
    ids = list(sequence_ids)
    if ids:
        tx.conn.execute(_MARK_RUNNING, {"ids": ids, "now": tx.now_ms})


_SET_SEQUENCE = (
    SEQUENCES.update()
    .where(
        SEQUENCES.c.id == sa.bindparam("sequence"),
        SEQUENCES.c.state.not_in([SequenceState.FINISHED, SequenceState.CANCELLED]),
        SEQUENCES.c.state != _TO,
    )
    .values(state=_TO, reason=_WHY, updated_at=NOW)
)


def set_sequence(tx: Tx, sequence_id: str, state: SequenceState, *, reason: str | None = None) -> bool:
    """Moves a sequence that has not ended; answers whether it moved."""
    to = {"sequence": sequence_id, "to": state, "why": reason, "now": tx.now_ms}
    return bool(tx.conn.execute(_SET_SEQUENCE, to).rowcount)


_OPEN_STEPS = sa.select(STEPS.c.id).where(
    STEPS.c.sequence_id == SEQUENCES.c.id,
    STEPS.c.state.in_([StepState.PLANNED, StepState.SENDING, StepState.UNKNOWN, StepState.HELD]),
    STEPS.c.kind != "tick",
)
# An invoice that waits for its phone or amount has no messages yet; its sequence has not begun.
_ITS_INVOICE = schema.invoices.alias()
_WAITING = sa.select(_ITS_INVOICE.c.id).where(
    _ITS_INVOICE.c.id == SEQUENCES.c.invoice_id, _ITS_INVOICE.c.status == "waiting"
)
_NOTHING_LEFT = sa.and_(
    SEQUENCES.c.state.in_([SequenceState.PLANNED, SequenceState.RUNNING]),
    ~_OPEN_STEPS.exists(),
    ~_WAITING.exists(),
)
_LEFT_BEHIND = sa.select(SEQUENCES.c.id).where(_NOTHING_LEFT)


def left_behind(tx: Tx) -> set[str]:
    """Sequences with nothing left to do that a worker did not live to finish."""
    return set(tx.conn.execute(_LEFT_BEHIND).scalars())


_DONE = sa.select(SEQUENCES.c.id, SEQUENCES.c.invoice_id).where(SEQUENCES.c.id.in_(_IDS), _NOTHING_LEFT)


def nothing_left(tx: Tx, sequence_ids: Iterable[str]) -> dict[str, str]:
    """Of these, the sequences that are done, with their invoices."""
    ids = list(sequence_ids)
    if not ids:
        return {}
    return {row.id: row.invoice_id for row in tx.conn.execute(_DONE, {"ids": ids})}


_RESOLVED = sa.select(schema.events.c.invoice_id).where(
    schema.events.c.number.is_(None),
    schema.events.c.type == "case_resolved",
    schema.events.c.invoice_id.is_not(None),
)
_SETTLED = sa.select(SEQUENCES.c.id).where(SEQUENCES.c.invoice_id.in_(_RESOLVED))


def settled_by_people(tx: Tx) -> set[str]:
    """Sequences of cases that somebody has resolved since events were last numbered: maybe that was all."""
    return set(tx.conn.execute(_SETTLED).scalars())


_COMPLETED = (
    sa.select(SEQUENCES.c.id, SEQUENCES.c.invoice_id, SEQUENCES.c.recipe, schema.invoices.c.customer_id)
    .join_from(SEQUENCES, schema.invoices)
    .where(SEQUENCES.c.id.in_(_IDS), _NOTHING_LEFT)
)
_FINISH = (
    SEQUENCES.update().where(SEQUENCES.c.id.in_(_IDS)).values(state=SequenceState.FINISHED, updated_at=NOW)
)


def complete(tx: Tx, sequence_ids: Iterable[str]) -> list[Any]:
    """Finishes sequences with nothing left to do, under their invoices' locks; a row (id, invoice_id, recipe,
    customer_id) for each.
    """
    rows = list(tx.conn.execute(_COMPLETED, {"ids": list(sequence_ids)}))
    if rows:
        tx.conn.execute(_FINISH, {"ids": [r.id for r in rows], "now": tx.now_ms})
    return rows


def pause_template(tx: Tx, name: str) -> None:
    """The provider refuses this template for now: nothing with it is tried for three hours.

    Meta pauses a template for 3 hours, then for 6 (facts/messaging.md); a second refusal pauses it again.
    """
    tx.conn.execute(
        TEMPLATES.update()
        .where(TEMPLATES.c.name == name, TEMPLATES.c.active)
        .values(status="paused", paused_until=tx.now_ms + 3 * 3_600_000)
    )


_PAUSE_OVER = sa.and_(TEMPLATES.c.status == "paused", TEMPLATES.c.paused_until <= NOW)
_USABLE_AGAIN = sa.select(TEMPLATES.c.name).where(_PAUSE_OVER)
_APPROVE = TEMPLATES.update().where(_PAUSE_OVER).values(status="approved", paused_until=None)
# All of them: what held a step may have been a statement's template. Any still paused holds it again.
_LET_GO = (
    STEPS.update()
    .where(STEPS.c.state == StepState.HELD, STEPS.c.reason == "template_paused")
    .values(state=StepState.PLANNED, due_at=NOW, updated_at=NOW)
)


def restore_templates(tx: Tx) -> int:
    """Templates whose pause is over are tried again, with the steps that waited for them."""
    now = {"now": tx.now_ms}
    names = list(tx.conn.execute(_USABLE_AGAIN, now).scalars())
    if not names:
        return 0
    tx.conn.execute(_APPROVE, now)
    return int(tx.conn.execute(_LET_GO, now).rowcount) + len(names)


_BLOCKED = sa.select(TEMPLATES.c.name, TEMPLATES.c.status).where(
    TEMPLATES.c.active, TEMPLATES.c.status != "approved"
)


def blocked_templates(tx: Tx) -> dict[str, str]:
    """Active templates that may not be used, with their status."""
    return {r.name: r.status for r in tx.conn.execute(_BLOCKED)}


_MARK_ADDRESS = (
    ADDRESSES.update()
    .where(ADDRESSES.c.id == sa.bindparam("address"))
    .values(state=_TO, state_until=sa.bindparam("until"))
)


def mark_address(tx: Tx, address_id: str, state: str, *, until_ms: int | None = None) -> None:
    """What a provider told us about a number."""
    tx.conn.execute(_MARK_ADDRESS, {"address": address_id, "to": state, "until": until_ms})


_RESTORE_ADDRESSES = (
    ADDRESSES.update()
    .where(ADDRESSES.c.state_until.is_not(None), ADDRESSES.c.state_until <= NOW)
    .values(state="ok", state_until=None)
)


def restore_addresses(tx: Tx) -> None:
    """A number that was not on WhatsApp is tried again when its time is over."""
    tx.conn.execute(_RESTORE_ADDRESSES, {"now": tx.now_ms})


_BRING_FORWARD = (
    STEPS.update()
    .where(
        STEPS.c.state == StepState.PLANNED,
        STEPS.c.reason.in_(sa.bindparam("reasons", expanding=True)),
        STEPS.c.planned_for < STEPS.c.due_at,
    )
    .values(due_at=STEPS.c.planned_for, updated_at=NOW)
)
_BRING_ITS_FORWARD = _BRING_FORWARD.where(STEPS.c.sequence_id == sa.bindparam("sequence"))


def bring_forward(tx: Tx, reasons: Iterable[str], *, sequence_id: str | None = None) -> int:
    """What only waited for a stop to be lifted is due again as it was first planned."""
    what = {"reasons": list(reasons), "now": tx.now_ms}
    if sequence_id is None:
        return int(tx.conn.execute(_BRING_FORWARD, what).rowcount)
    return int(tx.conn.execute(_BRING_ITS_FORWARD, what | {"sequence": sequence_id}).rowcount)


_OVER = sa.select(SEQUENCES.c.id, SEQUENCES.c.invoice_id).where(
    SEQUENCES.c.state == sa.literal_column("'paused'"), SEQUENCES.c.paused_until <= NOW
)
_STILL_OVER = _OVER.where(SEQUENCES.c.id.in_(_IDS)).with_only_columns(SEQUENCES.c.id)
_BEGUN = (
    sa.select(STEPS.c.id)
    .where(
        STEPS.c.sequence_id == sa.bindparam("sequence"),
        STEPS.c.state == StepState.SENT,
        STEPS.c.kind == "message",
    )
    .limit(1)
)
_GO_ON = (
    SEQUENCES.update()
    .where(SEQUENCES.c.id == sa.bindparam("sequence"))
    .values(state=_TO, paused_until=None, reason=None, updated_at=NOW)
)


def pauses_over(tx: Tx) -> list[str]:
    """Sequences whose pause ends by now go on; answers their ids."""
    now = {"now": tx.now_ms}
    found = list(tx.conn.execute(_OVER, now))
    ours = locking.invoices(tx, [r.invoice_id for r in found], wait=False)
    wanted = [r.id for r in found if r.invoice_id in ours]
    ids = list(tx.conn.execute(_STILL_OVER, now | {"ids": wanted}).scalars())
    for sequence_id in ids:
        begun = tx.conn.execute(_BEGUN, {"sequence": sequence_id}).first()
        state = SequenceState.RUNNING if begun else SequenceState.PLANNED
        tx.conn.execute(_GO_ON, now | {"sequence": sequence_id, "to": state})
        bring_forward(tx, ["paused"], sequence_id=sequence_id)
    return ids
