"""The records of where money goes."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from connector.domain import destinations as rules
from connector.domain.destinations import Approved, Becomes, Destination, Kind, State
from connector.domain.model import Business, Case, CaseState, Invoice, InvoiceStatus, StepState
from connector.store import schema
from connector.store.db import Tx
from connector.store.rows import columns_of, value_of

DESTINATIONS = schema.destinations
INVOICES = schema.invoices
STEPS = schema.steps
SET_UP = "set-up"


_STATES = sa.select(DESTINATIONS.c.kind, DESTINATIONS.c.normal, DESTINATIONS.c.state)


def approved(tx: Tx) -> Approved:
    """What may be named in a message now."""
    return rules.approved_of((row.kind, row.normal, row.state) for row in tx.conn.execute(_STATES))


def every(tx: Tx) -> list[Destination]:
    """Every record, the waiting ones first, then the approved, each in the order of their coming."""
    order = sa.case({"proposed": 0, "approved": 1}, value=DESTINATIONS.c.state, else_=2)
    rows = tx.conn.execute(
        sa.select(DESTINATIONS).order_by(order, DESTINATIONS.c.proposed_at, DESTINATIONS.c.id)
    )
    return [value_of(Destination, row._mapping) for row in rows]


_FIND = sa.select(DESTINATIONS).where(
    DESTINATIONS.c.kind == sa.bindparam("kind"), DESTINATIONS.c.normal == sa.bindparam("normal")
)


def find(tx: Tx, kind: Kind, normal: str) -> Destination | None:
    row = tx.conn.execute(_FIND, {"kind": kind, "normal": normal}).first()
    return value_of(Destination, row._mapping) if row else None


def by_word(tx: Tx, word: str) -> list[Destination]:
    """The records whose id or value this is; several kinds may share a value."""
    rows = tx.conn.execute(
        sa.select(DESTINATIONS).where(
            sa.or_(
                DESTINATIONS.c.id == word, DESTINATIONS.c.value == word, DESTINATIONS.c.normal == word.lower()
            )
        )
    )
    return [value_of(Destination, row._mapping) for row in rows]


_COUNT_PROPOSED = sa.select(sa.func.count()).where(DESTINATIONS.c.state == State.PROPOSED)
_ANY = sa.select(DESTINATIONS.c.id).limit(1)
_ANY_SENT = sa.select(schema.messages.c.id).limit(1)


def count_proposed(tx: Tx) -> int:
    return int(tx.conn.execute(_COUNT_PROPOSED).scalar_one())


def any_known(tx: Tx) -> bool:
    return tx.conn.execute(_ANY).first() is not None


def anything_sent(tx: Tx) -> bool:
    """Whether a message was ever on its way: then the set-up is over."""
    return tx.conn.execute(_ANY_SENT).first() is not None


def note_set_up(tx: Tx, business: Business) -> None:
    """What is given at set-up is approved: the business's own account and host."""
    given = (
        (Kind.ACCOUNT, business.payment_details, Becomes.PAYMENT_DETAILS),
        (Kind.HOST, business.pay_host, Becomes.PAY_HOST),
    )
    for kind, value, becomes in given:
        if not value or find(tx, kind, rules.normal_of(kind, value)) is not None:
            continue
        made = Destination(
            id=tx.ids.new("dst"),
            kind=kind,
            value=value.strip(),
            normal=rules.normal_of(kind, value),
            state=State.APPROVED,
            proposed_at=tx.now,
            proposed_by=SET_UP,
            holder=rules.holder_of(kind, value),
            becomes=becomes,
            decided_by=SET_UP,
            decided_at=tx.now,
            live_at=tx.now,
        )
        add(tx, made)


def propose_again(tx: Tx, destination_id: str, becomes: Becomes, *, by: str) -> None:
    """A record that was decided on before is asked for once more, now as the business's own.

    An approved one stays approved while it waits to become the business's own.
    """
    table = DESTINATIONS
    was_retired = sa.case((table.c.state == State.RETIRED, State.PROPOSED.value), else_=table.c.state)
    tx.conn.execute(
        table.update()
        .where(table.c.id == destination_id)
        .values(state=was_retired, becomes=becomes, proposed_by=by, proposed_at=tx.now_ms)
    )


def add(tx: Tx, made: Destination) -> bool:
    """A new record; False when somebody else has just made it: then they call the person."""
    make = sqlite.insert if tx.dialect == "sqlite" else postgresql.insert
    query = make(DESTINATIONS).values(**columns_of(made)).on_conflict_do_nothing()
    return tx.conn.execute(query.returning(DESTINATIONS.c.id)).first() is not None


def name_holder(tx: Tx, destination_id: str, holder: str) -> None:
    tx.conn.execute(DESTINATIONS.update().where(DESTINATIONS.c.id == destination_id).values(holder=holder))


# --- what waits for a yes -----------------------------------------------------------------------------------


def unsettled_invoices(tx: Tx) -> list[Invoice]:
    """The invoices that name a payment link or are held because of a destination, and are not over."""
    rows = tx.conn.execute(
        sa.select(INVOICES).where(
            INVOICES.c.status.not_in([InvoiceStatus.PAID, InvoiceStatus.VOID]),
            sa.or_(INVOICES.c.pay_url.is_not(None), INVOICES.c.hold_reason == rules.UNAPPROVED),
        )
    )
    return [value_of(Invoice, row._mapping) for row in rows]


_OTHERS_HELD = (
    sa.select(INVOICES.c.id)
    .where(INVOICES.c.hold_reason == rules.UNAPPROVED, INVOICES.c.id != sa.bindparam("this"))
    .limit(1)
)


def others_held(tx: Tx, invoice_id: str) -> bool:
    """Whether another invoice waits because of a destination."""
    return tx.conn.execute(_OTHERS_HELD, {"this": invoice_id}).first() is not None


def set_hold(tx: Tx, invoice_ids: Iterable[str], reason: str | None) -> None:
    """Shows on the invoices why their messages wait, or that they wait no more."""
    ids = sorted(invoice_ids)
    if ids:
        tx.conn.execute(
            INVOICES.update()
            .where(INVOICES.c.id.in_(ids))
            .values(hold_reason=reason, version=INVOICES.c.version + 1, updated_at=tx.now_ms)
        )


def ask_again(tx: Tx, reason: str = rules.UNAPPROVED) -> int:
    """Steps that waited for this are asked now; the claim decides what of them is still true."""
    done = tx.conn.execute(
        STEPS.update()
        .where(STEPS.c.state == StepState.PLANNED, STEPS.c.reason == reason, STEPS.c.due_at > tx.now_ms)
        .values(due_at=tx.now_ms, updated_at=tx.now_ms)
    )
    return int(done.rowcount)


_OPEN_CASES = (
    sa.select(schema.cases)
    .where(schema.cases.c.reason == sa.bindparam("reason"), schema.cases.c.state == CaseState.OPEN)
    .order_by(schema.cases.c.id)
)


def open_cases(tx: Tx, reason: str) -> list[Case]:
    return [value_of(Case, row._mapping) for row in tx.conn.execute(_OPEN_CASES, {"reason": reason})]
