"""When a list's reminders wait for its sync after a cut: only when one is missing, and never for ever."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from connector.domain.listtrust import LIVE, PATIENCE, rhythm_of, waits_until

CUT = datetime(2026, 12, 5, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def waits(now: datetime, synced_at: datetime | None, rhythm: timedelta | None = HOUR) -> bool:
    ended = CUT + 3 * HOUR
    until = waits_until(now, synced_at=synced_at, rhythm=rhythm, cut_from=CUT, cut_to=ended)
    return until is not None


def test_a_missing_sync_is_waited_for_and_one_that_was_not_due_is_not() -> None:
    nine = CUT + 7 * HOUR

    assert waits(nine, CUT - 6 * HOUR)
    assert not waits(nine, CUT - 6 * HOUR, timedelta(hours=24)), "its daily sync comes in the evening"
    assert not waits(nine, CUT - 7 * timedelta(days=1)), "nobody kept it in step before the cut"
    assert not waits(nine, CUT + 4 * HOUR), "it has been heard since"
    assert not waits(nine, None) and not waits(nine, CUT - HOUR, None)


@given(st.integers(0, 10_000), st.integers(0, 100), st.integers(1, 36))
def test_nobody_waits_longer_than_a_day_after_the_cut(minutes: int, age: int, rhythm: int) -> None:
    now = CUT + 3 * HOUR + timedelta(minutes=minutes)

    if waits(now, CUT - age * HOUR, rhythm * HOUR):
        assert now < CUT + 3 * HOUR + PATIENCE


@given(st.lists(st.integers(0, 20_000), max_size=30))
def test_a_rhythm_is_never_longer_than_a_list_is_live(gaps: list[int]) -> None:
    rhythm: timedelta | None = None
    for gap in gaps:
        rhythm = rhythm_of(rhythm, timedelta(minutes=gap))
    assert rhythm is None or timedelta(0) < abs(rhythm) <= LIVE


def test_two_syncs_are_no_rhythm_and_three_are() -> None:
    nine, six_before = CUT + 7 * HOUR, CUT - 6 * HOUR
    once = rhythm_of(None, HOUR)

    assert not waits(nine, six_before, once)
    assert rhythm_of(once, timedelta(minutes=1)) == once, "a retry bears nothing out"
    assert waits(nine, six_before, rhythm_of(once, HOUR))
