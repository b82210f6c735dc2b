"""What is to be published of an import, and what was prepared for it; a row as the actions take it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from connector.domain.listdiff import RowAction
from connector.domain.problems import Problem
from connector.store import bulk
from connector.store.db import Tx
from connector.store.imports import StagedRow
from connector.store.surroundings import Question, Surroundings

# What a row calls it -> what the actions call it.
INPUTS = {"phone": "customer_phone"}
NEW = (
    "customer_name",
    "phone",
    "amount",
    "currency",
    "due_date",
    "issue_date",
    "description",
    "customer_ref",
    "customer_email",
    "contact_name",
    "language",
    "pay_url",
    "recipe",
    "consent_source",
    "extra",
)
CHANGEABLE = ("amount", "due_date", "description", "pay_url", "language", "recipe")
NOTHING = (RowAction.UNCHANGED.value, RowAction.REFUSED.value)


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be published: rows of a list, the accepted ones alone if they are named."""

    list_name: str
    rows: Sequence[StagedRow]
    accepted: frozenset[int] | None  # None: every row
    start: bool  # from now on the list's messages may go
    running: bool  # the list was started before
    named: bool = (
        False  # a person named the lines: that is the yes to another number, to a payment taken back
    )

    @property
    def quiet(self) -> bool:
        """Whether nothing is planned."""
        return not (self.running or self.start)


@dataclass(slots=True)
class Prepared:
    """Everything that is to be written, and what must still be true when it is."""

    job: Job
    tx: Tx  # in which it was prepared
    now: datetime
    asked: Question
    seen: Surroundings
    silent: tuple[str, ...]
    ready: bulk.Readied = field(default_factory=lambda: bulk.Readied((), ()))
    done: list[StagedRow] = field(default_factory=list)
    alone: list[StagedRow] = field(default_factory=list)  # left to the actions
    begun: int = 0


def given_of(list_name: str, row: StagedRow) -> dict[str, Any]:
    """A new row as create_invoice takes it."""
    fields = row.fields["fields"]
    given = {INPUTS.get(name, name): fields[name] for name in NEW if name in fields}
    return given | {"invoice_number": row.number, "list": list_name}


def changes_of(row: StagedRow) -> dict[str, Any]:
    """What a changed row gives anew, as update_invoice takes it; a phone is not among it."""
    fields = row.fields["fields"]
    return {name: fields[name] for name in row.fields["changed"] if name in CHANGEABLE and name in fields}


def is_history(job: Job) -> bool:
    """Whether a row's payment is history: it was made before the list began, so nobody is told of it."""
    return not job.running


def refused(row: StagedRow, problem: Problem) -> StagedRow:
    """The row with what an action or a rule had against it."""
    errors = [{"field": e.field, "code": e.code, "detail": e.detail} for e in problem.errors]
    told = {name: value for name, value in problem.params.items() if isinstance(value, str | int)}
    whole = [{"field": "row", "code": problem.code, "detail": None, "params": told}]
    return replace(row, result="refused", errors=errors or whole)


def changed_here(row: StagedRow) -> bool:
    """Whether a row changes what an import may change by itself."""
    return any(name in CHANGEABLE for name in row.fields["changed"])
