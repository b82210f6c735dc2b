"""A doubt is over: its message arrived, or did not, or nobody needs to know any more.

Who was asked need not look; what waited for the answer goes on. Called inside the transaction that brings it.
"""

from collections.abc import Iterable
from typing import Any

from connector.domain import cases as rules
from connector.domain import holds
from connector.domain import sequences as sequence_rules
from connector.domain.cases import Next, effect_of
from connector.domain.model import Case, SequenceState, Step
from connector.store import cases, sequences
from connector.store.apply import apply
from connector.store.db import Row, Tx


def settle_steps(tx: Tx, steps: Iterable[Row[Any]], *, outcome: str, note: str | None = None) -> None:
    """The same for everything that these steps of one or more messages are about."""
    about = {(s.invoice_id, None if s.invoice_id else s.customer_id) for s in steps}
    for invoice_id, customer_id in sorted(about, key=str):
        settle(tx, invoice_id=invoice_id, customer_id=customer_id, outcome=outcome, by="tagih", note=note)


def settle(
    tx: Tx,
    *,
    outcome: str,
    by: str,
    invoice_id: str | None = None,
    customer_id: str | None = None,
    note: str | None = None,
) -> None:
    """Closes the case about an unknown outcome once no step of its subject waits for it any more."""
    asked = [case for case in _open(tx, invoice_id, customer_id) if case.reason == holds.CASE]
    if not asked or any(holds.awaits_person(step) for step in _waiting(tx, invoice_id, customer_id)):
        return
    for case in asked:
        _, decision = rules.resolve(
            case, outcome=outcome, next_step=Next.RESUME, note=note, by=by, now=tx.now
        )
        apply(tx, decision)
    if invoice_id is not None:
        _go_on(tx, invoice_id, asked[0].customer_id)


def _open(tx: Tx, invoice_id: str | None, customer_id: str | None) -> list[Case]:
    if invoice_id is not None:
        return cases.open_of(tx, invoice_id)
    return cases.open_of_customer(tx, customer_id) if customer_id is not None else []


def _waiting(tx: Tx, invoice_id: str | None, customer_id: str | None) -> list[Step]:
    if invoice_id is not None:
        return sequences.waiting_steps(tx, invoice_id=invoice_id)
    return [s for s in sequences.waiting_steps(tx, customer_id=customer_id) if s.invoice_id is None]


def _go_on(tx: Tx, invoice_id: str, customer_id: str | None) -> None:
    """What the doubt had stopped; another open case stops it on, as its own reason demands."""
    sequence = sequences.live_of(tx, invoice_id)
    if sequence is None or sequence.state is not SequenceState.HELD:
        return
    if sequence.reason != effect_of(holds.CASE).hold_reason:
        return
    others = [*_open(tx, invoice_id, None), *_open(tx, None, customer_id)]
    stops = [effect_of(case.reason) for case in others]
    stop = next((effect for effect in stops if effect.state is not None), None)
    if stop is not None and stop.state is not None:
        apply(tx, sequence_rules.hold(sequence, state=stop.state, reason=stop.hold_reason, now=tx.now))
        return
    known = sequences.steps_of_invoice(tx, invoice_id)
    apply(tx, sequence_rules.resume(sequence, known, now=tx.now))
