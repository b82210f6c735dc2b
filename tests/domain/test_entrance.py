"""How the late ones come in: so many a day, on open days, the longest overdue last, gently or by a person."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from schedule_samples import KOST, at, invoice, plan, told

from connector.domain.entrance import TOO_LATE_DAYS, Late, entry_days
from connector.domain.model import StepKind
from connector.domain.truth import settle_due

TODAY = date(2026, 11, 28)
DAY = timedelta(days=1)


def late(number: int, days: int, closed: frozenset[int] = frozenset()) -> Late:
    return Late(f"cus_{number:03d}", TODAY - days * DAY, TODAY, lambda day: day.weekday() not in closed)


def test_a_late_invoice_begins_with_one_gentle_text_and_its_stages_count_from_there() -> None:
    entered = replace(invoice(), due_date=date(2026, 11, 20), entered_on=TODAY, issue_date=TODAY)

    steps = plan(KOST, entered, at("2026-11-28 08:00"))

    seen = {key: (state, when) for key, (state, when, _) in told(steps).items()}
    assert seen["first"] == ("planned", "2026-11-28 09:00")
    assert seen["H+1"] == ("planned", "2026-11-29 09:00")
    assert seen["H+7"] == ("planned", "2026-12-05 09:00")
    assert seen["task:H+10"] == ("planned", "2026-12-08 09:00")
    assert {seen[key][0] for key in ("H-3", "H")} == {"skipped"}
    assert next(s for s in steps if s.key == "first").template == "first_contact"


def test_a_later_due_date_makes_it_an_ordinary_invoice() -> None:
    moved = replace(invoice(), due_date=date(2026, 12, 5), entered_on=TODAY)

    assert "first" not in told(plan(KOST, moved, at("2026-11-28 08:00")))


def test_who_is_too_late_is_for_a_person_alone() -> None:
    entered = replace(invoice(), due_date=TODAY - (TOO_LATE_DAYS + 1) * DAY, entered_on=TODAY)

    steps = [s for s in plan(KOST, entered, at("2026-11-28 08:00")) if s.kind is not StepKind.TICK]

    assert [(s.key, s.kind, s.data["reason"]) for s in steps] == [
        ("task:first", StepKind.TASK, "overdue_long")
    ]


def test_after_a_gap_the_first_text_goes_before_the_notice() -> None:
    entered = replace(invoice(), due_date=date(2026, 11, 20), entered_on=TODAY, issue_date=TODAY)
    steps = {s.key: s for s in plan(KOST, entered, at("2026-11-28 08:00"))}

    settled = settle_due(
        [steps["first"], steps["H+1"]],
        invoice=entered,
        zone="Asia/Jakarta",
        now=at("2026-11-30 13:00"),
        late_after=timedelta(hours=1),
    )

    assert settled.survivor is not None and settled.survivor.key == "first"
    assert [(step.key, why) for step, _, why in settled.ended] == [("H+1", "superseded")]


@given(
    st.lists(st.integers(1, 60), max_size=80),
    st.frozensets(st.integers(0, 6), max_size=5),
    st.integers(1, 9),
    st.dictionaries(st.integers(0, 9), st.integers(0, 9), max_size=5),
)
def test_no_day_is_fuller_than_allowed_and_the_longest_overdue_come_last(
    overdue: list[int], closed: frozenset[int], a_day: int, taken: dict[int, int]
) -> None:
    some = [late(n, days, closed) for n, days in enumerate(overdue)]
    before = {TODAY + n * DAY: min(count, a_day) for n, count in taken.items()}

    days = entry_days(some, taken=before, a_day=a_day)

    assert set(days) == {one.customer_id for one in some}
    gentle = [one for one in some if (days[one.customer_id] - one.due).days <= TOO_LATE_DAYS]
    counted = Counter(days[one.customer_id] for one in gentle)
    assert all(count + before.get(day, 0) <= a_day for day, count in counted.items())
    assert all(day >= TODAY and day.weekday() not in closed for day in counted)
    for one in gentle:
        assert all(
            days[one.customer_id] <= days[other.customer_id] for other in gentle if other.due < one.due
        )
    alone = [one for one in some if one not in gentle]
    assert all((days[one.customer_id] - one.due).days >= TOO_LATE_DAYS + 1 for one in alone)
    assert entry_days(reversed(some), taken=before, a_day=a_day) == days
