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

CUSTOMERS = schema.customers
SEQUENCES = schema.sequences
PROMISES = schema.promises
CASES = schema.cases
CONSENTS = schema.consents
ITEMS = schema.message_items
MESSAGES = schema.messages
STEPS = schema.steps
WEEK_MS = 7 * 86_400_000
_IDS = sa.bindparam("ids", type_=sa.String, expanding=True)


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
    facts.customers = _customers(tx, customer_ids)
    facts.sequences = _sequences(tx, sequence_ids)
    _promises(tx, facts, invoice_ids)
    _cases(tx, facts, invoice_ids, customer_ids)
    _consents(tx, facts, customer_ids)
    _reminders(tx, facts, address_ids)
    _cycles(tx, facts, sequence_ids)
    _sent_templates(tx, facts, invoice_ids)
    return facts


_CUSTOMERS = sa.select(CUSTOMERS).where(CUSTOMERS.c.id.in_(_IDS))


def _customers(tx: Tx, ids: set[str]) -> dict[str, Row[Any]]:
    if not ids:
        return {}
    return {r.id: r for r in tx.conn.execute(_CUSTOMERS, {"ids": ids})}


_SEQUENCES = sa.select(
    SEQUENCES.c.id,
    SEQUENCES.c.recipe_version,
    SEQUENCES.c.state,
    SEQUENCES.c.paused_until,
    sa.cast(SEQUENCES.c.template_versions, sa.Text).label("pinned"),
).where(SEQUENCES.c.id.in_(_IDS))


def _sequences(tx: Tx, ids: set[str]) -> dict[str, Row[Any]]:
    """The pinned versions stay text: they are alike for all sequences of a recipe and are read only once."""
    if not ids:
        return {}
    return {r.id: r for r in tx.conn.execute(_SEQUENCES, {"ids": ids})}


_OPEN_PROMISES = sa.select(PROMISES.c.invoice_id, PROMISES.c.on, PROMISES.c.grace_days).where(
    PROMISES.c.invoice_id.in_(_IDS), PROMISES.c.state == PromiseState.OPEN
)


def _promises(tx: Tx, facts: ClaimFacts, invoice_ids: set[str]) -> None:
    if not invoice_ids:
        return
    for row in tx.conn.execute(_OPEN_PROMISES, {"ids": invoice_ids}):
        due = date.fromisoformat(facts.invoices[row.invoice_id].due_on)
        ends = max(date.fromisoformat(row.on), due) + timedelta(days=row.grace_days)
        facts.promised_until[row.invoice_id] = ends


_OPEN_CASES = sa.select(CASES.c.invoice_id, CASES.c.customer_id, CASES.c.reason).where(
    CASES.c.state == CaseState.OPEN,
    CASES.c.reason.not_in(sorted(STOPS_NOTHING)),
    sa.or_(
        CASES.c.invoice_id.in_(sa.bindparam("invoices", expanding=True)),
        sa.and_(
            CASES.c.invoice_id.is_(None), CASES.c.customer_id.in_(sa.bindparam("customers", expanding=True))
        ),
    ),
)


def _cases(tx: Tx, facts: ClaimFacts, invoice_ids: set[str], customer_ids: set[str]) -> None:
    about = {"invoices": invoice_ids, "customers": customer_ids}
    for row in tx.conn.execute(_OPEN_CASES, about):
        facts.open_cases[row.invoice_id or row.customer_id] = row.reason


_CONSENTS = sa.select(CONSENTS).where(CONSENTS.c.customer_id.in_(_IDS)).order_by(CONSENTS.c.at, CONSENTS.c.id)


def _consents(tx: Tx, facts: ClaimFacts, customer_ids: set[str]) -> None:
    if not customer_ids:
        return
    for row in tx.conn.execute(_CONSENTS, {"ids": customer_ids}):  # later rows win
        facts.consents[f"{row.customer_id}:{row.channel or '*'}"] = row


