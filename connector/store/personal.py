"""The register of personal data: what each text, JSON or blob column of the schema holds.

Erasing a person and exporting one walk this register, and nothing else knows where people are written. A test
refuses a column that is not in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import JSON

from connector.store import schema


@dataclass(frozen=True, slots=True)
class Holding:
    """One table. `by` are the columns that lead to the person; `emptied` what stands there after an erasure.

    `hashed`: a keyed hash stays, so that opt-out, caps and uniqueness go on without the person. `swept`: bodies of
    others in which the person is looked for by number, name and ids. `plain`: ids, codes, versions, the business's
    own words; a number of an invoice is kept because bookkeeping needs it.
    """

    by: tuple[str, ...] = ()
    emptied: Mapping[str, Any] = field(default_factory=dict)
    hashed: frozenset[str] = frozenset()
    swept: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()

    @property
    def columns(self) -> frozenset[str]:
        return frozenset(self.emptied) | self.hashed | self.swept | self.plain


def _plain(*names: str) -> frozenset[str]:
    return frozenset(name for text in names for name in text.split())


def _house(names: str) -> Holding:
    """A table of the house itself: nothing in it is about a customer."""
    return Holding(plain=_plain(names))


ERASED_NAME = "(dihapus)"

REGISTER: Mapping[str, Holding] = {
    "addresses": Holding(hashed=_plain("phone"), plain=_plain("id kind state")),
    "api_keys": _house("id label hash preset scopes actions sources hook_hosts caps pii made_by"),
    "audit": _house("actor action object result words_digest"),
    "audit_chain": _house("link"),
    "audit_cuts": _house("link"),
    "audit_words": Holding(swept=_plain("words"), plain=_plain("salt")),
    "blackouts": _house("id cause"),
    "business": _house(
        "id name language zone country currency relationship payment_details office_hours pay_host settings"
    ),
    "cases": Holding(
        by=("customer_id", "invoice_id"),
        emptied={"words": None, "note": None, "external_url": None, "external_id": None},
        plain=_plain("id reason severity state customer_id invoice_id outcome next resolved_by"),
    ),
    "charge_periods": Holding(
        by=("charge_id",), plain=_plain("charge_id period state reason due_on invoice_id case_id")
    ),
    "claims": Holding(
        by=("customer_id", "invoice_id"),
        emptied={"words": None, "note": None, "by": None},
        plain=_plain(
            "id customer_id invoice_id state case_id reply_id paid_on proof_file_id proof_type payment_id "
            "answered_by"
        ),
    ),
    "consents": Holding(
        by=("customer_id",),
        emptied={"source": None, "wording": None},
        plain=_plain("id customer_id channel basis given_on"),
    ),
    "control": _house("pause_reason clock_suspect clock_mode"),
    "customer_addresses": Holding(by=("customer_id",), plain=_plain("customer_id address_id state")),
    "customer_refs": Holding(
        by=("customer_id",), hashed=_plain("external_id"), plain=_plain("source customer_id")
    ),
    "customers": Holding(
        by=("id",),
        emptied={
            "ref": None,
            "name": ERASED_NAME,
            "folded_name": "",
            "contact_name": None,
            "email": None,
            "rep_name": None,
            "rep_email": None,
            "extra": {},
            "tag": None,
        },
        plain=_plain("id language zone channel source"),
    ),
    "deliveries": Holding(
        swept=_plain("answer"), plain=_plain("event_id id lane state subscription_id type worker")
    ),
    "destinations": _house("id kind value normal holder state becomes invoice_id proposed_by decided_by"),
    "emu_faults": Holding(swept=_plain("phone"), plain=_plain("id provider code kind")),
    "emu_messages": Holding(
        swept=_plain("phone text request"), plain=_plain("id provider direction token buttons status")
    ),
    "emu_webhooks": Holding(swept=_plain("payload"), plain=_plain("provider message_id kind")),
    "events": Holding(
        by=("customer_id", "invoice_id"),
        swept=_plain("data"),
        plain=_plain("id type customer_id invoice_id once_key"),
    ),
    "file_bodies": Holding(swept=_plain("body"), plain=_plain("file_id")),
    "files": Holding(
        by=("customer_id", "invoice_id"),
        emptied={"name": None, "source_url": None, "media_id": None, "sha256": None},
        plain=_plain("id kind state customer_id invoice_id reply_id media_type provider reason created_by"),
    ),
    "heartbeats": _house("worker"),
    "hook_hosts": _house("first_by host"),
    "idempotency": Holding(swept=_plain("answer"), plain=_plain("key_id action key body_hash")),
    "import_rows": Holding(
        by=("invoice_id",),
        swept=_plain("fields before errors raw number"),
        plain=_plain("import_id action invoice_id result"),
    ),
    "imports": _house("id list_name state preview_version file_name options counts"),
    "inbox": Holding(swept=_plain("body error"), plain=_plain("source dedupe state")),
    "invoices": Holding(
        by=("customer_id",),
        emptied={"description": None, "pay_url": None, "pdf_url": None, "extra": {}, "tag": None},
        plain=_plain(
            "id number customer_id source list_name currency issue_on due_on status waiting_for hold_reason "
            "pdf_file_id zone language channel recipe entered_on plan_id parent_id"
        ),
    ),
    "listening": _house("name"),
    "lists": _house("name"),
    "message_items": _house("message_id step_id invoice_id"),
    "messages": Holding(
        by=("customer_id", "address_id"),
        emptied={"text": None, "error_title": None, "answer": None},
        plain=_plain(
            "id address_id customer_id sequence_id channel provider sender_id stage permission template "
            "language provider_id status worker error_code"
        ),
    ),
    "payment_items": Holding(
        by=("invoice_id",),
        emptied={"reason": None, "reversed_by": None},
        plain=_plain("id payment_id invoice_id"),
    ),
    "payment_plans": Holding(
        by=("customer_id",),
        emptied={"reason": None, "by": None},
        plain=_plain("id invoice_id customer_id state"),
    ),
    "payments": Holding(
        by=("customer_id",),
        emptied={"by": None, "note": None, "told_invoice": None},
        hashed=_plain("ref"),
        plain=_plain("id customer_id currency paid_on method source state case_id"),
    ),
    "promises": Holding(
        by=("customer_id",),
        emptied={"words": None, "by": None},
        plain=_plain("id invoice_id customer_id on state via replaces"),
    ),
    "provider_signs": _house("provider"),
    "recipes": _house("version name origin body text"),
    "recurring_charges": Holding(
        by=("customer_id",),
        emptied={"description": None, "extra": {}},
        hashed=_plain("ref numbered_as"),
        plain=_plain(
            "id customer_id currency first_period last_period paused_until paid_through recipe list_name state "
            "step_id"
        ),
    ),
    "replies": Holding(
        by=("customer_id", "address_id"),
        emptied={"text": None, "phone": None, "media_id": None, "button_id": None},
        plain=_plain(
            "id provider provider_id address_id customer_id invoice_id invoice_guess kind in_answer_to media_type"
        ),
    ),
    "secrets": _house("id key_id owner purpose sealed"),
    "senders": _house("id provider channel external_id state reason"),
    "sequences": Holding(
        by=("invoice_id",),
        emptied={"reason": None},
        plain=_plain("id invoice_id recipe recipe_version template_versions state"),
    ),
    "steps": Holding(
        by=("customer_id", "invoice_id", "address_id"),
        emptied={"data": {}, "reason_data": None},
        plain=_plain(
            "id kind key stage sequence_id invoice_id customer_id address_id channel sender_id template permission "
            "missed state reason worker message_id"
        ),
    ),
    "subscriptions": _house(
        "days_overdue events host id key_id language name only_customers only_recipes only_tags pii place quiet "
        "reasons sources state state_reason url"
    ),
    "templates": _house("version name origin body status"),
}


def holds_words(column: sa.Column[Any]) -> bool:
    """Whether a column could hold a person's words: text, JSON or bytes."""
    return isinstance(column.type, sa.String | JSON | sa.LargeBinary)


def unclassified() -> list[str]:
    """`table.column` of what the register does not know, and of what it knows and the schema has not."""
    wrong = []
    for table in schema.metadata.sorted_tables:
        there = {column.name for column in table.c if holds_words(column)}
        known = REGISTER[table.name].columns if table.name in REGISTER else frozenset()
        wrong += [f"{table.name}.{name}" for name in sorted(there ^ known)]
    return wrong + sorted(set(REGISTER) - set(schema.metadata.tables))
