"""The nouns of the trade as frozen values, with their closed sets of states.

Instants are aware datetimes in UTC, local dates are dates, money is an integer in minor units with its
ISO 4217 code. Ids are text with a prefix (`inv_`, `cus_`, `stp_`, `msg_` ...).
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any


class Channel(StrEnum):
    WHATSAPP = "whatsapp"
    SMS = "sms"


class InvoiceStatus(StrEnum):
    WAITING = "waiting"  # something is missing before it may be sent; `waiting_for` says what
    OPEN = "open"
    PARTLY_PAID = "partly_paid"
    PAID = "paid"
    VOID = "void"

    @property
    def is_owed(self) -> bool:
        return self in (InvoiceStatus.OPEN, InvoiceStatus.PARTLY_PAID)


class Stage(StrEnum):
    """What a message is about; it decides when the text is still true (see `domain.truth`)."""

    CREATED = "created"
    PRE_DUE = "pre_due"
    DUE = "due"
    OVERDUE = "overdue"
    RECEIPT = "receipt"
    OTHER = "other"  # notices and replies outside the plan: promise texts, free messages


class StepKind(StrEnum):
    MESSAGE = "message"
    TICK = "tick"  # time passing: invoice due, overdue threshold, promise check
    TASK = "task"  # a person is asked


class StepState(StrEnum):
    PLANNED = "planned"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"  # ticks and tasks end here too: done
    SKIPPED = "skipped"
    SUPERSEDED = "superseded"
    MERGED = "merged"
    CANCELLED = "cancelled"
    HELD = "held"
    FAILED = "failed"


class Permission(StrEnum):
    """The three kinds of permission that a message needs before it may leave."""

    REMINDER = "reminder"  # window, caps, minimum gap, holidays, consent
    NOTICE = "notice"  # window only
    REPLY = "reply"  # within 15 minutes of the customer's own message, any hour


class Missed(StrEnum):
    """What happens to a step that is claimed too late."""

    COLLAPSE = "collapse"
    SEND_NEXT_WINDOW = "send_next_window"
    SKIP_AFTER = "skip_after"


class SequenceState(StrEnum):
    PLANNED = "planned"  # nothing sent yet
    RUNNING = "running"
    PAUSED = "paused"  # by a person, until `paused_until` or a resume
    HELD = "held"  # by an open case or a waiting claim
    HANDED_OFF = "handed_off"
    FINISHED = "finished"
    CANCELLED = "cancelled"


class MessageStatus(StrEnum):
    SENDING = "sending"  # intent committed
    UNKNOWN = "unknown"
    SENT = "sent"  # accepted by the provider
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


# A status never goes back: a late `sent` after `read` changes nothing (webhooks arrive out of order).
STATUS_RANK: dict[MessageStatus, int] = {
    MessageStatus.SENDING: 0,
    MessageStatus.UNKNOWN: 0,
    MessageStatus.SENT: 1,
    MessageStatus.FAILED: 2,  # may follow sent, never delivered
    MessageStatus.DELIVERED: 3,
    MessageStatus.READ: 4,
}


class AddressState(StrEnum):
    OK = "ok"
    NOT_ON_WHATSAPP = "not_on_whatsapp"
    WRONG = "wrong"
    UNREACHABLE = "unreachable"


class PromiseState(StrEnum):
    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    CANCELLED = "cancelled"


class CaseState(StrEnum):
    OPEN = "open"
    RESOLVED = "resolved"


class UnknownPolicy(StrEnum):
    RESEND_ONCE = "resend_once"
    PERSON = "person"


class Origin(StrEnum):
    SHIPPED = "shipped"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (rupiah times 100) of an ISO 4217 currency."""

    minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Business:
    id: str
    name: str
    language: str  # "id" or "en": the language of summaries and the default for customers
    zone: str  # IANA name
    country: str  # ISO 3166 alpha-2
    currency: str
    relationship: str | None  # "first_party" or None: without it live WhatsApp stays off
    payment_details: str | None  # the text of how to pay, approved at set-up
    office_hours: str | None  # "08:00-17:00", shown to customers
    pay_host: str | None
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Customer:
    id: str
    ref: str | None  # the business's own reference
    name: str
    folded_name: str
    contact_name: str | None = None
    email: str | None = None
    language: str | None = None  # None: the business's
    zone: str | None = None  # None: invoice's, then business's
    channel: Channel | None = None  # preferred channel
    rep_name: str | None = None
    rep_email: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Address:
    """A phone number. Caps, opt-out and the 24-hour window count per address."""

    id: str
    phone: str  # E.164
    state: AddressState = AddressState.OK
    opted_out_at: datetime | None = None
    last_inbound_at: datetime | None = None  # the customer's last own message: opens the 24-hour window


