"""Writes down what the provider answered, many answers in one transaction, and what follows from each."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from connector.actions import known
from connector.clock import to_ms
from connector.domain import holds, retry
from connector.domain.decision import NewEvent
from connector.domain.model import (
    Channel,
    MessageStatus,
    Outcome,
    OutcomeKind,
    SequenceState,
    Step,
    StepState,
)
from connector.store import agenda, locking, messages, plan, queue, senders
from connector.store.apply import add_steps, append_events
from connector.store.db import Row, Tx
from connector.worker import attention
from connector.worker.composing import Composer
from connector.worker.fallbacks import fallback_of


@dataclass(frozen=True, slots=True)
class Answered:
    """One message's outcome as the sender task brought it back."""

    message_id: str
    sender_id: str
    outcome: Outcome


@dataclass(slots=True)
class Recorder:
    """Turns outcomes into states. `hold` is how long an unknown outcome waits for the provider's word."""

    composer: Composer
    hold: timedelta
    rng: random.Random

    def record(self, tx: Tx, answers: Sequence[Answered]) -> set[str]:
        """Answers the sequences that were touched."""
        settled = (OutcomeKind.ACCEPTED, OutcomeKind.UNKNOWN)
        refused = [a.message_id for a in answers if a.outcome.kind not in settled]
        locking.of_messages(tx, [a.message_id for a in answers], refused=refused)
        rows = messages.locked(tx, [a.message_id for a in answers])
        by_message = queue.steps_of_messages(tx, list(rows))
        took = [a for a in answers if a.outcome.kind is OutcomeKind.ACCEPTED]
        if took:
            self.took(tx, [(rows[a.message_id], by_message[a.message_id], a.outcome) for a in took])
        lost = [a for a in answers if a.outcome.kind is OutcomeKind.UNKNOWN]
        if lost:
            messages.unknown(tx, [a.message_id for a in lost], hold_until=to_ms(tx.now + self.hold))
        senders.lock(tx, [a.sender_id for a in answers if a.outcome.kind not in settled])
        for answer in answers:
            if answer.outcome.kind not in settled:
                self.not_taken(tx, rows[answer.message_id], by_message[answer.message_id], answer.outcome)
        return {s.sequence_id for steps in by_message.values() for s in steps if s.sequence_id}

    def took(self, tx: Tx, accepted: Sequence[tuple[Row[Any], Sequence[Row[Any]], Outcome]]) -> None:
        """Accepted: the message is sent, its steps are done, the declared second channel is planned."""
        messages.accepted(tx, [(m.id, o.provider_id) for m, _, o in accepted])
        messages.steps_sent(tx, [m.id for m, _, _ in accepted])
        steps = [s for _, rows, _ in accepted for s in rows]
        plan.mark_running(tx, {s.sequence_id for s in steps if s.sequence_id})
        arrived = [s.id for m, rows, _ in accepted for s in rows if m.rank >= 3]
        messages.cancel_fallbacks(tx, arrived, reason="fallback_not_needed")
        versions = plan.recipe_versions(tx, {s.sequence_id for s in steps if s.sequence_id})
        fallbacks = [
            planned
            for m, rows, _ in accepted
            for s in own(m, rows)
            if m.rank < 3 and (planned := self._fallback(tx, m, s, versions, delay=None)) is not None
        ]
        if fallbacks:
            add_steps(tx, fallbacks)
        append_events(tx, [e for m, rows, _ in accepted for e in sent_events(tx, m, rows)])
        doubted = [s for m, rows, _ in accepted if m.status == MessageStatus.UNKNOWN for s in rows]
        known.settle_steps(tx, doubted, outcome=holds.ARRIVED)

    def not_taken(self, tx: Tx, message: Row[Any], steps: Sequence[Row[Any]], outcome: Outcome) -> None:
        """The provider said no, or the request never left. The class of the error decides what follows."""
        messages.refused(tx, message.id, code=outcome.code, title=outcome.title, answer=outcome.raw)
        live = [s for s in own(message, steps) if _waits_for_news(s)]
        consequence = self.effects(tx, message, outcome)
        if outcome.action == "connect":
            senders.give_back(tx, sender_id=message.sender_id, address_id=message.address_id)
        for step in live:
            self._after_refusal(tx, message, step, outcome, consequence)
        if message.status == MessageStatus.UNKNOWN:
            known.settle_steps(tx, steps, outcome="other", note=outcome.title)

    def effects(self, tx: Tx, message: Row[Any], outcome: Outcome) -> retry.Consequence:
        """What a refusal means beyond its message: for the sender, the template, the number.

        The same codes come in the answer and, more often, in a later status.
        """
        consequence = retry.consequence(outcome, message.attempt)
        if consequence is retry.Consequence.STOP_SENDER:
            self._stop_sender(tx, message, outcome)
        if consequence is retry.Consequence.PAUSE_TEMPLATE and message.template:
            plan.pause_template(tx, message.template)
        if outcome.action == "throttle":
            senders.slow_down(tx, message.sender_id, seconds=60)
        if outcome.code == "131026":
            plan.mark_address(
                tx, message.address_id, "not_on_whatsapp", until_ms=to_ms(tx.now + timedelta(days=30))
            )
        return consequence

    def _after_refusal(
        self, tx: Tx, message: Row[Any], step: Row[Any], outcome: Outcome, consequence: retry.Consequence
    ) -> None:
        if consequence in (retry.Consequence.RETRY, retry.Consequence.STOP_SENDER):
            delay = retry.retry_delay(outcome, message.attempt, self.rng)
            # A request that never left keeps its due time: how late it is decides what is still true to say.
            keeps = (
                outcome.action == "connect" or consequence is retry.Consequence.STOP_SENDER or delay is None
            )
            due_at = step.due_at if keeps else to_ms(tx.now + (delay or timedelta()))
            plan.plan_again(tx, step.id, due_at=due_at, reason="retry_later")
            return
        if consequence is retry.Consequence.PAUSE_TEMPLATE:
            plan.hold(tx, step.id, reason="template_paused")
            return
        plan.fail(tx, step.id, reason=_why(outcome, consequence))
        self.after_failure(tx, message, step, outcome)

    def after_failure(self, tx: Tx, message: Row[Any], step: Row[Any], outcome: Outcome) -> None:
        """A final failure: the declared second channel at once, else a person; the event says which."""
        versions = plan.recipe_versions(tx, [step.sequence_id] if step.sequence_id else [])
        fallback = self._fallback(tx, message, step, versions, delay=timedelta())
        if fallback is not None:
            add_steps(tx, [fallback])
            plan.hasten(tx, fallback)
        append_events(
            tx,
            [
                NewEvent(
                    "message_failed",
                    tx.now,
                    customer_id=step.customer_id,
                    invoice_id=step.invoice_id,
                    once=f"message_failed:{message.id}:{step.id}",
                    data={
                        **message_data(message, step),
                        "error_code": outcome.code,
                        "error_title": outcome.title,
                        "final": fallback is None,
                        "fallback_channel": fallback.channel if fallback else None,
                    },
                )
            ],
        )
        taken = message.sent_at is not None
        problem = retry.contact_problem_of(outcome, Channel(message.channel), taken=taken)
        if problem is not None and fallback is None:
            attention.contact_problem(tx, step.customer_id, problem, address_id=message.address_id)
        if fallback is None and outcome.action not in ("suppress",):
            attention.ask_person(tx, step, reason="provider_refused", note=outcome.title)

    def _fallback(
        self,
        tx: Tx,
        message: Row[Any],
        step: Row[Any],
        versions: Mapping[str, str],
        *,
        delay: timedelta | None,
    ) -> Step | None:
        recipe = self.composer.recipe_by_version(tx, versions.get(step.sequence_id))
        return fallback_of(
            tx, step, recipe, self.composer.open_channels, after=delay, first_message=message.id
        )

    def _stop_sender(self, tx: Tx, message: Row[Any], outcome: Outcome) -> None:
        if senders.stop(tx, message.sender_id, f"{outcome.code}: {outcome.title}"):
            append_events(
                tx,
                [
                    NewEvent(
                        "channel_unhealthy",
                        tx.now,
                        data={
                            "channel": message.channel,
                            "provider": message.provider,
                            "sender_id": message.sender_id,
                            "error_code": outcome.code,
                            "error_title": outcome.title,
                            "waiting_messages": agenda.waiting_on(tx, message.channel),
                        },
                    )
                ],
            )


