"""The emulator's own rows: a provider that remembers. Present in every database, filled only in the sandbox."""

from sqlalchemy import BigInteger, Column, Float, Index, Integer, String, Table, Text, text
from sqlalchemy.types import JSON

from connector.store.schema.base import Id, Instant, metadata

emu_messages = Table(
    "emu_messages",
    metadata,
    Column("id", String(80), primary_key=True),  # the wamid or gateway id
    Column("provider", String(40), nullable=False),
    Column("phone", String(20), nullable=False),
    Column("direction", String(4), nullable=False),  # out: to the phone; in: typed on it
    Column("token", String(512), index=True),
    Column("at", Instant, nullable=False),
    Column("text", Text, nullable=False),
    Column("buttons", JSON, nullable=False),
    Column("request", JSON),
    Column("status", String(12), nullable=False),
    Index("ix_emu_messages_phone", "phone", "at"),
)

emu_webhooks = Table(
    "emu_webhooks",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("provider", String(40), nullable=False),
    Column("message_id", String(80)),
    Column("kind", String(12), nullable=False),  # status or message
    Column("payload", JSON, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("done_at", Instant),
    Index(
        "ix_emu_webhooks_due",
        "due_at",
        sqlite_where=text("done_at IS NULL"),
        postgresql_where=text("done_at IS NULL"),
    ),
)

emu_faults = Table(
    "emu_faults",
    metadata,
    Column("id", Id, primary_key=True),
    Column("provider", String(40), nullable=False),
    Column("code", String(40)),  # a Graph error code
    Column("kind", String(20)),  # refused, lost_answer, timeout, late, duplicate, out_of_order, network
    Column("rate", Float),
    Column("next", Integer),
    Column("phone", String(20)),
    Column("seconds", Float),
    Column("created_at", Instant, nullable=False),
)
