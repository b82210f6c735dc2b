"""Asks people: opens cases (which hold the reminders), tells of contacts that do not work."""

from typing import Any

from connector.domain import cases as case_rules
from connector.domain import sequences as sequence_rules
from connector.domain.decision import NewEvent
from connector.store import cases as case_store
from connector.store import destinations
from connector.store import invoices as invoice_store
from connector.store import sequences as sequence_store
from connector.store.apply import append_events, apply
from connector.store.db import Row, Tx

LIST_SILENT = "list_not_synced"  # the case


def ask_person(
    tx: Tx, step: Row[Any], *, reason: str, note: str | None = None, words: str | None = None
) -> str | None:
    """Opens a case about this step's invoice; answers its id."""
    if step.customer_id is None:
        return None
    return open_case(
        tx, reason=reason, invoice_id=step.invoice_id, customer_id=step.customer_id, note=note, words=words
    )


def open_case(
    tx: Tx,
    *,
    reason: str,
    invoice_id: str | None,
    customer_id: str,
    note: str | None = None,
    words: str | None = None,
    again: bool = False,
) -> str:
    """Opens a case, stops the sequence as its reason demands and calls a person.

    One that is open with the same reason and subject is answered instead; `again` calls once more for it.
    """
    same = (
        [c for c in case_store.open_of(tx, invoice_id) if c.reason == reason]
        if invoice_id
        else [c for c in case_store.open_of_customer(tx, customer_id) if c.reason == reason]
    )
    if same:
        if again:
            apply(tx, case_rules.called_again(same[0], by="tagih", now=tx.now))
        return same[0].id
    case, decision = case_rules.open_case(
        case_id=tx.ids.new("cas"),
        reason=reason,
        customer_id=customer_id,
        invoice_id=invoice_id,
        severity=None,
        words=words,
        note=note,
        by="tagih",
        now=tx.now,
    )
    effect = case_rules.effect_of(reason)
    sequence = sequence_store.live_of(tx, invoice_id) if invoice_id else None
    if sequence is not None and effect.state is not None:
        held = sequence_rules.hold(sequence, state=effect.state, reason=effect.hold_reason, now=tx.now)
        decision = held.then(decision)
    apply(tx, decision)
    return case.id


def ask_about_list(tx: Tx, name: str) -> None:
    """One open case for a list that is not synced any more; it is about the house, not about a customer."""
    if any(case.note == name for case in destinations.open_cases(tx, LIST_SILENT)):
        return
    _, decision = case_rules.open_case(
        case_id=tx.ids.new("cas"),
        reason=LIST_SILENT,
        customer_id=None,
        invoice_id=None,
        severity=None,
        words=None,
        note=name,
        by="tagih",
        now=tx.now,
    )
    apply(tx, decision)


def contact_problem(tx: Tx, customer_id: str | None, problem: str, *, address_id: str) -> None:
    """Tells once per customer, problem, number and month that somebody cannot be reached as recorded."""
    waiting = invoice_store.owed_by(tx, customer_id) if customer_id else []
    append_events(
        tx,
        [
            NewEvent(
                "contact_problem",
                tx.now,
                customer_id=customer_id,
                data={"problem": problem, "invoices_waiting": len(waiting)},
                once=f"contact_problem:{customer_id}:{problem}:{address_id}:{tx.now:%Y-%m}",
            )
        ],
    )
