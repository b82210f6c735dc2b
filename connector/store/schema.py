"""The tables. Instants are epoch milliseconds (`*_at`), local dates ISO text (`*_on`), money minor units.

Columns named `*_at_m` are machine time; every other instant is business time, which may be virtual.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import JSON

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
Id = String(40)
Instant = BigInteger


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
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
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
    Column("sequence_id", Id, ForeignKey("sequences.id"), index=True),
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
    Column("fence", Integer, nullable=False),
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
    Column("fence", Integer, nullable=False),
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
    Column("message_id", Id, ForeignKey("messages.id"), primary_key=True),
    Column("step_id", Id, ForeignKey("steps.id"), primary_key=True, index=True),
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

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("worker", String(60), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("at_m", Instant, nullable=False),
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

imports = Table(
    "imports",
    metadata,
    Column("id", Id, primary_key=True),
    Column("list_name", String(120), nullable=False, index=True),
    Column("state", String(12), nullable=False),  # staging, ready, applied, undone, deleted
    Column("preview_version", String(64)),
    Column("file_name", Text),
    Column("options", JSON, nullable=False),
    Column("counts", JSON, nullable=False),
    Column("started", Boolean, nullable=False),  # the list's messages may go
    Column("created_at", Instant, nullable=False),
    Column("applied_at", Instant),
)

import_rows = Table(
    "import_rows",
    metadata,
    Column("import_id", Id, ForeignKey("imports.id"), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("action", String(12), nullable=False),  # new, changed, newly_paid, unchanged, missing, refused
    Column("invoice_id", Id),
    Column("number", String(120)),
    Column("fields", JSON, nullable=False),
    Column("before", JSON),
    Column("errors", JSON, nullable=False),
    Column("raw", JSON, nullable=False),
    Column("result", String(20)),
)

lists = Table(
    "lists",
    metadata,
    Column("name", String(120), primary_key=True),
    Column("started_at", Instant),
    Column("created_at", Instant, nullable=False),
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
    Column("reason", Text),
)

# The emulator's own rows: a provider that remembers. Present in every database, filled only in the sandbox.
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
