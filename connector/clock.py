"""The two clocks: business time, which may be virtual, and machine time, which never is."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_ms(at: datetime) -> int:
    """Epoch milliseconds of an aware instant.

    >>> to_ms(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    1000
    """
    delta = at - EPOCH
    return delta.days * 86_400_000 + delta.seconds * 1000 + delta.microseconds // 1000


def from_ms(ms: int) -> datetime:
    """The aware UTC instant of epoch milliseconds."""
    return EPOCH + timedelta(milliseconds=ms)


def http_date(text: str) -> datetime | None:
    """The instant that a header names; a stranger wrote it, so whatever is wrong with it is none.

    >>> http_date("Sat, 05 Dec 2026 02:00:00 GMT"), http_date("Mon, 01 Jan 99999999999999999999 00:00:00 GMT")
    (datetime.datetime(2026, 12, 5, 2, 0, tzinfo=datetime.timezone.utc), None)
    """
    try:
        at = parsedate_to_datetime(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


class Clock(Protocol):
    """Hands out the present. Rules never ask it; they are given `now`."""

    def now(self) -> datetime: ...

    def machine(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """Business time is machine time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def machine(self) -> datetime:
        return datetime.now(UTC)


@dataclass(slots=True)
class FixedClock:
    """A clock that stands where it was put: for tests."""

    at: datetime
    machine_at: datetime | None = None

    def now(self) -> datetime:
        return self.at

    def machine(self) -> datetime:
        return self.machine_at or datetime.now(UTC)
