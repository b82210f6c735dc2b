"""What subscribers are told: events joined with their people, masked where the key may not see them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from connector.domain.model import Business
from connector.domain.problems import Unavailable
from connector.specs import Catalog
from connector.store import business, events
from connector.store.db import Tx
from connector.web.masking import masked, pii_kinds

_ANSWER = "answer_text"
Join = Callable[[Tx, Sequence[Any], Business], list[dict[str, Any]]]  # rows of `events` -> bodies


@dataclass(frozen=True, slots=True)
class EventTelling:
    """Handed to the worker by the composition root: masking belongs to the faces, joining to the actions."""

    catalog: Catalog
    join: Join
    hidden: Mapping[str, str]

    @classmethod
    def of(cls, catalog: Catalog, join: Join) -> "EventTelling":
        hidden: dict[str, str] = {}
        for spec in catalog.triggers.values():
            hidden |= pii_kinds(spec.payload)
        return cls(catalog, join, hidden)

    def payloads(
        self, tx: Tx, event_ids: Sequence[str], *, language: str | None, pii: str
    ) -> dict[str, dict[str, Any]]:
        """By event id, as a subscriber with these rights and this language gets them."""
        own = _business(tx)
        own = replace(own, language=language) if language else own
        found = self.join(tx, events.by_ids(tx, event_ids), own)
        return {one["event_id"]: self._shown(one, pii) for one in found}

    def sample(self, tx: Tx, type: str, event_id: str, *, pii: str) -> dict[str, Any]:
        """An example of an event of this very moment, marked as a test."""
        own = _business(tx)
        at = tx.now.astimezone(ZoneInfo(own.zone)).replace(microsecond=0)
        head = {
            "event_id": event_id,
            "occurred_at": at.isoformat(),
            "occurred_on": at.date().isoformat(),
            "test": True,
            "business_id": own.id,
            "business_name": own.name,
        }
        return self._shown(dict(self.catalog.triggers[type].sample) | head, pii)

    def masked(self, text: str, payload: Mapping[str, Any]) -> str:
        """A receiver's words without the people that the payload names."""
        shown: str = masked({**payload, _ANSWER: text}, self.hidden)[_ANSWER]
        return shown

    def _shown(self, payload: dict[str, Any], pii: str) -> dict[str, Any]:
        shown: dict[str, Any] = payload if pii == "full" else masked(payload, self.hidden)
        return shown


def _business(tx: Tx) -> Business:
    own = business.get(tx)
    if own is None:
        raise Unavailable("not_ready", params={"what": "business"})
    return own
