"""Dates, times and periods in the words of a message: short tables, the same on every machine."""

from datetime import date, datetime, time

# fmt: off
MONTHS = {
    "id": ("Januari", "Februari", "Maret", "April", "Mei", "Juni",
           "Juli", "Agustus", "September", "Oktober", "November", "Desember"),
    "en": ("January", "February", "March", "April", "May", "June",
           "July", "August", "September", "October", "November", "December"),
}
SHORT_MONTHS = {
    "id": ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
WEEKDAYS = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
# fmt: on


def _language(language: str) -> str:
    return "en" if language == "en" else "id"


def format_date(on: date, language: str) -> str:
    """A date of at most 11 characters.

    >>> format_date(date(2026, 12, 5), "id"), format_date(date(2026, 12, 5), "en")
    ('5 Des 2026', '5 Dec 2026')
    """
    return f"{on.day} {SHORT_MONTHS[_language(language)][on.month - 1]} {on.year}"


def format_date_long(on: date, language: str) -> str:
    """A date with its weekday.

    >>> format_date_long(date(2026, 12, 5), "id")
    'Sabtu, 5 Desember 2026'
    """
    words = _language(language)
    return f"{WEEKDAYS[words][on.weekday()]}, {on.day} {MONTHS[words][on.month - 1]} {on.year}"


def format_time(at: time | datetime, language: str = "id") -> str:
    """The hour and minute of a local time; both languages write it alike.

    >>> format_time(time(9, 5))
    '09:05'
    """
    return f"{at.hour:02d}:{at.minute:02d}"


def period_text(period: date | str, language: str) -> str:
    """The month of a date, or of a period "2026-12".

    >>> period_text("2026-12", "id"), period_text(date(2026, 12, 5), "en")
    ('Desember 2026', 'December 2026')
    """
    year, month = (period.year, period.month) if isinstance(period, date) else map(int, period.split("-"))
    return f"{MONTHS[_language(language)][month - 1]} {year}"
