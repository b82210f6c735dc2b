"""The product's way with unknown outcomes, which says what it did, and the naive way that most queues go."""

from collections.abc import Sequence
from datetime import timedelta

from dying import Death

from connector.domain.model import StatusUpdate, StepState
from connector.store import schema
from connector.store.db import Tx
from connector.worker.composing import Composer
from connector.worker.inbox import InboxApplier
from connector.worker.reconciling import Reconciler

EXPIRED, HOLDS = "dead leases", "holds that end"


class Asking(Reconciler):
    """The real one; it only tells the death which kind of settling a transaction was."""

    def __init__(self, composer: Composer, providers: object, hold: timedelta, death: Death) -> None:
        super().__init__(composer, providers, hold)  # type: ignore[arg-type]
        self._death = death

    def expire(self, tx: Tx, *, everything: bool = False) -> int:
        done = super().expire(tx, everything=everything)
        if done:
            self._death.settled = EXPIRED
        return done

    def settle(self, tx: Tx, *, limit: int = 200) -> int:
        done = super().settle(tx, limit=limit)
        if done:
            self._death.settled = HOLDS
        return done


class LeaseRetry(Asking):
    """Naive: whatever did not come back when its lease is over goes again, and nobody asks the provider."""

    def expire(self, tx: Tx, *, everything: bool = False) -> int:
        return super().expire(tx, everything=everything) + _again(tx)

    def settle(self, tx: Tx, *, limit: int = 200) -> int:
        return _again(tx)


class Deaf(InboxApplier):
    """Belongs to the naive way: a queue knows nothing of the provider's statuses."""

    def _statuses(self, tx: Tx, updates: Sequence[tuple[str, StatusUpdate]]) -> None:
        """Nothing follows from them."""


def _again(tx: Tx) -> int:
    steps = schema.steps
    done = tx.conn.execute(
        steps.update()
        .where(steps.c.state == StepState.UNKNOWN)
        .values(state=StepState.PLANNED, due_at=tx.now_ms, hold_until=None)
    )
    return int(done.rowcount)
