"""What the crash test brought to light, each alone: resends under the gap rule, a database that is busy."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from world import World, at, world

from connector.store import schema
from connector.store.db import Store, Tx

SITI, RUDI = "+6281290001111", "+6281290002222"


@pytest.fixture
def kost(tmp_path: Path, database_url: str) -> Iterator[World]:
    with world(tmp_path / "home", database_url) as made:
        yield made


class BusyOnce:
    """The store, whose first commit at one place fails as a deadlock's victim does."""

    def __init__(self, store: Store, place: str) -> None:
        self._store, self._place, self.is_over = store, place, False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @contextmanager
    def write(self) -> Iterator[Tx]:
        is_here = sys._getframe(2).f_code.co_name == self._place
        with self._store.write() as tx:
            yield tx
            if is_here and not self.is_over:
                self.is_over = True
                raise sa.exc.OperationalError("COMMIT", {}, Exception("deadlock detected"))


def test_a_reminder_of_unknown_outcome_goes_again_when_its_hold_is_over(kost: World) -> None:
    kost.invoice("T-1")
    kost.invoice("T-2", customer_name="Rudi Uji", customer_phone=RUDI)  # its statuses prove that we hear
    kost.advance(at("2026-12-02 08:00"))
    kost.fault(kind="network", phone=SITI, next=1)

    kost.advance(at("2026-12-02 12:00"))

    assert kost.sent(SITI)[1:] == [("12-02 09:15", "payment_reminder")]


@pytest.mark.parametrize("place", ["_take", "_record", "apply", "_close"])
def test_a_busy_database_costs_no_answer_and_no_second_message(kost: World, place: str) -> None:
    kost.invoice("T-1")
    busy = BusyOnce(kost.store, place)
    kost.worker.store = busy

    for _ in range(2):  # the worker's own loop does the same: it waits a little and goes on
        try:
            kost.advance(at("2026-11-28 10:00"))
        except sa.exc.OperationalError:
            continue

    assert busy.is_over or place == "apply"  # the inbox goes row by row instead
    assert kost.sent() == [("11-28 09:00", "invoice_created")]
    assert kost.steps("T-1")["created"].state == "sent"
    assert [m.status for m in kost.rows(schema.messages)] == ["read"]
    assert len(kost.events("message_sent")) == 1
