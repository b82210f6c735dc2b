"""What a domain function answers: changes, events and steps, applied by the store in one transaction."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from connector.domain.model import Step, StepState


@dataclass(frozen=True, slots=True)
class Insert:
    noun: str  # a table of the store: "invoices", "payments" ...
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Update:
    """`while_state`: it holds only as long as the row is in this state; somebody who was first is never undone."""

    noun: str
    id: str
    values: dict[str, Any]
    while_state: str | None = None


@dataclass(frozen=True, slots=True)
class CancelSteps:
    """End the planned (and held) steps that match; never touches what is already on its way."""

    state: StepState  # cancelled, superseded or skipped
    reason: str
    invoice_id: str | None = None
    customer_id: str | None = None
    sequence_id: str | None = None
    step_ids: tuple[str, ...] | None = None
    keep_stages: frozenset[str] = frozenset()
    keep_keys: str | None = None  # steps whose key begins like this stay


@dataclass(frozen=True, slots=True)
class NewEvent:
    """A fact to tell. `once` makes it unique for ever: the same key again is silently the same event."""

    type: str
    occurred_at: datetime
    customer_id: str | None = None
    invoice_id: str | None = None
    data: dict[str, Any] = field(default_factory=dict)  # its own keys: ids and facts, no personal fields
    once: str | None = None
    known_at: datetime | None = None  # later than occurred_at when the fact reached us late


@dataclass(frozen=True, slots=True)
class Decision:
    changes: tuple[Insert | Update, ...] = ()
    cancels: tuple[CancelSteps, ...] = ()
    steps: tuple[Step, ...] = ()
    events: tuple[NewEvent, ...] = ()
    result: str = "unchanged"

    def then(self, other: "Decision") -> "Decision":
        """Both decisions as one, in order; the later result wins."""
        return replace(
            self,
            changes=self.changes + other.changes,
            cancels=self.cancels + other.cancels,
            steps=self.steps + other.steps,
            events=self.events + other.events,
            result=other.result,
        )
