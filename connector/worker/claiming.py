"""One claim: due steps in, committed intents out; all that may stop a message is asked in one transaction.

1. Take due addresses (locked) and every due message step of theirs.
2. Per invoice: what is no longer true ends with its reason, one survivor stays (domain.truth).
3. Per survivor: yes, later or no (domain.permission).
4. Survivors of one customer and channel become one message with one item each.
5. Render, write the intents, mark the steps, commit. Only then may anything leave.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from zlib import crc32

from connector.clock import from_ms, to_ms
from connector.domain import model, permission, truth
from connector.domain.model import Channel, Permission, Stage, StepState
from connector.domain.problems import Problem
from connector.store import facts as contact
from connector.store import messages, queue, senders
from connector.store.apply import add_steps
from connector.store.db import Row, Tx
from connector.store.rows import value_of
from connector.worker import attention
from connector.worker.composing import Composer, Item
from connector.worker.fallbacks import fallback_of

LEASE_S = 60
LOG = logging.getLogger("tagih.worker")
# What a wrong row can raise while it is judged or put into words; a database's own errors end the claim.
FAULTS = (ValueError, LookupError, TypeError, ArithmeticError, AttributeError, Problem)


@dataclass(frozen=True, slots=True)
class Sendable:
    """An intent that is committed and may now leave."""

    message_id: str
    sender_id: str
    external_id: str
    provider: str
    outgoing: model.OutgoingMessage


@dataclass(slots=True)
class Claimed:
    """What one claim did. `touched` counts every step that changed, so the loop knows that there was work."""

    sendables: list[Sendable] = field(default_factory=list)
    touched: int = 0
    sequences: set[str] = field(default_factory=set)  # whose steps ended: maybe they are complete


@dataclass(slots=True)
class _Work:
    tx: Tx
    facts: contact.ClaimFacts
    addresses: Mapping[str, Row[Any]]
    ends: list[tuple[str, StepState, str]] = field(default_factory=list)
    moves: list[tuple[str, int, str]] = field(default_factory=list)
    go: list[tuple[Row[Any], Item]] = field(default_factory=list)
    detours: list[model.Step] = field(default_factory=list)  # on the second channel, at once
    # Reminding messages of this very claim, by address.
    reminding: dict[str, set[tuple[str, ...]]] = field(default_factory=dict)


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
        rows = queue.due_messages(tx, addresses, channels=channels)
        work = _Work(tx, contact.load(tx, rows), addresses)
        self.composer.refresh(tx)
        for group in _by_invoice(rows):
            self._judge_safely(work, group)
        queue.end(tx, work.ends)
        add_steps(tx, work.detours)
        claimed = self._intend(work, open_now, buckets)
        queue.move(tx, work.moves)
        claimed.touched += len(work.ends) + len(work.moves)
        claimed.sequences = {r.sequence_id for r in rows if r.sequence_id}
        return claimed

    # --- who may go -----------------------------------------------------------------------------------------

    def _judge_safely(self, work: _Work, group: Sequence[Row[Any]]) -> None:
        """One invoice that cannot be judged never stops the others: it is held, and a person looks."""
        try:
            self._judge(work, group)
        except FAULTS as fault:
            LOG.error("a step could not be judged: %s", type(fault).__name__)
            ids = {row.id for row in group}
            work.go = [(row, item) for row, item in work.go if row.id not in ids]
            work.moves = [move for move in work.moves if move[0] not in ids]
            work.ends = [end for end in work.ends if end[0] not in ids]
            queue.end(work.tx, [(row.id, StepState.HELD, "internal_fault") for row in group])
            attention.ask_person(work.tx, group[0], reason="message_held", note=type(fault).__name__)

    def _judge(self, work: _Work, group: Sequence[Row[Any]]) -> None:
        """Decides for the due steps of one invoice (or one step without an invoice)."""
        invoice_row = work.facts.invoices.get(group[0].invoice_id or "")
        if invoice_row is None:
            for row in group:
                self._permit(work, row, value_of(model.Step, row._mapping), None, None)
            return
        invoice = value_of(model.Invoice, invoice_row._mapping)
        recipe = self.composer.recipe_of(work.facts.sequences.get(group[0].sequence_id or ""))
        late_after = timedelta(minutes=recipe.late_after_minutes if recipe else 60)
        zone = self.composer.zone(work.facts.customers.get(invoice.customer_id), invoice)
        steps = {row.id: value_of(model.Step, row._mapping) for row in group}
        settled = truth.settle_due(
            tuple(steps.values()),
            invoice=invoice,
            zone=zone,
            now=work.tx.now,
            late_after=late_after,
            next_offset=_next_offset(recipe, group),
        )
        work.ends.extend((step.id, state, reason) for step, state, reason in settled.ended)
        rows = {row.id: row for row in group}
        chosen = [*([settled.survivor] if settled.survivor else []), *settled.others]
        for step in chosen:
            self._permit(work, rows[step.id], step, invoice, recipe)

    def _permit(
        self,
        work: _Work,
        row: Row[Any],
        step: model.Step,
        invoice: model.Invoice | None,
        recipe: model.Recipe | None,
    ) -> None:
        policy = recipe.policy if recipe else self.composer.default_policy()
        item = self._item(work, row, step, invoice, recipe)
        facts = _with_this_claim(work, row, item, self._facts(work, row, step, invoice))
        answer = permission.may_contact(step.permission, step.stage, policy, facts, work.tx.now)
        if isinstance(answer, permission.No):
            work.ends.append((step.id, answer.state, answer.reason))
            if answer.reason == "not_on_whatsapp":
                self._detour(work, row, recipe)
        elif isinstance(answer, permission.Later):
            work.moves.append((step.id, to_ms(answer.at), answer.reason))
        else:
            blocked = self.composer.blocked_template(step.template, step.channel)
            if blocked:
                work.ends.append((step.id, StepState.HELD, blocked))
            else:
                work.go.append((row, item))
                if step.permission is Permission.REMINDER:
                    work.reminding.setdefault(row.address_id, set()).add(_message_key(row, item))

    def _detour(self, work: _Work, row: Row[Any], recipe: model.Recipe | None) -> None:
        """The number is known not to have this channel: the second one goes at once."""
        channels = self.composer.open_channels
        step = fallback_of(work.tx, row, recipe, channels, after=timedelta(), first_message=None)
        if step is not None:
            work.detours.append(step)

    def _item(
        self,
        work: _Work,
        row: Row[Any],
        step: model.Step,
        invoice: model.Invoice | None,
        recipe: model.Recipe | None,
    ) -> Item:
        customer_id = step.customer_id or (invoice.customer_id if invoice else None)
        return Item(
            step=step,
            invoice=invoice,
            customer=work.facts.customers.get(customer_id or ""),
            recipe=recipe,
            created_arrived=bool(invoice and _invoice_text_arrived(work.facts, invoice.id, recipe)),
            pinned=self.composer.pinned(work.facts.sequences.get(row.sequence_id or "")),
        )

    def _facts(
        self, work: _Work, row: Row[Any], step: model.Step, invoice: model.Invoice | None
    ) -> permission.ContactFacts:
        facts, address = work.facts, work.addresses[row.address_id]
        customer_id = step.customer_id or (invoice.customer_id if invoice else None)
        customer = facts.customers.get(customer_id or "")
        sequence = facts.sequences.get(row.sequence_id or "")
        consent = contact.consent_of(facts, customer_id, step.channel)
        reminders = facts.reminders.get(row.address_id, contact.ReminderCount())
        # The fallback stands in for a message that was counted already.
        stand_in = bool(step.data.get("fallback_of"))
        business = self.composer.business
        invoice_id = invoice.id if invoice else ""
        return permission.ContactFacts(
            business_live=self.live,
            relationship=business.relationship,
            paused_all=False,  # a paused worker does not claim at all
            invoice_status=invoice.status if invoice else None,
            hold_reason=invoice.hold_reason if invoice else None,
            sequence_state=model.SequenceState(sequence.state) if sequence else None,
            sequence_paused_until=from_ms(sequence.paused_until)
            if sequence and sequence.paused_until
            else None,
            opted_out=address.opted_out_at is not None,
            consent_withdrawn=bool(consent is not None and not consent.allowed),
            has_consent_record=bool(consent is not None and consent.allowed),
            address_state=model.AddressState(address.state),
            promise_until=facts.promised_until.get(invoice_id),
            case_open=facts.open_cases.get(invoice_id) or facts.open_cases.get(customer_id or ""),
            settles_at=invoice.settles_at if invoice else None,
            reminders_in_cycle=0 if stand_in else facts.cycle.get(row.sequence_id or "", 0),
            reminders_7_days=0 if stand_in else reminders.count,
            last_reminder_at=None
            if stand_in or reminders.newest_ms is None
            else from_ms(reminders.newest_ms),
            oldest_reminder_in_7_days_at=None
            if stand_in or reminders.oldest_ms is None
            else from_ms(reminders.oldest_ms),
            last_inbound_at=from_ms(address.last_inbound_at) if address.last_inbound_at else None,
            zone=self.composer.zone(customer, invoice),
            waiting_for=invoice.waiting_for if invoice else None,
            channel=step.channel,
        )

    # --- intents --------------------------------------------------------------------------------------------

    def _intend(self, work: _Work, open_now: Sequence[Row[Any]], buckets: dict[str, float]) -> Claimed:
        claimed = Claimed()
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
            claimed.sendables.append(sendable)
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
        claimed.touched = len(items)
        return claimed

    def _message(
        self, work: _Work, batch: Sequence[tuple[Row[Any], Item]], sender: Row[Any], address: Row[Any]
    ) -> tuple[dict[str, Any], Sendable] | None:
        token = work.tx.ids.new("msg")
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
            "fence": row.fence + 1,
            "worker": self.worker,
            "intent_at": work.tx.now_ms,
            "intent_at_m": work.tx.machine_ms,
            "also_delivered": False,
        }
        return message_row, Sendable(token, sender.id, sender.external_id, sender.provider, composed)


def _invoice_text_arrived(facts: contact.ClaimFacts, invoice_id: str, recipe: model.Recipe | None) -> bool:
    """Whether the customer has the invoice's details: by its own step, or by one that stood in for it."""
    if invoice_id in facts.created_arrived:
        return True
    created = next((s.template for s in recipe.steps if s.key == "created"), None) if recipe else None
    return created is not None and created in facts.sent_templates.get(invoice_id, set())


