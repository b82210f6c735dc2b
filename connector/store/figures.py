"""Counts and sums over the whole book for the owner's digest; each from an index, whatever the book's size."""

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa

from connector.clock import from_ms, to_ms
from connector.domain.digest import SHOWN, Figures, Outage, Owed
from connector.domain.model import CaseState, ClaimState, PromiseState
from connector.domain.payments import UNMATCHED
from connector.domain.waiting import LISTED, Parked, Stopped, Unanswered
from connector.domain.windows import local_date
from connector.store import payments, schema, subscriptions
from connector.store.db import Tx
from connector.store.invoices import OWED_NOW
from connector.store.tags import tagged

INVOICES = schema.invoices
Where = sa.ColumnElement[bool] | sa.TextClause


def figures(
    tx: Tx,
    *,
    today: date,
    first: date,
    last: date,
    since: datetime,
    tag: str | None = None,
    zone: str = "UTC",
    audit_head: str | None = None,
) -> Figures:
    """What is owed today, what came in from `first` to `last`, what went wrong since an instant."""
    unmatched = {} if tag is not None else _unmatched(tx)
    open_claims, claims = _claims(tx, tag, today, zone)
    stopped = _stopped(tx, zone) if tag is None else []
    where: list[Where] = [OWED_NOW, *([] if tag is None else [tagged(tx, tag)])]
    overdue = _sums(tx, [*where, INVOICES.c.due_on < today.isoformat()])
    due = _sums(tx, [*where, INVOICES.c.due_on == today.isoformat()])
    return Figures(
        day=today,
        first=first,
        last=last,
        overdue_count=sum(count for count, _ in overdue.values()),
        overdue={code: total for code, (_, total) in overdue.items()},
        due_today=sum(count for count, _ in due.values()),
        due_today_sums={code: total for code, (_, total) in due.items()},
        promised=_promised(tx, tag),
        received=_received(tx, first, last, tag),
        waiting_cases=_cases(tx, tag),
        failures=_failures(tx, since),
        worst=_worst(tx, where, today),
        outages=_outages(tx, since),
        unmatched_count=sum(count for count, _ in unmatched.values()),
        unmatched={code: total for code, (_, total) in unmatched.items()},
        parked=_parked(tx) if unmatched else (),
        open_claims=open_claims,
        claims=claims,
        stopped_webhooks=len(stopped),
        stopped=tuple(stopped[:LISTED]),
        audit_head=audit_head,
    )


def _sums(tx: Tx, where: Sequence[Where]) -> dict[str, tuple[int, int]]:
    """Currency -> (number of invoices, minor units still owed)."""
    left = INVOICES.c.amount - INVOICES.c.paid
    query = sa.select(INVOICES.c.currency, sa.func.count(), sa.func.sum(left)).where(*where)
    rows = tx.conn.execute(query.group_by(INVOICES.c.currency))
    return {code: (int(count), max(int(total), 0)) for code, count, total in rows}


def _worst(tx: Tx, where: Sequence[Where], today: date) -> tuple[Owed, ...]:
    """The invoices that are overdue the longest."""
    columns = (INVOICES.c.id, INVOICES.c.amount, INVOICES.c.paid, INVOICES.c.currency, INVOICES.c.due_on)
    rows = tx.conn.execute(
        sa.select(*columns)
        .where(*where, INVOICES.c.due_on < today.isoformat())
        .order_by(INVOICES.c.due_on, INVOICES.c.amount.desc(), INVOICES.c.number)
        .limit(SHOWN)
    )
    return tuple(
        Owed(r.id, max(r.amount - r.paid, 0), r.currency, (today - date.fromisoformat(r.due_on)).days)
        for r in rows
    )


def _promised(tx: Tx, tag: str | None) -> dict[str, int]:
    """What open promises add up to."""
    promises = schema.promises
    query = (
        sa.select(INVOICES.c.currency, sa.func.sum(promises.c.amount))
        .join_from(promises, INVOICES, INVOICES.c.id == promises.c.invoice_id)
        .where(promises.c.state == PromiseState.OPEN.value)
        .group_by(INVOICES.c.currency)
    )
    rows = tx.conn.execute(query if tag is None else query.where(tagged(tx, tag)))
    return {code: int(total) for code, total in rows}


