"""The threats' fixtures: a whole Tagih on both databases, with a person's hand at the terminal."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hooks.conftest import house, house_from, receiver, second
from world import World, world

from connector.actions import destinations as acts
from connector.domain.destinations import Kind
from connector.store import business, schema

__all__ = ["house", "house_from", "receiver", "second"]  # the fixtures of the outgoing events
SITI = "+6281290001111"


class Guarded:
    """A business in the sandbox, and what its owner does at the terminal."""

    def __init__(self, made: World) -> None:
        self.world = made

    def approve(self, kind: str, value: str) -> None:
        with self.world.store.write() as tx:
            own = business.get(tx)
            assert own is not None
            acts.approve(
                tx, own, acts.record(tx, Kind(kind), value, by="terminal"), by="terminal", live=False
            )
        self.world.settle()

    def approve_waiting(self, value: str) -> None:
        with self.world.store.write() as tx:
            own = business.get(tx)
            assert own is not None
            acts.approve(tx, own, acts.named(tx, value), by="terminal", live=False)
        self.world.settle()

    def retire(self, value: str) -> None:
        with self.world.store.write() as tx:
            acts.retire(tx, acts.named(tx, value), by="terminal", live=False)
        self.world.settle()

    def cases(self, reason: str, state: str = "open") -> list[Any]:
        table = schema.cases
        return self.world.rows(table, table.c.reason == reason, table.c.state == state)

    def destinations(self) -> dict[str, str]:
        return {row.value: row.state for row in self.world.rows(schema.destinations)}


@pytest.fixture
def home(tmp_path: Path, database_url: str) -> Iterator[Guarded]:
    with world(tmp_path / "home", database_url) as made:
        yield Guarded(made)
