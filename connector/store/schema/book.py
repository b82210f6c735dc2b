"""What is owed, paid, promised and disputed."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import JSON

from connector.store.schema.base import Id, Instant, metadata

# A debt that is split into instalments is owed through them, not a second time.
OWED = (
    "invoices.status IN ('open', 'partly_paid', 'waiting') "
    "AND (invoices.plan_id IS NULL OR invoices.parent_id IS NOT NULL)"
)

invoices = Table(
    "invoices",
    metadata,
    Column("id", Id, primary_key=True),
    Column("number", String(120), nullable=False, unique=True),
    Column("customer_id", Id, ForeignKey("customers.id"), nullable=False, index=True),
    Column("source", String(120), nullable=False),
    Column("list_name", String(120), index=True),
    Column("amount", BigInteger, nullable=False),
    Column("paid", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("issue_on", String(10), nullable=False),
    Column("due_on", String(10), nullable=False, index=True),
    Column("status", String(12), nullable=False),
    Column("waiting_for", String(20)),
    Column("hold_reason", String(60)),
    Column("description", Text),
    Column("pay_url", Text),
    Column("pdf_url", Text),
    Column("pdf_file_id", String(40)),
    Column("zone", String(64)),
    Column("language", String(8)),
    Column("channel", String(12)),
    Column("recipe", String(80)),
    Column("plan_no", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("settles_at", Instant),
    Column("paid_at", Instant),
    Column(
        "entered_on", String(10), index=True
    ),  # late when its list was started: overdue stages count from this day
    Column("appointment_at", Instant),
    Column("event_count", Integer, nullable=False),
    Column("extra", JSON, nullable=False),
    Column("tag", Text),  # its tags as they are compared (store/tags.py)
    Column("plan_id", Id, index=True),
    Column("parent_id", Id, index=True),
    Column("instalment_no", Integer),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    # What is owed, by day: the owner's digest and every question about overdue invoices.
    Index(
        "ix_invoices_owed",
        "due_on",
        "currency",
        "amount",
        "paid",
        sqlite_where=text(OWED.replace("invoices.", "")),
        postgresql_where=text(OWED.replace("invoices.", "")),
    ),
    Index("ix_invoices_updated_at", "updated_at"),
    Index(
        "ix_invoices_tag",
        "tag",
        "id",
        sqlite_where=text("tag IS NOT NULL"),
        postgresql_where=text("tag IS NOT NULL"),
    ),
)

# One row for each transfer; which invoices it fills stands in payment_items.
payments = Table(
    "payments",
    metadata,
    Column("id", Id, primary_key=True),
    Column("customer_id", Id, ForeignKey("customers.id"), index=True),
    Column("amount", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("paid_on", String(10), nullable=False, index=True),
    Column("method", String(60)),
    Column("ref", String(200), unique=True),
    Column("source", String(120), nullable=False),
    Column("by", Text),
    Column("note", Text),
    Column("state", String(12), nullable=False, index=True),  # applied, reversed, unmatched
    Column("told_invoice", String(500)),  # what an unmatched payment was told to be for
    Column("case_id", Id),
    Column("reversed_at", Instant),
    Column("created_at", Instant, nullable=False),
)

# What a payment gave to an invoice. Those not reversed add up to what is paid on it.
payment_items = Table(
    "payment_items",
    metadata,
    Column("id", Id, primary_key=True),
    Column("payment_id", Id, ForeignKey("payments.id"), nullable=False, index=True),
    Column("invoice_id", Id, ForeignKey("invoices.id"), nullable=False, index=True),
    Column("amount", BigInteger, nullable=False),
    Column("reversed_at", Instant),
    Column("reversed_by", Text),
    Column("reason", Text),
    Column("created_at", Instant, nullable=False),
)

claims = Table(
    "claims",
    metadata,
    Column("id", Id, primary_key=True),
    Column("no", Integer, nullable=False),
    Column("customer_id", Id, ForeignKey("customers.id"), nullable=False, index=True),
    Column("invoice_id", Id, ForeignKey("invoices.id"), index=True),
    Column("state", String(16), nullable=False, index=True),
    Column("made_at", Instant, nullable=False),
    Column("case_id", Id),
    Column("reply_id", Id),
    Column("by", Text),
    Column("words", Text),
    Column("amount", BigInteger),
    Column("paid_on", String(10)),
    Column("proof_file_id", Id),
    Column("proof_type", String(80)),
    Column("held_until", Instant),
    Column("payment_id", Id),
    Column("note", Text),
    Column("answered_at", Instant),
    Column("answered_by", Text),
)

payment_plans = Table(
    "payment_plans",
    metadata,
    Column("id", Id, primary_key=True),
    Column("invoice_id", Id, ForeignKey("invoices.id"), nullable=False, index=True),
    Column("customer_id", Id, ForeignKey("customers.id"), nullable=False, index=True),
    Column("state", String(12), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("exception", Boolean, nullable=False),
    Column("by", Text),
    Column("reason", Text),
    Column("ended_at", Instant),
    Column("created_at", Instant, nullable=False),
)

promises = Table(
    "promises",
    metadata,
    Column("id", Id, primary_key=True),
    Column("no", Integer, nullable=False),
    Column("invoice_id", Id, ForeignKey("invoices.id"), nullable=False, index=True),
    Column("customer_id", Id, ForeignKey("customers.id"), nullable=False),
    Column("on", String(10), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("state", String(12), nullable=False),
    Column("words", Text),
    Column("by", Text),
    Column("via", String(20)),
    Column("grace_days", Integer, nullable=False),
    Column("paid_before", BigInteger, nullable=False),
    Column("replaces", Id),
    Column("made_at", Instant, nullable=False),
    Column("ended_at", Instant),
    UniqueConstraint("invoice_id", "no"),
)

cases = Table(
    "cases",
    metadata,
    Column("id", Id, primary_key=True),
    Column("reason", String(40), nullable=False),
    Column("severity", String(12), nullable=False),
    Column("state", String(12), nullable=False, index=True),
    Column("customer_id", Id, index=True),
    Column("invoice_id", Id, index=True),
    Column("words", Text),
    Column("note", Text),
    Column("outcome", String(60)),
    Column("next", String(20)),
    Column("external_id", String(200), index=True),
    Column("external_url", Text),
    Column("opened_at", Instant, nullable=False),
    Column("resolved_at", Instant),
    Column("resolved_by", Text),
)
