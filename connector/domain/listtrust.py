"""Whether a sheet that is synced all the time can be trusted after a cut: what was ticked meanwhile is not here yet.

A list has a rhythm, learned from at least three syncs; what a person brings by hand is none. When a cut has
swallowed one, its reminders wait for the first sync; a list that nobody kept in step (a file brought in once)
never waits for anything.
"""

from datetime import datetime, timedelta

LIVE = timedelta(hours=36)  # a list that was not heard for so long before the cut is not kept in step
SLACK = timedelta(minutes=30)
LEAST = timedelta(minutes=10)  # two syncs that follow more closely are one (a test, a retry)
ASK_AFTER = timedelta(hours=3)  # then a person is asked
PATIENCE = timedelta(hours=24)  # and then the reminders go on


def rhythm_of(before: timedelta | None, gap: timedelta) -> timedelta | None:
    """The usual time between two syncs, after one more gap; a short night does not change it at once.

    One gap alone is no rhythm yet: it is kept as less than nothing until a second one bears it out.

    >>> rhythm_of(timedelta(hours=1), timedelta(hours=11)), rhythm_of(None, timedelta(days=7))
    (datetime.timedelta(seconds=21600), None)
    """
    if not LEAST <= gap <= LIVE:
        return before
    return -gap if before is None else (abs(before) + gap) / 2


def waits_until(
    now: datetime,
    *,
    synced_at: datetime | None,
    rhythm: timedelta | None,
    cut_from: datetime,
    cut_to: datetime,
) -> datetime | None:
    """Until when the list's reminders wait for its first sync after the cut; None when they need not."""
    if synced_at is None or rhythm is None or rhythm < timedelta(0) or synced_at >= cut_to:
        return None
    was_kept = cut_from - synced_at <= LIVE
    is_missing = now - synced_at > rhythm + SLACK
    ends = cut_to + PATIENCE
    return ends if was_kept and is_missing and now < ends else None
