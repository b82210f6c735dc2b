"""Cases: what a human must look at. An open one stops the reminders; resolving it says how they go on."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from connector.domain.decision import Decision, Insert, NewEvent, Update
from connector.domain.model import Case, CaseState, SequenceState


class Next(StrEnum):
    """What becomes of the reminders when a case is resolved."""

    RESUME = "resume"
    WAIT_UNTIL = "wait_until"
    END = "end"


@dataclass(frozen=True, slots=True)
class Effect:
    """What a case of this reason does to the sequence, and how urgent it is when nobody says."""

    state: SequenceState | None  # None: the reminders go on
    hold_reason: str
    severity: str = "normal"


_HANDED_OFF = Effect(SequenceState.HANDED_OFF, "case_open")
_EFFECTS: dict[str, Effect] = {
    "dispute": Effect(SequenceState.HANDED_OFF, "disputed"),
    "hardship": Effect(SequenceState.HANDED_OFF, "case_open", "high"),
    "payment_claim": Effect(SequenceState.HELD, "claim_waiting"),
    "claim_waiting": Effect(SequenceState.HELD, "claim_waiting"),
    "unknown_outcome": Effect(SequenceState.HELD, "unknown_person", "high"),
    # These call a person and stop nothing by themselves: what must wait is held where it stands.
    "pay_destination": Effect(None, "pay_destination_unapproved", "high"),
    "pdf_missing": Effect(None, "waiting_for_pdf"),
    "file_refused": Effect(None, "case_open"),
    "file_not_sent": Effect(None, "case_open"),
    "missed_periods": Effect(None, "case_open"),
    "amount_missing": Effect(None, "waiting_for_amount"),
    "double_billing_suspected": Effect(None, "case_open"),
    "hook_host": Effect(None, "case_open"),
    "list_not_synced": Effect(None, "list_not_synced"),
    "data_exported": Effect(None, "case_open"),
    "claim_repeated": Effect(
        None, "case_open"
    ),  # "already paid" for ever must not be a truce for ever (T-31)
}
# What only asks where the money is: a payment answers it, and nobody has to close it by hand.
ABOUT_MONEY = frozenset(
    {
        "payment_claim",
        "claim_waiting",
        "claim_repeated",
        "overdue_long",
        "promise_broken",
        "plan_broken",
        "plan_frozen",
    }
)
STOPS_NOTHING = frozenset(reason for reason, effect in _EFFECTS.items() if effect.state is None)


def effect_of(reason: str) -> Effect:
    """What a case of this reason does; any reason that is not listed hands the sequence to a person.

    >>> effect_of("dispute").hold_reason, effect_of("call").state.value
    ('disputed', 'handed_off')
    """
    return _EFFECTS.get(reason, _HANDED_OFF)


def open_case(
    *,
    case_id: str,
    reason: str,
    customer_id: str | None,
    invoice_id: str | None,
    severity: str | None,
    words: str | None,
    note: str | None,
    by: str | None,
    now: datetime,
) -> tuple[Case, Decision]:
    """A new case and the events that call a person; a dispute is also told for the record."""
    case = Case(
        id=case_id,
        reason=reason,
        state=CaseState.OPEN,
        opened_at=now,
        customer_id=customer_id,
        invoice_id=invoice_id,
        severity=severity or effect_of(reason).severity,
        words=words,
        note=note,
    )
    row = {name: getattr(case, name) for name in Case.__dataclass_fields__}
    data = {"case_id": case.id, "reason": case.reason, "by": by}
    kinds = ("dispute_opened", "needs_human") if reason == "dispute" else ("needs_human",)
    events = tuple(
        NewEvent(
            kind,
            occurred_at=now,
            customer_id=customer_id,
            invoice_id=invoice_id,
            data=data,
            once=f"{kind}:{case.id}",
        )
        for kind in kinds
    )
    return case, Decision(changes=(Insert("cases", row),), events=events, result="opened")


def called_again(case: Case, *, by: str | None, now: datetime) -> Decision:
    """Calls a person once more for a case that still waits, once a day at most."""
    told = NewEvent(
        "needs_human",
        occurred_at=now,
        customer_id=case.customer_id,
        invoice_id=case.invoice_id,
        data={"case_id": case.id, "reason": case.reason, "by": by},
        once=f"needs_human:{case.id}:{now.date().isoformat()}",
    )
    return Decision(events=(told,), result="called")


def link(case: Case, *, external_id: str, external_url: str | None) -> tuple[Case, Decision]:
    """The case's ticket elsewhere. The first link stays: a flow that ran twice finds the ticket that it made."""
    if case.external_id is not None:
        return case, Decision(result="already_linked")
    values = {"external_id": external_id, "external_url": external_url}
    linked = replace(case, external_id=external_id, external_url=external_url)
    return linked, Decision(changes=(Update("cases", case.id, values),), result="linked")


def resolve(
    case: Case, *, outcome: str, next_step: Next, note: str | None, by: str, now: datetime
) -> tuple[Case, Decision]:
    """The case is done; a second time it changes nothing."""
    if case.state is CaseState.RESOLVED:
        return case, Decision(result="already_resolved")
    resolved = replace(case, state=CaseState.RESOLVED, outcome=outcome, note=note or case.note)
    values = {
        "state": resolved.state,
        "outcome": outcome,
        "next": next_step,
        "note": resolved.note,
        "resolved_at": now,
        "resolved_by": by,
    }
    told = NewEvent(
        "case_resolved",
        occurred_at=now,
        customer_id=case.customer_id,
        invoice_id=case.invoice_id,
        data={"case_id": case.id, "outcome": outcome, "next": next_step, "by": by},
        once=f"case_resolved:{case.id}",
    )
    return resolved, Decision(changes=(Update("cases", case.id, values),), events=(told,), result="resolved")
