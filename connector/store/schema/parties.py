"""Customers, their addresses and their consent."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, String, Table, Text, text
from sqlalchemy.types import JSON

from connector.store.schema.base import Id, Instant, metadata

customers = Table(
    "customers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("ref", Text, unique=True),
    Column("name", Text, nullable=False),
    Column("folded_name", Text, nullable=False, index=True),
    Column("contact_name", Text),
    Column("email", Text),
    Column("language", String(8)),
    Column("zone", String(64)),
    Column("channel", String(12)),
    Column("rep_name", Text),
    Column("rep_email", Text),
    Column("extra", JSON, nullable=False),
    Column("tag", Text),  # its tags as they are compared (store/tags.py)
    Column("source", String(120)),  # where the customer was first named: what a source-bound key may see
    Column("opted_out_at", Instant),  # the person's own stop: it follows them to another number
    Column("erased_at", Instant),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Index(
        "ix_customers_tag",
        "tag",
        sqlite_where=text("tag IS NOT NULL"),
        postgresql_where=text("tag IS NOT NULL"),
    ),
)

customer_refs = Table(
    "customer_refs",
    metadata,
    Column("source", String(80), primary_key=True),
    Column("external_id", String(200), primary_key=True),
    Column("customer_id", Id, ForeignKey("customers.id"), nullable=False, index=True),
)

addresses = Table(
    "addresses",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(12), nullable=False),  # phone
    Column("phone", String(20), nullable=False, unique=True),
    Column("state", String(20), nullable=False),
    Column("state_until", Instant),
    Column("opted_out_at", Instant),
    Column("last_inbound_at", Instant),
    Column("last_message_at", Instant),
    Column("doubted_at", Instant),  # nobody knows whose number this is now: nothing with figures leaves
    Column("pair_tokens", Float, nullable=False),  # pair limit: burst 45, 1 per 6 s
    Column("pair_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Index(
        "ix_addresses_state_until",
        "state_until",
        sqlite_where=text("state_until IS NOT NULL"),
        postgresql_where=text("state_until IS NOT NULL"),
    ),
)

customer_addresses = Table(
    "customer_addresses",
    metadata,
    Column("customer_id", Id, ForeignKey("customers.id"), primary_key=True),
    Column("address_id", Id, ForeignKey("addresses.id"), primary_key=True, index=True),
    Column("is_primary", Boolean, nullable=False),
    Column("state", String(12)),  # of the others: waiting (null too), other, former, wrong
)

consents = Table(
    "consents",
    metadata,
    Column("id", Id, primary_key=True),
    Column("customer_id", Id, ForeignKey("customers.id"), nullable=False, index=True),
    Column("channel", String(12)),  # null: every channel
    Column("allowed", Boolean, nullable=False),
    Column("basis", String(20), nullable=False),  # contract or consent
    Column("source", Text),
    Column("given_on", String(10)),
    Column("wording", Text),
    Column("at", Instant, nullable=False),
)
