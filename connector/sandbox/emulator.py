"""A provider that remembers: accepting a message is one transaction, and it never calls back by itself.

Whoever runs it posts the due statuses (see `posting`): a handler that called its own process would deadlock.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connector.clock import to_ms
from connector.providers.error_table import ErrorTable
from connector.sandbox.faults import Fault, Struck, Trouble, fault_of, strike
from connector.sandbox.grouping import Grouping
from connector.store import emulator as rows
from connector.store.db import Store, Tx

WHATSAPP = "whatsapp_cloud"
SMS = "sandbox_sms"
WINDOW = timedelta(hours=24)
LATE_S = 600.0
BATCH_S = 10.0
TIMEOUT_S = 20.0
LONGEST_WAIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Rendered:
    """A template filled in, as the phone shows it."""

    text: str
    button_titles: tuple[str, ...] = ()


Book = Callable[[str, str, Mapping[str, str]], Rendered | None]  # (template, language, values)


@dataclass(frozen=True, slots=True)
class Settings:
    """Who the emulator is. `app_secret` and `sms_secret` sign what it posts; both random per install."""

    app_secret: bytes = field(repr=False)
    sms_secret: bytes = field(repr=False)
    phone_number_id: str | None = None  # None: any number is known
    waba_id: str = "200000000000002"
    token: str | None = field(default=None, repr=False)  # None: any bearer token will do
    sent_s: float = 0.0
    delivered_s: float = 2.0
    read_s: float | None = 60.0  # None: nobody reads
    keeps_window: bool = True  # free text outside the 24-hour window fails, as at Meta
    book: Book | None = None
    errors: ErrorTable | None = None  # for the titles of codes


@dataclass(frozen=True, slots=True)
class Given:
    """A message as a gateway route understood it."""

    provider: str
    sender: str  # phone_number_id or SMS sender id
    phone: str
    token: str | None
    text: str
    request: Mapping[str, Any]
    buttons: tuple[Mapping[str, str], ...] = ()
    is_free: bool = False  # WhatsApp free text: needs an open window
    document: Mapping[str, str] | None = None  # {link, name} above a template's text


@dataclass(frozen=True, slots=True)
class Taken:
    """What the route answers. No `id`: the message was not taken."""

    id: str | None
    fault: Fault | None = None  # what strikes at once

    @property
    def breaks_line(self) -> bool:
        return self.fault is not None and self.fault.trouble in (Trouble.NETWORK, Trouble.LOST_ANSWER)

    @property
    def wait_s(self) -> float:
        if self.fault is None or self.fault.trouble is not Trouble.TIMEOUT:
            return 0.0
        return min(self.fault.seconds if self.fault.seconds is not None else TIMEOUT_S, LONGEST_WAIT_S)


class Emulator:
    """The core behind the gateway routes; several requests share one commit."""

    def __init__(self, store: Store, settings: Settings, rng: random.Random | None = None) -> None:
        self.store = store
        self.settings = settings
        self._rng = rng or random.Random()
        self._grouping: Grouping[Given, Taken] = Grouping(self._commit)

    def accept(self, given: Given) -> Taken:
        """Takes the message or not, as the faults say; committed when this returns."""
        return self._grouping.submit(given)

    def _commit(self, group: Sequence[Given]) -> list[Taken]:
        with self.store.write() as tx:
            return accept(tx, group, self.settings, self._rng)


def accept(tx: Tx, group: Sequence[Given], settings: Settings, rng: random.Random) -> list[Taken]:
    """The messages of one transaction, each with its statuses to come."""
    faults = [fault_of(row) for row in rows.faults(tx)]
    taken: list[Taken] = []
    messages: list[dict[str, Any]] = []
    webhooks: list[dict[str, Any]] = []
    for given in group:
        struck = strike(faults, given.provider, given.phone, rng)
        for fault_id in struck.used:
            rows.use_fault(tx, fault_id)
            faults = [fault_of(row) for row in rows.faults(tx)]
        if _is_refused(struck.at_once):
            taken.append(Taken(None, struck.at_once))
            continue
        message_id = new_id(tx, given.provider)
        taken.append(Taken(message_id, struck.at_once))
        messages.append(_message_row(given, message_id, tx.now_ms))
        webhooks.extend(_status_rows(tx, given, message_id, struck, settings))
    rows.add_messages(tx, messages)
    rows.add_webhooks(tx, webhooks)
    return taken


def _is_refused(fault: Fault | None) -> bool:
    """Whether the message is not taken. "held" is a code of an acceptance."""
    return (
        fault is not None
        and fault.trouble in (Trouble.CODE, Trouble.REFUSED, Trouble.NETWORK)
        and fault.code != "held"
    )


def new_id(tx: Tx, provider: str) -> str:
    """An id as the provider would give it."""
    unique = tx.ids.new("emu").removeprefix("emu_")
    return f"wamid.{unique}" if provider == WHATSAPP else f"sms_{unique}"


def _message_row(given: Given, message_id: str, now_ms: int) -> dict[str, Any]:
    return {
        "id": message_id,
        "provider": given.provider,
        "phone": given.phone,
        "direction": "out",
        "token": given.token,
        "at": now_ms,
        "text": given.text,
        "buttons": [dict(button) for button in given.buttons],
        "request": {**given.request, "_sender": given.sender, **_document(given)},
        "status": "accepted",
    }


def _document(given: Given) -> dict[str, Any]:
    return {"_document": dict(given.document)} if given.document else {}


def _status_rows(
    tx: Tx, given: Given, message_id: str, struck: Struck, settings: Settings
) -> list[dict[str, Any]]:
    """The statuses to come, as the faults bend them."""
    if struck.has(Trouble.SILENT):
        return []
    plan = _plan(tx, given, struck, settings)
    instants = [tx.now + timedelta(seconds=delay) for _, delay, _ in plan]
    arrivals = list(reversed(instants)) if struck.has(Trouble.OUT_OF_ORDER) else instants
    found = []
    for (status, _, code), at, arrival in zip(plan, instants, arrivals, strict=True):
        payload = {
            "sender": given.sender,
            "phone": given.phone,
            "token": given.token,
            "status": status,
            "code": code,
            "at": int(at.timestamp()),
        }
        for due_at in _due_times(arrival, struck):
            found.append(
                {
                    "provider": given.provider,
                    "message_id": message_id,
                    "kind": "status",
                    "payload": payload,
                    "due_at": to_ms(due_at),
                }
            )
    return found


def _plan(tx: Tx, given: Given, struck: Struck, settings: Settings) -> list[tuple[str, float, str | None]]:
    """(status, seconds from now, error code) in the order in which they happen."""
    failed = struck.has(Trouble.FAILED)
    if failed is not None:
        default = "131026" if given.provider == WHATSAPP else "invalid_number"
        return [("failed", settings.delivered_s, failed.code or default)]
    if given.is_free and settings.keeps_window:
        typed = rows.last_typed(tx, given.provider, given.phone)
        if typed is None or tx.now - typed > WINDOW:
            return [("failed", settings.sent_s, "131047")]
    plan: list[tuple[str, float, str | None]] = [
        ("sent", settings.sent_s, None),
        ("delivered", settings.delivered_s, None),
    ]
    if settings.read_s is not None and given.provider == WHATSAPP:
        plan.append(("read", settings.read_s, None))
    return plan


def _due_times(arrival: datetime, struck: Struck) -> list[datetime]:
    late = struck.has(Trouble.LATE)
    if late is not None:
        arrival += timedelta(seconds=LATE_S if late.seconds is None else late.seconds)
    batches = struck.has(Trouble.BATCHES)
    if batches is not None:
        size_ms = max(int((batches.seconds or BATCH_S) * 1000), 1)
        arrival += timedelta(milliseconds=-to_ms(arrival) % size_ms)
    return [arrival, arrival + timedelta(seconds=1)] if struck.has(Trouble.DUPLICATE) else [arrival]
