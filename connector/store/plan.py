"""Small writes of the engine to the plan: steps, sequences and templates, one statement each."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from connector.clock import to_ms
from connector.domain.holds import AWAITS_PERSON
from connector.domain.model import SequenceState, Step, StepState
from connector.store import locking, schema
from connector.store.db import Tx

STEPS = schema.steps
SEQUENCES = schema.sequences


def plan_again(tx: Tx, step_id: str, *, due_at: int, reason: str, resend: bool | None = None) -> None:
    """Puts a step that was on its way, or nobody knew where, back into the plan; any other hold stays."""
    values: dict[str, Any] = {
        "state": StepState.PLANNED,
        "due_at": due_at,
        "reason": reason,
        "hold_until": None,
        "updated_at": tx.now_ms,
    }
    if resend is not None:
        values["resend"] = resend
    in_doubt = sa.and_(STEPS.c.state == StepState.HELD, STEPS.c.reason == AWAITS_PERSON)
    on_its_way = STEPS.c.state.in_([StepState.SENDING, StepState.UNKNOWN])
    tx.conn.execute(
        STEPS.update().where(STEPS.c.id == step_id, sa.or_(on_its_way, in_doubt)).values(**values)
    )


def hold(tx: Tx, step_id: str, *, reason: str) -> None:
    """Keeps a step, visibly, until a person or an event lets it go."""
    tx.conn.execute(
        STEPS.update()
        .where(STEPS.c.id == step_id)
        .values(state=StepState.HELD, reason=reason, hold_until=None, updated_at=tx.now_ms)
    )


def drop(tx: Tx, step_id: str, *, reason: str) -> None:
    """Ends a step that came back to the plan and may not go; what its message brings later concerns it no more."""
    tx.conn.execute(
        STEPS.update()
        .where(STEPS.c.id == step_id, STEPS.c.state == StepState.PLANNED)
        .values(state=StepState.CANCELLED, reason=reason, message_id=None, updated_at=tx.now_ms)
    )


def fail(tx: Tx, step_id: str, *, reason: str) -> None:
    """This step will not be tried on this channel again."""
    tx.conn.execute(
        STEPS.update()
        .where(STEPS.c.id == step_id)
        .values(state=StepState.FAILED, reason=reason, hold_until=None, updated_at=tx.now_ms)
    )


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


def recipe_versions(tx: Tx, sequence_ids: Iterable[str]) -> dict[str, str]:
    """The pinned recipe version of each sequence."""
    ids = list(sequence_ids)
    if not ids:
        return {}
    rows = tx.conn.execute(
        sa.select(SEQUENCES.c.id, SEQUENCES.c.recipe_version).where(SEQUENCES.c.id.in_(ids))
    )
    return {r.id: r.recipe_version for r in rows}


def mark_running(tx: Tx, sequence_ids: Iterable[str]) -> None:
    """The first message of a sequence has left."""
    ids = list(sequence_ids)
    if ids:
        tx.conn.execute(
            SEQUENCES.update()
            .where(SEQUENCES.c.id.in_(ids), SEQUENCES.c.state == SequenceState.PLANNED)
            .values(state=SequenceState.RUNNING, updated_at=tx.now_ms)
        )


def set_sequence(tx: Tx, sequence_id: str, state: SequenceState, *, reason: str | None = None) -> bool:
    """Moves a sequence that has not ended; answers whether it moved."""
    done = tx.conn.execute(
        SEQUENCES.update()
        .where(
            SEQUENCES.c.id == sequence_id,
            SEQUENCES.c.state.not_in([SequenceState.FINISHED, SequenceState.CANCELLED, state]),
        )
        .values(state=state, reason=reason, updated_at=tx.now_ms)
    )
    return bool(done.rowcount)


def _nothing_left() -> sa.ColumnElement[bool]:
    open_steps = sa.select(STEPS.c.id).where(
        STEPS.c.sequence_id == SEQUENCES.c.id,
        STEPS.c.state.in_([StepState.PLANNED, StepState.SENDING, StepState.UNKNOWN, StepState.HELD]),
        STEPS.c.kind != "tick",
    )
    # An invoice that waits for its phone or amount has no messages yet; its sequence has not begun.
    its_invoice = schema.invoices.alias()
    waiting = sa.select(its_invoice.c.id).where(
        its_invoice.c.id == SEQUENCES.c.invoice_id, its_invoice.c.status == "waiting"
    )
    goes_on = SEQUENCES.c.state.in_([SequenceState.PLANNED, SequenceState.RUNNING])
    return sa.and_(goes_on, ~open_steps.exists(), ~waiting.exists())


def left_behind(tx: Tx) -> set[str]:
    """Sequences with nothing left to do that a worker did not live to finish."""
    return set(tx.conn.execute(sa.select(SEQUENCES.c.id).where(_nothing_left())).scalars())


def nothing_left(tx: Tx, sequence_ids: Iterable[str]) -> dict[str, str]:
    """Of these, the sequences that are done, with their invoices."""
    ids = list(sequence_ids)
    if not ids:
        return {}
    query = sa.select(SEQUENCES.c.id, SEQUENCES.c.invoice_id).where(SEQUENCES.c.id.in_(ids), _nothing_left())
    return {row.id: row.invoice_id for row in tx.conn.execute(query)}


def settled_by_people(tx: Tx) -> set[str]:
    """Sequences of cases that somebody has resolved since events were last numbered: maybe that was all."""
    events = schema.events
    about = sa.select(events.c.invoice_id).where(
        events.c.number.is_(None), events.c.type == "case_resolved", events.c.invoice_id.is_not(None)
    )
    return set(tx.conn.execute(sa.select(SEQUENCES.c.id).where(SEQUENCES.c.invoice_id.in_(about))).scalars())


def complete(tx: Tx, sequence_ids: Iterable[str]) -> list[Any]:
    """Finishes sequences with nothing left to do, under their invoices' locks; a row (id, invoice_id, recipe,
    customer_id) for each.
    """
    query = (
        sa.select(SEQUENCES.c.id, SEQUENCES.c.invoice_id, SEQUENCES.c.recipe, schema.invoices.c.customer_id)
        .join_from(SEQUENCES, schema.invoices)
        .where(SEQUENCES.c.id.in_(list(sequence_ids)), _nothing_left())
    )
    rows = list(tx.conn.execute(query))
    if rows:
        tx.conn.execute(
            SEQUENCES.update()
            .where(SEQUENCES.c.id.in_([r.id for r in rows]))
            .values(state=SequenceState.FINISHED, updated_at=tx.now_ms)
        )
    return rows


def pause_template(tx: Tx, name: str) -> None:
    """The provider refuses this template for now: nothing with it is tried for three hours.

    Meta pauses a template for 3 hours, then for 6 (facts/messaging.md); a second refusal pauses it again.
    """
    table = schema.templates
    tx.conn.execute(
        table.update()
        .where(table.c.name == name, table.c.active)
        .values(status="paused", paused_until=tx.now_ms + 3 * 3_600_000)
    )


def restore_templates(tx: Tx) -> int:
    """Templates whose pause is over are tried again, with the steps that waited for them."""
    table = schema.templates
    over = sa.and_(table.c.status == "paused", table.c.paused_until <= tx.now_ms)
    names = list(tx.conn.execute(sa.select(table.c.name).where(over)).scalars())
    if not names:
        return 0
    tx.conn.execute(table.update().where(over).values(status="approved", paused_until=None))
    # All of them: what held a step may have been a statement's template. Any still paused holds it again.
    done = tx.conn.execute(
        STEPS.update()
        .where(STEPS.c.state == StepState.HELD, STEPS.c.reason == "template_paused")
        .values(state=StepState.PLANNED, due_at=tx.now_ms, updated_at=tx.now_ms)
    )
    return int(done.rowcount) + len(names)


def blocked_templates(tx: Tx) -> dict[str, str]:
    """Active templates that may not be used, with their status."""
    table = schema.templates
    rows = tx.conn.execute(
        sa.select(table.c.name, table.c.status).where(table.c.active, table.c.status != "approved")
    )
    return {r.name: r.status for r in rows}


def mark_address(tx: Tx, address_id: str, state: str, *, until_ms: int | None = None) -> None:
    """What a provider told us about a number."""
    table = schema.addresses
    tx.conn.execute(table.update().where(table.c.id == address_id).values(state=state, state_until=until_ms))


def restore_addresses(tx: Tx) -> None:
    """A number that was not on WhatsApp is tried again when its time is over."""
    table = schema.addresses
    tx.conn.execute(
        table.update()
        .where(table.c.state_until.is_not(None), table.c.state_until <= tx.now_ms)
        .values(state="ok", state_until=None)
    )


def bring_forward(tx: Tx, reasons: Iterable[str], *, sequence_id: str | None = None) -> int:
    """What only waited for a stop to be lifted is due again as it was first planned."""
    where = [
        STEPS.c.state == StepState.PLANNED,
        STEPS.c.reason.in_(list(reasons)),
        STEPS.c.planned_for < STEPS.c.due_at,
    ]
    if sequence_id is not None:
        where.append(STEPS.c.sequence_id == sequence_id)
    done = tx.conn.execute(
        STEPS.update().where(*where).values(due_at=STEPS.c.planned_for, updated_at=tx.now_ms)
    )
    return int(done.rowcount)


def pauses_over(tx: Tx) -> list[str]:
    """Sequences whose pause ends by now go on; answers their ids."""
    over = sa.and_(SEQUENCES.c.state == sa.literal_column("'paused'"), SEQUENCES.c.paused_until <= tx.now_ms)
    found = list(tx.conn.execute(sa.select(SEQUENCES.c.id, SEQUENCES.c.invoice_id).where(over)))
    ours = locking.invoices(tx, [r.invoice_id for r in found], wait=False)
    wanted = [r.id for r in found if r.invoice_id in ours]
    ids = list(tx.conn.execute(sa.select(SEQUENCES.c.id).where(SEQUENCES.c.id.in_(wanted), over)).scalars())
    for sequence_id in ids:
        begun = tx.conn.execute(
            sa.select(STEPS.c.id)
            .where(
                STEPS.c.sequence_id == sequence_id, STEPS.c.state == StepState.SENT, STEPS.c.kind == "message"
            )
            .limit(1)
        ).first()
        tx.conn.execute(
            SEQUENCES.update()
            .where(SEQUENCES.c.id == sequence_id)
            .values(
                state=SequenceState.RUNNING if begun else SequenceState.PLANNED,
                paused_until=None,
                reason=None,
                updated_at=tx.now_ms,
            )
        )
        bring_forward(tx, ["paused"], sequence_id=sequence_id)
    return ids
