"""Applies verified webhooks in the order of their coming: statuses only ever rise, replies are heard once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connector.clock import to_ms
from connector.domain.decision import NewEvent
from connector.domain.model import (
    STATUS_RANK,
    Inbound,
    MessageStatus,
    Notice,
    Outcome,
    OutcomeKind,
    StatusUpdate,
    StepState,
)
from connector.providers import Provider
from connector.store import inbox, locking, messages, queue, senders
from connector.store.apply import append_events
from connector.store.db import Row, Store, Tx
from connector.worker.recording import Recorder, message_data, own
from connector.worker.replies import Replies

BATCH = 500


@dataclass(frozen=True, slots=True)
class Own:
    """What is ours at a provider: everything else that it signs is foreign (T-11)."""

    senders: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()


@dataclass(slots=True)
class InboxApplier:
    providers: Mapping[str, Provider]
    own: Mapping[str, Own]
    recorder: Recorder
    replies: Replies
    sequences: set[str] = field(default_factory=set)

    def apply(self, store: Store) -> int:
        """One batch; a row that fails is tried alone, then counted, and never stops the others."""
        try:
            with store.write() as tx:
                rows = inbox.fetch_new(tx, BATCH)
                self._apply_rows(tx, rows)
            return len(rows)
        except Exception:  # noqa: BLE001 - which row it was is found below, one by one
            return self._one_by_one(store)

    def _one_by_one(self, store: Store) -> int:
        with store.read() as tx:
            rows = inbox.fetch_new(tx, BATCH, lock=False)
        for row in rows:
            try:
                with store.write() as tx:
                    self._apply_rows(tx, [row])
            except Exception as fault:  # noqa: BLE001 - one bad delivery must not stop the loop
                with store.write() as tx:
                    inbox.record_failure(tx, row.id, f"{type(fault).__name__}: {fault}")
        return len(rows)

    def _apply_rows(self, tx: Tx, rows: Sequence[inbox.InboxRow]) -> None:
        """Reads all of them, locks what they speak of, then hears them in the order of their coming."""
        self.recorder.composer.refresh(tx)
        found = [(row, self._read(row)) for row in rows]
        _lock(tx, [(row.provider, item) for row, items in found for item in items or ()])
        statuses: list[tuple[str, StatusUpdate]] = []
        for row, items in found:
            if items is None:
                inbox.settle(tx, [row.id], "ignored", error="unknown_source")
                continue
            for item in items:
                if isinstance(item, StatusUpdate):
                    statuses.append((row.provider, item))
                elif isinstance(item, Inbound):
                    # Order matters between a reply and the statuses before it.
                    self._statuses(tx, statuses)
                    statuses = []
                    self.replies.hear(tx, row.provider, item)
            notices = [i.topic for i in items if isinstance(i, Notice)]
            heeded = [self.replies.noticed(tx, i) for i in items if isinstance(i, Notice)]
            only = len(notices) == len(items) and not any(heeded)
            inbox.settle(
                tx, [row.id], "ignored" if only else "applied", error=notices[0] if only and notices else None
            )
        self._statuses(tx, statuses)

    def _read(self, row: inbox.InboxRow) -> Sequence[StatusUpdate | Inbound | Notice] | None:
        """What the delivery says; None: nobody here can read it."""
        provider = self.providers.get(row.provider)
        if provider is None:
            return None
        mine = self.own.get(row.provider, Own())
        return provider.read_webhook(
            row.body, own=mine.senders, accounts=mine.accounts, received_at=row.received_at
        )

    # --- statuses -------------------------------------------------------------------------------------------

    def _statuses(self, tx: Tx, updates: Sequence[tuple[str, StatusUpdate]]) -> None:
        if not updates:
            return
        known = self._messages(tx, updates)
        ranks = {m.id: m.rank for m in known.values()}
        ids = {m.id: m for m in known.values()}
        raised: list[tuple[str, MessageStatus, int, str | None]] = []
        failed: list[tuple[Row[Any], Outcome]] = []
        for provider, update in updates:
            message = self._which(known, provider, update)
            if message is None or STATUS_RANK[update.status] <= ranks[message.id]:
                continue
            if update.status is MessageStatus.FAILED:
                failed.append((message, update.outcome or Outcome(OutcomeKind.REFUSED, "fix")))
            else:
                raised.append(
                    (message.id, update.status, min(to_ms(update.at), tx.now_ms), update.provider_id)
                )
            ranks[message.id] = STATUS_RANK[update.status]
        if raised:
            self._raise(tx, ids, raised)
        # Read anew: an earlier status of the same batch may have said that it was sent.
        now = messages.by_ids(tx, [message.id for message, _ in failed])
        senders.lock(tx, [message.sender_id for message, _ in failed])
        for message, outcome in failed:
            self._fail(tx, now[message.id], outcome)

    def _messages(self, tx: Tx, updates: Sequence[tuple[str, StatusUpdate]]) -> dict[str, Row[Any]]:
        """Messages by token and by `provider:their id`."""
        found: dict[str, Row[Any]] = dict(messages.by_ids(tx, [u.token for _, u in updates if u.token]))
        for provider in {p for p, _ in updates}:
            theirs = [u.provider_id for p, u in updates if p == provider and u.provider_id]
            for their_id, row in messages.by_provider_ids(tx, provider, theirs).items():
                found[f"{provider}:{their_id}"] = row
        fresh = messages.locked(tx, {m.id for m in found.values()})
        return {key: fresh[m.id] for key, m in found.items()}

    def _which(self, known: Mapping[str, Row[Any]], provider: str, update: StatusUpdate) -> Row[Any] | None:
        by_token = known.get(update.token or "")
        if by_token is not None and by_token.provider == provider:
            return by_token
        return known.get(f"{provider}:{update.provider_id}")

    def _raise(
        self,
        tx: Tx,
        rows: Mapping[str, Row[Any]],
        raised: Sequence[tuple[str, MessageStatus, int, str | None]],
    ) -> None:
        touched = list(dict.fromkeys(r[0] for r in raised))
        steps = queue.steps_of_messages(tx, touched)
        # The first word about a message whose answer we never saw: it was accepted.
        fresh = [i for i in touched if rows[i].sent_at is None]
        theirs = {r[0]: r[3] for r in raised}
        if fresh:
            accepted = Outcome(OutcomeKind.ACCEPTED, "accepted")
            self.recorder.took(
                tx,
                [
                    (
                        rows[i],
                        steps.get(i, []),
                        Outcome(accepted.kind, accepted.action, provider_id=theirs[i]),
                    )
                    for i in fresh
                ],
            )
        messages.set_statuses(tx, raised)
        arrived = [r for r in raised if r[1] in (MessageStatus.DELIVERED, MessageStatus.READ)]
        arrived_steps = [s for r in arrived for s in steps.get(r[0], [])]
        elsewhere = messages.stand_ins_sent(tx, [s.id for s in arrived_steps])
        late = {
            (r[0], s.id)
            for r in arrived
            for s in steps.get(r[0], [])
            if s.id in elsewhere or _went_again(r[0], s)
        }
        messages.mark_also_delivered(tx, sorted({message_id for message_id, _ in late}))
        messages.cancel_fallbacks(tx, [s.id for s in arrived_steps], reason="fallback_not_needed")
        append_events(
            tx, [e for r in arrived for e in self._events(tx, rows[r[0]], steps.get(r[0], []), r, late)]
        )
        self.sequences |= {s.sequence_id for rs in steps.values() for s in rs if s.sequence_id}

    def _events(
        self,
        tx: Tx,
        message: Row[Any],
        steps: Sequence[Row[Any]],
        raised: tuple[str, MessageStatus, int, str | None],
        late: set[tuple[str, str]],
    ) -> list[NewEvent]:
        return [
            NewEvent(
                f"message_{raised[1].value}",
                tx.now,
                customer_id=s.customer_id or message.customer_id,
                invoice_id=s.invoice_id,
                data={**message_data(message, s), "also_delivered": (message.id, s.id) in late},
                once=f"message_{raised[1].value}:{message.id}:{s.id}",
            )
            for s in steps
        ]

    def _fail(self, tx: Tx, message: Row[Any], outcome: Outcome) -> None:
        steps = queue.steps_of_messages(tx, [message.id]).get(message.id, [])
        if message.sent_at is None:
            self.recorder.not_taken(tx, message, steps, outcome)
            return
        messages.refused(tx, message.id, code=outcome.code, title=outcome.title, answer=outcome.raw)
        self.recorder.effects(tx, message, outcome)
        for step in own(message, steps):
            self.recorder.after_failure(tx, message, step, outcome)


def _went_again(message_id: str, step: Row[Any]) -> bool:
    """Whether a later message has taken this step along, and is out."""
    out = step.state in (StepState.SENDING, StepState.UNKNOWN, StepState.SENT)
    return out and step.message_id != message_id


def _lock(tx: Tx, said: Sequence[tuple[str, StatusUpdate | Inbound | Notice]]) -> None:
    """Before anything is written: the batch may speak of many invoices in any order."""
    named: list[locking.Named] = []
    phones: list[str] = []
    for provider, item in said:
        if isinstance(item, StatusUpdate):
            failed = item.status is MessageStatus.FAILED
            named.append(locking.Named(provider, item.token, item.provider_id, failed))
        elif isinstance(item, Inbound):
            named.append(locking.Named(provider, None, item.in_answer_to))
            phones += [item.phone] if item.phone else []
        elif isinstance(phone := item.data.get("phone"), str):
            phones.append(phone)
    locking.of_webhooks(tx, named, phones)
