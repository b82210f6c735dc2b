"""Signs of life and the gaps between them."""

from sqlalchemy import Column, Integer, String, Table

from connector.store.schema.base import Id, Instant, metadata

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("worker", String(60), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("at_m", Instant, nullable=False),
)

# One row, `web`: since when providers could reach us without a gap, and when we last knew it. Machine time.
listening = Table(
    "listening",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("since_m", Instant, nullable=False),
    Column("seen_m", Instant, nullable=False),
)

blackouts = Table(
    "blackouts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("cause", String(20), nullable=False),  # power, network, pause
    Column("from_at", Instant, nullable=False),
    Column("to_at", Instant),
    Column("late", Integer, nullable=False),
    Column("superseded", Integer, nullable=False),
    Column("lost", Integer, nullable=False),
    Column("doubled", Integer, nullable=False),
    Column("reported_at", Instant),
)
