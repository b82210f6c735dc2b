"""Loads in a few queries everything that the permission of a whole claim depends on."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from connector.domain.cases import STOPS_NOTHING
from connector.domain.holds import AWAITS_PERSON, NEVER_KNOWN
from connector.domain.model import CaseState, MessageStatus, Permission, PromiseState, StepState
from connector.store import schema
from connector.store.db import Tx

WEEK_MS = 7 * 86_400_000


@dataclass(slots=True)
class ReminderCount:
    """Reminders to one address within the last seven days."""

    count: int = 0
    oldest_ms: int | None = None
    newest_ms: int | None = None


@dataclass(slots=True)
class ClaimFacts:
    invoices: Mapping[str, Row[Any]]
    customers: dict[str, Row[Any]] = field(default_factory=dict)
    sequences: dict[str, Row[Any]] = field(default_factory=dict)
    promised_until: dict[str, date] = field(default_factory=dict)  # by invoice: the end of grace
    open_cases: dict[str, str] = field(
        default_factory=dict
    )  # reason by invoice, or by customer without invoice
    consents: dict[str, Row[Any]] = field(default_factory=dict)  # the newest by customer and channel
    reminders: dict[str, ReminderCount] = field(default_factory=dict)  # by address
    cycle: dict[str, int] = field(default_factory=dict)  # reminders sent by sequence
    sent_templates: dict[str, set[str]] = field(
        default_factory=dict
    )  # by invoice: of messages that did not fail
    created_arrived: set[str] = field(default_factory=set)  # invoices whose invoice text was sent


def load(tx: Tx, steps: Iterable[Row[Any]], invoices: Mapping[str, Row[Any]]) -> ClaimFacts:
    """The facts behind these steps, read inside the claim's own transaction after it has locked `invoices`."""
    rows = list(steps)
    invoice_ids = {r.invoice_id for r in rows if r.invoice_id}
    customer_ids = {r.customer_id for r in rows if r.customer_id}
    sequence_ids = {r.sequence_id for r in rows if r.sequence_id}
    address_ids = {r.address_id for r in rows if r.address_id}
    facts = ClaimFacts(invoices=invoices)
    customer_ids |= {r.customer_id for r in facts.invoices.values()}
    facts.customers = _by_id(tx, schema.customers, customer_ids)
    facts.sequences = _sequences(tx, sequence_ids)
    _promises(tx, facts, invoice_ids)
    _cases(tx, facts, invoice_ids, customer_ids)
    _consents(tx, facts, customer_ids)
    _reminders(tx, facts, address_ids)
    _cycles(tx, facts, sequence_ids)
    _sent_templates(tx, facts, invoice_ids)
    return facts


def _by_id(tx: Tx, table: sa.Table, ids: set[str]) -> dict[str, Row[Any]]:
    if not ids:
        return {}
    return {r.id: r for r in tx.conn.execute(sa.select(table).where(table.c.id.in_(ids)))}


def _sequences(tx: Tx, ids: set[str]) -> dict[str, Row[Any]]:
    """The pinned versions stay text: they are alike for all sequences of a recipe and are read only once."""
    if not ids:
        return {}
    table = schema.sequences
    pinned = sa.cast(table.c.template_versions, sa.Text).label("pinned")
    query = sa.select(table.c.id, table.c.recipe_version, table.c.state, table.c.paused_until, pinned).where(
        table.c.id.in_(ids)
    )
    return {r.id: r for r in tx.conn.execute(query)}


def _promises(tx: Tx, facts: ClaimFacts, invoice_ids: set[str]) -> None:
    if not invoice_ids:
        return
    table = schema.promises
    rows = tx.conn.execute(
        sa.select(table.c.invoice_id, table.c.on, table.c.grace_days).where(
            table.c.invoice_id.in_(invoice_ids), table.c.state == PromiseState.OPEN
        )
    )
    for row in rows:
        due = date.fromisoformat(facts.invoices[row.invoice_id].due_on)
        ends = max(date.fromisoformat(row.on), due) + timedelta(days=row.grace_days)
        facts.promised_until[row.invoice_id] = ends


def _cases(tx: Tx, facts: ClaimFacts, invoice_ids: set[str], customer_ids: set[str]) -> None:
    table = schema.cases
    rows = tx.conn.execute(
        sa.select(table.c.invoice_id, table.c.customer_id, table.c.reason).where(
            table.c.state == CaseState.OPEN,
            table.c.reason.not_in(sorted(STOPS_NOTHING)),
            sa.or_(
                table.c.invoice_id.in_(invoice_ids),
                sa.and_(table.c.invoice_id.is_(None), table.c.customer_id.in_(customer_ids)),
            ),
        )
    )
    for row in rows:
        facts.open_cases[row.invoice_id or row.customer_id] = row.reason


