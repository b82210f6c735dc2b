"""Recipes, templates, sequences and steps: the plan that is also the queue."""

from sqlalchemy import (
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

recipes = Table(
    "recipes",
    metadata,
    Column("version", String(64), primary_key=True),  # content hash
    Column("name", String(80), nullable=False, index=True),
    Column("origin", String(10), nullable=False),  # shipped or user
    Column("body", JSON, nullable=False),  # the checked YAML as data
    Column("text", Text, nullable=False),
    Column("active", Boolean, nullable=False),  # the newest of its origin; user shadows shipped
    Column("created_at", Instant, nullable=False),
)

templates = Table(
    "templates",
    metadata,
    Column("version", String(64), primary_key=True),
    Column("name", String(120), nullable=False, index=True),
    Column("origin", String(10), nullable=False),
    Column("body", JSON, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("status", String(20), nullable=False),  # approved, paused, rejected, disabled
    Column("paused_until", Instant),
    Column("created_at", Instant, nullable=False),
)

sequences = Table(
    "sequences",
    metadata,
    Column("id", Id, primary_key=True),
    Column("invoice_id", Id, ForeignKey("invoices.id"), nullable=False, index=True),
    Column("recipe", String(80), nullable=False),
    Column("recipe_version", String(64), nullable=False),
    Column("template_versions", JSON, nullable=False),  # {template name: version}: pinned at the start
    Column("state", String(12), nullable=False),
    Column("plan_no", Integer, nullable=False),
    Column("paused_until", Instant),
    Column("reason", Text),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Index(
        "ix_sequences_paused",
        "paused_until",
        sqlite_where=text("state = 'paused'"),
        postgresql_where=text("state = 'paused'"),
    ),
)

steps = Table(
    "steps",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("key", String(120), nullable=False),
    Column("stage", String(10), nullable=False),
    Column("sequence_id", Id, ForeignKey("sequences.id")),  # found by the unique key below
    Column("invoice_id", Id, ForeignKey("invoices.id"), index=True),
    Column("customer_id", Id, ForeignKey("customers.id"), index=True),
    Column("address_id", Id, ForeignKey("addresses.id")),
    Column("plan_no", Integer, nullable=False),
    Column("offset_days", Integer),
    Column("channel", String(12), nullable=False),
    Column("sender_id", String(40)),
    Column("template", String(120)),
    Column("permission", String(10), nullable=False),
    Column("missed", String(20), nullable=False),
    Column("skip_after_minutes", Integer),
    Column("planned_for", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("state", String(12), nullable=False),
    Column("reason", String(60)),
    Column("reason_data", JSON),
    Column("attempt", Integer, nullable=False),
    Column("resend", Boolean, nullable=False),
    Column("worker", String(60)),
    Column("lease_until_m", Instant),
    Column("hold_until", Instant),
    Column("message_id", Id),
    Column("data", JSON, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    # At most one for each (sequence, plan number, stage, channel); `key` names the stage with its offset.
    UniqueConstraint("sequence_id", "plan_no", "key", "channel"),
    Index(
        "ix_steps_due",
        "due_at",
        sqlite_where=text("state = 'planned'"),
        postgresql_where=text("state = 'planned'"),
    ),
    Index(
        "ix_steps_due_others",
        "kind",
        "due_at",
        sqlite_where=text("state = 'planned' AND kind <> 'message'"),
        postgresql_where=text("state = 'planned' AND kind <> 'message'"),
    ),
    Index(
        "ix_steps_address_planned",
        "address_id",
        "due_at",
        sqlite_where=text("state = 'planned'"),
        postgresql_where=text("state = 'planned'"),
    ),
    Index(
        "ix_steps_sending",
        "lease_until_m",
        sqlite_where=text("state = 'sending'"),
        postgresql_where=text("state = 'sending'"),
    ),
    Index(
        "ix_steps_unknown",
        "hold_until",
        sqlite_where=text("state = 'unknown'"),
        postgresql_where=text("state = 'unknown'"),
    ),
)