def _window_open(address: Row[Any], now_ms: int) -> bool:
    """Meta's customer service window: 24 hours from the person's last message."""
    return address.last_inbound_at is not None and now_ms - address.last_inbound_at < 86_400_000


def _sender_for(open_now: Sequence[Row[Any]], step: Row[Any]) -> Row[Any] | None:
    """One address always hears from the same sender of a channel."""
    fitting = [s for s in open_now if s.channel == step.channel]
    if not fitting:
        return None
    return fitting[crc32(step.address_id.encode()) % len(fitting)]


def _by_invoice(rows: Sequence[Row[Any]]) -> list[list[Row[Any]]]:
    """Due steps grouped by invoice and channel: a fallback on a second channel is judged on its own."""
    groups: dict[tuple[str, str], list[Row[Any]]] = {}
    for row in rows:
        groups.setdefault((row.invoice_id or row.id, row.channel), []).append(row)
    return list(groups.values())


def _message_key(row: Row[Any], item: Item) -> tuple[str, ...]:
    """Steps of one customer, address and channel can share a message: the plan's, not receipts."""
    if row.stage in (Stage.RECEIPT, Stage.OTHER) or item.invoice is None:
        return (row.id,)
    customer = item.customer.id if item.customer else ""
    return (row.address_id, row.channel, customer, item.invoice.currency)