@dataclass(frozen=True, slots=True)
class Invoice:
    id: str
    number: str
    customer_id: str
    source: str  # where it was born: "api", "sheet:<list>", a tool's name
    amount: int  # minor units
    paid: int  # minor units
    currency: str
    issue_date: date
    due_date: date
    status: InvoiceStatus
    description: str | None = None
    waiting_for: str | None = None
    hold_reason: str | None = None
    pay_url: str | None = None
    pdf_url: str | None = None
    zone: str | None = None
    language: str | None = None
    channel: Channel | None = None
    recipe: str | None = None
    list_name: str | None = None
    plan_no: int = 1
    version: int = 1
    settles_at: datetime | None = None  # no message caused by this fact leaves before
    created_at: datetime | None = None
    paid_at: datetime | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def due(self) -> int:
        """What is still open, in minor units; 0 when paid or void."""
        if self.status in (InvoiceStatus.PAID, InvoiceStatus.VOID):
            return 0
        return max(self.amount - self.paid, 0)


@dataclass(frozen=True, slots=True)
class Sequence:
    """One run of a recipe for one invoice."""

    id: str
    invoice_id: str
    recipe: str
    recipe_version: str
    state: SequenceState
    plan_no: int = 1
    paused_until: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One planned act. `key` names it in its sequence: "created", "H-3", "H", "H+7", "receipt:pay_..."."""

    id: str
    kind: StepKind
    key: str
    stage: Stage
    due_at: datetime
    state: StepState = StepState.PLANNED
    sequence_id: str | None = None
    invoice_id: str | None = None
    customer_id: str | None = None
    address_id: str | None = None
    plan_no: int = 1
    offset_days: int | None = None
    channel: Channel = Channel.WHATSAPP
    template: str | None = None
    permission: Permission = Permission.REMINDER
    missed: Missed = Missed.COLLAPSE
    skip_after_minutes: int | None = None
    planned_for: datetime | None = None  # the first due_at; due_at itself moves with windows and retries
    attempt: int = 0
    resend: bool = False
    fence: int = 0
    reason: str | None = None
    hold_until: datetime | None = None
    data: dict[str, Any] = field(default_factory=dict)  # variables, free text, tick details


@dataclass(frozen=True, slots=True)
class Promise:
    id: str
    no: int  # counts per invoice from 1
    invoice_id: str
    customer_id: str
    on: date
    amount: int  # minor units
    state: PromiseState
    made_at: datetime
    words: str | None = None
    by: str | None = None
    via: str | None = None
    grace_days: int = 1
    paid_before: int = 0  # what was already paid on the invoice when the promise was made
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    id: str
    reason: str
    state: CaseState
    opened_at: datetime
    customer_id: str | None = None
    invoice_id: str | None = None
    severity: str = "normal"
    words: str | None = None
    note: str | None = None
    outcome: str | None = None
    external_id: str | None = None
    external_url: str | None = None


@dataclass(frozen=True, slots=True)
class Button:
    id: str  # the payload that comes back
    title: str  # <= 20 characters in a free message, <= 25 in a template


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """What a provider translates into its own request. `token` is our message id and returns in statuses."""

    token: str
    to: str  # E.164 with plus
    text: str  # the whole rendered text, also what the phone page shows
    language: str
    template: str | None = None  # None: free text inside the 24-hour window
    params: tuple[tuple[str, str], ...] = ()  # named, in the order of the body
    url_suffix: str | None = None  # the variable of the template's URL button
    buttons: tuple[Button, ...] = ()


class OutcomeKind(StrEnum):
    ACCEPTED = "accepted"
    RETRY = "retry"
    UNDELIVERABLE = "undeliverable"  # try the fallback channel
    REFUSED = "refused"  # a human looks
    UNKNOWN = "unknown"  # it may have been accepted: wait for the webhook


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a provider's answer means. `action` is the finer class of the error table: `retry_pair`."""

    kind: OutcomeKind
    action: str
    provider_id: str | None = None
    code: str | None = None
    title: str | None = None
    after_s: float | None = None
    raw: str | None = None


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """A provider's word on one of our messages."""

    provider_id: str | None
    token: str | None
    status: MessageStatus
    at: datetime
    outcome: Outcome | None = None  # for `failed`: what the code means
    recipient: str | None = None


