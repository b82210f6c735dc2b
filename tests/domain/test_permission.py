"""May this person be contacted now: the order of the reasons, and what is never allowed."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schedule_samples import JAKARTA, PUJK, SMB, at, instants, rules, wall, zones

from connector.domain.model import (
    AddressState,
    Channel,
    InvoiceStatus,
    Permission,
    Policy,
    SequenceState,
    Stage,
    StepState,
)
from connector.domain.permission import RECHECK, ContactFacts, Later, No, Yes, may_contact
from connector.domain.windows import is_open

NOON = at("2026-12-05 12:00")
NIGHT = at("2026-12-05 21:00")
REMINDER, NOTICE, REPLY = Permission.REMINDER, Permission.NOTICE, Permission.REPLY


def ask(
    kind: Permission = REMINDER,
    stage: Stage = Stage.OVERDUE,
    *,
    policy: Policy = SMB,
    now: datetime = NOON,
    **facts: Any,
) -> Yes | Later | No:
    given: dict[str, Any] = {"zone": JAKARTA, "invoice_status": InvoiceStatus.OPEN}
    return may_contact(kind, stage, policy, ContactFacts(**(given | facts)), now)


# --- the ordinary answers


@pytest.mark.parametrize("kind", [REMINDER, NOTICE])
def test_inside_the_window_the_answer_is_yes(kind: Permission) -> None:
    assert ask(kind) == Yes()


@pytest.mark.parametrize("kind", [REMINDER, NOTICE])
def test_outside_the_window_it_is_tomorrow_at_eight(kind: Permission) -> None:
    assert ask(kind, now=NIGHT) == Later(at("2026-12-06 08:00"), "quiet_hours")


def test_a_reminder_waits_over_a_sunday_and_a_receipt_does_not() -> None:
    sunday = at("2026-12-06 09:00")

    assert ask(REMINDER, policy=PUJK, now=sunday) == Later(at("2026-12-07 08:00"), "sunday")
    assert ask(NOTICE, Stage.RECEIPT, policy=PUJK, now=sunday) == Yes()


def test_a_reply_may_go_at_night_for_fifteen_minutes() -> None:
    assert ask(REPLY, Stage.OTHER, now=NIGHT, last_inbound_at=NIGHT - timedelta(minutes=15)) == Yes()
    assert ask(REPLY, Stage.OTHER, now=NIGHT, last_inbound_at=NIGHT - timedelta(minutes=16)) == Later(
        at("2026-12-06 08:00"), "reply_window_over"
    )
    assert ask(REPLY, Stage.OTHER, now=NOON, last_inbound_at=None) == Yes()


# --- no


@pytest.mark.parametrize("kind", list(Permission))
def test_who_opted_out_or_withdrew_gets_nothing(kind: Permission) -> None:
    asked = {"last_inbound_at": NOON}

    assert ask(kind, Stage.OTHER, opted_out=True, **asked) == No(StepState.CANCELLED, "opted_out")
    assert ask(kind, Stage.OTHER, consent_withdrawn=True, **asked) == No(
        StepState.CANCELLED, "consent_withdrawn"
    )


@pytest.mark.parametrize(("status", "reason"), [(InvoiceStatus.PAID, "paid"), (InvoiceStatus.VOID, "void")])
def test_after_paid_or_void_only_other_words_may_go(status: InvoiceStatus, reason: str) -> None:
    assert ask(REMINDER, invoice_status=status) == No(StepState.CANCELLED, reason)
    assert ask(REMINDER, Stage.OTHER, invoice_status=status) == No(StepState.CANCELLED, reason)
    assert ask(NOTICE, Stage.CREATED, invoice_status=status) == No(StepState.CANCELLED, reason)
    assert ask(NOTICE, Stage.RECEIPT, invoice_status=status) == Yes()
    assert ask(NOTICE, Stage.OTHER, invoice_status=status) == Yes()


def test_a_promise_silences_reminders_until_the_end_of_its_grace() -> None:
    grace = date(2026, 12, 5)

    assert ask(promise_until=grace) == No(StepState.CANCELLED, "promise_active")
    assert ask(promise_until=grace - timedelta(days=1)) == Yes()
    assert ask(NOTICE, Stage.OTHER, promise_until=grace) == Yes()


def test_the_cap_of_a_cycle_ends_the_step() -> None:
    assert ask(reminders_in_cycle=7) == Yes()
    assert ask(reminders_in_cycle=8) == No(StepState.SKIPPED, "cap_cycle")
    assert ask(NOTICE, Stage.RECEIPT, reminders_in_cycle=8) == Yes()


def test_a_cancelled_sequence_still_confirms_a_payment() -> None:
    assert ask(sequence_state=SequenceState.CANCELLED) == No(StepState.CANCELLED, "sequence_cancelled")
    assert ask(NOTICE, Stage.RECEIPT, sequence_state=SequenceState.CANCELLED) == Yes()


def test_a_wrong_number_is_held_and_one_without_whatsapp_is_skipped_there_only() -> None:
    assert ask(address_state=AddressState.WRONG) == No(StepState.HELD, "phone_missing")
    gone = {"address_state": AddressState.NOT_ON_WHATSAPP}
    assert ask(channel=Channel.WHATSAPP, **gone) == No(StepState.SKIPPED, "not_on_whatsapp")
    assert ask(channel=Channel.SMS, **gone) == Yes()


# --- later


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"paused_all": True}, "paused_all"),
        ({"business_live": True, "relationship": None}, "relationship_missing"),
        ({"sequence_state": SequenceState.PAUSED}, "paused"),
        ({"sequence_state": SequenceState.HELD}, "case_open"),
        ({"hold_reason": "disputed"}, "disputed"),
        ({"case_open": "dispute"}, "case_open"),
        ({"sequence_state": SequenceState.HANDED_OFF}, "case_open"),
        ({"address_state": None}, "phone_missing"),
        ({"invoice_status": InvoiceStatus.WAITING, "waiting_for": "phone"}, "waiting_for_phone"),
        ({"invoice_status": InvoiceStatus.WAITING, "waiting_for": "amount"}, "waiting_for_amount"),
    ],
)
def test_what_has_no_known_end_is_asked_again(facts: dict[str, Any], reason: str) -> None:
    assert ask(**facts) == Later(NOON + RECHECK, reason)


def test_the_sandbox_and_sms_need_no_declared_relationship() -> None:
    assert ask(business_live=False, relationship=None) == Yes()
    assert ask(business_live=True, relationship=None, channel=Channel.SMS) == Yes()


def test_a_pause_with_an_end_ends_there() -> None:
    until = at("2026-12-09 00:00")
    paused = {"sequence_state": SequenceState.PAUSED}

    assert ask(**paused, sequence_paused_until=until) == Later(until, "paused")
    assert ask(**paused, sequence_paused_until=NOON) == Yes()


@pytest.mark.parametrize("kind", list(Permission))
def test_hold_and_pause_count_for_every_kind(kind: Permission) -> None:
    for facts in (
        {"hold_reason": "disputed"},
        {"paused_all": True},
        {"sequence_state": SequenceState.PAUSED},
    ):
        assert isinstance(ask(kind, Stage.OTHER, last_inbound_at=NOON, **facts), Later)


def test_an_open_case_stops_reminders_but_no_receipt() -> None:
    assert ask(NOTICE, Stage.RECEIPT, case_open="dispute") == Yes()


def test_a_policy_that_wants_consent_waits_for_a_record() -> None:
    strict = replace(SMB, consent="consent")

    assert ask(policy=strict) == Later(NOON + RECHECK, "consent_missing")
    assert ask(policy=strict, has_consent_record=True) == Yes()
    assert ask(has_consent_record=False) == Yes()  # the contract is the basis


def test_a_fact_settles_before_its_first_message() -> None:
    assert ask(settles_at=NOON + timedelta(minutes=5)) == Later(NOON + timedelta(minutes=5), "settling")
    assert ask(settles_at=NOON) == Yes()
    evening = at("2026-12-05 19:58")
    assert ask(now=evening, settles_at=at("2026-12-05 20:03")) == Later(at("2026-12-06 08:00"), "settling")


def test_the_minimum_gap_ends_inside_the_window() -> None:
    assert ask(last_reminder_at=at("2026-12-04 16:00")) == Yes()
    assert ask(last_reminder_at=at("2026-12-04 16:01")) == Later(at("2026-12-05 12:01"), "minimum_gap")
    assert ask(last_reminder_at=at("2026-12-05 10:00")) == Later(at("2026-12-06 08:00"), "minimum_gap")
    assert ask(NOTICE, Stage.CREATED, last_reminder_at=NOON) == Yes()


def test_the_fifth_reminder_in_seven_days_waits_until_the_first_is_a_week_old() -> None:
    oldest = at("2026-12-01 09:00")
    week = {"reminders_7_days": 4, "oldest_reminder_in_7_days_at": oldest}

    assert ask(**week) == Later(at("2026-12-08 09:00"), "cap_7_days")
    assert ask(**(week | {"reminders_7_days": 3})) == Yes()
    assert ask(**week, now=at("2026-12-08 09:00")) == Yes()
    assert ask(reminders_7_days=4) == Later(NOON + RECHECK, "cap_7_days")


def test_the_longest_of_several_waits_counts() -> None:
    answer = ask(
        last_reminder_at=at("2026-12-05 09:00"),
        reminders_7_days=4,
        oldest_reminder_in_7_days_at=at("2026-12-02 09:00"),
    )

    assert answer == Later(at("2026-12-09 09:00"), "cap_7_days")


# --- the order of the reasons


def test_the_reasons_come_in_their_order() -> None:
    """Every hindrance at once; each one lifted shows the next."""
    hindrances: list[tuple[str, dict[str, Any]]] = [
        ("opted_out", {"opted_out": True}),
        ("consent_withdrawn", {"consent_withdrawn": True}),
        ("paid", {"invoice_status": InvoiceStatus.PAID}),
        ("promise_active", {"promise_until": date(2026, 12, 31)}),
        ("cap_cycle", {"reminders_in_cycle": 8}),
        ("phone_missing", {"address_state": AddressState.WRONG}),
        ("paused_all", {"paused_all": True}),
        ("relationship_missing", {"business_live": True, "relationship": None}),
        ("paused", {"sequence_state": SequenceState.PAUSED}),
        ("disputed", {"hold_reason": "disputed"}),
        ("case_open", {"case_open": "dispute"}),
        ("minimum_gap", {"last_reminder_at": NIGHT}),
    ]
    seen = []
    while hindrances:
        facts: dict[str, Any] = {}
        for _, more in reversed(hindrances):
            facts |= more
        answer = ask(now=NIGHT, **facts)
        assert not isinstance(answer, Yes)
        seen.append(answer.reason)
        assert seen[-1] == hindrances.pop(0)[0]
    assert ask(now=NIGHT) == Later(at("2026-12-06 08:00"), "quiet_hours")


# --- laws


@st.composite
def anyone(draw: st.DrawFn) -> tuple[ContactFacts, Policy, datetime]:
    now = draw(instants)
    past = st.one_of(st.none(), st.timedeltas(timedelta(0), timedelta(days=9)).map(lambda d: now - d))
    soon = st.one_of(st.none(), st.timedeltas(timedelta(days=-1), timedelta(days=1)).map(lambda d: now + d))
    rare = st.integers(0, 9).map(lambda n: n == 0)
    facts = ContactFacts(
        zone=draw(zones),
        business_live=draw(st.booleans()),
        relationship=draw(st.sampled_from(["first_party", "first_party", None])),
        paused_all=draw(rare),
        invoice_status=draw(st.sampled_from([None, *InvoiceStatus])),
        hold_reason=draw(st.sampled_from([None, None, None, "disputed"])),
        sequence_state=draw(st.sampled_from([None, *SequenceState])),
        sequence_paused_until=draw(soon),
        opted_out=draw(rare),
        consent_withdrawn=draw(rare),
        channel=draw(st.sampled_from([None, *Channel])),
        address_state=draw(st.sampled_from([None, *AddressState])),
        case_open=draw(st.sampled_from([None, None, "dispute"])),
        settles_at=draw(soon),
        reminders_in_cycle=draw(st.integers(0, 9)),
        reminders_7_days=draw(st.integers(0, 5)),
        last_reminder_at=draw(past),
        oldest_reminder_in_7_days_at=draw(past),
        last_inbound_at=draw(past),
    )
    policy = replace(SMB, window=draw(rules()), notice_window=draw(rules(holidays=False)))
    return facts, policy, now


@pytest.mark.parametrize("state", [SequenceState.HELD, SequenceState.HANDED_OFF])
def test_an_answer_leaves_although_a_case_holds_its_sequence(state: SequenceState) -> None:
    asked = NIGHT - timedelta(minutes=1)

    assert ask(REPLY, Stage.OTHER, now=NIGHT, sequence_state=state, last_inbound_at=asked) == Yes()
    assert isinstance(ask(REPLY, Stage.OTHER, sequence_state=state, paused_all=True), Later)
    assert isinstance(ask(REPLY, Stage.OTHER, sequence_state=state, opted_out=True), No)
    assert isinstance(ask(REPLY, Stage.OTHER, sequence_state=state, hold_reason="phone_missing"), Later)


@settings(max_examples=150, deadline=None)
@given(anyone(), st.sampled_from(Permission), st.sampled_from(Stage))
def test_the_laws_of_permission(
    case: tuple[ContactFacts, Policy, datetime], kind: Permission, stage: Stage
) -> None:
    facts, policy, now = case
    rule = policy.window if kind is REMINDER else policy.notice_window

    answer = may_contact(kind, stage, policy, facts, now)

    if facts.opted_out or facts.consent_withdrawn:
        assert isinstance(answer, No)
    if isinstance(answer, Later):
        assert answer.at > now, "the same instant again would be an endless loop"
        assert answer.reason
    if isinstance(answer, Yes):
        assert not facts.paused_all
        assert facts.hold_reason is None
        if kind is not REPLY or facts.last_inbound_at is None:
            assert is_open(now, rule, facts.zone)
        if kind is REMINDER:
            assert facts.invoice_status not in (InvoiceStatus.PAID, InvoiceStatus.VOID, InvoiceStatus.WAITING)
            assert facts.reminders_in_cycle < policy.cap_per_cycle


@settings(max_examples=100, deadline=None)
@given(anyone(), st.sampled_from([REMINDER, NOTICE]))
def test_asked_again_at_that_instant_a_time_reason_is_gone(
    case: tuple[ContactFacts, Policy, datetime], kind: Permission
) -> None:
    facts, policy, now = case
    facts = replace(facts, reminders_7_days=min(facts.reminders_7_days, 3))

    answer = may_contact(kind, Stage.OVERDUE, policy, facts, now)

    timed = {"quiet_hours", "sunday", "holiday", "minimum_gap", "settling"}
    if (
        isinstance(answer, Later)
        and answer.reason in timed
        and facts.invoice_status is not InvoiceStatus.WAITING
    ):
        again = may_contact(kind, Stage.OVERDUE, policy, facts, answer.at)
        assert again == Yes(), wall(answer.at, facts.zone)
