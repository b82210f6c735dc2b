"""The formats that specs may name, each with its own checker: without them JSON Schema only takes notes."""

import re
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from urllib.parse import urlsplit

from jsonschema import FormatChecker

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])", re.ASCII)
_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])",
    re.ASCII,
)
_EMAIL = re.compile(r"[^\s@<>\"(),:;\\\[\]]{1,64}@[^\s@<>\"(),:;\\\[\]]+\.[^\s@.]{2,}")


def is_date(text: str) -> bool:
    """YYYY-MM-DD and nothing else.

    >>> is_date("2026-12-05"), is_date("20261205"), is_date("2026-02-30")
    (True, False, False)
    """
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_date_time(text: str) -> bool:
    """RFC 3339 with its offset; a local time without one is not an instant.

    >>> is_date_time("2026-12-08T10:14:22+07:00"), is_date_time("2026-12-08T10:14:22")
    (True, False)
    """
    if not _DATE_TIME.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text.upper())
    except ValueError:
        return False
    return True


def is_month(text: str) -> bool:
    """YYYY-MM."""
    return bool(_MONTH.fullmatch(text))


def is_email(text: str) -> bool:
    """One address that mail could be sent to; not the whole grammar of RFC 5322."""
    return bool(_EMAIL.fullmatch(text))


def is_web_address(text: str) -> bool:
    """An http or https address with a host and without user name.

    >>> is_web_address("https://pay.example/a?b=1"), is_web_address("javascript:alert(1)")
    (True, False)
    """
    if not text.isascii() or any(sign in text for sign in ' \t\r\n<>"\\^`{|}'):
        return False
    try:
        parts = urlsplit(text)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and parts.username is None
            and (parts.port is None or parts.port > 0)
        )
    except ValueError:
        return False


def is_pattern(text: str) -> bool:
    """A regular expression that Python reads."""
    try:
        re.compile(text)
    except re.error:
        return False
    return True


FORMATS: dict[str, Callable[[str], bool]] = {
    "date": is_date,
    "date-time": is_date_time,
    "month": is_month,
    "email": is_email,
    "uri": is_web_address,
    "regex": is_pattern,
}


@cache
def format_checker() -> FormatChecker:
    """A checker of exactly these formats; what is not text is the business of `type`."""
    checker = FormatChecker(formats=())
    for name, fits in FORMATS.items():
        checker.checks(name)(_text_only(fits))
    return checker


def _text_only(fits: Callable[[str], bool]) -> Callable[[object], bool]:
    return lambda value: not isinstance(value, str) or fits(value)
