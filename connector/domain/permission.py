"""May this person be contacted now? Yes, later (when, and why) or no (as what it ends, and why).

Reminders obey everything. Notices (invoice, receipt, promise confirmation) obey the window, not the caps.
Replies may go at any hour within minutes of the person's own message, and also while a case holds the
sequence: it is what they answer. All three obey opt-out, the invoice's hold and every pause.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from connector.domain.model import (
    AddressState,
    Channel,
    InvoiceStatus,
    Permission,
    Policy,
    SequenceState,
    Stage,
    StepState,
    WindowRule,
)
from connector.domain.windows import closed_reason, local_date, next_open

# A hindrance without a known end is looked at again after this long; lifting it should bring steps forward.
RECHECK = timedelta(hours=1)
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Yes:
    """It may leave now."""


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: at this instant it is asked again."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class No:
    """Never in this form: the step ends in this state."""

    state: StepState
    reason: str


Answer = Yes | Later | No


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """Everything that the answer depends on, as it stood in the claim's own transaction."""

    zone: str
    business_live: bool = False
    relationship: str | None = "first_party"
    paused_all: bool = False
    invoice_status: InvoiceStatus | None = None  # None: the message is about no invoice
    waiting_for: str | None = None
    hold_reason: str | None = None
    sequence_state: SequenceState | None = None
    sequence_paused_until: datetime | None = None
    opted_out: bool = False
    confirms_stop: bool = False  # the one confirmation of the stop itself
    number_doubted: bool = False  # nobody knows whose number this is now, and the message says figures
    consent_withdrawn: bool = False
    has_consent_record: bool = False
    channel: Channel | None = None  # None: not told; what depends on the channel is left to the provider
    address_state: AddressState | None = AddressState.OK  # None: there is no phone
    promise_until: date | None = None  # the last day of grace of an open promise
    case_open: str | None = None  # its reason
    settles_at: datetime | None = None
    reminders_in_cycle: int = 0
    reminders_7_days: int = 0
    last_reminder_at: datetime | None = None
    oldest_reminder_in_7_days_at: datetime | None = None
    last_inbound_at: datetime | None = None


def may_contact(kind: Permission, stage: Stage, policy: Policy, facts: ContactFacts, now: datetime) -> Answer:
    """The answer for one message, in this order, so that the reason told is the one that matters most:

    1. Refusals of the person: opted out, consent withdrawn.
    2. Refusals of the facts: paid or void, sequence cancelled, promise running, cap of the cycle, wrong
       address.
    3. Stops without a known end: everything paused, relationship missing, paused, held, case, phone or
       amount or consent missing.
    4. Times: settling, then (reply) fifteen minutes, then (reminder) minimum gap and seven-day cap, and the
       window of the kind. The latest of them counts, moved into the window.
    """
    return (
        _person(facts) or _facts(kind, stage, policy, facts, now) or _stop(kind, stage, policy, facts, now)
    ) or _time(kind, policy, facts, now)


def _person(facts: ContactFacts) -> No | None:
    if facts.confirms_stop:
        return None
    if facts.opted_out:
        return No(StepState.CANCELLED, "opted_out")
    if facts.consent_withdrawn:
        return No(StepState.CANCELLED, "consent_withdrawn")
    return None


def _facts(kind: Permission, stage: Stage, policy: Policy, facts: ContactFacts, now: datetime) -> No | None:
    reminds = kind is Permission.REMINDER
    if reminds or stage is Stage.CREATED:
        if facts.invoice_status is InvoiceStatus.PAID:
            return No(StepState.CANCELLED, "paid")
        if facts.invoice_status is InvoiceStatus.VOID:
            return No(StepState.CANCELLED, "void")
    if facts.sequence_state is SequenceState.CANCELLED and stage not in (Stage.RECEIPT, Stage.OTHER):
        return No(StepState.CANCELLED, "sequence_cancelled")
    if reminds and facts.promise_until is not None and local_date(now, facts.zone) <= facts.promise_until:
        return No(StepState.CANCELLED, "promise_active")
    if reminds and facts.reminders_in_cycle >= policy.cap_per_cycle:
        return No(StepState.SKIPPED, "cap_cycle")
    if facts.address_state is AddressState.WRONG:
        return No(StepState.HELD, "phone_missing")
    if facts.address_state is AddressState.NOT_ON_WHATSAPP and facts.channel is Channel.WHATSAPP:
        return No(StepState.SKIPPED, "not_on_whatsapp")
    return None


