"""Recurring charges (a roster's lines) and what became of each of their periods."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint
from sqlalchemy.types import JSON

from connector.store.schema.base import Id, Instant, metadata

recurring_charges = Table(
    "recurring_charges",
    metadata,
    Column("id", Id, primary_key=True),
    Column("ref", String(80), nullable=False),
    Column("list_name", String(120), nullable=False),  # the sheet that it came from; empty: made by hand
    Column("numbered_as", String(100)),  # how its invoices are called where another charge has its reference
    Column("customer_id", Id, ForeignKey("customers.id"), nullable=False, index=True),
    Column("amount", BigInteger),  # null: asked each period
    Column("currency", String(3), nullable=False),
    Column("every_months", Integer, nullable=False),
    Column("due_day", Integer, nullable=False),  # 1-31, clamped to the month's last day
    Column("first_period", String(7), nullable=False),  # "2026-12"
    Column("last_period", String(7)),
    Column("paused_until", String(10)),
    Column("paid_through", String(7)),
    Column("description", Text),
    Column("recipe", String(80)),
    Column("issue_days_before", Integer),  # null: the recipe's
    Column("extra", JSON, nullable=False),
    Column("state", String(10), nullable=False),  # active or stopped
    Column("step_id", Id),  # the planned step that issues the next period
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    UniqueConstraint("list_name", "ref"),
    Index("ix_recurring_charges_ref", "ref"),
)

# One row for each period that was decided: the key is the promise that none is ever issued twice.
charge_periods = Table(
    "charge_periods",
    metadata,
    Column("charge_id", Id, ForeignKey("recurring_charges.id"), primary_key=True),
    Column("period", String(7), primary_key=True),
    Column("state", String(10), nullable=False),  # issued, skipped, or waiting for a person
    Column("reason", String(40)),
    Column("due_on", String(10), nullable=False),
    Column("invoice_id", Id, ForeignKey("invoices.id"), unique=True),
    Column("case_id", Id),
    Column("created_at", Instant, nullable=False),
    Index("ix_charge_periods_case_id", "case_id"),
)
