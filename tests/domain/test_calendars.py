"""Holidays of Indonesia as the decree of three ministers lists them."""

from datetime import date

import pytest

from connector.domain import calendars
from connector.domain.calendars import holidays_of, is_holiday


@pytest.mark.parametrize(
    "day", [date(2026, 1, 1), date(2026, 3, 19), date(2026, 3, 21), date(2026, 8, 17), date(2026, 12, 25)]
)
def test_a_national_holiday_has_a_name(day: date) -> None:
    assert is_holiday("ID", day)


def test_joint_leave_counts_as_a_holiday() -> None:
    assert is_holiday("ID", date(2026, 3, 20))
    assert is_holiday("ID", date(2026, 12, 24))


def test_an_ordinary_day_and_no_calendar_know_no_holiday() -> None:
    assert is_holiday("ID", date(2026, 12, 5)) is None
    assert is_holiday(None, date(2026, 8, 17)) is None


def test_the_year_2026_has_seventeen_national_days_and_eight_of_joint_leave() -> None:
    assert len(holidays_of("ID", 2026)) == 17 + 8


def test_the_name_does_not_follow_the_language_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "id_ID.UTF-8")
    monkeypatch.setenv("LANGUAGE", "id")
    calendars.holidays_of.cache_clear()

    assert is_holiday("ID", date(2026, 8, 17)) == "Independence Day"


def test_an_unknown_calendar_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="Atlantis"):
        is_holiday("Atlantis", date(2026, 1, 1))


def test_a_year_is_computed_once() -> None:
    assert holidays_of("ID", 2027) is holidays_of("ID", 2027)
