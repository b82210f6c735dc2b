"""The calendar of recurring charges: laws that hold for every charge, clock and zone."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain import recurring as rules
from connector.domain.recurring import Charge, ChargeState, Fate

ZONES = (
    "Asia/Jakarta",
    "Asia/Makassar",
    "Europe/Berlin",
    "America/Santiago",
    "Africa/Cairo",
    "Asia/Kathmandu",
)
months = st.builds(lambda y, m: f"{y:04d}-{m:02d}", st.integers(2020, 2040), st.integers(1, 12))
days = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@st.composite
def charges(draw: st.DrawFn) -> Charge:
    first = draw(months)
    return Charge(
        id="rec_1",
        ref="A3",
        customer_id="cus_1",
        amount=draw(st.one_of(st.none(), st.integers(1, 10**9))),
        currency="IDR",
        every_months=draw(st.sampled_from(rules.EVERY_MONTHS)),
        due_day=draw(st.integers(1, 31)),
        first_period=first,
        last_period=draw(st.one_of(st.none(), st.integers(0, 60).map(lambda n: rules.later(first, n)))),
        paused_until=draw(st.one_of(st.none(), days)),
    )


@given(charges())
def test_periods_are_the_first_one_plus_whole_steps(charge: Charge) -> None:
    found = list(islice(rules.periods(charge, ()), 40))

    assert found[0] == charge.first_period
    assert found == [rules.later(charge.first_period, n * charge.every_months) for n in range(len(found))]
    assert all(rules.is_period(charge, period) for period in found)
    assert charge.last_period is None or all(period <= charge.last_period for period in found)


@given(charges(), st.sets(st.integers(0, 30)))
def test_what_was_decided_never_moves_the_others(charge: Charge, decided: set[int]) -> None:
    every = list(islice(rules.periods(charge, ()), 31))
    done = {every[n] for n in decided if n < len(every)}

    left = [period for period in islice(rules.periods(charge, done), 31) if period in every]

    assert left == [period for period in every if period not in done]


@given(charges(), st.integers(0, 30))
def test_the_due_day_is_clamped_and_comes_back(charge: Charge, n: int) -> None:
    period = rules.later(charge.first_period, n * charge.every_months)

    due = rules.due_date(charge, period)

    assert rules.period_of(due) == period
    last = monthrange(due.year, due.month)[1]
    assert due.day == charge.due_day or (due.day == last and charge.due_day > last)


@given(charges(), st.integers(0, 120), st.integers(1, 30), st.sampled_from(ZONES))
def test_the_issue_instant_lies_on_its_local_day_at_five_past_midnight(
    charge: Charge, n: int, lead: int, zone: str
) -> None:
    period = rules.later(charge.first_period, n)

    at = rules.issues_at(charge, period, lead, zone).astimezone(ZoneInfo(zone))

    asks = rules.ASK_DAYS if charge.amount is None else 0
    assert at.date() == rules.due_date(charge, period) - timedelta(days=lead + asks)
    # Where the clock skips midnight (Santiago, Cairo) it is the instant of the change.
    assert (at.hour, at.minute) == (0, 5) or (at.hour, at.minute) == (1, 0)


@given(charges(), st.integers(0, 119), st.sampled_from(ZONES))
def test_periods_are_issued_in_order(charge: Charge, n: int, zone: str) -> None:
    one = rules.later(charge.first_period, n)
    following = rules.later(one, charge.every_months)

    assert rules.issues_at(charge, one, 3, zone) < rules.issues_at(charge, following, 3, zone)


@given(charges(), st.integers(0, 24), st.integers(-60, 60))
def test_every_period_has_one_fate(charge: Charge, n: int, late: int) -> None:
    period = rules.later(charge.first_period, n * charge.every_months)
    due = rules.due_date(charge, period)

    fate = rules.fate(charge, period, due + timedelta(days=late))

    if charge.paused_until is not None and due <= charge.paused_until:
        assert fate is Fate.PAUSED
    else:
        assert fate is (Fate.MISSED if late > 7 else Fate.ISSUE)


@given(days, st.integers(1, 31))
def test_the_first_period_of_a_new_charge_is_that_of_the_next_due_day(today: date, due_day: int) -> None:
    charge = Charge("rec_1", "A3", "cus_1", 1, "IDR", 1, due_day, rules.first_period_from(due_day, today))

    due = rules.due_date(charge, charge.first_period)

    assert today <= due
    assert rules.due_date(charge, rules.later(charge.first_period, -1)) < today


@given(st.lists(charges(), max_size=4), st.integers(0, 10**10))
def test_a_sum_pays_whole_periods_and_never_more_than_it_is(some: list[Charge], amount: int) -> None:
    found = rules.covered([(charge, ()) for charge in some], amount)

    assert sum(charge.amount or 0 for charge, _ in found) <= amount
    assert all(charge.amount is not None for charge, _ in found)
    dues = [rules.due_date(charge, period) for charge, period in found]
    assert dues == sorted(dues)


def test_day_31_every_month_of_a_leap_year() -> None:
    charge = Charge("rec_1", "M-0417", "cus_1", 100, "IDR", 1, 31, "2027-12")

    dues = [rules.due_date(charge, period).isoformat() for period in islice(rules.periods(charge, ()), 5)]

    assert dues == ["2027-12-31", "2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30"]


def test_a_zone_that_moves_east_or_west_keeps_the_local_time() -> None:
    charge = Charge("rec_1", "A3", "cus_1", 100, "IDR", 1, 5, "2026-12")

    jakarta, makassar = (rules.issues_at(charge, "2026-12", 3, z) for z in ("Asia/Jakarta", "Asia/Makassar"))

    assert jakarta == datetime(2026, 12, 1, 17, 5, tzinfo=UTC)
    assert jakarta - makassar == timedelta(hours=1)


@pytest.mark.parametrize("period", ["2026-09", "2026-10"])
def test_a_stopped_charge_has_no_periods_until_a_later_first_one_begins_anew(period: str) -> None:
    stopped = Charge("rec_1", "A3", "cus_1", 1, "IDR", 1, 5, "2026-01", "2026-09", state=ChargeState.STOPPED)

    again = rules.renewed(stopped, {"first_period": period})

    assert rules.next_period(stopped, ()) is None
    assert rules.next_period(again, ()) == (period if period > "2026-09" else None)


def test_words_of_a_description_are_filled_from_the_charge() -> None:
    charge = Charge(
        "rec_1",
        "A3",
        "cus_1",
        1,
        "IDR",
        3,
        5,
        "2026-12",
        description="Sewa kamar {room}, {period_text} ({charge_ref}) {gone}",
        extra={"room": "A3"},
    )

    text = rules.describe(charge, "2026-12", "Siti", "id")

    assert text == "Sewa kamar A3, Desember 2026 - Februari 2027 (A3)"
    assert rules.unknown_words(charge.description or "", charge.extra) == ["gone"]
