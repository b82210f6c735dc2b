"""What goes out: subscriptions, their deliveries, the hosts that were ever used; and every secret kept at rest."""

from sqlalchemy import (
    BigInteger,
    Boolean,
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
from sqlalchemy.types import JSON

from connector.store.schema.base import Id, Instant, metadata

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("url", Text, nullable=False),  # its path is often a secret: never logged
    Column("host", Text, nullable=False),
    Column("place", Text, nullable=False),  # host:port
    Column("name", Text),
    Column("events", JSON, nullable=False),
    Column("only_tags", JSON, nullable=False),
    Column("only_recipes", JSON, nullable=False),
    Column("days_overdue", JSON, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("sources", JSON),  # of a source-bound key; null: every source
    Column("quiet", String(11), nullable=False),  # "21:00-07:00" or "off"
    Column("language", String(8)),  # null: the business's
    Column("pii", String(10), nullable=False),  # full or masked
    Column("key_id", Id, nullable=False),  # in whose name it stands: a revoked key stops it
    Column("state", String(10), nullable=False),  # active, stopped
    Column("state_reason", String(40)),
    Column("cursor", BigInteger, nullable=False),  # the newest event number that was looked at
    Column("downs", Integer, nullable=False),  # failures in a row
    Column("tries", Integer, nullable=False),  # without success, of any kind
    Column("failing_since", Instant),
    Column("wait_until", Instant),  # a pause ends when either clock has passed it
    Column("wait_until_m", Instant),
    Column("last_delivered_at", Instant),
    Column("only_customers", JSON),  # ids; null: everybody
    Column("once", Boolean),  # it ends with the first event that is received
    Column("ends_at_m", Instant),  # it ends by itself
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),  # when its state last changed
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("subscription_id", Id, ForeignKey("subscriptions.id"), nullable=False),
    Column("event_id", Id, nullable=False),
    Column("event_number", BigInteger, nullable=False),  # 0: a test
    Column("type", String(40), nullable=False),
    Column("lane", Id, nullable=False),  # the invoice; within one the order is kept
    Column("urgent", Boolean, nullable=False),  # safety, a test: no quiet hours, no waiting behind others
    Column("is_test", Boolean, nullable=False),
    Column("is_replay", Boolean, nullable=False),
    Column("state", String(10), nullable=False),  # waiting, sending, delivered, failed
    Column("due_at", Instant, nullable=False),  # when either clock has passed it, it goes
    Column("due_at_m", Instant),  # null: only business time counts (quiet hours)
    Column("attempts", Integer, nullable=False),
    Column("refusals", Integer, nullable=False),
    Column("doubts", Integer, nullable=False),
    Column("was_woken", Boolean, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("worker", String(60)),
    Column("lease_until_m", Instant),
    Column("first_at", Instant),
    Column("last_at", Instant),
    Column("last_at_m", Instant),
    Column("delivered_at", Instant),
    Column("status", Integer),  # of HTTP; null: no answer
    Column("answer", Text),  # 200 masked characters of a public receiver's refusal
    Column("created_at", Instant, nullable=False),
    Column(
        "created_at_m", Instant, nullable=False
    ),  # of a replay: when it was asked for, by which it is known
    UniqueConstraint("subscription_id", "event_id"),
    Index(
        "ix_deliveries_due",
        "subscription_id",
        "due_at",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index(
        "ix_deliveries_due_m",
        "subscription_id",
        "due_at_m",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index(
        "ix_deliveries_lane",
        "subscription_id",
        "lane",
        "event_number",
        sqlite_where=text("state IN ('waiting','sending')"),
        postgresql_where=text("state IN ('waiting','sending')"),
    ),
    Index(
        "ix_deliveries_sending",
        "lease_until_m",
        sqlite_where=text("state = 'sending'"),
        postgresql_where=text("state = 'sending'"),
    ),
    Index("ix_deliveries_over", "last_at_m"),
)

# Where events have ever gone: the first use of a host is told to the owner (T-16).
hook_hosts = Table(
    "hook_hosts",
    metadata,
    Column("host", String(255), primary_key=True),
    Column("first_by", String(80), nullable=False),
    Column("first_at", Instant, nullable=False),
)

# Reversible secrets, encrypted under TAGIH_SECRET_KEY: see connector/store/secrets.py.
secrets = Table(
    "secrets",
    metadata,
    Column("id", Id, primary_key=True),
    Column("purpose", String(40), nullable=False),
    Column("owner", Id, nullable=False),
    Column("key_id", String(16), nullable=False),  # of the master key
    Column("sealed", LargeBinary, nullable=False),
    Column("made_at_m", Instant, nullable=False),
    Column("accepted_until_m", Instant),  # null: the active one
    Index("ix_secrets_owner", "purpose", "owner"),
)