def _consents(tx: Tx, facts: ClaimFacts, customer_ids: set[str]) -> None:
    if not customer_ids:
        return
    table = schema.consents
    rows = tx.conn.execute(
        sa.select(table).where(table.c.customer_id.in_(customer_ids)).order_by(table.c.at, table.c.id)
    )
    for row in rows:  # later rows win
        facts.consents[f"{row.customer_id}:{row.channel or '*'}"] = row


def _reminders(tx: Tx, facts: ClaimFacts, address_ids: set[str]) -> None:
    if not address_ids:
        return
    table = schema.messages
    rows = tx.conn.execute(
        sa.select(
            table.c.address_id,
            sa.func.count().label("n"),
            sa.func.min(table.c.intent_at).label("oldest"),
            sa.func.max(table.c.intent_at).label("newest"),
        )
        .where(
            table.c.address_id.in_(address_ids),
            table.c.intent_at > tx.now_ms - WEEK_MS,
            table.c.permission == Permission.REMINDER,
            table.c.status != MessageStatus.FAILED,
            sa.or_(table.c.status != MessageStatus.UNKNOWN, _still_stands(table)),
        )
        .group_by(table.c.address_id)
    )
    for row in rows:
        facts.reminders[row.address_id] = ReminderCount(row.n, row.oldest, row.newest)


def _still_stands(messages: sa.Table) -> sa.ColumnElement[bool]:
    """An unknown message counts until its step goes again: it must not keep its own resend away."""
    items, steps = schema.message_items, schema.steps
    return (
        sa.select(items.c.step_id)
        .join_from(items, steps, items.c.step_id == steps.c.id)
        .where(items.c.message_id == messages.c.id, steps.c.message_id == messages.c.id)
        .where(steps.c.state != StepState.PLANNED)
        .exists()
    )


def _cycles(tx: Tx, facts: ClaimFacts, sequence_ids: set[str]) -> None:
    if not sequence_ids:
        return
    table = schema.steps
    rows = tx.conn.execute(
        sa.select(table.c.sequence_id, table.c.invoice_id, table.c.key, table.c.permission)
        .join_from(table, schema.messages, table.c.message_id == schema.messages.c.id)
        .where(
            table.c.sequence_id.in_(sequence_ids),
            table.c.kind == "message",
            sa.or_(
                table.c.state.in_([StepState.SENT, StepState.SENDING, StepState.UNKNOWN]),
                sa.and_(
                    table.c.state.in_([StepState.HELD, StepState.CANCELLED]),
                    table.c.reason.in_([AWAITS_PERSON, NEVER_KNOWN]),
                ),
            ),
            # What failed in the end reached nobody and counts for nothing.
            schema.messages.c.status != MessageStatus.FAILED,
        )
    )
    counted: set[tuple[str, str]] = set()
    for row in rows:
        if row.key == "created" and row.invoice_id:
            facts.created_arrived.add(row.invoice_id)
        # A fallback on a second channel counts once with the message that it stands in for.
        if row.permission == Permission.REMINDER and (row.sequence_id, row.key) not in counted:
            counted.add((row.sequence_id, row.key))
            facts.cycle[row.sequence_id] = facts.cycle.get(row.sequence_id, 0) + 1


def _sent_templates(tx: Tx, facts: ClaimFacts, invoice_ids: set[str]) -> None:
    if not invoice_ids:
        return
    items, table = schema.message_items, schema.messages
    rows = tx.conn.execute(
        sa.select(items.c.invoice_id, table.c.template)
        .join_from(items, table, items.c.message_id == table.c.id)
        .where(
            items.c.invoice_id.in_(invoice_ids),
            table.c.status != MessageStatus.FAILED,
            table.c.template.is_not(None),
        )
        .distinct()
    )
    for row in rows:
        facts.sent_templates.setdefault(row.invoice_id, set()).add(row.template)


def consent_of(facts: ClaimFacts, customer_id: str | None, channel: str) -> Row[Any] | None:
    """The newest consent record that speaks about this channel."""
    if customer_id is None:
        return None
    pick: Callable[[Row[Any] | None], int] = lambda r: r.at if r is not None else -1  # noqa: E731
    mine, general = (facts.consents.get(f"{customer_id}:{c}") for c in (channel, "*"))
    return max((mine, general), key=pick)
