"""Judges what is due: which text of an invoice is true now, and whether its person may be contacted with it."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from connector.clock import from_ms, to_ms
from connector.domain import model, permission, truth
from connector.domain.model import Permission, Stage, StepState
from connector.domain.payments import TOGETHER
from connector.domain.problems import Problem
from connector.store import facts as contact
from connector.store import queue
from connector.store.db import Row, Tx
from connector.store.rows import value_of
from connector.worker import attention, doubt, guarding
from connector.worker.composing import Composer, Item
from connector.worker.fallbacks import fallback_of
from connector.worker.moved import left_behind

LOG = logging.getLogger("tagih.worker")
# What a wrong row can raise while it is judged or put into words; a database's own errors end the claim.
FAULTS = (ValueError, LookupError, TypeError, ArithmeticError, AttributeError, Problem)


@dataclass(slots=True)
class Work:
    """One claim while it is judged: the facts, and what shall become of each step."""

    tx: Tx
    facts: contact.ClaimFacts
    addresses: Mapping[str, Row[Any]]
    ends: list[tuple[str, StepState, str]] = field(default_factory=list)
    moves: list[tuple[str, int, str]] = field(default_factory=list)
    go: list[tuple[Row[Any], Item]] = field(default_factory=list)
    detours: list[model.Step] = field(default_factory=list)  # on the second channel, at once
    # Reminding messages of this very claim, by address.
    reminding: dict[str, set[tuple[str, ...]]] = field(default_factory=dict)
    doubted: set[str] = field(default_factory=set)  # addresses that must not hear figures now


@dataclass(slots=True)
class Judge:
    """Decides step by step; writes nothing but what a fault of one row demands."""

    composer: Composer
    live: bool

    def decide(self, work: Work, rows: Sequence[Row[Any]]) -> None:
        """Fills the work's endings, moves and goings; the rows come in the order of their time."""
        gone = left_behind(work.tx, rows)
        rows = [row for row in rows if row.id not in gone]
        silent_days = self.composer.default_policy().neutral_after_days
        work.doubted = doubt.doubted(work.tx, work.addresses, rows, after_days=silent_days)
        for group in _by_invoice(rows):
            self._judge_safely(work, group)

    def _judge_safely(self, work: Work, group: Sequence[Row[Any]]) -> None:
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

    def _judge(self, work: Work, group: Sequence[Row[Any]]) -> None:
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
        before = len(work.go), len(work.moves)
        for step in settled.chosen:
            self._permit(work, rows[step.id], step, invoice, recipe)
        notice, going = settled.spoken_for, {row.id for row, _ in work.go[before[0] :]}
        if notice is not None and settled.survivor is not None and settled.survivor.id not in going:
            # A reminder that waits or ends says nothing for anybody: caps and cases never stop a notice.
            work.ends = [end for end in work.ends if end[0] != notice.id]
            self._permit(work, rows[notice.id], notice, invoice, recipe)
        if settled.survivor is not None and not _will_go(work, settled.survivor.id, before):
            work.ends = [_unreplaced(end, {row.id for row in group}) for end in work.ends]

    def _permit(
        self,
        work: Work,
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
            lost = guarding.lost_file(work.tx, item)
            waits = (
                None if blocked or lost else guarding.must_wait(work.tx, self.composer, item, live=self.live)
            )
            if blocked:
                work.ends.append((step.id, StepState.HELD, blocked))
            elif lost:
                work.ends.append((step.id, StepState.HELD, "file_missing"))
            elif waits:
                work.moves.append((step.id, to_ms(waits.at), waits.reason))
            else:
                work.go.append((row, item))
                if step.permission is Permission.REMINDER:
                    work.reminding.setdefault(row.address_id, set()).add(message_key(row, item))

    def _detour(self, work: Work, row: Row[Any], recipe: model.Recipe | None) -> None:
        """The number is known not to have this channel: the second one goes at once."""
        channels = self.composer.open_channels
        step = fallback_of(work.tx, row, recipe, channels, after=timedelta(), first_message=None)
        if step is not None:
            work.detours.append(step)

    def _item(
        self,
        work: Work,
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
        self, work: Work, row: Row[Any], step: model.Step, invoice: model.Invoice | None
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
            opted_out=address.opted_out_at is not None
            or (customer is not None and customer.opted_out_at is not None),
            confirms_stop=step.template == "optout_confirm",
            number_doubted=row.address_id in work.doubted and doubt.says_figures(step.template),
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


def _will_go(work: Work, step_id: str, before: tuple[int, int]) -> bool:
    """Whether the step leaves now, or waits for nothing but its hour; decided after so many goings and moves."""
    goes, moves = before
    moved = next((reason for id, _, reason in work.moves[moves:] if id == step_id), None)
    return moved in truth.ON_PURPOSE if moved else any(row.id == step_id for row, _ in work.go[goes:])


def _unreplaced(end: tuple[str, StepState, str], ids: set[str]) -> tuple[str, StepState, str]:
    """The ending of a step whose successor is held as well: nothing newer was said, its time is over."""
    step_id, state, reason = end
    return (step_id, state, "stage_over") if step_id in ids and reason == "superseded" else end


def _invoice_text_arrived(facts: contact.ClaimFacts, invoice_id: str, recipe: model.Recipe | None) -> bool:
    """Whether the customer has the invoice's details: by its own step, or by one that stood in for it."""
    if invoice_id in facts.created_arrived:
        return True
    created = next((s.template for s in recipe.steps if s.key == "created"), None) if recipe else None
    return created is not None and created in facts.sent_templates.get(invoice_id, set())


def _by_invoice(rows: Sequence[Row[Any]]) -> list[list[Row[Any]]]:
    """Due steps grouped by invoice and channel: a fallback on a second channel is judged on its own."""
    groups: dict[tuple[str, str], list[Row[Any]]] = {}
    for row in rows:
        groups.setdefault((row.invoice_id or row.id, row.channel), []).append(row)
    return list(groups.values())


def message_key(row: Row[Any], item: Item) -> tuple[str, ...]:
    """Steps of one customer, address and channel can share a message: the plan's, and one transfer's receipts."""
    if row.stage == Stage.RECEIPT and item.invoice is not None and item.step.data.get(TOGETHER):
        whose = item.customer.id if item.customer else ""
        return (row.address_id, row.channel, whose, item.invoice.currency, item.step.data[TOGETHER])
    if row.stage in (Stage.RECEIPT, Stage.OTHER) or item.invoice is None:
        return (row.id,)
    customer = item.customer.id if item.customer else ""
    return (row.address_id, row.channel, customer, item.invoice.currency)


def _with_this_claim(
    work: Work, row: Row[Any], item: Item, facts: permission.ContactFacts
) -> permission.ContactFacts:
    """Caps and minimum gap count per address: another message of this very claim counts as well."""
    others = work.reminding.get(row.address_id, set()) - {message_key(row, item)}
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
