"""Hears a customer's own message: keeps it, tells it, and does what a button asks for."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from connector.domain import claims, promises, replies
from connector.domain.decision import Decision, NewEvent
from connector.domain.model import (
    Channel,
    Claim,
    Inbound,
    Invoice,
    Notice,
    Permission,
    Promise,
    PromiseState,
    Recipe,
    Stage,
    Step,
    StepKind,
)
from connector.domain.problems import Problem
from connector.store import claims as claim_store
from connector.store import customers as customer_store
from connector.store import inbound, instalments
from connector.store import invoices as invoice_store
from connector.store import promises as promise_store
from connector.store import sequences as sequence_store
from connector.store.apply import append_events, apply
from connector.store.db import Tx
from connector.worker import attention
from connector.worker.composing import Composer
from connector.worker.numbers import Numbers

# What concerns several invoices at once is not guessed apart: wish -> reason of the case.
_FOR_A_PERSON = {
    replies.Wish.ALREADY_PAID: "payment_claim",
    replies.Wish.NEED_MORE_TIME: "need_more_time",
    replies.Wish.DISPUTE: "dispute",
}


@dataclass(slots=True)
class Replies:
    composer: Composer
    _numbers: Numbers = field(init=False)

    def __post_init__(self) -> None:
        self._numbers = Numbers(self.composer)

    def noticed(self, tx: Tx, notice: Notice) -> bool:
        """What a provider tells of a number, not of a message; whether anything followed from it."""
        return self._numbers.noticed(tx, notice)

    def hear(self, tx: Tx, provider: str, said: Inbound) -> None:
        """Records it once, emits `inbound_reply`, then does what needs no understanding of words."""
        doubted = self._numbers.doubts(tx, said)
        heard = inbound.hear(tx, provider, said)
        if heard is None:
            return
        wish = replies.asked(said.button_id, said.text)
        settled, deed = self._numbers.deed(tx, heard, said, wish, provider=provider, doubted=doubted)
        if not settled:
            deed = self._deed(tx, heard, said, wish)
        append_events(tx, [self._told(tx, heard, said, handled=deed is not None)])
        if deed is not None:
            deed()

    def _deed(
        self, tx: Tx, heard: inbound.Heard, said: Inbound, wish: replies.Asked
    ) -> Callable[[], None] | None:
        """What will be done about it; None: a person must answer."""
        if wish.wish is replies.Wish.NONE:
            return None
        if heard.invoice_id is None:
            about_all = heard.guess == "several" and heard.customer_id and wish.wish in _FOR_A_PERSON
            return (lambda: self._about_all(tx, heard, said, wish.wish)) if about_all else None
        invoice = invoice_store.by_id(tx, heard.invoice_id, lock=True)
        if invoice is None or not (invoice.status.is_owed or wish.wish is replies.Wish.DISPUTE):
            return None
        # Of a debt that was split meanwhile the oldest instalment is meant.
        meant = instalments.reminded_for(tx, invoice)[0]
        return lambda: self._about_invoice(tx, heard, meant, said, wish)

    def _told(self, tx: Tx, heard: inbound.Heard, said: Inbound, *, handled: bool) -> NewEvent:
        return NewEvent(
            "inbound_reply",
            min(said.at, tx.now),
            customer_id=heard.customer_id,
            invoice_id=heard.invoice_id,
            known_at=tx.now,
            data={
                "reply_id": heard.id,
                "reply_kind": said.kind,
                "button_id": said.button_id,
                "invoice_guess": heard.guess,
                "in_answer_to": heard.in_answer_to,
                "handled": handled,
                "needs_answer": not handled,
            },
            once=f"inbound_reply:{heard.id}",
        )

    def _about_all(self, tx: Tx, heard: inbound.Heard, said: Inbound, wish: replies.Wish) -> None:
        """Several invoices are meant: a person looks, and the reminders of all of them rest meanwhile."""
        if wish is replies.Wish.ALREADY_PAID:
            self._claim(tx, heard, None, said, recipe=None)
            return
        attention.open_case(
            tx,
            reason=_FOR_A_PERSON[wish],
            invoice_id=None,
            customer_id=heard.customer_id or "",
            words=said.text,
        )

    def _about_invoice(
        self, tx: Tx, heard: inbound.Heard, invoice: Invoice, said: Inbound, wish: replies.Asked
    ) -> None:
        if wish.wish is replies.Wish.DISPUTE:
            attention.open_case(
                tx, reason="dispute", invoice_id=invoice.id, customer_id=invoice.customer_id, words=said.text
            )
            return
        sequence = sequence_store.of_invoice(tx, invoice.id)
        recipe = self.composer.recipe_by_version(tx, sequence.recipe_version if sequence else None)
        if wish.wish is replies.Wish.ALREADY_PAID:
            self._claimed(tx, heard, invoice, said, recipe)
        elif recipe is None:
            attention.open_case(
                tx, reason=wish.wish.value, invoice_id=invoice.id, customer_id=invoice.customer_id
            )
        elif wish.wish is replies.Wish.NEED_MORE_TIME:
            self._ask_date(tx, heard, invoice, recipe)
        elif wish.on is not None:
            self._promise(tx, heard, invoice, recipe, wish.on, sequence.id if sequence else None)

    def _claimed(
        self, tx: Tx, heard: inbound.Heard, invoice: Invoice, said: Inbound, recipe: Recipe | None
    ) -> None:
        """'Already paid': a truce (not for ever) and a person who looks; the balance does not move."""
        claim = self._claim(tx, heard, invoice, said, recipe=recipe)
        words = "already_paid_ack" if claim.held_until is not None else "claim_noted"
        self._answer(tx, heard, invoice, words, {})

    def _claim(
        self,
        tx: Tx,
        heard: inbound.Heard,
        invoice: Invoice | None,
        said: Inbound,
        *,
        recipe: Recipe | None,
    ) -> Claim:
        """The claim that waits for an answer already, or a new one."""
        customer_id = invoice.customer_id if invoice else heard.customer_id or ""
        subject = invoice.id if invoice else None
        earlier = claim_store.about(tx, customer_id, subject)
        waiting = next((c for c in earlier if claims.is_unanswered(c)), None)
        if waiting is not None:
            return waiting
        customer = customer_store.by_id(tx, customer_id)
        zone = self.composer.zone(customer, invoice)
        claim = claims.make(
            claim_id=tx.ids.new("clm"),
            customer_id=customer_id,
            invoice=invoice,
            earlier=earlier,
            recipe=recipe,
            zone=zone,
            now=tx.now,
            reply_id=heard.id,
            by="customer",
            words=said.text,
        )
        case_id = attention.open_case(
            tx,
            reason=claims.case_reason(claim),
            invoice_id=subject,
            customer_id=customer_id,
            words=said.text,
        )
        claim = replace(claim, case_id=case_id)
        currency = invoice.currency if invoice else self.composer.business.currency
        apply(tx, claims.record(claim, step_id=tx.ids.new("stp"), zone=zone, currency=currency))
        return claim

    def _ask_date(self, tx: Tx, heard: inbound.Heard, invoice: Invoice, recipe: Recipe) -> None:
        if recipe.promise_ask is None:
            attention.open_case(
                tx, reason="need_more_time", invoice_id=invoice.id, customer_id=invoice.customer_id
            )
            return
        days = replies.promise_dates(
            self._today(tx, invoice), due=invoice.due_date, max_days=recipe.promise_max_days
        )
        if not days:  # the due day itself is further away than a promise may be
            attention.open_case(
                tx, reason="need_more_time", invoice_id=invoice.id, customer_id=invoice.customer_id
            )
            return
        self._answer(tx, heard, invoice, recipe.promise_ask, {"promise_dates": [d.isoformat() for d in days]})

    def _promise(
        self,
        tx: Tx,
        heard: inbound.Heard,
        invoice: Invoice,
        recipe: Recipe,
        on: date,
        sequence_id: str | None,
    ) -> None:
        previous: Promise | None = promise_store.open_of(tx, invoice.id)
        if previous is not None and previous.state is PromiseState.OPEN and previous.on == on:
            return  # the same button once more
        try:
            decision: Decision = promises.record(
                invoice,
                on=on,
                amount=invoice.due,
                words=None,
                by="customer",
                via="whatsapp",
                now=tx.now,
                zone=self._zone(tx, invoice),
                recipe=recipe,
                previous=previous,
                promise_no=promise_store.next_no(tx, invoice.id),
                new_id=tx.ids.new,
                sequence_id=sequence_id,
                address_id=heard.address_id,
                channel=invoice.channel,
                planned=sequence_store.steps_of_invoice(tx, invoice.id),
            )
        except Problem:
            self._ask_date(tx, heard, invoice, recipe)
            return
        apply(tx, decision)
        if recipe.promise_confirm:
            self._answer(
                tx,
                heard,
                invoice,
                recipe.promise_confirm,
                {"promise_on": on.isoformat(), "promise_amount": invoice.due},
            )

    def _answer(
        self, tx: Tx, heard: inbound.Heard, invoice: Invoice, template: str, data: dict[str, Any]
    ) -> None:
        """An answer to the customer's own message: any hour within fifteen minutes of it."""
        if heard.address_id is None:
            return
        sequence = sequence_store.of_invoice(tx, invoice.id)
        step = Step(
            id=tx.ids.new("stp"),
            kind=StepKind.MESSAGE,
            key=f"reply:{heard.id}",
            stage=Stage.OTHER,
            due_at=tx.now,
            sequence_id=sequence.id if sequence else None,
            invoice_id=invoice.id,
            customer_id=invoice.customer_id,
            address_id=heard.address_id,
            channel=Channel.WHATSAPP,
            template=template,
            permission=Permission.REPLY,
            data=data,
        )
        apply(tx, Decision(steps=(step,)))

    def _zone(self, tx: Tx, invoice: Invoice) -> str:
        return self.composer.zone(customer_store.by_id(tx, invoice.customer_id), invoice)

    def _today(self, tx: Tx, invoice: Invoice) -> date:
        return tx.now.astimezone(ZoneInfo(self._zone(tx, invoice))).date()
