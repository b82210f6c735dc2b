"""The tables, one module for each part of the house.

Instants are epoch milliseconds (`*_at`), local dates ISO text (`*_on`), money minor units. Columns named
`*_at_m` are machine time; every other instant is business time, which may be virtual.
"""

from connector.store.schema.base import Id, Instant, metadata
from connector.store.schema.book import cases, invoices, payments, promises
from connector.store.schema.emulated import emu_faults, emu_messages, emu_webhooks
from connector.store.schema.house import api_keys, audit, business, control, idempotency
from connector.store.schema.lists import import_rows, imports, lists
from connector.store.schema.parties import addresses, consents, customer_addresses, customer_refs, customers
from connector.store.schema.plan import recipes, sequences, steps, templates
from connector.store.schema.traffic import (
    events,
    inbox,
    message_items,
    messages,
    provider_signs,
    replies,
    senders,
)
from connector.store.schema.vitals import blackouts, heartbeats

__all__ = [
    "Id",
    "Instant",
    "addresses",
    "api_keys",
    "audit",
    "blackouts",
    "business",
    "cases",
    "consents",
    "control",
    "customer_addresses",
    "customer_refs",
    "customers",
    "emu_faults",
    "emu_messages",
    "emu_webhooks",
    "events",
    "heartbeats",
    "idempotency",
    "import_rows",
    "imports",
    "inbox",
    "invoices",
    "lists",
    "message_items",
    "messages",
    "metadata",
    "payments",
    "promises",
    "provider_signs",
    "recipes",
    "replies",
    "senders",
    "sequences",
    "steps",
    "templates",
]
