"""Imports: a spreadsheet staged row by row, looked at, published, perhaps undone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from connector.clock import from_ms, to_ms
from connector.domain.listdiff import KnownInvoice
from connector.domain.model import InvoiceStatus, Stage, StepState
from connector.store import schema
from connector.store.db import Tx

IMPORTS = schema.imports
ROWS = schema.import_rows
INVOICES = schema.invoices
BATCH = 500
# Of a message that may have reached its person.
_LEFT = (StepState.SENDING, StepState.UNKNOWN, StepState.SENT, StepState.MERGED)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Import:
    """One import. States: staging, ready, applying, applied, undone."""

    id: str
    list_name: str
    state: str
    preview_version: str | None
    file_name: str | None
    options: dict[str, Any]
    counts: dict[str, Any]
    started: bool
    created_at: datetime
    applied_at: datetime | None


@dataclass(frozen=True, slots=True)
class StagedRow:
    """One row of an import: what applying it does, and (`result`) what it did."""

    line: int
    action: str
    number: str | None
    invoice_id: str | None
    fields: dict[str, Any]
    before: dict[str, Any] | None
    errors: list[dict[str, Any]]
    raw: dict[str, Any]
    result: str | None = None


def create(tx: Tx, *, list_name: str, file_name: str | None, options: Mapping[str, Any]) -> str:
    """A new import in the state staging; its id."""
    id = tx.ids.new("imp")
    tx.conn.execute(
        IMPORTS.insert().values(
            id=id,
            list_name=list_name,
            state="staging",
            file_name=file_name,
            options=dict(options),
            counts={},
            started=False,
            created_at=tx.now_ms,
        )
    )
    return id


def get(tx: Tx, import_id: str, *, lock: bool = False) -> Import | None:
    query = sa.select(IMPORTS).where(IMPORTS.c.id == import_id)
    row = tx.conn.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        return None
    return Import(
        id=row.id,
        list_name=row.list_name,
        state=row.state,
        preview_version=row.preview_version,
        file_name=row.file_name,
        options=row.options,
        counts=row.counts,
        started=bool(row.started),
        created_at=from_ms(row.created_at),
        applied_at=None if row.applied_at is None else from_ms(row.applied_at),
    )


def change(tx: Tx, import_id: str, **values: Any) -> None:
    """Writes the given columns of an import."""
    values = {name: to_ms(v) if isinstance(v, datetime) else v for name, v in values.items()}
    tx.conn.execute(IMPORTS.update().where(IMPORTS.c.id == import_id).values(**values))


def drop(tx: Tx, import_id: str) -> None:
    """Forgets an import with its rows; what it published stays."""
    tx.conn.execute(ROWS.delete().where(ROWS.c.import_id == import_id))
    tx.conn.execute(IMPORTS.delete().where(IMPORTS.c.id == import_id))


def add_rows(tx: Tx, import_id: str, rows: Sequence[StagedRow]) -> None:
    """Stages some rows."""
    if rows:
        tx.conn.execute(
            ROWS.insert(),
            [
                {
                    "import_id": import_id,
                    "line": row.line,
                    "action": row.action,
                    "number": row.number,
                    "invoice_id": row.invoice_id,
                    "fields": row.fields,
                    "before": sa.null() if row.before is None else row.before,
                    "errors": row.errors,
                    "raw": row.raw,
                    "result": row.result,
                }
                for row in rows
            ],
        )


def waiting_import(tx: Tx, list_name: str, rows_version: str) -> str | None:
    """The import in which exactly these rows wait already; it came as rows, not as a file."""
    query = sa.select(IMPORTS.c.id).where(
        IMPORTS.c.list_name == list_name,
        IMPORTS.c.file_name.is_(None),
        IMPORTS.c.state.in_(["ready", "applied"]),
        IMPORTS.c.preview_version == rows_version,
        sa.exists().where(ROWS.c.import_id == IMPORTS.c.id, ROWS.c.result.is_(None)),
    )
    return tx.conn.execute(query.order_by(IMPORTS.c.id.desc()).limit(1)).scalar_one_or_none()


def applied_next(tx: Tx, list_name: str, after: datetime) -> datetime | None:
    """When the list's next import was applied; None: this one is the newest."""
    later = (IMPORTS.c.list_name == list_name, IMPORTS.c.applied_at > to_ms(after))
    found = tx.conn.execute(sa.select(sa.func.min(IMPORTS.c.applied_at)).where(*later)).scalar()
    return None if found is None else from_ms(found)


