"""The business itself, what stops or moves everything, and who may ask."""

from sqlalchemy import BigInteger, Boolean, Column, Integer, String, Table, Text
from sqlalchemy.types import JSON

from connector.store.schema import append_only
from connector.store.schema.base import Id, Instant, metadata

business = Table(
    "business",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("language", String(8), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("country", String(2), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("relationship", String(20)),
    Column("payment_details", Text),
    Column("office_hours", String(40)),
    Column("pay_host", Text),
    Column("settings", JSON, nullable=False),
    Column("created_at", Instant, nullable=False),
)

# One row: what stops or moves everything.
control = Table(
    "control",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("paused_at_m", Instant),  # pause_all
    Column("pause_reason", Text),
    Column("paused_until_m", Instant),
    Column("clock_suspect", Text),  # why; null: the clock is trusted
    Column("power_on", Boolean, nullable=False),  # the sandbox's switch
    Column("clock_mode", String(10), nullable=False),  # system or virtual
    Column("clock_now", Instant),  # virtual only
    Column("clock_target", Instant),
    Column("next_event_number", BigInteger, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Id, primary_key=True),
    Column("label", Text, nullable=False),
    Column("hash", String(64), nullable=False),  # SHA-256 of the whole key
    Column("preset", String(20)),
    Column("scopes", JSON, nullable=False),
    Column("actions", JSON),  # null: every action that the scopes allow
    Column("sources", JSON),
    Column("hook_hosts", JSON),
    Column("caps", JSON),
    Column("pii", String(10), nullable=False),  # full or masked
    Column("expires_at_m", Instant),
    Column("revoked_at_m", Instant),
    Column("last_used_at_m", Instant),
    Column("made_by", Text),
    Column("created_at_m", Instant, nullable=False),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("key_id", Id, primary_key=True),
    Column("action", String(60), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("body_hash", String(64), nullable=False),
    Column("status", Integer),  # null: in flight
    Column("answer", Text),
    Column("created_at_m", Instant, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("at_m", Instant, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("action", String(60), nullable=False),
    Column("object", String(160)),
    Column("result", String(40)),
    Column("words_digest", String(64)),  # of the reason, salted: the words themselves can be erased
)

# What people wrote as a reason, and the salt of its digest: an erasure deletes the row and the chain stays whole.
audit_words = Table(
    "audit_words",
    metadata,
    Column("audit_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("salt", String(64), nullable=False),
    Column("words", Text, nullable=False),
)

# One link for each sealed row, in the order of sealing: SHA-256 of the link before and the row.
audit_chain = Table(
    "audit_chain",
    metadata,
    Column("no", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("audit_id", BigInteger().with_variant(Integer, "sqlite"), nullable=False, unique=True),
    Column("link", String(64), nullable=False),
    Column("sealed_at_m", Instant, nullable=False),
)

# Where the retention cut old rows off: the chain is checked from the newest cut on.
audit_cuts = Table(
    "audit_cuts",
    metadata,
    Column("no", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("link", String(64), nullable=False),
    Column("cut_at_m", Instant, nullable=False),
)

# Only what the retention has cut off may go.
_CUT = "COALESCE((SELECT MAX(no) FROM audit_cuts), 0)"
_NOT_CUT = f"NOT EXISTS (SELECT 1 FROM audit_chain c WHERE c.audit_id = OLD.id AND c.no <= {_CUT})"  # noqa: S608
append_only.guard(audit, kept=_NOT_CUT)
append_only.guard(audit_chain, kept=f"OLD.no > {_CUT}")
append_only.guard(audit_cuts, kept="1 = 1")