def _received(tx: Tx, first: date, last: date, tag: str | None) -> dict[str, int]:
    """What was paid on these days and not reversed; with a tag only what filled such invoices."""
    transfers, items = schema.payments, schema.payment_items
    paid = transfers.c.paid_on.between(first.isoformat(), last.isoformat())
    if tag is None:
        query = sa.select(transfers.c.currency, sa.func.sum(transfers.c.amount)).where(
            paid, transfers.c.state != "reversed"
        )
    else:
        query = (
            sa.select(transfers.c.currency, sa.func.sum(items.c.amount))
            .join_from(items, transfers, transfers.c.id == items.c.payment_id)
            .join(INVOICES, INVOICES.c.id == items.c.invoice_id)
            .where(paid, items.c.reversed_at.is_(None), tagged(tx, tag))
        )
    rows = tx.conn.execute(query.group_by(transfers.c.currency))
    return {code: int(total) for code, total in rows}


def _cases(tx: Tx, tag: str | None) -> int:
    cases = schema.cases
    query = sa.select(sa.func.count()).select_from(cases).where(cases.c.state == CaseState.OPEN.value)
    if tag is not None:
        query = query.join(INVOICES, INVOICES.c.id == cases.c.invoice_id).where(tagged(tx, tag))
    return int(tx.conn.execute(query).scalar_one())


def _unmatched(tx: Tx) -> dict[str, tuple[int, int]]:
    """Currency -> (number of payments that nobody can place, their sum)."""
    table = schema.payments
    query = sa.select(table.c.currency, sa.func.count(), sa.func.sum(table.c.amount))
    rows = tx.conn.execute(query.where(table.c.state == UNMATCHED).group_by(table.c.currency))
    return {code: (int(count), int(total)) for code, count, total in rows}


def _parked(tx: Tx) -> tuple[Parked, ...]:
    found = payments.parked(tx, limit=LISTED)
    return tuple(Parked(p.id, p.amount, p.currency, p.paid_on.isoformat()) for p in found)


def _claims(tx: Tx, tag: str | None, today: date, zone: str) -> tuple[int, tuple[Unanswered, ...]]:
    """How many claims nobody has answered, and those that wait the longest."""
    claims = schema.claims
    joined = claims.outerjoin(INVOICES, INVOICES.c.id == claims.c.invoice_id)
    where = [claims.c.state == ClaimState.WAITING.value, *([] if tag is None else [tagged(tx, tag)])]
    count = tx.conn.execute(sa.select(sa.func.count()).select_from(joined).where(*where)).scalar_one()
    query = sa.select(claims.c.id, claims.c.made_at).select_from(joined).where(*where)
    rows = tx.conn.execute(query.order_by(claims.c.made_at, claims.c.id).limit(LISTED)) if count else ()
    return int(count), tuple(
        Unanswered(r.id, max((today - local_date(from_ms(r.made_at), zone)).days, 0)) for r in rows
    )


def _stopped(tx: Tx, zone: str) -> list[Stopped]:
    """The webhooks that ended without their user's doing, the longest first."""
    return [
        Stopped(one.host, local_date(one.updated_at or tx.now, zone).isoformat(), one.state_reason or "")
        for one in subscriptions.stopped(tx)
    ]


def _failures(tx: Tx, since: datetime) -> int:
    """Messages that failed for good."""
    events = schema.events
    where = (events.c.type == "message_failed", events.c.occurred_at >= to_ms(since))
    return int(tx.conn.execute(sa.select(sa.func.count()).select_from(events).where(*where)).scalar_one())


def _outages(tx: Tx, since: datetime) -> tuple[Outage, ...]:
    """The cuts that ended since then and whose backlog is settled."""
    table = schema.blackouts
    rows = tx.conn.execute(
        sa.select(table)
        .where(table.c.to_at >= to_ms(since), table.c.reported_at.is_not(None))
        .order_by(table.c.from_at)
    )
    return tuple(
        Outage(r.cause, (r.to_at - r.from_at) // 60_000, r.late, r.superseded, r.lost, r.doubled)
        for r in rows
    )
