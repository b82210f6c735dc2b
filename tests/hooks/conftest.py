"""A whole Tagih with a subscriber beside it, on both databases."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest
from hooks.house import House
from hooks.receiver import Receiver
from world import START, world

from connector.web import webhooks


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.down()


@pytest.fixture
def second() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.down()


@pytest.fixture
def house_from(
    tmp_path: Path,
    database_url: str,
    receiver: Receiver,
    second: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[..., House]]:
    """Opens a house whose own network holds the two receivers."""
    monkeypatch.setattr(
        webhooks, "TEST_PATIENCE_S", 0.05
    )  # the worker is in our hand: nobody sends meanwhile
    with ExitStack() as stack:

        def open_one(*, start: datetime = START, private: str | None = None, **env: str) -> House:
            allowed = f"{receiver.place},{second.place}" if private is None else private
            env = {"TAGIH_ALLOW_PRIVATE_HOOKS": allowed, **env}
            made = stack.enter_context(world(tmp_path / "home", database_url, start=start, **env))
            return stack.enter_context(House.of(made))

        yield open_one


@pytest.fixture
def house(house_from: Callable[..., House]) -> House:
    """Saturday 28 November 2026, 08:00: nobody sleeps."""
    return house_from()
