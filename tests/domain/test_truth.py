"""After a gap the customer gets the one text that is true now: neither lost nor in a burst."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schedule_samples import JAKARTA, at, invoice, message

from connector.domain.model import InvoiceStatus, Missed, Stage, Step, StepState
from connector.domain.truth import Settled, due_since, is_missed, is_true, settle_due
from connector.domain.windows import local_date

HOUR = timedelta(minutes=60)
CREATED = message("created", Stage.CREATED, "2026-11-28 09:00")
H3 = message("H-3", Stage.PRE_DUE, "2026-12-02 09:00", -3)
H1 = message("H-1", Stage.PRE_DUE, "2026-12-04 09:00", -1)
H = message("H", Stage.DUE, "2026-12-05 09:00", 0)
LATE1 = message("H+1", Stage.OVERDUE, "2026-12-06 09:00", 1)
LATE7 = message("H+7", Stage.OVERDUE, "2026-12-12 09:00", 7)
RECEIPT = message("receipt:pay_1", Stage.RECEIPT, "2026-12-05 09:00")
NOTICE = message("promise_confirm:prm_1", Stage.OTHER, "2026-12-05 09:00")


def settle(
    *steps: Step, now: str, status: InvoiceStatus = InvoiceStatus.OPEN, next_offset: int | None = None
) -> Settled:
    return settle_due(
        steps,
        invoice=invoice(status=status),
        zone=JAKARTA,
        now=at(now),
        late_after=HOUR,
        next_offset=next_offset,
    )


def endings(settled: Settled) -> dict[str, tuple[str, str]]:
    return {step.key: (state.value, reason) for step, state, reason in settled.ended}


# --- when a stage is true


@pytest.mark.parametrize(
    ("step", "first", "last"),
    [
        (CREATED, date(2026, 11, 28), date(2026, 12, 5)),
        (H3, date(2026, 1, 1), date(2026, 12, 4)),
        (H, date(2026, 12, 5), date(2026, 12, 5)),
        (LATE1, date(2026, 12, 6), date(2026, 12, 11)),
    ],
)
def test_the_life_of_a_stage(step: Step, first: date, last: date) -> None:
    bill = invoice()

    assert is_true(step, bill, first, 7)
    assert is_true(step, bill, last, 7)
    assert not is_true(step, bill, last + timedelta(days=1), 7)
    if first.year == 2026 and first.month > 1:
        assert not is_true(step, bill, first - timedelta(days=1), 7)


def test_the_last_overdue_stage_stays_true() -> None:
    assert is_true(LATE7, invoice(), date(2027, 6, 1), None)


@pytest.mark.parametrize("status", [InvoiceStatus.PAID, InvoiceStatus.VOID])
@pytest.mark.parametrize("step", [CREATED, H3, H, LATE1])
def test_no_stage_is_true_of_what_is_not_owed(step: Step, status: InvoiceStatus) -> None:
    for day in range(40):
        assert not is_true(step, invoice(status=status), date(2026, 11, 28) + timedelta(days=day), None)


# --- what is late


def test_late_begins_after_an_hour() -> None:
    assert not is_missed(H, at("2026-12-05 10:00"), HOUR)
    assert is_missed(H, at("2026-12-05 10:01"), HOUR)


def test_a_step_that_waited_for_its_window_is_not_late() -> None:
    moved = replace(LATE1, due_at=at("2026-12-07 08:00"), reason="sunday")

    assert not is_missed(moved, at("2026-12-07 08:30"), HOUR)


@pytest.mark.parametrize("reason", ["retry_later", "paused", "case_open", "sender_stopped"])
def test_retries_and_pauses_do_not_make_a_step_young_again(reason: str) -> None:
    moved = replace(H, due_at=at("2026-12-05 15:00"), reason=reason)

    assert due_since(moved) == at("2026-12-05 09:00")
    assert is_missed(moved, at("2026-12-05 15:00"), HOUR)


# --- what survives


def test_a_single_step_in_time_is_its_own_survivor() -> None:
    assert settle(H, now="2026-12-05 09:00") == Settled(H)


def test_forty_nine_hours_without_power_end_in_one_message() -> None:
    settled = settle(H1, H, LATE1, now="2026-12-06 10:00", next_offset=7)

    assert settled.survivor == LATE1
    assert settled.others == ()
    assert endings(settled) == {"H-1": ("superseded", "superseded"), "H": ("superseded", "superseded")}


def test_a_cut_over_the_due_day_never_sends_the_text_of_the_day_before() -> None:
    settled = settle(H1, now="2026-12-05 08:30")

    assert settled.survivor is None
    assert endings(settled) == {"H-1": ("superseded", "stage_over")}


def test_a_short_cut_delays_and_does_not_drop() -> None:
    assert settle(H1, now="2026-12-04 12:00").survivor == H1


def test_two_stages_due_at_once_become_the_later_one() -> None:
    together = replace(CREATED, due_at=H3.due_at, planned_for=H3.due_at)

    settled = settle(together, H3, now="2026-12-02 09:00")

    assert settled.survivor == H3
    assert endings(settled) == {"created": ("superseded", "superseded")}


def test_an_overdue_text_ends_where_the_next_stage_begins() -> None:
    assert settle(LATE1, now="2026-12-11 19:00", next_offset=7).survivor == LATE1
    assert settle(LATE1, now="2026-12-12 08:00", next_offset=7).survivor is None
    known_from_planning = replace(LATE1, data={"next_offset": 7})
    assert settle(known_from_planning, now="2026-12-12 08:00").survivor is None


def test_a_step_by_hand_stands_on_its_planned_day() -> None:
    by_hand = message("custom:1", Stage.OVERDUE, "2026-12-08 10:00")

    settled = settle(LATE1, by_hand, now="2026-12-08 10:00", next_offset=7)

    assert settled.survivor == by_hand


@pytest.mark.parametrize(("status", "reason"), [(InvoiceStatus.PAID, "paid"), (InvoiceStatus.VOID, "void")])
def test_stages_of_a_paid_invoice_are_cancelled_and_its_receipt_goes(
    status: InvoiceStatus, reason: str
) -> None:
    settled = settle(H, RECEIPT, now="2026-12-05 09:00", status=status)

    assert settled.survivor is None
    assert settled.others == (RECEIPT,)
    assert endings(settled) == {"H": ("cancelled", reason)}


# --- what never collapses


def test_receipts_and_notices_go_on_their_own() -> None:
    second = message("receipt:pay_2", Stage.RECEIPT, "2026-12-05 10:00")

    settled = settle(RECEIPT, second, NOTICE, H, now="2026-12-05 12:00")

    assert settled.survivor == H
    assert settled.others == (RECEIPT, second, NOTICE)
    assert settled.chosen == (H, RECEIPT, second, NOTICE)


def test_a_receipt_expires_after_seven_days() -> None:
    assert settle(RECEIPT, now="2026-12-12 09:00").others == (RECEIPT,)
    assert endings(settle(RECEIPT, now="2026-12-12 09:01")) == {"receipt:pay_1": ("skipped", "expired")}


def test_send_next_window_goes_beside_the_survivor_while_it_is_true() -> None:
    kept = replace(LATE1, missed=Missed.SEND_NEXT_WINDOW)
    by_hand = message("custom:1", Stage.OVERDUE, "2026-12-08 10:00")

    settled = settle(kept, by_hand, now="2026-12-08 12:00")

    assert settled.others == ()  # the later stage has taken its place
    assert settled.survivor == by_hand
    assert settle(kept, now="2026-12-08 12:00").others == (kept,)
    early = replace(H3, missed=Missed.SEND_NEXT_WINDOW)
    assert settle(early, H1, now="2026-12-04 12:00").chosen == (H1, early)
    assert endings(settle(early, now="2026-12-05 12:00")) == {"H-3": ("superseded", "stage_over")}


def test_skip_after_gives_up_when_it_is_too_late() -> None:
    strict = replace(H, missed=Missed.SKIP_AFTER, skip_after_minutes=120)

    assert settle(strict, now="2026-12-05 11:00").survivor == strict
    assert endings(settle(strict, now="2026-12-05 11:01")) == {"H": ("skipped", "skip_after")}
    by_recipe = replace(H, missed=Missed.SKIP_AFTER)
    assert endings(settle(by_recipe, now="2026-12-05 10:01")) == {"H": ("skipped", "skip_after")}


# --- laws

ALL = (CREATED, H3, H1, H, LATE1, LATE7, RECEIPT, NOTICE)
due_sets = st.lists(
    st.tuples(st.sampled_from(ALL), st.sampled_from(Missed)).map(lambda p: replace(p[0], missed=p[1])),
    unique_by=lambda s: s.key,
)


@settings(max_examples=150, deadline=None)
@given(due_sets, st.integers(0, 40 * 24 * 60))
def test_every_due_step_comes_back_once_and_at_most_one_stage_survives(
    steps: list[Step], minutes: int
) -> None:
    now: datetime = at("2026-11-28 00:00") + timedelta(minutes=minutes)
    due = [s for s in steps if s.due_at <= now]
    bill = invoice()

    settled = settle_due(due, invoice=bill, zone=JAKARTA, now=now, late_after=HOUR)

    back = [*settled.chosen, *(s for s, _, _ in settled.ended)]
    assert sorted(s.key for s in back) == sorted(s.key for s in due)
    assert all(state is not StepState.PLANNED and reason for _, state, reason in settled.ended)
    today = local_date(now, JAKARTA)
    assert all(is_true(step, bill, today) for step in settled.chosen)
    if settled.survivor is not None:
        order = [s.key for s in ALL]
        for step, _, reason in settled.ended:
            if reason == "superseded" and is_true(step, bill, today):
                assert order.index(step.key) < order.index(settled.survivor.key)