def _stop(kind: Permission, stage: Stage, policy: Policy, facts: ContactFacts, now: datetime) -> Later | None:
    reminds = kind is Permission.REMINDER
    again = now + RECHECK
    if facts.paused_all:
        return Later(again, "paused_all")
    if facts.business_live and facts.relationship != "first_party" and facts.channel is not Channel.SMS:
        return Later(again, "relationship_missing")
    if facts.sequence_state is SequenceState.PAUSED:
        until = facts.sequence_paused_until
        if until is None or until > now:
            return Later(until or again, "paused")
    held = facts.sequence_state is SequenceState.HELD and kind is not Permission.REPLY
    if facts.hold_reason is not None or held:
        return Later(again, facts.hold_reason or "case_open")
    if reminds and (facts.case_open is not None or facts.sequence_state is SequenceState.HANDED_OFF):
        return Later(again, "case_open")
    if facts.address_state is None:
        return Later(again, "phone_missing")
    if facts.number_doubted:
        return Later(again, "number_unconfirmed")
    if facts.invoice_status is InvoiceStatus.WAITING and (reminds or stage is Stage.CREATED):
        return Later(again, _WAITING.get(facts.waiting_for or "", "settling"))
    if policy.consent == "consent" and not facts.has_consent_record:
        return Later(again, "consent_missing")
    return None


_WAITING = {"phone": "waiting_for_phone", "amount": "waiting_for_amount"}


def _time(kind: Permission, policy: Policy, facts: ContactFacts, now: datetime) -> Yes | Later:
    if kind is Permission.REPLY:
        return _reply(policy, facts, now)
    reminds = kind is Permission.REMINDER
    rule = policy.window if reminds else policy.notice_window
    waits = [_settling(facts), *((_gap(policy, facts), _week(policy, facts, now)) if reminds else ())]
    longest = max((w for w in waits if w is not None and w.at > now), key=lambda w: w.at, default=None)
    if longest is None:
        return _in_window(rule, facts.zone, now)
    return Later(next_open(longest.at, rule, facts.zone), longest.reason)


def _reply(policy: Policy, facts: ContactFacts, now: datetime) -> Yes | Later:
    asked = facts.last_inbound_at
    if asked is not None and now - asked <= timedelta(minutes=policy.reply_minutes):
        return Yes()
    answer = _in_window(policy.notice_window, facts.zone, now)
    return Later(answer.at, "reply_window_over") if isinstance(answer, Later) else answer


def _in_window(rule: WindowRule, zone: str, now: datetime) -> Yes | Later:
    why = closed_reason(now, rule, zone)
    return Yes() if why is None else Later(next_open(now, rule, zone), why)


def _settling(facts: ContactFacts) -> Later | None:
    return None if facts.settles_at is None else Later(facts.settles_at, "settling")


def _gap(policy: Policy, facts: ContactFacts) -> Later | None:
    if facts.last_reminder_at is None:
        return None
    return Later(facts.last_reminder_at + timedelta(hours=policy.minimum_gap_hours), "minimum_gap")


def _week(policy: Policy, facts: ContactFacts, now: datetime) -> Later | None:
    if facts.reminders_7_days < policy.cap_per_7_days:
        return None
    oldest = facts.oldest_reminder_in_7_days_at
    return Later(now + RECHECK if oldest is None else oldest + WEEK, "cap_7_days")
