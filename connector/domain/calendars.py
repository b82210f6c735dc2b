"""Public holidays of a country, one year at a time, from the `holidays` library."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

# Days off by decree that are not holidays in law. Indonesia's cuti bersama is one: offices are closed and
# people travel, so a reminder on such a day is as unwelcome as on the feast itself.
_EXTRA_CATEGORIES: dict[str, tuple[str, ...]] = {"ID": ("government",)}


def is_holiday(calendar: str | None, day: date) -> str | None:
    """The English name of the holiday on this day, or None; no calendar knows no holidays.

    >>> is_holiday("ID", date(2026, 8, 17))
    'Independence Day'
    >>> is_holiday("ID", date(2026, 12, 24))
    'Christmas Joint Holiday'
    >>> is_holiday("ID", date(2026, 12, 5)) is None and is_holiday(None, date(2026, 8, 17)) is None
    True
    """
    return None if calendar is None else holidays_of(calendar, day.year).get(day)


@lru_cache(maxsize=64)
def holidays_of(calendar: str, year: int) -> Mapping[date, str]:
    """All holidays of one year; raises ValueError for a calendar that nobody knows."""
    import holidays  # late: half a second and 300 modules that a policy without holidays never needs

    if calendar not in holidays.list_supported_countries():
        raise ValueError(f"no holiday calendar is called {calendar!r}")
    # The language is named: without it the library follows the machine's LANG (seen with holidays 0.109).
    found = holidays.country_holidays(
        calendar,
        years=year,
        language="en_US",
        categories=("public", *_EXTRA_CATEGORIES.get(calendar, ())),
    )
    return dict(found.items())
