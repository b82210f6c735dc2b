"""The worker's lookout: what waits is asked once for all parts of a turn, and anew only after something was done."""

from dataclasses import dataclass

from connector.store import agenda
from connector.store.agenda import Waiting
from connector.store.db import Store, Tx


@dataclass(slots=True)
class Lookout:
    """Knows what waits as of the last look; whoever did something says so."""

    store: Store
    _seen: Waiting | None = None

    def look(self, tx: Tx) -> None:
        """Looks within a transaction that is open anyway."""
        self._seen = agenda.look(tx)

    @property
    def waiting(self) -> Waiting:
        """What waits; it looks again when something was done since."""
        if self._seen is None:
            with self.store.read() as tx:
                self._seen = agenda.look(tx)
        return self._seen

    def did(self, count: int) -> int:
        """What was done may have made work for others; answers the count."""
        if count:
            self._seen = None
        return count
