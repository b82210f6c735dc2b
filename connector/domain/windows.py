"""When people may be contacted: windows in local time, across midnights, clock changes and holidays.

A window is a half-open interval of instants for each local day: the minute of closing is closed already. A
window whose closing is not later than its opening runs over midnight and belongs to the day on which it
opened. Where a clock change makes a bound ambiguous, the stricter reading counts: opening at its second,
closing at its first occurrence. A bound that the clock skips lies at the instant of the change.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from connector.domain.calendars import is_holiday
from connector.domain.model import WindowRule

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
HORIZON_DAYS = 400  # no year on earth is closed for longer; a rule that never opens must not loop for ever


def local_date(at: datetime, zone: str) -> date:
    """The date on the wall of this zone.

    >>> local_date(datetime(2026, 12, 4, 17, 0, tzinfo=UTC), "Asia/Jakarta")
    datetime.date(2026, 12, 5)
    """
    return at.astimezone(ZoneInfo(zone)).date()


def local_instant(day: date, at: time, zone: str, *, second: bool = False) -> datetime:
    """The UTC instant at which the wall clock shows this time; `second` picks the later one of two.

    A time that the clock skips is the instant of the change itself.

    >>> local_instant(date(2026, 12, 5), time(9), "Asia/Jakarta")
    datetime.datetime(2026, 12, 5, 2, 0, tzinfo=datetime.timezone.utc)
    >>> local_instant(date(2026, 3, 29), time(2, 30), "Europe/Berlin").time()  # 02:00 became 03:00
    datetime.time(1, 0)
    """
    tz = ZoneInfo(zone)
    wall = datetime.combine(day, at.replace(tzinfo=None))
    found = wall.replace(tzinfo=tz, fold=int(second)).astimezone(UTC)
    if found.astimezone(tz).replace(tzinfo=None, fold=0) == wall:
        return found
    before, after = (wall.replace(tzinfo=tz, fold=fold).astimezone(UTC) for fold in (1, 0))
    new_offset = after.astimezone(tz).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        if middle.astimezone(tz).utcoffset() == new_offset:
            after = middle
        else:
            before = middle
    return after.replace(microsecond=0)


@lru_cache(maxsize=8192)
def span(rule: WindowRule, zone: str, day: date) -> tuple[datetime, datetime] | None:
    """The instants between which this local day's window is open, or None on a closed day."""
    if day_closed_by(rule, day) is not None:
        return None
    last = day if rule.closes > rule.opens else day + DAY
    start = local_instant(day, rule.opens, zone, second=True)
    end = local_instant(last, rule.closes, zone)
    return (start, end) if start < end else None


def day_closed_by(rule: WindowRule, day: date) -> str | None:
    """Why nothing is sent on this local day at all: "sunday" (any weekday off), "holiday" or None."""
    if day.weekday() not in rule.weekdays:
        return "sunday"
    return "holiday" if is_holiday(rule.holidays, day) else None


def _spans(rule: WindowRule, zone: str, first: date, step: timedelta) -> Iterator[tuple[datetime, datetime]]:
    day = first
    for _ in range(HORIZON_DAYS):
        found = span(rule, zone, day)
        if found is not None:
            yield found
        day += step


def is_open(at: datetime, rule: WindowRule, zone: str) -> bool:
    """Whether this instant lies inside the window.

    >>> rule = WindowRule(time(8), time(20))
    >>> is_open(datetime(2026, 12, 5, 1, 0, tzinfo=UTC), rule, "Asia/Jakarta")  # 08:00
    True
    >>> is_open(datetime(2026, 12, 5, 13, 0, tzinfo=UTC), rule, "Asia/Jakarta")  # 20:00
    False
    """
    day = local_date(at, zone)
    today = span(rule, zone, day)
    if today is not None and today[0] <= at < today[1]:
        return True
    if rule.closes > rule.opens:
        return False
    yesterday = span(rule, zone, day - DAY)
    return yesterday is not None and yesterday[0] <= at < yesterday[1]


def next_open(at: datetime, rule: WindowRule, zone: str) -> datetime:
    """The earliest instant inside the window that is not before `at`; `at` itself when the window is open.

    >>> rule = WindowRule(time(8), time(20))
    >>> next_open(datetime(2026, 12, 5, 14, 0, tzinfo=UTC), rule, "Asia/Jakarta")  # 21:00 -> 08:00
    datetime.datetime(2026, 12, 6, 1, 0, tzinfo=datetime.timezone.utc)
    """
    for start, end in _spans(rule, zone, local_date(at, zone) - DAY, DAY):
        if at < end:
            return max(start, at.astimezone(UTC))
    raise ValueError("this window never opens")


def latest_open_before(at: datetime, rule: WindowRule, zone: str, not_before: datetime) -> datetime | None:
    """An open instant not after `at` that keeps to the hour which `at` meant; None when there is none.

    1. `at` itself when the window is open.
    2. After closing: the last minute of that day.
    3. On a closed day, or before opening: the same local time on the last open day before, within its bounds.
    4. Never before `not_before`: if that day is still open then, `not_before` itself; else None.

    >>> rule = WindowRule(time(8), time(20), frozenset(range(6)))
    >>> sunday = datetime(2026, 12, 6, 2, 0, tzinfo=UTC)  # 09:00 in Jakarta
    >>> latest_open_before(sunday, rule, "Asia/Jakarta", sunday - 3 * DAY)
    datetime.datetime(2026, 12, 5, 2, 0, tzinfo=datetime.timezone.utc)
    """
    if at < not_before:
        return None
    if is_open(at, rule, zone):
        return at.astimezone(UTC)
    local = at.astimezone(ZoneInfo(zone))
    for start, end in _spans(rule, zone, local.date(), -DAY):
        if end <= not_before:
            return None
        if start > at:
            continue
        same_time = local_instant(local_date(start, zone), local.time(), zone)
        last = max(start, end - MINUTE)
        meant = (
            last
            if start.astimezone(ZoneInfo(zone)).date() == local.date()
            else min(max(same_time, start), last)
        )
        return max(meant, not_before.astimezone(UTC))
    return None


def closed_reason(at: datetime, rule: WindowRule, zone: str) -> str | None:
    """Why this instant lies outside the window: "sunday", "holiday", "quiet_hours", or None when it is open.

    >>> rule = WindowRule(time(8), time(20), frozenset(range(6)))
    >>> closed_reason(datetime(2026, 12, 6, 2, 0, tzinfo=UTC), rule, "Asia/Jakarta")
    'sunday'
    >>> closed_reason(datetime(2026, 12, 5, 14, 0, tzinfo=UTC), rule, "Asia/Jakarta")
    'quiet_hours'
    """
    if is_open(at, rule, zone):
        return None
    return day_closed_by(rule, local_date(at, zone)) or "quiet_hours"
