"""Promises: made, kept, broken with grace, replaced, cancelled, and what each does to the plan."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schedule_samples import JAKARTA, KOST, PUJK, at, invoice, message, new_ids, wall

from connector.domain import promises
from connector.domain.decision import Decision, Insert, Update
from connector.domain.model import (
    InvoiceStatus,
    Permission,
    Promise,
    PromiseState,
    Stage,
    Step,
    StepKind,
    StepState,
)
from connector.domain.problems import Problem

NOW = at("2026-12-08 10:20")
OPEN = Promise(
    id="prm_1",
    no=1,
    invoice_id="inv_1",
    customer_id="cus_1",
    on=date(2026, 12, 10),
    amount=150_000_000,
    state=PromiseState.OPEN,
    made_at=NOW,
    words="tgl 10 ya kak abis gajian",
    by="customer",
    via="whatsapp",
)
PLANNED = (
    message("H+3", Stage.OVERDUE, "2026-12-08 16:00", 3),
    message("H+5", Stage.OVERDUE, "2026-12-10 09:00", 5),
    message("H+6", Stage.OVERDUE, "2026-12-11 09:00", 6),
    message("H+7", Stage.OVERDUE, "2026-12-12 09:00", 7),
    message("receipt:pay_1", Stage.RECEIPT, "2026-12-09 08:00"),
    Step("stp_tick", StepKind.TICK, "tick:overdue:3", Stage.OVERDUE, at("2026-12-08 07:00")),
)


def record(**changes: Any) -> Decision:
    given: dict[str, Any] = {
        "on": date(2026, 12, 10),
        "amount": None,
        "words": "tgl 10 ya kak",
        "by": "customer",
        "via": "whatsapp",
        "now": NOW,
        "zone": JAKARTA,
        "recipe": KOST,
        "previous": None,
        "promise_no": 1,
        "new_id": new_ids(),
        "sequence_id": "seq_1",
        "address_id": "adr_1",
        "planned": PLANNED,
    }
    bill = changes.pop("bill", invoice())
    return promises.record(bill, **(given | changes))


def check(promise: Promise = OPEN, **changes: Any) -> Decision:
    given: dict[str, Any] = {
        "now": at("2026-12-12 07:00"),
        "zone": JAKARTA,
        "recipe": KOST,
        "new_id": new_ids(),
        "sequence_id": "seq_1",
        "address_id": "adr_1",
    }
    bill = changes.pop("bill", invoice())
    return promises.check(promise, bill, **(given | changes))


def changed(decision: Decision, noun: str) -> dict[str, Any]:
    """The values of the decision's last change of this noun."""
    return next(c.values for c in reversed(decision.changes) if c.noun == noun)


def told(decision: Decision) -> list[str]:
    return [e.type for e in decision.events]


# --- made


def test_a_promise_is_written_down_and_told() -> None:
    decision = record()

    assert decision.result == "recorded"
    row = changed(decision, "promises")
    assert (row["on"], row["amount"], row["state"]) == (date(2026, 12, 10), 150_000_000, PromiseState.OPEN)
    assert (row["no"], row["grace_days"], row["paid_before"], row["replaces"]) == (1, 1, 0, None)
    assert changed(decision, "invoices") == {"version": 2}
    assert told(decision) == ["promise_made"]


def test_the_event_holds_ids_and_facts_but_not_the_customers_words() -> None:
    data = record().events[0].data

    assert data == {
        "promise_id": "prm_000001",
        "promise_no": 1,
        "promise_date": "2026-12-10",
        "promise_next_date": "2026-12-11",
        "promise_amount": 150_000_000,
        "promised_at": NOW,
        "promised_via": "whatsapp",
        "grace_days": 1,
        "replaces_promise_id": None,
    }


def test_reminders_up_to_the_end_of_grace_are_cancelled_and_the_rest_stays() -> None:
    (cancel,) = record().cancels

    assert (cancel.state, cancel.reason) == (StepState.CANCELLED, "promise_active")
    assert cancel.step_ids == ("stp_H+3", "stp_H+5", "stp_H+6")


def test_the_morning_after_the_grace_is_asked_about() -> None:
    (tick,) = record().steps

    assert (tick.kind, tick.key, wall(tick.due_at)) == (
        StepKind.TICK,
        "tick:promise:prm_000001",
        "2026-12-12 07:00",
    )


def test_a_confirmation_is_a_reply_to_the_customers_own_message_else_a_notice() -> None:
    night = at("2026-12-08 21:30")

    reply = record(confirm=True, now=night).steps[1]
    notice = record(confirm=True, now=night, via="api").steps[1]

    assert (reply.key, reply.permission, reply.due_at) == (
        "promise_confirm:prm_000001",
        Permission.REPLY,
        night,
    )
    assert (notice.permission, wall(notice.due_at)) == (Permission.NOTICE, "2026-12-09 08:00")


