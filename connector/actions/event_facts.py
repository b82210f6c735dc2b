"""What a page of events is about, read at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.actions.cards import Around
from connector.actions.context import Context
from connector.clock import from_ms
from connector.domain.files import FileState
from connector.domain.model import Case, Customer, Invoice, Promise
from connector.domain.money import amount_number, decimal_string, format_money
from connector.store import cases, files, payments, promises, told
from connector.store.db import Row
from connector.store.files import File
from connector.store.payments import Recorded

Event = Mapping[str, Any]
Own = tuple[dict[str, Any], dict[str, Any]]  # the event's keys, the words of its sentence


@dataclass(frozen=True, slots=True)
class Refers:
    """The things that a page of events is about."""

    payments: dict[str, Recorded]
    promises: dict[str, Promise]
    cases: dict[str, Case]
    messages: dict[str, Row[Any]]
    numbers: dict[str, list[str]]
    replies: dict[str, Row[Any]]
    addresses: dict[str, str]
    sent: dict[str, int]
    kept: dict[str, tuple[int, int]]
    files: dict[str, File]  # by reply


@dataclass(frozen=True, slots=True)
class Of:
    """One event with all that it needs."""

    ctx: Context
    event: Event
    refers: Refers
    invoice: Invoice | None
    customer: Customer | None
    around: Around

    @property
    def data(self) -> Mapping[str, Any]:
        return self.event["data"]  # type: ignore[no-any-return]

    @property
    def currency(self) -> str:
        return self.invoice.currency if self.invoice else self.ctx.business.currency

    def at(self, ms: int | None) -> str | None:
        return None if ms is None else self.ctx.local(from_ms(ms))

    def file(self) -> dict[str, Any]:
        """What came with the customer's message; its link opens for some days without a key."""
        found = self.refers.files.get(self.data.get("reply_id", ""))
        if found is None:
            return {"id": None, "url": None, "type": None, "name": None}
        is_kept = found.state in (FileState.WAITING, FileState.READY)
        link = self.ctx.file_link(found.id) if is_kept and self.ctx.file_link else None
        return {"id": found.id, "url": link, "type": found.media_type, "name": found.name}

    def money(self, prefix: str, minor: int | None, currency: str) -> dict[str, Any]:
        if minor is None:
            return {}
        return {
            prefix: decimal_string(minor, currency),
            f"{prefix}_number": amount_number(minor, currency),
            f"{prefix}_text": format_money(minor, currency, self.ctx.language),
        }

    def case_words(self, table: str, code: str | None) -> str | None:
        """The words of a reason or outcome, from specs/lists.json."""
        known = self.ctx.catalog.lists.get(table, {}).get(code or "", {})
        return known.get(self.ctx.language, code)


def refers(ctx: Context, events: Sequence[Event]) -> Refers:
    """Everything that these events name, in a fixed number of queries."""
    messages = _named(events, "message_id") | _named(events, "last_message_id")
    people = {e["customer_id"] for e in events if e["customer_id"] and e["type"] == "needs_human"}
    return Refers(
        payments=payments.by_ids(ctx.tx, _named(events, "payment_id")),
        promises=promises.by_ids(ctx.tx, _named(events, "promise_id")),
        cases=cases.by_ids(ctx.tx, _named(events, "case_id")),
        messages=told.messages(ctx.tx, messages),
        numbers=told.numbers_of(ctx.tx, messages),
        replies=told.replies(ctx.tx, _named(events, "reply_id")),
        addresses=told.addresses(ctx.tx, _named(events, "address_id")),
        sent=told.sent_counts(ctx.tx, _named(events, "sequence_id")),
        kept=promises.counts_of_customers(ctx.tx, people),
        files=files.of_replies(ctx.tx, _named(events, "reply_id")),
    )


def _named(events: Iterable[Event], key: str) -> set[str]:
    return {event["data"][key] for event in events if event["data"].get(key)}
