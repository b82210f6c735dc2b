"""When a number may be somebody else's by now, and what the few words about it mean."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.customers import is_silent
from connector.domain.replies import Wish, asked

NOW = datetime(2027, 4, 1, tzinfo=UTC)
days = st.integers(min_value=0, max_value=400)
maybe = st.none() | days


@given(known=days, inbound=maybe, arrived=maybe, limit=st.integers(min_value=1, max_value=200))
def test_only_the_newest_sign_of_life_counts(
    known: int, inbound: int | None, arrived: int | None, limit: int
) -> None:
    silent = is_silent(
        NOW,
        after_days=limit,
        known_since=NOW - timedelta(days=known),
        last_inbound_at=None if inbound is None else NOW - timedelta(days=inbound),
        last_arrived_at=None if arrived is None else NOW - timedelta(days=arrived),
    )

    assert silent == (min(d for d in (known, inbound, arrived) if d is not None) >= limit)


def test_a_policy_without_days_never_doubts() -> None:
    long_ago = NOW - timedelta(days=4000)

    assert not is_silent(
        NOW, after_days=None, known_since=long_ago, last_inbound_at=None, last_arrived_at=None
    )


@pytest.mark.parametrize(
    ("button", "text", "wish"),
    [
        ("wrong_number", None, Wish.WRONG_NUMBER),
        ("number_right", None, Wish.NUMBER_RIGHT),
        (None, "Salah nomor!", Wish.WRONG_NUMBER),
        (None, "salah nomor rekening ya kak?", Wish.NONE),
        (None, "ya", Wish.NONE),
    ],
)
def test_the_words_about_a_number(button: str | None, text: str | None, wish: Wish) -> None:
    assert asked(button, text).wish is wish
