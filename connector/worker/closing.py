"""What follows from a turn's work: events get their numbers, sequences end, outages are reported; tidying."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from connector.domain.decision import NewEvent
from connector.store import events, files, idempotency, locking, outages, plan, retention
from connector.store.agenda import Waiting
from connector.store.apply import append_events
from connector.store.db import Tx
from connector.worker.outages import report

REPORT_EVERY_S = 5.0
BEATS_KEPT_MS = 14 * 86_400_000
NUMBERED = 2000  # events in one turn


@dataclass(slots=True)
class Closer:
    """Knows the sequences whose steps have moved since it last looked."""

    machine: Callable[[], datetime]
    touched: set[str] = field(default_factory=set)
    _last_report: float = 0.0

    def has_work(self, waiting: Waiting) -> bool:
        """Whether there is anything to close; an outage that waits for the morning is not asked for each time."""
        return bool(self.touched) or waiting.events or (waiting.outages and self._report_is_due())

    def close(self, tx: Tx) -> int:
        """Ends what has nothing left to do; answers how many outages and events were closed."""
        self.touched |= plan.settled_by_people(tx)
        self._finish_sequences(tx)
        return report(tx) + events.number_events(tx, NUMBERED)

    def _report_is_due(self) -> bool:
        machine = self.machine().timestamp()
        if abs(machine - self._last_report) < REPORT_EVERY_S:
            return False
        self._last_report = machine
        return True

    def _finish_sequences(self, tx: Tx) -> None:
        ready = plan.nothing_left(tx, self.touched)
        if not ready:
            return
        locking.invoices(tx, ready.values())
        append_events(
            tx,
            [
                NewEvent(
                    "sequence_completed",
                    tx.now,
                    invoice_id=row.invoice_id,
                    customer_id=row.customer_id,
                    data={"sequence_id": row.id, "sequence_result": "finished", "recipe_name": row.recipe},
                    once=f"sequence_completed:{row.id}",
                )
                for row in plan.complete(tx, ready)
            ],
        )


def tidy(tx: Tx) -> None:
    """Drops what its time has passed: remembered answers, raw bodies, heartbeats of workers that are gone."""
    idempotency.forget_old(tx)
    files.forget_unused(tx)
    retention.forget_old(tx)
    outages.forget_beats(tx, older_than_ms=tx.machine_ms - BEATS_KEPT_MS)
