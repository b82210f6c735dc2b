"""The counts of the first page and the metrics: counted at most every few seconds, whoever asks how often."""

import threading
import time

from connector.store import vitals
from connector.store.db import Store
from connector.store.vitals import Counts

LIVES_S = 5.0


class Figures:
    """Counts the tables; without a key anybody may ask, so it must stay cheap."""

    def __init__(self, store: Store, lives_s: float = LIVES_S) -> None:
        self._store, self._lives_s = store, lives_s
        self._guard = threading.Lock()
        self._known: tuple[Counts, float | None] | None = None
        self._until = float("-inf")

    def read(self) -> tuple[Counts, float | None]:
        """The counts, and the age of the worker's last sign of life, both a few seconds old at most."""
        with self._guard:
            if self._known is None or time.monotonic() >= self._until:
                with self._store.read() as tx:
                    self._known = vitals.counts(tx), vitals.heartbeat_age_s(tx)
                self._until = time.monotonic() + self._lives_s
            return self._known
