"""Messages and replies, what came in and what goes out as events."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
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
from sqlalchemy.types import JSON

from connector.store.schema.base import Id, Instant, metadata

# One attempt to reach a person on one channel. Its id is the token that the provider echoes.
messages = Table(
    "messages",
    metadata,
    Column("id", Id, primary_key=True),
    Column("address_id", Id, ForeignKey("addresses.id"), nullable=False),
    Column("customer_id", Id),
    Column("sequence_id", Id),
    Column("channel", String(12), nullable=False),
    Column("provider", String(40), nullable=False),
    Column("sender_id", String(40), nullable=False),
    Column("stage", String(10), nullable=False),
    Column("permission", String(10), nullable=False),
    Column("template", String(120)),
    Column("language", String(8), nullable=False),
    Column("text", Text),
    Column("provider_id", String(200)),
    Column("status", String(12), nullable=False),
    Column("rank", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("worker", String(60)),
    Column("intent_at", Instant, nullable=False),
    Column("intent_at_m", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("delivered_at", Instant),
    Column("read_at", Instant),
    Column("failed_at", Instant),
    Column("hold_until", Instant),
    Column("error_code", String(40)),
    Column("error_title", Text),
    Column("answer", Text),  # the provider's raw answer when it was not a plain acceptance
    Column("also_delivered", Boolean, nullable=False),
    Index("ix_messages_address", "address_id", "intent_at"),
    Index("ix_messages_provider_id", "provider", "provider_id"),
    Index(
        "ix_messages_open",
        "intent_at",
        sqlite_where=text("status IN ('sending','unknown')"),
        postgresql_where=text("status IN ('sending','unknown')"),
    ),
)

message_items = Table(
    "message_items",
    metadata,
    # No foreign keys: the claim writes both sides itself, and their checks cost each message two more questions.
    Column("message_id", Id, primary_key=True),
    Column("step_id", Id, primary_key=True, index=True),
    Column("invoice_id", Id, index=True),
)

replies = Table(
    "replies",
    metadata,
    Column("id", Id, primary_key=True),
    Column("provider", String(40), nullable=False),
    Column("provider_id", String(200), nullable=False),
    Column("address_id", Id, ForeignKey("addresses.id"), index=True),
    Column("phone", String(20)),
    Column("customer_id", Id, index=True),
    Column("invoice_id", Id, index=True),
    Column("invoice_guess", String(20)),  # answered, only_open, several, none
    Column("kind", String(12), nullable=False),
    Column("text", Text),
    Column("button_id", String(256)),
    Column("in_answer_to", Id),  # our message id
    Column("media_id", String(200)),
    Column("media_type", String(80)),
    Column("at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    UniqueConstraint("provider", "provider_id"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("source", String(80), nullable=False),
    Column("dedupe", String(64), nullable=False),  # SHA-256 of source and raw body
    Column("received_at", Instant, nullable=False),
    Column("received_at_m", Instant, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", String(10), nullable=False),  # new, applied, ignored, failed
    Column("error", Text),
    Column("applied_at", Instant),
    Column("attempts", Integer, nullable=False),
    UniqueConstraint("source", "dedupe"),
    Index("ix_inbox_new", "id", sqlite_where=text("state = 'new'"), postgresql_where=text("state = 'new'")),
)

events = Table(
    "events",
    metadata,
    Column("id", Id, primary_key=True),
    Column("number", BigInteger, unique=True),  # given by the sequencer after commit
    Column("type", String(40), nullable=False),
    Column("occurred_at", Instant, nullable=False),
    Column("known_at", Instant, nullable=False),
    Column("customer_id", Id),
    Column("invoice_id", Id),
    Column("invoice_event_number", Integer),
    Column("once_key", String(200), unique=True),
    Column("data", JSON, nullable=False),
    Column("created_at_m", Instant, nullable=False),
    Index("ix_events_type_number", "type", "number"),
    Index("ix_events_invoice", "invoice_id", "invoice_event_number"),
    Index(
        "ix_events_unnumbered",
        "id",
        sqlite_where=text("number IS NULL"),
        postgresql_where=text("number IS NULL"),
    ),
)

senders = Table(
    "senders",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("provider", String(40), nullable=False),
    Column("channel", String(12), nullable=False),
    Column("external_id", String(80), nullable=False),  # phone_number_id, SMS sender id
    Column("rate", Float, nullable=False),  # messages per second
    Column("burst", Float, nullable=False),
    Column("tokens", Float, nullable=False),
    Column("tokens_at_m", Instant, nullable=False),
    Column("state", String(12), nullable=False),  # ok, stopped
    Column("reason", Text),
    Column("slow_until_m", Instant),  # throttled: the rate is halved until then
)

# When each provider last spoke to us with a valid signature: the hold of unknown outcomes needs it.
provider_signs = Table(
    "provider_signs",
    metadata,
    Column("provider", String(40), primary_key=True),
    Column("last_webhook_at", Instant),
    Column("last_webhook_at_m", Instant),
)
