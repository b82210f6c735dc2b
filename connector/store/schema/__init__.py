"""The tables, one module for each part of the house.

Instants are epoch milliseconds (`*_at`), local dates ISO text (`*_on`), money minor units. Columns named
`*_at_m` are machine time; every other instant is business time, which may be virtual.
"""

from connector.store.schema.base import Id, Instant, metadata
from connector.store.schema.book import (
    OWED,
    cases,
    claims,
    invoices,
    payment_items,
    payment_plans,
    payments,
    promises,
)
from connector.store.schema.emulated import emu_faults, emu_messages, emu_webhooks
from connector.store.schema.hooks import deliveries, hook_hosts, secrets, subscriptions
from connector.store.schema.house import (
    api_keys,
    audit,
    audit_chain,
    audit_cuts,
    audit_words,
    business,
    control,
    idempotency,
)
from connector.store.schema.lists import import_rows, imports, lists
from connector.store.schema.parties import addresses, consents, customer_addresses, customer_refs, customers
from connector.store.schema.plan import recipes, sequences, steps, templates
from connector.store.schema.recurring import charge_periods, recurring_charges
from connector.store.schema.traffic import (
    events,
    inbox,
    message_items,
    messages,
    provider_signs,
    replies,
    senders,
)
from connector.store.schema.vault import destinations, file_bodies, files
from connector.store.schema.vitals import blackouts, heartbeats, listening

__all__ = [
    "OWED",
    "Id",
    "Instant",
    "addresses",
    "api_keys",
    "audit",
    "audit_chain",
    "audit_cuts",
    "audit_words",
    "blackouts",
    "business",
    "cases",
    "charge_periods",
    "claims",
    "consents",
    "control",
    "customer_addresses",
    "customer_refs",
    "customers",
    "deliveries",
    "destinations",
    "emu_faults",
    "emu_messages",
    "emu_webhooks",
    "events",
    "file_bodies",
    "files",
    "heartbeats",
    "hook_hosts",
    "idempotency",
    "import_rows",
    "imports",
    "inbox",
    "invoices",
    "listening",
    "lists",
    "message_items",
    "messages",
    "metadata",
    "payment_items",
    "payment_plans",
    "payments",
    "promises",
    "provider_signs",
    "recipes",
    "recurring_charges",
    "replies",
    "secrets",
    "senders",
    "sequences",
    "steps",
    "subscriptions",
    "templates",
]
