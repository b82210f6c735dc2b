"""Windows in local time: closing is exclusive; clock changes, midnights and holidays change nothing."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schedule_samples import EVERY_DAY, MON_TO_SAT, at, days, instants, rules, wall, zones

from connector.domain.model import WindowRule
from connector.domain.windows import (
    closed_reason,
    is_open,
    latest_open_before,
    local_instant,
    next_open,
    span,
)

ALL_DAY = WindowRule(time(0), time(0))
BERLIN, NEW_YORK, JAKARTA = "Europe/Berlin", "America/New_York", "Asia/Jakarta"


@pytest.mark.parametrize(
    ("local", "expected"),
    [("07:59", False), ("08:00", True), ("19:59", True), ("20:00", False), ("23:00", False)],
)
@pytest.mark.parametrize("zone", ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"])
def test_the_minute_of_closing_is_closed_already(local: str, expected: bool, zone: str) -> None:
    assert is_open(at(f"2026-12-05 {local}", zone), EVERY_DAY, zone) is expected


def test_the_same_instant_is_open_in_papua_and_closed_in_jakarta() -> None:
    instant = at("2026-12-05 06:30", "Asia/Jakarta")

    assert is_open(instant, EVERY_DAY, "Asia/Jayapura")
    assert not is_open(instant, EVERY_DAY, "Asia/Jakarta")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-12-05 07:00", "2026-12-05 08:00"),
        ("2026-12-05 08:00", "2026-12-05 08:00"),
        ("2026-12-05 12:34", "2026-12-05 12:34"),
        ("2026-12-05 20:00", "2026-12-07 08:00"),  # Saturday evening: Sunday is closed
        ("2026-12-24 09:00", "2026-12-26 08:00"),  # joint leave, Christmas
        ("2026-03-18 09:00", "2026-03-25 08:00"),  # the longest run: joint leave, Nyepi and Idulfitri
        ("2026-12-31 21:00", "2027-01-02 08:00"),
        ("2028-02-28 20:30", "2028-02-29 08:00"),
    ],
)
def test_the_next_open_instant_steps_over_nights_sundays_and_holidays(now: str, expected: str) -> None:
    assert wall(next_open(at(now), MON_TO_SAT, JAKARTA)) == expected


def test_a_window_over_midnight_belongs_to_the_day_on_which_it_opened() -> None:
    friday_only = WindowRule(time(20), time(2), frozenset({4}))

    assert is_open(at("2026-12-05 01:59"), friday_only, JAKARTA)
    assert not is_open(at("2026-12-05 02:00"), friday_only, JAKARTA)
    assert not is_open(at("2026-12-05 21:00"), friday_only, JAKARTA)
    assert wall(next_open(at("2026-12-05 02:00"), friday_only, JAKARTA)) == "2026-12-11 20:00"


def test_a_window_from_midnight_to_midnight_is_never_closed() -> None:
    assert is_open(at("2026-12-05 00:00"), ALL_DAY, JAKARTA)
    assert is_open(at("2026-12-05 23:59"), ALL_DAY, JAKARTA)


def test_a_window_without_weekdays_is_an_error_and_not_an_endless_loop() -> None:
    with pytest.raises(ValueError, match="never opens"):
        next_open(at("2026-12-05 09:00"), WindowRule(time(8), time(20), frozenset()), JAKARTA)


def test_a_time_that_the_clock_skips_lies_at_the_change() -> None:
    assert local_instant(date(2026, 3, 29), time(2, 30), BERLIN) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert local_instant(date(2026, 3, 8), time(2, 1), NEW_YORK) == datetime(2026, 3, 8, 7, 0, tzinfo=UTC)


def test_a_time_that_comes_twice_is_the_first_unless_asked() -> None:
    first = local_instant(date(2026, 10, 25), time(2, 30), BERLIN)
    second = local_instant(date(2026, 10, 25), time(2, 30), BERLIN, second=True)

    assert second - first == timedelta(hours=1)


def test_nine_o_clock_stays_nine_o_clock_across_a_clock_change() -> None:
    before = local_instant(date(2026, 3, 28), time(9), BERLIN)
    after = local_instant(date(2026, 3, 29), time(9), BERLIN)

    assert after - before == timedelta(hours=23)


def test_a_day_that_a_zone_left_out_is_closed() -> None:
    # Samoa had no 30 December 2011.
    assert span(EVERY_DAY, "Pacific/Apia", date(2011, 12, 30)) is None


@pytest.mark.parametrize(
    ("meant", "not_before", "expected"),
    [
        ("2026-12-05 09:00", "2026-12-01 00:00", "2026-12-05 09:00"),  # open: stays
        ("2026-12-06 09:00", "2026-12-01 00:00", "2026-12-05 09:00"),  # Sunday: Saturday, same time
        ("2026-12-06 07:00", "2026-12-01 00:00", "2026-12-05 08:00"),  # ... inside its bounds
        ("2026-12-06 22:00", "2026-12-01 00:00", "2026-12-05 19:59"),
        ("2026-12-05 21:00", "2026-12-01 00:00", "2026-12-05 19:59"),  # evening: that day's last minute
        ("2026-12-25 09:00", "2026-12-01 00:00", "2026-12-23 09:00"),  # over joint leave too
        ("2026-12-06 09:00", "2026-12-05 12:00", "2026-12-05 12:00"),  # late on Saturday: at once
        ("2026-12-06 09:00", "2026-12-05 20:00", None),  # Saturday is over
        ("2026-12-06 09:00", "2026-12-06 10:00", None),
    ],
)
def test_going_earlier(meant: str, not_before: str, expected: str | None) -> None:
    found = latest_open_before(at(meant), MON_TO_SAT, JAKARTA, at(not_before))

    assert (wall(found) if found else None) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-12-05 09:00", None),
        ("2026-12-05 21:00", "quiet_hours"),
        ("2026-12-06 09:00", "sunday"),
        ("2026-12-06 03:00", "sunday"),
        ("2026-12-25 09:00", "holiday"),
    ],
)
def test_the_reason_names_what_closes_the_window(now: str, expected: str | None) -> None:
    assert closed_reason(at(now), MON_TO_SAT, JAKARTA) == expected


@settings(max_examples=100, deadline=None)
@given(instants, rules(), zones)
def test_an_open_instant_shows_an_open_wall_clock(instant: datetime, rule: WindowRule, zone: str) -> None:
    local = instant.astimezone(ZoneInfo(zone))

    if is_open(instant, rule, zone):
        assert rule.opens <= local.time() < rule.closes
        assert local.weekday() in rule.weekdays
        assert closed_reason(instant, rule, zone) is None
    else:
        assert closed_reason(instant, rule, zone) in ("quiet_hours", "sunday", "holiday")


@settings(max_examples=100, deadline=None)
@given(instants, rules(holidays=False), zones)
def test_the_next_open_instant_is_the_earliest(instant: datetime, rule: WindowRule, zone: str) -> None:
    found = next_open(instant, rule, zone)

    assert found >= instant
    assert is_open(found, rule, zone)
    assert next_open(found, rule, zone) == found
    if found > instant:
        middle = instant + (found - instant) / 2
        assert not is_open(found - timedelta(seconds=1), rule, zone)
        assert not is_open(middle, rule, zone)


@settings(max_examples=100, deadline=None)
@given(instants, rules(), zones, st.timedeltas(timedelta(0), timedelta(days=20)))
def test_what_goes_earlier_stays_between_its_bounds_and_inside_the_window(
    meant: datetime, rule: WindowRule, zone: str, room: timedelta
) -> None:
    found = latest_open_before(meant, rule, zone, meant - room)

    if found is None:
        assert not is_open(meant, rule, zone)
        assert not is_open(meant - room, rule, zone)
    else:
        assert meant - room <= found <= meant
        assert is_open(found, rule, zone)


@settings(max_examples=100, deadline=None)
@given(days, st.times(), zones)
def test_a_local_instant_never_lies_before_its_wall_time(day: date, wanted: time, zone: str) -> None:
    local = local_instant(day, wanted.replace(microsecond=0), zone).astimezone(ZoneInfo(zone))

    assert local.replace(tzinfo=None) >= datetime.combine(day, wanted.replace(microsecond=0))
    assert local.date() == day


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([date(2026, 3, 29), date(2026, 10, 25), date(2026, 3, 8), date(2026, 11, 1)]),
    st.integers(0, 1439),
)
def test_windows_around_a_clock_change_are_never_wider_than_the_wall_clock(day: date, minute: int) -> None:
    rule = WindowRule(time(1, 30), time(2, 45))
    for zone in (BERLIN, NEW_YORK):
        instant = datetime.combine(day, time(0), tzinfo=UTC) + timedelta(minutes=minute)
        if is_open(instant, rule, zone):
            assert time(1, 30) <= instant.astimezone(ZoneInfo(zone)).time() < time(2, 45)
