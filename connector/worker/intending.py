"""Makes intents of what may go: one message for the steps that belong together, written before it leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from connector.domain import model
from connector.domain.model import Permission, StepState
from connector.store import messages, queue, senders
from connector.store.db import Row
from connector.worker import attention
from connector.worker.composing import Composer, Item
from connector.worker.judging import FAULTS, LOG, Work, message_key

LEASE_S = 60


@dataclass(frozen=True, slots=True)
class Sendable:
    """An intent that is committed and may now leave."""

    message_id: str
    sender_id: str
    external_id: str
    provider: str
    outgoing: model.OutgoingMessage


@dataclass(slots=True)
class Intender:
    """Puts words, sender and token to each message of one claim."""

    composer: Composer
    worker: str

    def intend(
        self, work: Work, open_now: Sequence[Row[Any]], buckets: Mapping[str, float]
    ) -> tuple[list[Sendable], int]:
        """Writes the intents of what may go; answers what may leave after the commit, and how many steps."""
        sendables: list[Sendable] = []
        rows: list[dict[str, Any]] = []
        items: list[dict[str, Any]] = []
        left = dict(buckets)
        pairs: dict[str, float] = {}
        for batch in _by_message(work.go):
            row = batch[0][0]
            sender = _sender_for(open_now, row)
            if sender is None or left[sender.id] < 1:
                continue  # stays planned; the next claim takes it
            address = work.addresses[row.address_id]
            tokens = pairs.get(address.id, senders.pair_tokens(address, work.tx.machine_ms))
            if tokens < 1:
                continue  # the pair limit runs on real seconds: the step stays due and is asked again
            message = self._message(work, batch, sender, address)
            if message is None:
                continue
            left[sender.id] -= 1
            pairs[address.id] = tokens - 1
            message_row, sendable = message
            rows.append(message_row)
            sendables.append(sendable)
            for step_row, item in batch:
                items.append(
                    {
                        "message_id": sendable.message_id,
                        "step_id": step_row.id,
                        "invoice_id": item.invoice.id if item.invoice else None,
                    }
                )
        if rows:
            lease = work.tx.machine_ms + LEASE_S * 1000
            messages.insert_intents(work.tx, rows, items)
            queue.take(work.tx, [row["id"] for row in rows], worker=self.worker, lease_until_m=lease)
            senders.spend(work.tx, {s: n for s, n in left.items() if n != buckets[s]})
            senders.spend_pairs(work.tx, list(pairs.items()))
        return sendables, len(items)

    def _message(
        self, work: Work, batch: Sequence[tuple[Row[Any], Item]], sender: Row[Any], address: Row[Any]
    ) -> tuple[dict[str, Any], Sendable] | None:
        token = _promised_id(batch) or work.tx.ids.new("msg")
        try:
            composed = self.composer.compose(
                [item for _, item in batch],
                token=token,
                to=address.phone,
                window_open=_window_open(address, work.tx.now_ms),
            )
        except FAULTS as fault:
            LOG.error("a message could not be composed: %s", type(fault).__name__)
            composed = "internal_fault"
        if isinstance(composed, str):  # a reason: nothing true and whole can be said
            queue.end(work.tx, [(row.id, StepState.HELD, composed) for row, _ in batch])
            for row, _ in batch:
                attention.ask_person(work.tx, row, reason="message_held", note=composed)
            return None
        # The template that goes may be another than the step's own: a statement, the invoice text.
        blocked = self.composer.blocked_template(composed.template, batch[0][0].channel)
        if blocked:
            queue.end(work.tx, [(row.id, StepState.HELD, blocked) for row, _ in batch])
            return None
        row, first = batch[0][0], batch[0][1]
        kinds = {item.step.permission for _, item in batch}
        message_row = {
            "id": token,
            "address_id": address.id,
            "customer_id": first.customer.id if first.customer else None,
            "sequence_id": row.sequence_id,
            "channel": row.channel,
            "provider": sender.provider,
            "sender_id": sender.id,
            "stage": row.stage,
            "permission": Permission.REMINDER if Permission.REMINDER in kinds else row.permission,
            "template": composed.template,
            "language": composed.language,
            "text": composed.text,
            "status": model.MessageStatus.SENDING.value,
            "rank": 0,
            "attempt": row.attempt + 1,
            "worker": self.worker,
            "intent_at": work.tx.now_ms,
            "intent_at_m": work.tx.machine_ms,
            "also_delivered": False,
        }
        return message_row, Sendable(token, sender.id, sender.external_id, sender.provider, composed)


def _promised_id(batch: Sequence[tuple[Row[Any], Item]]) -> str | None:
    """The message's id that the answer to a person named beforehand; a second try is another message."""
    row, item = batch[0]
    first = len(batch) == 1 and row.message_id is None and row.attempt == 0
    return item.step.data.get("message_id") if first else None


def _window_open(address: Row[Any], now_ms: int) -> bool:
    """Meta's customer service window: 24 hours from the person's last message."""
    return address.last_inbound_at is not None and now_ms - address.last_inbound_at < 86_400_000


def _sender_for(open_now: Sequence[Row[Any]], step: Row[Any]) -> Row[Any] | None:
    """One address always hears from the same sender of a channel."""
    fitting = [s for s in open_now if s.channel == step.channel]
    if not fitting:
        return None
    return fitting[crc32(step.address_id.encode()) % len(fitting)]


def _by_message(go: Sequence[tuple[Row[Any], Item]]) -> list[list[tuple[Row[Any], Item]]]:
    groups: dict[tuple[str, ...], list[tuple[Row[Any], Item]]] = {}
    for row, item in go:
        groups.setdefault(message_key(row, item), []).append((row, item))
    return list(groups.values())