def _by_message(go: Sequence[tuple[Row[Any], Item]]) -> list[list[tuple[Row[Any], Item]]]:
    groups: dict[tuple[str, ...], list[tuple[Row[Any], Item]]] = {}
    for row, item in go:
        groups.setdefault(_message_key(row, item), []).append((row, item))
    return list(groups.values())


def _with_this_claim(
    work: _Work, row: Row[Any], item: Item, facts: permission.ContactFacts
) -> permission.ContactFacts:
    """Caps and minimum gap count per address: another message of this very claim counts as well."""
    others = work.reminding.get(row.address_id, set()) - {_message_key(row, item)}
    if not others or item.step.data.get("fallback_of"):
        return facts
    oldest = facts.oldest_reminder_in_7_days_at or work.tx.now
    return replace(
        facts,
        last_reminder_at=work.tx.now,
        reminders_7_days=facts.reminders_7_days + len(others),
        oldest_reminder_in_7_days_at=oldest,
    )


def _next_offset(recipe: model.Recipe | None, group: Sequence[Row[Any]]) -> int | None:
    """The next offset of the plan after the latest due one: it ends an overdue stage."""
    if recipe is None:
        return None
    latest = max((r.offset_days for r in group if r.offset_days is not None), default=None)
    if latest is None:
        return None
    later = [s.offset_days for s in recipe.steps if s.offset_days is not None and s.offset_days > latest]
    return min(later, default=None)


__all__ = ["LEASE_S", "Channel", "Claimed", "Claimer", "Sendable"]