@pytest.mark.parametrize(
    ("amount", "expected"), [(None, 150_000_000), (50_000_000, 50_000_000), (10**12, 150_000_000)]
)
def test_a_promise_is_for_what_is_owed_at_most(amount: int | None, expected: int) -> None:
    assert changed(record(amount=amount), "promises")["amount"] == expected


def test_on_a_partly_paid_invoice_the_rest_is_promised() -> None:
    bill = invoice(paid=50_000_000, status=InvoiceStatus.PARTLY_PAID)

    row = changed(record(bill=bill), "promises")

    assert (row["amount"], row["paid_before"]) == (100_000_000, 50_000_000)


@pytest.mark.parametrize("status", [InvoiceStatus.PAID, InvoiceStatus.VOID, InvoiceStatus.WAITING])
def test_nothing_owed_needs_no_promise(status: InvoiceStatus) -> None:
    assert record(bill=invoice(status=status)) == Decision(result="not_needed")


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"on": date(2026, 12, 7)}, "promise_date_past", "promise_date"),
        ({"on": date(2027, 1, 9)}, "promise_too_far", "promise_date"),
        ({"amount": 0}, "amount_invalid", "promise_amount"),
        ({"amount": -1}, "amount_invalid", "promise_amount"),
    ],
)
def test_refusals_name_the_field(changes: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(Problem) as refusal:
        record(**changes)

    assert (refusal.value.code, refusal.value.field) == (code, field)


def test_today_and_the_last_allowed_day_are_taken() -> None:
    assert record(on=date(2026, 12, 8)).result == "recorded"
    assert record(on=date(2027, 1, 8)).result == "recorded"


def test_today_is_the_customers_own_day() -> None:
    late = at("2026-12-08 23:30", "Asia/Jakarta")  # already the 9th in Papua

    assert record(on=date(2026, 12, 8), now=late, zone="Asia/Jakarta").result == "recorded"
    with pytest.raises(Problem):
        record(on=date(2026, 12, 8), now=late, zone="Asia/Jayapura")


# --- made again


def test_the_same_promise_twice_is_one() -> None:
    assert record(previous=OPEN) == Decision(result="already_recorded")


def test_a_new_day_replaces_the_open_promise_with_what_it_planned() -> None:
    own = (
        Step("stp_old", StepKind.TICK, "tick:promise:prm_1", Stage.OTHER, at("2026-12-12 07:00")),
        message("promise_confirm:prm_1", Stage.OTHER, "2026-12-09 08:00"),
    )

    decision = record(on=date(2026, 12, 15), previous=OPEN, promise_no=2, planned=PLANNED + own)

    closed = decision.changes[0]
    assert isinstance(closed, Update)
    assert (closed.id, closed.values["state"]) == ("prm_1", PromiseState.CANCELLED)
    assert told(decision) == ["promise_cancelled", "promise_made"]
    assert changed(decision, "promises")["replaces"] == "prm_1"
    assert decision.events[1].data["replaces_promise_id"] == "prm_1"
    assert decision.cancels[0].step_ids == ("stp_old", "stp_promise_confirm:prm_1")
    assert decision.cancels[1].step_ids == ("stp_H+3", "stp_H+5", "stp_H+6", "stp_H+7")
    assert decision.result == "recorded"


def test_a_promise_that_has_ended_is_not_replaced() -> None:
    decision = record(previous=replace(OPEN, state=PromiseState.BROKEN), promise_no=2)

    assert told(decision) == ["promise_made"]
    assert changed(decision, "promises")["replaces"] is None


# --- the morning after


@pytest.mark.parametrize("now", ["2026-12-10 23:00", "2026-12-11 23:59"])
def test_within_the_grace_nothing_is_broken(now: str) -> None:
    assert check(now=at(now)).result == "unchanged"


def test_a_broken_promise_is_told_with_what_is_missing() -> None:
    bill = invoice(paid=50_000_000, status=InvoiceStatus.PARTLY_PAID)

    decision = check(bill=bill)

    assert decision.result == "broken"
    assert changed(decision, "promises")["state"] is PromiseState.BROKEN
    (event,) = decision.events
    assert (event.type, event.once) == ("promise_broken", "promise_broken:prm_1")
    assert event.data["promise_paid"] == 50_000_000
    assert event.data["promise_short"] == 100_000_000
    assert event.data["grace_ended_on"] == "2026-12-11"
    assert event.data["what_next"] == "send_promise_broken"


def test_one_friendly_text_follows_at_the_next_open_instant() -> None:
    (step,) = check().steps

    assert (step.key, step.template, step.permission) == (
        "promise_broken:prm_1",
        "promise_broken",
        Permission.REMINDER,
    )
    assert wall(step.due_at) == "2026-12-12 08:00"


def test_the_friendly_text_keeps_the_policys_days() -> None:
    decision = check(now=at("2026-12-13 07:00"), recipe=replace(KOST, policy=PUJK))  # a Sunday

    assert wall(decision.steps[0].due_at) == "2026-12-14 08:00"


def test_a_reminder_of_the_same_day_gives_way_to_it_and_later_ones_stay() -> None:
    later = message("H+14", Stage.OVERDUE, "2026-12-19 09:00", 14)

    (cancel,) = check(planned=(*PLANNED, later)).cancels

    assert (cancel.state, cancel.reason, cancel.step_ids) == (
        StepState.SUPERSEDED,
        "superseded",
        ("stp_H+7",),
    )


@pytest.mark.parametrize(
    "changes", [{"recipe": None}, {"recipe": replace(KOST, promise_broken=None)}, {"address_id": None}]
)
def test_without_a_text_or_a_phone_the_plan_simply_goes_on(changes: dict[str, Any]) -> None:
    decision = check(planned=PLANNED, **changes)

    assert (decision.result, decision.steps, decision.cancels) == ("broken", (), ())
    assert decision.events[0].data["what_next"] == "continue_sequence"


def test_a_promise_kept_is_found_even_after_the_grace() -> None:
    bill = invoice(paid=150_000_000, status=InvoiceStatus.PAID)

    decision = check(bill=bill)

    assert (decision.result, told(decision), decision.steps) == ("kept", ["promise_kept"], ())


def test_a_void_invoice_cancels_its_promise() -> None:
    assert told(check(bill=invoice(status=InvoiceStatus.VOID))) == ["promise_cancelled"]


@pytest.mark.parametrize("state", [PromiseState.KEPT, PromiseState.BROKEN, PromiseState.CANCELLED])
def test_a_promise_that_has_ended_is_left_alone(state: PromiseState) -> None:
    ended = replace(OPEN, state=state)

    assert check(ended) == Decision(result="unchanged")
    assert promises.cancel(ended, now=NOW) == Decision(result="unchanged")
    assert promises.on_payment(ended, 150_000_000, NOW) == Decision(result="unchanged")


# --- kept and cancelled


def test_what_was_paid_before_the_promise_does_not_keep_it() -> None:
    promise = replace(OPEN, amount=50_000_000, paid_before=100_000_000)

    assert promises.on_payment(promise, 149_999_999, NOW).result == "unchanged"
    assert promises.on_payment(promise, 150_000_000, NOW).result == "kept"


def test_a_settled_invoice_keeps_the_promise_whatever_was_promised() -> None:
    assert promises.on_payment(OPEN, 0, NOW, settled=True).result == "kept"


def test_a_kept_promise_needs_no_tick_any_more() -> None:
    tick = Step("stp_tick", StepKind.TICK, "tick:promise:prm_1", Stage.OTHER, at("2026-12-12 07:00"))

    (cancel,) = promises.on_payment(OPEN, 150_000_000, NOW, planned=(tick, *PLANNED)).cancels

    assert cancel.step_ids == ("stp_tick",)


def test_a_cancelled_promise_is_told_and_takes_its_steps_along() -> None:
    tick = Step("stp_tick", StepKind.TICK, "tick:promise:prm_1", Stage.OTHER, at("2026-12-12 07:00"))

    decision = promises.cancel(OPEN, now=NOW, planned=(tick, *PLANNED))

    assert changed(decision, "promises") == {"state": PromiseState.CANCELLED, "ended_at": NOW}
    assert decision.cancels[0].step_ids == ("stp_tick",)
    assert (decision.result, told(decision)) == ("cancelled", ["promise_cancelled"])


# --- laws


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 31), st.integers(1, 10**12), st.integers(0, 10**12), st.integers(0, 45))
def test_a_promise_ends_exactly_once_and_never_broken_before_its_grace(
    ahead: int, amount: int, paid: int, later: int
) -> None:
    bill = invoice(amount=10**12)
    made = record(bill=bill, on=date(2026, 12, 8) + timedelta(days=ahead), amount=amount)
    inserted = made.changes[0]
    assert isinstance(inserted, Insert)
    promise = Promise(**{k: v for k, v in inserted.values.items() if k != "ended_at"})
    status = InvoiceStatus.PAID if paid == 10**12 else InvoiceStatus.OPEN

    decision = check(promise, bill=replace(bill, paid=paid, status=status), now=NOW + timedelta(days=later))

    kept = paid >= amount
    over = later > ahead + promise.grace_days
    assert decision.result == ("kept" if kept else "broken" if over else "unchanged")
    assert len(decision.events) == (0 if decision.result == "unchanged" else 1)