def own(message: Row[Any], steps: Sequence[Row[Any]]) -> list[Row[Any]]:
    """The steps that this message still speaks for: a later claim took the others, and its answer counts."""
    return [s for s in steps if s.message_id == message.id]


def _waits_for_news(step: Row[Any]) -> bool:
    """On its way, or nobody knows: a person who was asked meanwhile need not find out any more."""
    on_its_way = step.state in (StepState.SENDING, StepState.UNKNOWN)
    return on_its_way or (step.state == StepState.HELD and step.reason == holds.AWAITS_PERSON)


def _why(outcome: Outcome, consequence: retry.Consequence) -> str:
    if outcome.code == "131026":
        return "not_on_whatsapp"
    return "provider_unavailable" if consequence is retry.Consequence.FALLBACK else "provider_refused"


def message_data(message: Row[Any], step: Row[Any]) -> dict[str, Any]:
    """The own keys that every event about a message carries."""
    return {
        "message_id": message.id,
        "channel": message.channel,
        "stage": step.key,
        "template": message.template,
        "language": message.language,
        "provider": message.provider,
    }


def sent_events(tx: Tx, message: Row[Any], steps: Sequence[Row[Any]]) -> list[NewEvent]:
    """One event per message and invoice, however often the news of it arrives."""
    return [
        NewEvent(
            "message_sent",
            tx.now,
            customer_id=s.customer_id or message.customer_id,
            invoice_id=s.invoice_id,
            data=message_data(message, s),
            once=f"message_sent:{message.id}:{s.id}",
        )
        for s in steps
    ]


__all__ = ["Answered", "MessageStatus", "Recorder", "SequenceState", "message_data", "own", "sent_events"]