# An unknown message counts until its step goes again: it must not keep its own resend away.
_STILL_STANDS = (
    sa.select(ITEMS.c.step_id)
    .join_from(ITEMS, STEPS, ITEMS.c.step_id == STEPS.c.id)
    .where(ITEMS.c.message_id == MESSAGES.c.id, STEPS.c.message_id == MESSAGES.c.id)
    .where(STEPS.c.state != StepState.PLANNED)
    .exists()
)
_REMINDERS = (
    sa.select(
        MESSAGES.c.address_id,
        sa.func.count().label("n"),
        sa.func.min(MESSAGES.c.intent_at).label("oldest"),
        sa.func.max(MESSAGES.c.intent_at).label("newest"),
    )
    .where(
        MESSAGES.c.address_id.in_(_IDS),
        MESSAGES.c.intent_at > sa.bindparam("since"),
        MESSAGES.c.permission == Permission.REMINDER,
        MESSAGES.c.status != MessageStatus.FAILED,
        sa.or_(MESSAGES.c.status != MessageStatus.UNKNOWN, _STILL_STANDS),
    )
    .group_by(MESSAGES.c.address_id)
)


def _reminders(tx: Tx, facts: ClaimFacts, address_ids: set[str]) -> None:
    if not address_ids:
        return
    for row in tx.conn.execute(_REMINDERS, {"ids": address_ids, "since": tx.now_ms - WEEK_MS}):
        facts.reminders[row.address_id] = ReminderCount(row.n, row.oldest, row.newest)


_COUNTED = (
    sa.select(STEPS.c.sequence_id, STEPS.c.invoice_id, STEPS.c.key, STEPS.c.permission)
    .join_from(STEPS, MESSAGES, STEPS.c.message_id == MESSAGES.c.id)
    .where(
        STEPS.c.sequence_id.in_(_IDS),
        STEPS.c.kind == "message",
        sa.or_(
            STEPS.c.state.in_([StepState.SENT, StepState.SENDING, StepState.UNKNOWN]),
            sa.and_(
                STEPS.c.state.in_([StepState.HELD, StepState.CANCELLED]),
                STEPS.c.reason.in_([AWAITS_PERSON, NEVER_KNOWN]),
            ),
        ),
        # What failed in the end reached nobody and counts for nothing.
        MESSAGES.c.status != MessageStatus.FAILED,
    )
)


def _cycles(tx: Tx, facts: ClaimFacts, sequence_ids: set[str]) -> None:
    if not sequence_ids:
        return
    counted: set[tuple[str, str]] = set()
    for row in tx.conn.execute(_COUNTED, {"ids": sequence_ids}):
        if row.key == "created" and row.invoice_id:
            facts.created_arrived.add(row.invoice_id)
        # A fallback on a second channel counts once with the message that it stands in for.
        if row.permission == Permission.REMINDER and (row.sequence_id, row.key) not in counted:
            counted.add((row.sequence_id, row.key))
            facts.cycle[row.sequence_id] = facts.cycle.get(row.sequence_id, 0) + 1


_SENT_TEMPLATES = (
    sa.select(ITEMS.c.invoice_id, MESSAGES.c.template)
    .join_from(ITEMS, MESSAGES, ITEMS.c.message_id == MESSAGES.c.id)
    .where(
        ITEMS.c.invoice_id.in_(_IDS),
        MESSAGES.c.status != MessageStatus.FAILED,
        MESSAGES.c.template.is_not(None),
    )
    .distinct()
)


def _sent_templates(tx: Tx, facts: ClaimFacts, invoice_ids: set[str]) -> None:
    if not invoice_ids:
        return
    for row in tx.conn.execute(_SENT_TEMPLATES, {"ids": invoice_ids}):
        facts.sent_templates.setdefault(row.invoice_id, set()).add(row.template)


def consent_of(facts: ClaimFacts, customer_id: str | None, channel: str) -> Row[Any] | None:
    """The newest consent record that speaks about this channel."""
    if customer_id is None:
        return None
    pick: Callable[[Row[Any] | None], int] = lambda r: r.at if r is not None else -1  # noqa: E731
    mine, general = (facts.consents.get(f"{customer_id}:{c}") for c in (channel, "*"))
    return max((mine, general), key=pick)