def supersede(tx: Tx, list_name: str) -> None:
    """What earlier syncs of this list left waiting is out of date: the sheet has spoken again."""
    mine = sa.and_(IMPORTS.c.list_name == list_name, IMPORTS.c.file_name.is_(None))
    previews = sa.select(IMPORTS.c.id).where(mine, IMPORTS.c.state == "ready")
    tx.conn.execute(ROWS.delete().where(ROWS.c.import_id.in_(previews)))
    tx.conn.execute(IMPORTS.delete().where(mine, IMPORTS.c.state == "ready"))
    applied = sa.select(IMPORTS.c.id).where(mine, IMPORTS.c.state == "applied")
    tx.conn.execute(
        ROWS.update()
        .where(ROWS.c.import_id.in_(applied), ROWS.c.result.is_(None))
        .values(result="superseded")
    )


def rows_of(tx: Tx, import_id: str, *, pending: bool = False) -> list[StagedRow]:
    """The rows of an import in the order of the file; `pending`: those that were not applied yet."""
    query = sa.select(ROWS).where(ROWS.c.import_id == import_id)
    if pending:
        query = query.where(ROWS.c.result.is_(None))
    return [
        StagedRow(r.line, r.action, r.number, r.invoice_id, r.fields, r.before, r.errors, r.raw, r.result)
        for r in tx.conn.execute(query.order_by(ROWS.c.line))
    ]


def write_results(tx: Tx, import_id: str, rows: Iterable[StagedRow]) -> None:
    """What applying made of each row, with its invoice and perhaps a new fault."""
    values = [
        {"of_line": r.line, "new_result": r.result, "new_invoice": r.invoice_id, "new_errors": r.errors}
        for r in rows
    ]
    if values:
        tx.conn.execute(
            ROWS.update()
            .where(ROWS.c.import_id == import_id, ROWS.c.line == sa.bindparam("of_line"))
            .values(
                result=sa.bindparam("new_result"),
                invoice_id=sa.bindparam("new_invoice"),
                errors=sa.bindparam("new_errors"),
            ),
            values,
        )


def known_invoices(tx: Tx, list_name: str, numbers: Iterable[str]) -> dict[str, KnownInvoice]:
    """The invoices of a list, and those that bear one of the numbers, as the differ compares them."""
    wanted = INVOICES.c.list_name == list_name
    found = {row.number: row for row in tx.conn.execute(_known().where(wanted))}
    for some in _batches(sorted(set(numbers) - set(found))):
        found |= {row.number: row for row in tx.conn.execute(_known().where(INVOICES.c.number.in_(some)))}
    said, waits = ticked(tx, list_name), unsaid(tx, list_name)
    return {
        number: replace(_known_invoice(row, list_name), ticked=row.id in said, receipt_waits=row.id in waits)
        for number, row in found.items()
    }


def _known() -> sa.Select[Any]:
    customers, links, addresses = schema.customers, schema.customer_addresses, schema.addresses
    joined = (
        INVOICES.join(customers, customers.c.id == INVOICES.c.customer_id)
        .outerjoin(links, sa.and_(links.c.customer_id == customers.c.id, links.c.is_primary))
        .outerjoin(addresses, addresses.c.id == links.c.address_id)
    )
    return sa.select(INVOICES, customers.c.name.label("customer_name"), addresses.c.phone).select_from(joined)


def ticked(tx: Tx, list_name: str) -> set[str]:
    """The invoices that this list has said before are paid."""
    payments, items = schema.payments, schema.payment_items
    told = (
        sa.select(items.c.invoice_id)
        .join(payments, payments.c.id == items.c.payment_id)
        .where(payments.c.source == source_of(list_name), items.c.reversed_at.is_(None))
    )
    return set(tx.conn.execute(told).scalars())


