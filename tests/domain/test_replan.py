"""Planning anew: what has arrived is never repeated, what was planned never stays behind at its old time."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from schedule_samples import JAKARTA, KOST, at, going, invoice, message, new_ids, plan, wall

from connector.domain.decision import Decision
from connector.domain.model import Channel, Invoice, Stage, Step, StepKind, StepState
from connector.domain.replan import replan


def replanned(existing: list[Step], bill: Invoice, old_due: date, now: str, **more: object) -> Decision:
    return replan(
        KOST,
        existing=existing,
        invoice=bill,
        old_due=old_due,
        sequence_id="seq_1",
        customer_id="cus_1",
        address_id="adr_1",
        zone=JAKARTA,
        now=at(now),
        new_id=new_ids(),
        **more,  # type: ignore[arg-type]
    )


def stood(now: str, **states: StepState) -> list[Step]:
    """The plan of 28 November as it stood later; created and H-3 by name of their key without the minus."""
    steps = plan(KOST, invoice(), at("2026-11-28 08:00"))
    return [replace(s, state=states.get(s.key.replace("-", "").lower(), s.state)) for s in steps]


def ended(decision: Decision, existing: list[Step]) -> dict[str, tuple[str, str]]:
    keys = {s.id: s.key for s in existing}
    return {keys[i]: (c.state.value, c.reason) for c in decision.cancels for i in c.step_ids or ()}


def test_a_due_date_moved_far_starts_a_new_plan_without_the_invoice_text() -> None:
    old = stood("2026-12-03", created=StepState.SENT, h3=StepState.SENT)

    decision = replanned(old, invoice(due_date=date(2026, 12, 12)), date(2026, 12, 5), "2026-12-03 10:00")

    assert {s.plan_no for s in decision.steps} == {2}
    assert going(decision.steps) == {
        "H-3": "2026-12-09 09:00",
        "H": "2026-12-12 09:00",
        "H+1": "2026-12-13 09:00",
        "H+7": "2026-12-19 09:00",
        "task:H+10": "2026-12-22 09:00",
    }
    assert set(ended(decision, old).values()) == {("cancelled", "due_date_moved")}
    assert not {"created", "H-3"} & ended(decision, old).keys()
    assert [c.values for c in decision.changes] == [{"plan_no": 2}, {"plan_no": 2}]


def test_a_small_correction_moves_what_is_planned_and_never_repeats() -> None:
    old = stood("2026-12-03", created=StepState.SENT, h3=StepState.SENT)

    decision = replanned(old, invoice(due_date=date(2026, 12, 7)), date(2026, 12, 5), "2026-12-03 10:00")

    assert {s.plan_no for s in decision.steps} == {1}
    assert going(decision.steps)["H"] == "2026-12-07 09:00"
    assert not {"created", "H-3"} & {s.key for s in decision.steps}
    assert decision.cancels == ()
    assert decision.changes == ()


def test_a_small_correction_ends_what_has_passed_by_the_new_date() -> None:
    old = stood("2026-12-01", created=StepState.SENT)

    decision = replanned(old, invoice(due_date=date(2026, 12, 3)), date(2026, 12, 5), "2026-12-01 10:00")

    # H-3 would have been on 30 November; its text is still true, so it goes now, once.
    assert going(decision.steps)["H-3"] == "2026-12-01 10:00"
    later = replanned(old, invoice(due_date=date(2026, 12, 3)), date(2026, 12, 5), "2026-12-03 10:00")
    assert ended(later, old)["H-3"] == ("skipped", "past_at_planning")
    assert going(later.steps)["H"] == "2026-12-03 10:00"


def test_a_stage_that_is_over_keeps_its_reason() -> None:
    old = [
        replace(s, state=StepState.SUPERSEDED, reason="superseded") if s.key == "H-3" else s
        for s in stood("2026-12-04", created=StepState.SENT)
    ]

    decision = replanned(old, invoice(), date(2026, 12, 5), "2026-12-05 10:00")

    assert "H-3" not in {s.key for s in decision.steps}
    assert "H-3" not in ended(decision, old)


def test_another_channel_takes_the_place_of_the_first() -> None:
    old = stood("2026-12-01", created=StepState.SENT)

    decision = replanned(old, invoice(channel=Channel.SMS), date(2026, 12, 5), "2026-12-01 10:00")

    messages = [s for s in decision.steps if s.kind is StepKind.MESSAGE]
    assert {s.channel for s in messages} == {Channel.SMS}
    assert "created" not in {s.key for s in messages}
    gone = ended(decision, old)
    assert {k for k in gone if not k.startswith(("tick", "task"))} == {"H-3", "H", "H+1", "H+7"}
    assert set(gone.values()) == {("cancelled", "plan_moved")}


def test_fallbacks_receipts_and_steps_by_hand_stay() -> None:
    stay = [
        message(
            "H-3",
            Stage.PRE_DUE,
            "2026-12-02 11:00",
            -3,
            id="f",
            channel=Channel.SMS,
            data={"fallback_of": "x"},
        ),
        message("receipt:pay_1", Stage.RECEIPT, "2026-12-04 08:00"),
        message("custom:1", Stage.PRE_DUE, "2026-12-04 08:00"),
        Step("t", StepKind.TICK, "tick:promise:prm_1", Stage.OTHER, at("2026-12-12 07:00")),
    ]

    decision = replanned(stay, invoice(due_date=date(2026, 12, 20)), date(2026, 12, 5), "2026-12-02 10:00")

    assert decision.cancels == ()


def test_a_promise_taken_back_plans_its_reminders_again() -> None:
    old = [
        replace(s, state=StepState.CANCELLED, reason="promise_active") if s.key in ("H+1", "H+7") else s
        for s in stood("2026-12-09", created=StepState.SENT, h3=StepState.SENT, h=StepState.SENT)
    ]

    decision = replanned(old, invoice(), date(2026, 12, 5), "2026-12-09 10:00")

    assert going(decision.steps) == {
        "H+1": "2026-12-09 10:00",
        "H+7": "2026-12-12 09:00",
        "task:H+10": "2026-12-15 09:00",
    }


def test_what_an_older_plan_sent_does_not_silence_the_new_one() -> None:
    first = stood("2026-12-03", created=StepState.SENT, h3=StepState.SENT)
    second = [
        replace(s, id=f"{s.id}b", plan_no=2, state=StepState.PLANNED) for s in first if s.key != "created"
    ]

    decision = replanned(
        first + second,
        invoice(due_date=date(2026, 12, 13), plan_no=2),
        date(2026, 12, 12),
        "2026-12-03 10:00",
    )

    assert going(decision.steps)["H-3"] == "2026-12-10 09:00"
    assert "created" not in {s.key for s in decision.steps}


@settings(max_examples=100, deadline=None)
@given(
    st.integers(-10, 10),
    st.integers(0, 40 * 24),
    st.lists(st.sampled_from(StepState), min_size=12, max_size=12),
)
def test_planning_anew_keeps_one_row_for_each_key(shift: int, hours: int, states: list[StepState]) -> None:
    old = [replace(s, state=state) for s, state in zip(stood(""), states, strict=True)]
    bill = invoice(due_date=date(2026, 12, 5) + timedelta(days=shift))
    now = at("2026-11-28 09:00") + timedelta(hours=hours)

    decision = replanned(old, bill, date(2026, 12, 5), wall(now))

    moved = abs(shift) >= 3
    used = {
        s.key
        for s in old
        if s.state in (StepState.SENT, StepState.SENDING, StepState.UNKNOWN, StepState.MERGED)
    }
    fresh = {s.key for s in decision.steps}
    assert not fresh & (used & {"created"} if moved else used)
    assert all(s.plan_no == (2 if moved else 1) for s in decision.steps)
    named = [i for c in decision.cancels for i in c.step_ids or ()]
    assert len(named) == len(set(named))
    waiting = {s.id for s in old if s.state in (StepState.PLANNED, StepState.HELD)}
    assert set(named) <= waiting
    # Whatever was planned is moved, ended or replaced: nothing stays behind at its old time.
    left = {s.key for s in old if s.state is StepState.PLANNED and s.id not in named}
    assert left <= fresh
