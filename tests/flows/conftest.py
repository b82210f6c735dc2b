"""The flows' fixtures: `flow` is an empty Kost Melati on Saturday 28 November 2026, 08:00, on both databases."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest
from flows.flow import Flow
from flows.shelf import Shelf, opened
from world import START, world


@pytest.fixture
def flow_from(tmp_path: Path, database_url: str) -> Iterator[Callable[..., Flow]]:
    """Opens a flow of its own: flow_from(sample=True, start=at("2026-12-01 06:00"), TAGIH_COUNTRY="ID")."""
    with ExitStack() as stack:

        def open_one(*, sample: bool = False, start: datetime = START, **env: str) -> Flow:
            made = world(tmp_path / "home", database_url, sample=sample, start=start, **env)
            return Flow(stack.enter_context(made))

        yield open_one


@pytest.fixture
def flow(flow_from: Callable[..., Flow]) -> Flow:
    """Nothing in the book yet: no customer, no invoice; the shipped recipes are there."""
    return flow_from()


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    """A file server whose links are given to actions."""
    with opened() as made:
        yield made