def unsaid(tx: Tx, list_name: str) -> set[str]:
    """The invoices of this list whose confirmation of a payment has not left yet.

    One that left by WhatsApp has left, whatever second channel still waits behind it.
    """
    steps = schema.steps
    left = (
        sa.select(steps.c.invoice_id)
        .join(INVOICES, INVOICES.c.id == steps.c.invoice_id)
        .where(INVOICES.c.list_name == list_name, steps.c.stage == Stage.RECEIPT, steps.c.state.in_(_LEFT))
    )
    waits = (
        sa.select(steps.c.invoice_id)
        .join(INVOICES, INVOICES.c.id == steps.c.invoice_id)
        .where(
            INVOICES.c.list_name == list_name,
            steps.c.stage == Stage.RECEIPT,
            steps.c.state.in_([StepState.PLANNED, StepState.HELD]),
        )
    )
    return set(tx.conn.execute(waits).scalars()) - set(tx.conn.execute(left).scalars())


def source_of(list_name: str) -> str:
    """Where the invoices and payments of a list come from."""
    return f"sheet:{list_name}"


def _known_invoice(row: Any, list_name: str) -> KnownInvoice:
    paid = row.status == InvoiceStatus.PAID
    return KnownInvoice(
        id=row.id,
        number=row.number,
        customer_name=row.customer_name,
        phone=row.phone,
        amount=row.amount,
        currency=row.currency,
        due_date=date.fromisoformat(row.due_on),
        description=row.description,
        paid=paid,
        void=row.status == InvoiceStatus.VOID,
        same_list=row.list_name == list_name,
        version=row.version,
        open_amount=max(row.amount - row.paid, 0),
        other={"pay_url": row.pay_url, "language": row.language, "recipe": row.recipe},
    )


def versions_of(tx: Tx, invoice_ids: Iterable[str]) -> dict[str, int]:
    """The present version of each invoice that is still there."""
    found: dict[str, int] = {}
    for some in _batches(sorted(set(invoice_ids))):
        rows = tx.conn.execute(sa.select(INVOICES.c.id, INVOICES.c.version).where(INVOICES.c.id.in_(some)))
        found |= {row.id: row.version for row in rows}
    return found


def taken_numbers(tx: Tx, numbers: Iterable[str]) -> set[str]:
    """Those of the numbers that an invoice bears by now."""
    found: set[str] = set()
    for some in _batches(sorted(set(numbers))):
        found |= set(
            tx.conn.execute(sa.select(INVOICES.c.number).where(INVOICES.c.number.in_(some))).scalars()
        )
    return found


def silent_invoices(tx: Tx, list_name: str) -> list[str]:
    """The owed invoices of a list for which no sequence was ever started."""
    sequences = schema.sequences
    begun = sa.select(sequences.c.id).where(sequences.c.invoice_id == INVOICES.c.id).exists()
    owed = INVOICES.c.status.in_([InvoiceStatus.OPEN, InvoiceStatus.PARTLY_PAID, InvoiceStatus.WAITING])
    query = sa.select(INVOICES.c.id).where(INVOICES.c.list_name == list_name, owed, ~begun)
    return list(tx.conn.execute(query.order_by(INVOICES.c.id)).scalars())


def contacted_since(tx: Tx, invoice_ids: Iterable[str], since: datetime) -> set[str]:
    """Those of the invoices about which a message has left, or may have, since an instant."""
    items, messages = schema.message_items, schema.messages
    found: set[str] = set()
    for some in _batches(sorted(set(invoice_ids))):
        query = (
            sa.select(items.c.invoice_id)
            .join(messages, messages.c.id == items.c.message_id)
            .where(items.c.invoice_id.in_(some), messages.c.intent_at >= to_ms(since))
        )
        found |= set(tx.conn.execute(query).scalars())
    return found


def _batches(values: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]
