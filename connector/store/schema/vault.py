"""Where money goes, with approval; and files: invoices' documents and customers' proofs."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from connector.store.schema.base import Id, Instant, metadata

destinations = Table(
    "destinations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(12), nullable=False),  # host, account, va_prefix, qris
    Column("value", Text, nullable=False),  # as it was given
    Column("normal", Text, nullable=False),  # as it is compared
    Column("holder", Text),
    Column("state", String(10), nullable=False),  # proposed, approved, retired
    Column(
        "becomes", String(20)
    ),  # the field of the business that it is written into: payment_details, pay_host
    Column("invoice_id", Id),  # the first invoice that brought it
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", Instant, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", Instant),
    Column("live_at", Instant),
    UniqueConstraint("kind", "normal"),
)

# What is known of a file. Its bytes lie apart, so that looking at many is cheap.
files = Table(
    "files",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(12), nullable=False),  # invoice_pdf, proof, upload
    Column("state", String(10), nullable=False),  # waiting, ready, failed, refused
    Column("customer_id", Id, index=True),
    Column("invoice_id", Id, index=True),
    Column("reply_id", Id, index=True),
    Column("media_type", String(80)),
    Column("size", Integer),
    Column("sha256", String(64)),
    Column("name", Text),  # as its sender called it; personal
    Column("source_url", Text),  # until it is fetched: such links carry secrets
    Column("provider", String(40)),
    Column("media_id", String(200)),
    Column("reason", String(40)),  # why it failed or was refused
    Column("attempts", Integer, nullable=False),
    Column("next_try_at", Instant),
    Column("give_up_at", Instant),
    Column("created_by", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("fetched_at", Instant),
    Index(
        "ix_files_waiting",
        "next_try_at",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
)

file_bodies = Table(
    "file_bodies",
    metadata,
    Column("file_id", Id, ForeignKey("files.id"), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