@dataclass(frozen=True, slots=True)
class Inbound:
    """A customer's own message as it arrived, not yet understood."""

    provider_id: str
    phone: str | None  # E.164
    at: datetime
    kind: str  # text, button, media, other
    text: str | None = None
    button_id: str | None = None
    in_answer_to: str | None = None  # provider id of the message that it answers
    profile_name: str | None = None
    media_id: str | None = None
    media_type: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Anything else that a provider tells: template status, account update. Kept, maybe acted on later."""

    topic: str
    at: datetime | None
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class WindowRule:
    """When people may be contacted, in local time. Weekdays: Monday is 0."""

    opens: time
    closes: time
    weekdays: frozenset[int] = frozenset(range(7))
    holidays: str | None = None  # a calendar's name ("ID"); None: holidays do not matter


@dataclass(frozen=True, slots=True)
class Policy:
    """A contact policy (profile): window, caps and minimum gap, counted per address."""

    name: str
    window: WindowRule  # reminders
    notice_window: WindowRule  # invoices, receipts, promise texts
    cap_per_cycle: int  # reminders in one sequence
    cap_per_7_days: int  # reminders to one address
    minimum_gap_hours: int  # between two reminders to one address
    reply_minutes: int = 15
    consent: str = "contract"  # or "consent": a record is needed first


@dataclass(frozen=True, slots=True)
class RecipeStep:
    """One line of a recipe. `offset_days` counts from the due date; None means the issue date."""

    key: str  # "created", "H-3", "H", "H+7"
    kind: StepKind
    stage: Stage
    offset_days: int | None
    at: time
    template: str | None = None
    reason: str | None = None  # for a task: the case's reason
    channel: Channel | None = None
    missed: Missed = Missed.COLLAPSE
    skip_after_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Fallback:
    """A declared second channel: planned with `sent`, cancelled by `unless`."""

    channel: Channel
    after_minutes: int
    unless: MessageStatus = MessageStatus.DELIVERED


@dataclass(frozen=True, slots=True)
class Recipe:
    name: str
    version: str  # content hash
    policy: Policy
    steps: tuple[RecipeStep, ...]
    receipt: str | None = None  # template of the payment confirmation
    receipt_partial: str | None = None
    promise_ask: str | None = None
    promise_confirm: str | None = None
    promise_broken: str | None = None
    grace_days: int = 1
    promise_max_days: int = 31
    late_after_minutes: int = 60
    fallback: Fallback | None = None
    unknown: UnknownPolicy = UnknownPolicy.RESEND_ONCE
    claim_truce_hours: int = 48
