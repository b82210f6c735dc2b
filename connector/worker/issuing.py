"""Lets the periods of recurring charges become invoices when their step is due."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connector.actions import issuing
from connector.actions.context import Context
from connector.domain.model import StepState
from connector.domain.problems import Problem
from connector.store import queue, recurring
from connector.store.db import Row, Tx
from connector.worker import attention

LOG = logging.getLogger("tagih.worker")
# What a wrong row can raise; a database's own errors end the turn and are tried again.
FAULTS = (ValueError, LookupError, TypeError, ArithmeticError, AttributeError, Problem)


@dataclass(slots=True)
class Issuer:
    """Carries out the ticks `issue:<period>`. `context` makes what the actions need, once a transaction."""

    context: Callable[[Tx], Context]
    _ctx: Context | None = None

    def __call__(self, tx: Tx, row: Row[Any]) -> None:
        """One charge that cannot be issued never stops the others: its step is held, and a person looks.

        A charge that somebody is changing at this moment is left for the next turn.
        """
        charge_id = str(row.data["charge_id"])
        alone = tx.conn.begin_nested()
        try:
            if self._ctx is None or self._ctx.tx is not tx:
                self._ctx = self.context(tx)
            done = issuing.when_due(self._ctx, charge_id, row.id)
        except FAULTS as fault:
            alone.rollback()
            LOG.error("a period could not be issued: %s", type(fault).__name__)
            queue.end(tx, [(row.id, StepState.HELD, "internal_fault")])
            self._ask_person(tx, charge_id, f"{row.key}: {type(fault).__name__}")
            return
        alone.commit()
        if done:
            queue.done(tx, [row.id])

    def _ask_person(self, tx: Tx, charge_id: str, note: str) -> None:
        charge = recurring.by_id(tx, charge_id)
        if charge is not None:
            attention.open_case(
                tx,
                reason="other",
                invoice_id=None,
                customer_id=charge.customer_id,
                note=f"{charge.ref} {note}",
            )
