"""What is owed, paid, promised and disputed."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint
from sqlalchemy.types import JSON

from connector.store.schema.base import Id, Instant, metadata

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
    Column("zone", String(64)),
    Column("language", String(8)),
    Column("channel", String(12)),
    Column("recipe", String(80)),
    Column("plan_no", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("settles_at", Instant),
    Column("paid_at", Instant),
    Column("event_count", Integer, nullable=False),
    Column("extra", JSON, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
)

payments = Table(
    "payments",
    metadata,
    Column("id", Id, primary_key=True),
    Column("invoice_id", Id, ForeignKey("invoices.id"), index=True),
    Column("customer_id", Id, ForeignKey("customers.id"), index=True),
    Column("amount", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("paid_on", String(10), nullable=False),
    Column("method", String(60)),
    Column("ref", String(200), unique=True),
    Column("source", String(120), nullable=False),
    Column("by", Text),
    Column("note", Text),
    Column("state", String(12), nullable=False),  # applied, reversed, unmatched
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
