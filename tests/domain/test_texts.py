"""Dates and periods in the words of a message."""

from datetime import date, datetime, time

from hypothesis import given
from hypothesis import strategies as st

from connector.domain.texts import format_date, format_date_long, format_time, period_text


def test_dates_in_both_languages() -> None:
    on = date(2026, 12, 5)

    assert (format_date(on, "id"), format_date(on, "en")) == ("5 Des 2026", "5 Dec 2026")
    assert format_date_long(on, "id") == "Sabtu, 5 Desember 2026"
    assert format_date_long(on, "en") == "Saturday, 5 December 2026"


@given(st.dates(min_value=date(1000, 1, 1)), st.sampled_from(["id", "en"]))
def test_a_short_date_fits_its_place(on: date, language: str) -> None:
    assert len(format_date(on, language)) <= 11


def test_times_and_periods() -> None:
    assert format_time(time(9, 5)) == format_time(datetime(2026, 12, 5, 9, 5), "en") == "09:05"
    assert period_text("2026-12", "id") == "Desember 2026"
    assert period_text(date(2027, 1, 31), "en") == "January 2027"
