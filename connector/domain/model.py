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


class Tie(StrEnum):
    """How a number that is not the one in use is tied to a customer."""

    WAITING = "waiting"  # given for them, and nobody has said yes
    OTHER = "other"  # theirs as well: a reply from it counts, no message goes there
    FORMER = "former"  # was theirs: never again
    WRONG = "wrong"  # was said to be somebody else's: never again


class PromiseState(StrEnum):
    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    CANCELLED = "cancelled"


class ClaimState(StrEnum):
    WAITING = "waiting"  # nobody has looked yet
    RECEIVED = "received"
    RECEIVED_PART = "received_part"
    NOT_FOUND = "not_found"


class PlanState(StrEnum):
    """How a payment plan stands."""

    ACTIVE = "active"
    FROZEN = "frozen"  # the debt changed meanwhile: a person decides
    COMPLETED = "completed"
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
    source: str | None = None  # where the customer was first named
    opted_out_at: datetime | None = None  # the person's own stop: it follows them to another number


@dataclass(frozen=True, slots=True)
class Address:
    """A phone number. Caps, opt-out and the 24-hour window count per address."""

    id: str
    phone: str  # E.164
    state: AddressState = AddressState.OK
    opted_out_at: datetime | None = None
    last_inbound_at: datetime | None = None  # the customer's last own message: opens the 24-hour window
    doubted_at: datetime | None = None  # since then nobody knows whose number this is: no figures to it


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
    pdf_file_id: str | None = None  # the document that goes with the invoice text
    entered_on: date | None = None  # late when its list was started: overdue stages count from this day
    plan_id: str | None = None  # the payment plan that splits it, or that it is an instalment of
    parent_id: str | None = None  # of an instalment: the invoice that was split
    instalment_no: int | None = None
    appointment_at: datetime | None = None  # when the customer is expected: no reminder of it goes later

    @property
    def due(self) -> int:
        """What is still open, in minor units; 0 when paid or void."""
        if self.status in (InvoiceStatus.PAID, InvoiceStatus.VOID):
            return 0
        return max(self.amount - self.paid, 0)

    @property
    def entered_late(self) -> bool:
        """Whether it was overdue already when its list was started; a later due date makes it ordinary again."""
        return self.entered_on is not None and self.entered_on > self.due_date

    @property
    def overdue_from(self) -> date:
        """The day from which overdue stages count: the due date, or a late invoice's first day with us."""
        return self.due_date if self.entered_on is None else max(self.due_date, self.entered_on)

    @property
    def credit(self) -> int:
        """What was paid and is not owed: more than the amount, or money on a void invoice."""
        return self.paid if self.status is InvoiceStatus.VOID else max(self.paid - self.amount, 0)

    @property
    def is_split(self) -> bool:
        """Whether instalments stand for it: they are reminded and counted, it is not."""
        return self.plan_id is not None and self.parent_id is None


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
class Claim:
    """A customer's word that something is paid. It never lowers a balance."""

    id: str
    no: int  # counts per invoice (or per customer, when it is about several) from 1
    customer_id: str
    state: ClaimState
    made_at: datetime
    invoice_id: str | None = None  # None: about several invoices
    case_id: str | None = None
    reply_id: str | None = None
    by: str | None = None
    words: str | None = None
    amount: int | None = None  # minor units, as claimed
    paid_on: date | None = None
    proof_file_id: str | None = None
    proof_type: str | None = None
    held_until: datetime | None = None  # the end of the truce; None: no truce was given
    payment_id: str | None = None
    note: str | None = None
    answered_at: datetime | None = None
    answered_by: str | None = None


@dataclass(frozen=True, slots=True)
class PaymentPlan:
    """One debt split into instalments, each an ordinary invoice."""

    id: str
    invoice_id: str  # the debt that is split
    customer_id: str
    state: PlanState
    amount: int  # minor units: what was open when it was split
    created_at: datetime
    by: str | None = None
    exception: bool = False  # beyond the policy's ceiling, approved
    reason: str | None = None
    ended_at: datetime | None = None


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
class Document:
    """A file that goes with a message: a link that opens for some days without a key."""

    link: str
    file_name: str
    is_image: bool = False  # shown as a picture; only beside free words


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
    document: Document | None = None  # above a template that has a variant for it, or beside free words


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
    media_name: str | None = None  # what the sender called the file


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
    plan_max_instalments: int = 6  # of a payment plan; more needs an approved exception
    plan_max_days: int = 184  # from today to the last instalment
    neutral_after_days: int | None = 90  # so long silent: a first message without figures; None: never


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
    first_contact: str | None = None  # template for who is late when a list is started; None: the shipped one
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
    claim_truces: int = 2  # claims without a proof that rest the reminders; further ones only call a person
    issue_days_before: int = 7  # when a recurring charge's invoice is issued: so long before its due date
