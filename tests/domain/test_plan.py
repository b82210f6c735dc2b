"""The plan of an invoice: what is planned when, and what the passing of time before planning makes of it."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schedule_samples import (
    CREATED,
    DENSE,
    KOST,
    MON_TO_SAT,
    PUJK,
    ZONES,
    Row,
    at,
    days,
    going,
    invoice,
    line,
    plan,
    recipes,
    told,
    wall,
    zones,
)

from connector.domain.model import (
    Channel,
    Invoice,
    InvoiceStatus,
    Permission,
    Recipe,
    Stage,
    Step,
    StepKind,
    StepState,
    WindowRule,
)
from connector.domain.plan import moves_plan
from connector.domain.truth import is_true
from connector.domain.windows import is_open, local_date

# --- the ordinary month


def test_the_kost_recipe_on_the_day_of_applying() -> None:
    steps = plan(KOST, invoice(), at("2026-11-28 08:00"))

    assert told(steps) == {
        "created": ("planned", "2026-11-28 09:00", None),
        "H-3": ("planned", "2026-12-02 09:00", None),
        "H": ("planned", "2026-12-05 09:00", None),
        "H+1": ("planned", "2026-12-06 09:00", None),
        "H+7": ("planned", "2026-12-12 09:00", None),
        "task:H+10": ("planned", "2026-12-15 09:00", None),
    }


def test_every_step_knows_where_it_belongs() -> None:
    steps = plan(KOST, invoice(), at("2026-11-28 08:00"), plan_no=2)

    assert {(s.sequence_id, s.invoice_id, s.customer_id, s.address_id, s.plan_no) for s in steps} == {
        ("seq_1", "inv_1", "cus_1", "adr_1", 2)
    }
    assert all(s.planned_for == s.due_at for s in steps)
    assert len({s.id for s in steps}) == len(steps)


def test_the_invoice_is_a_notice_and_the_rest_remind() -> None:
    kinds = {s.key: s.permission for s in plan(KOST, invoice(), at("2026-11-28 08:00"))}

    assert kinds["created"] is Permission.NOTICE
    assert {kinds[k] for k in ("H-3", "H", "H+1", "H+7")} == {Permission.REMINDER}


def test_a_task_carries_its_reason_and_an_overdue_text_knows_when_its_time_is_over() -> None:
    steps = {s.key: s for s in plan(KOST, invoice(), at("2026-11-28 08:00"))}

    assert steps["task:H+10"].data["reason"] == "overdue_long"
    assert steps["H+7"].data["next_offset"] == 10
    assert steps["H+1"].data["next_offset"] == 7


def test_the_channel_of_the_line_wins_over_the_invoice_and_the_customer() -> None:
    recipe = replace(KOST, steps=(CREATED, line("H", Stage.DUE, 0, channel=Channel.SMS)))

    def channels(**more: object) -> list[Channel]:
        steps = plan(recipe, invoice(), at("2026-11-28 08:00"), **more)
        return [s.channel for s in steps if s.kind is StepKind.MESSAGE]

    assert channels() == [Channel.WHATSAPP, Channel.SMS]
    assert channels(channel=Channel.SMS) == [Channel.SMS, Channel.SMS]


@pytest.mark.parametrize("status", [InvoiceStatus.PAID, InvoiceStatus.VOID])
def test_what_is_not_owed_has_no_plan(status: InvoiceStatus) -> None:
    assert plan(KOST, invoice(status=status), at("2026-11-28 08:00")) == ()


# --- what has passed at planning


def test_an_invoice_text_whose_hour_has_passed_goes_at_once() -> None:
    assert going(plan(KOST, invoice(), at("2026-11-28 10:17")))["created"] == "2026-11-28 10:17"


def test_at_night_it_goes_at_the_next_open_minute() -> None:
    assert going(plan(KOST, invoice(), at("2026-11-28 21:00")))["created"] == "2026-11-29 08:00"


def test_late_by_some_stages_the_invoice_text_is_the_survivor() -> None:
    steps = told(plan(KOST, invoice(), at("2026-12-03 10:00")))

    assert steps["created"] == ("planned", "2026-12-03 10:00", None)
    assert steps["H-3"] == ("skipped", "2026-12-02 09:00", "past_at_planning")
    assert steps["H"][0] == "planned"


def test_a_late_invoice_text_and_a_reminder_do_not_come_on_one_day() -> None:
    steps = told(plan(KOST, invoice(), at("2026-12-04 21:00")))  # the evening before the due day

    assert steps["created"] == ("planned", "2026-12-05 08:00", None)
    assert steps["H"] == ("superseded", "2026-12-05 09:00", "superseded")


def test_after_the_due_day_the_latest_true_stage_survives() -> None:
    steps = told(plan(KOST, invoice(), at("2026-12-08 10:00")))

    assert {k: v[0] for k, v in steps.items()} == {
        "created": "skipped",
        "H-3": "skipped",
        "H": "skipped",
        "H+1": "planned",
        "H+7": "planned",
        "task:H+10": "planned",
    }
    assert steps["H+1"][1] == "2026-12-08 10:00"


def test_after_the_last_stage_a_person_speaks_and_not_the_machine() -> None:
    steps = going(plan(KOST, invoice(), at("2027-01-17 10:00")))

    assert steps == {"task:H+10": "2027-01-17 10:00"}


def test_on_the_evening_of_the_due_day_nothing_is_true_any_more() -> None:
    steps = told(plan(KOST, invoice(), at("2026-12-05 21:00")))

    assert [k for k, v in steps.items() if v[0] == "planned"] == ["H+1", "H+7", "task:H+10"]
    assert steps["H+1"][1] == "2026-12-06 09:00"


def test_an_invoice_text_that_is_still_to_come_speaks_for_what_has_passed() -> None:
    bill = invoice(issue_date=date(2026, 12, 3))

    steps = told(plan(KOST, bill, at("2026-12-02 12:00")))

    assert steps["H-3"][0] == "skipped"
    assert steps["created"] == ("planned", "2026-12-03 09:00", None)


def test_without_an_invoice_text_the_latest_passed_stage_survives() -> None:
    recipe = replace(KOST, steps=KOST.steps[1:])

    steps = told(plan(recipe, invoice(), at("2026-12-03 10:00")))

    assert steps["H-3"] == ("planned", "2026-12-03 10:00", None)


def test_nothing_leaves_at_once_before_its_facts_have_settled() -> None:
    bill = invoice(settles_at=at("2026-11-28 10:05"))

    assert going(plan(KOST, bill, at("2026-11-28 10:00")))["created"] == "2026-11-28 10:05"


# --- what was sent already


def test_what_was_sent_is_left_out() -> None:
    steps = plan(KOST, invoice(), at("2026-12-02 10:00"), already_sent=frozenset({"created", "H-3"}))

    assert not {"created", "H-3"} & {s.key for s in steps}
    assert going(steps)["H"] == "2026-12-05 09:00"


def test_the_very_minute_of_a_step_is_still_in_time() -> None:
    steps = plan(KOST, invoice(), at("2026-12-02 09:00"), already_sent=frozenset({"created"}))

    assert going(steps)["H-3"] == "2026-12-02 09:00"


def test_a_sent_stage_is_not_followed_by_an_older_one() -> None:
    sent = frozenset({"created", "H+1"})

    steps = going(plan(KOST, invoice(), at("2026-12-07 10:00"), already_sent=sent))

    assert list(steps) == ["H+7", "task:H+10"]


@pytest.mark.parametrize(("shift", "expected"), [(0, False), (2, False), (-2, False), (3, True), (-3, True)])
def test_a_due_date_moved_by_three_days_starts_a_new_plan(shift: int, expected: bool) -> None:
    assert moves_plan(date(2026, 12, 5), date(2026, 12, 5) + timedelta(days=shift)) is expected


# --- closed windows


def test_a_pre_due_step_on_a_sunday_goes_on_saturday() -> None:
    recipe = replace(KOST, policy=PUJK, steps=(line("H-1", Stage.PRE_DUE, -1),))
    bill = invoice(due_date=date(2026, 12, 7))

    assert told(plan(recipe, bill, at("2026-12-01 08:00"))) == {
        "H-1": ("planned", "2026-12-05 09:00", "sunday")
    }


def test_two_pre_due_steps_on_one_day_become_the_later_one() -> None:
    recipe = replace(DENSE, policy=PUJK)
    bill = invoice(due_date=date(2026, 12, 7))

    steps = told(plan(recipe, bill, at("2026-11-29 08:00")))

    assert steps["H-2"] == ("superseded", "2026-12-05 09:00", "superseded")
    assert steps["H-1"] == ("planned", "2026-12-05 09:00", "sunday")


def test_where_earlier_is_gone_a_pre_due_step_goes_later_but_not_on_the_due_day() -> None:
    recipe = replace(
        KOST, policy=PUJK, steps=(line("H-2", Stage.PRE_DUE, -2), line("H-1", Stage.PRE_DUE, -1))
    )
    now = at("2026-12-05 21:00")  # Saturday evening; Sunday is closed

    due_on_tuesday = told(plan(recipe, invoice(due_date=date(2026, 12, 8)), now))
    due_on_monday = told(plan(recipe, invoice(due_date=date(2026, 12, 7)), now))

    assert due_on_tuesday["H-2"][0] == "superseded"  # Monday belongs to H-1
    assert due_on_tuesday["H-1"] == ("planned", "2026-12-07 09:00", None)
    assert due_on_monday["H-1"] == ("superseded", "2026-12-06 09:00", "sunday")


def test_an_overdue_step_on_a_holiday_goes_later() -> None:
    recipe = replace(KOST, policy=PUJK, steps=(line("H+1", Stage.OVERDUE, 1),))

    assert told(plan(recipe, invoice(), at("2026-12-01 08:00"))) == {
        "H+1": ("planned", "2026-12-07 08:00", "sunday")
    }


def test_overdue_steps_pushed_onto_one_day_become_the_latest() -> None:
    recipe = replace(KOST, policy=PUJK, steps=tuple(line(f"H+{n}", Stage.OVERDUE, n) for n in (1, 2, 3)))
    bill = invoice(due_date=date(2026, 12, 23))  # 24, 25 and Sunday 27 are closed

    steps = told(plan(recipe, bill, at("2026-12-01 08:00")))

    assert steps["H+1"][0] == "superseded"
    assert steps["H+2"][0] == "superseded"
    assert steps["H+3"][:2] == ("planned", "2026-12-26 09:00")


def test_a_due_day_that_is_closed_is_silent_and_says_why() -> None:
    recipe = replace(KOST, policy=PUJK, steps=(line("H", Stage.DUE, 0),))

    assert told(plan(recipe, invoice(due_date=date(2026, 12, 25)), at("2026-12-01 08:00"))) == {
        "H": ("superseded", "2026-12-25 09:00", "holiday")
    }


def test_a_step_before_opening_keeps_its_day() -> None:
    recipe = replace(KOST, steps=(line("H-3", Stage.PRE_DUE, -3, time(6)), line("H", Stage.DUE, 0, time(7))))

    assert going(plan(recipe, invoice(), at("2026-11-28 08:00"))) == {
        "H-3": "2026-12-02 08:00",
        "H": "2026-12-05 08:00",
    }


# --- ticks


def ticks(now: str, bill: Invoice | None = None) -> dict[str, Row]:
    steps = plan(KOST, bill or invoice(), at(now))
    return {s.key: (s.state.value, wall(s.due_at), s.reason) for s in steps if s.kind is StepKind.TICK}


def test_time_is_told_from_seven_in_the_morning() -> None:
    assert ticks("2026-11-28 08:00") == {
        "tick:due": ("planned", "2026-12-05 07:00", None),
        "tick:overdue:1": ("planned", "2026-12-06 07:00", None),
        "tick:overdue:3": ("planned", "2026-12-08 07:00", None),
        "tick:overdue:7": ("planned", "2026-12-12 07:00", None),
        "tick:overdue:14": ("planned", "2026-12-19 07:00", None),
        "tick:overdue:30": ("planned", "2027-01-04 07:00", None),
    }


def test_of_the_passed_thresholds_only_the_latest_is_told() -> None:
    found = ticks("2026-12-09 02:00")

    assert found["tick:due"][0] == "skipped"
    assert found["tick:overdue:1"] == ("skipped", "2026-12-06 07:00", "past_at_planning")
    assert found["tick:overdue:3"] == ("planned", "2026-12-09 07:00", None)  # not in the night
    assert found["tick:overdue:7"][0] == "planned"


def test_an_invoice_that_comes_on_its_due_day_is_told_as_due() -> None:
    assert ticks("2026-12-05 11:00")["tick:due"] == ("planned", "2026-12-05 11:00", None)


# --- zones, months, clock changes


@pytest.mark.parametrize("zone", ZONES)
def test_nine_o_clock_is_the_customers_own(zone: str) -> None:
    steps = plan(KOST, invoice(), at("2026-11-28 08:00", zone), zone)

    assert {w[-5:] for w in going(steps, zone).values()} == {"09:00"}


def test_month_ends_and_the_leap_day() -> None:
    bill = invoice(issue_date=date(2028, 2, 20), due_date=date(2028, 2, 29))

    steps = going(plan(KOST, bill, at("2028-02-20 08:00")))

    assert steps["H-3"] == "2028-02-26 09:00"
    assert steps["H"] == "2028-02-29 09:00"
    assert steps["H+1"] == "2028-03-01 09:00"


@pytest.mark.parametrize(
    ("zone", "due"), [("Europe/Berlin", date(2026, 3, 29)), ("America/New_York", date(2026, 11, 1))]
)
def test_a_clock_change_on_the_due_day_moves_nothing(zone: str, due: date) -> None:
    bill = invoice(issue_date=due - timedelta(days=7), due_date=due)

    steps = going(plan(KOST, bill, at(f"{due - timedelta(days=7)} 08:00", zone), zone), zone)

    assert steps["H-3"] == f"{due - timedelta(days=3)} 09:00"
    assert steps["H"] == f"{due} 09:00"
    assert steps["H+1"] == f"{due + timedelta(days=1)} 09:00"


# --- laws


@st.composite
def cases(draw: st.DrawFn) -> tuple[Recipe, Invoice, datetime, str]:
    issue = draw(days)
    due = issue + timedelta(days=draw(st.integers(0, 40)))
    zone = draw(zones)
    moment = draw(st.times(time(0), time(23, 59))).replace(second=0, microsecond=0)
    today = issue + timedelta(days=draw(st.integers(-3, 60)))
    now = datetime.combine(today, moment, tzinfo=ZoneInfo(zone))
    return draw(recipes()), invoice(issue_date=issue, due_date=due), now, zone


@settings(max_examples=150, deadline=None)
@given(cases())
def test_the_laws_of_a_plan(case: tuple[Recipe, Invoice, datetime, str]) -> None:
    recipe, bill, now, zone = case

    steps = plan(recipe, bill, now, zone)

    assert len({(s.key, s.channel) for s in steps}) == len(steps)
    assert [s.due_at for s in steps] == sorted(s.due_at for s in steps)
    by_day: set[date] = set()
    for step in (s for s in steps if s.state is StepState.PLANNED):
        assert step.due_at >= now
        if step.kind is StepKind.MESSAGE:
            check_message(recipe, bill, zone, step)
            if step.permission is Permission.REMINDER:
                day = local_date(step.due_at, zone)
                assert day not in by_day, "two reminders on one day"
                by_day.add(day)
    for step in (s for s in steps if s.state is not StepState.PLANNED):
        assert step.state in (StepState.SKIPPED, StepState.SUPERSEDED)
        assert step.reason


def check_message(recipe: Recipe, bill: Invoice, zone: str, step: Step) -> None:
    reminds = step.permission is Permission.REMINDER
    rule: WindowRule = recipe.policy.window if reminds else recipe.policy.notice_window
    day = local_date(step.due_at, zone)
    assert is_open(step.due_at, rule, zone)
    assert is_true(step, bill, day, step.data.get("next_offset"))
    if step.stage is Stage.PRE_DUE:
        assert day < bill.due_date


@settings(max_examples=100, deadline=None)
@given(cases(), st.data())
def test_planning_anew_never_repeats_a_sent_key(
    case: tuple[Recipe, Invoice, datetime, str], data: st.DataObject
) -> None:
    recipe, bill, now, zone = case
    keys = sorted({s.key for s in plan(recipe, bill, now, zone)})
    sent = data.draw(st.frozensets(st.sampled_from(keys)))

    assert not sent & {s.key for s in plan(recipe, bill, now, zone, already_sent=sent)}


@settings(max_examples=60, deadline=None)
@given(cases())
def test_a_plan_made_in_time_skips_nothing(case: tuple[Recipe, Invoice, datetime, str]) -> None:
    recipe, bill, _, zone = case
    early = datetime.combine(bill.issue_date, time(0), tzinfo=ZoneInfo(zone)) - timedelta(days=60)

    assert not [s for s in plan(recipe, bill, early, zone) if s.state is StepState.SKIPPED]


def test_a_closed_week_pushes_nothing_past_its_truth() -> None:
    # 18 to 24 March 2026 is closed from end to end; so is what stands before it, because now lies inside.
    recipe = replace(DENSE, policy=replace(PUJK, window=MON_TO_SAT))
    bill = invoice(issue_date=date(2026, 3, 18), due_date=date(2026, 3, 23))

    steps = told(plan(recipe, bill, at("2026-03-18 08:00")))

    assert [k for k, v in steps.items() if v[0] == "planned"] == ["created", "H+2", "H+3", "H+7", "H+14"]
    assert steps["H"] == ("superseded", "2026-03-23 09:00", "holiday")
    assert steps["H+1"][0] == "superseded"
