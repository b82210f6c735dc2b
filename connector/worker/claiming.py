"""One claim: due steps in, committed intents out; all that may stop a message is asked in one transaction.

1. Take due addresses (locked), the invoices of their due messages (locked), and those messages' steps.
2. Per invoice: what is no longer true ends with its reason, one survivor stays (domain.truth).
3. Per survivor: yes, later or no (domain.permission).
4. Survivors of one customer and channel become one message with one item each.
5. Render, write the intents, mark the steps, commit. Only then may anything leave.

A claim never waits: what somebody else holds at this moment is left for the next one.
"""

from dataclasses import dataclass, field

from connector.store import facts as contact
from connector.store import queue, senders
from connector.store.apply import add_steps
from connector.store.db import Tx
from connector.worker.composing import Composer
from connector.worker.intending import Intender, Sendable
from connector.worker.judging import Judge, Work


@dataclass(slots=True)
class Claimed:
    """What one claim did. `touched` counts every step that changed, so the loop knows that there was work."""

    sendables: list[Sendable] = field(default_factory=list)
    touched: int = 0
    sequences: set[str] = field(default_factory=set)  # whose steps ended: maybe they are complete


@dataclass(slots=True)
class Claimer:
    """Claims for one worker. `composer` knows recipes, templates and the business of the moment."""

    composer: Composer
    worker: str
    live: bool

    def claim(self, tx: Tx, *, room: int, without: frozenset[str] = frozenset()) -> Claimed:
        """At most `room` messages, no more than the senders' buckets hold; `without` these senders."""
        open_now = [s for s in senders.open_senders(tx) if s.id not in without]
        buckets = {s.id: senders.filled(s, tx.machine_ms) for s in open_now}
        room = min(room, int(sum(buckets.values())))
        channels = sorted({s.channel for s in open_now})
        ids = queue.due_addresses(tx, limit=room, channels=channels)
        addresses = queue.lock_addresses(tx, ids)
        if not addresses:
            return Claimed()
        invoices = queue.due_invoices(tx, list(addresses), channels=channels)
        rows = queue.due_messages(tx, list(addresses), list(invoices), channels=channels)
        work = Work(tx, contact.load(tx, rows, invoices), addresses)
        self.composer.refresh(tx)
        Judge(self.composer, self.live).decide(work, rows)
        queue.end(tx, work.ends)
        add_steps(tx, work.detours)
        sendables, going = Intender(self.composer, self.worker).intend(work, open_now, buckets)
        queue.move(tx, work.moves)
        return Claimed(
            sendables,
            touched=going + len(work.ends) + len(work.moves),
            sequences={r.sequence_id for r in rows if r.sequence_id},
        )


__all__ = ["Claimed", "Claimer", "Sendable"]
