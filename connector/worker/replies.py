"""Hears a customer's own message: keeps it, tells it, and does what a button asks for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from connector.domain import promises, replies
from connector.domain.decision import Decision, NewEvent
from connector.domain.model import (
    Channel,
    Inbound,
    Invoice,
    Permission,
    Promise,
    PromiseState,
    Recipe,
    Stage,
    Step,
    StepKind,
)
from connector.domain.problems import Problem
from connector.domain.replan import replan
from connector.store import customers as customer_store
from connector.store import inbound
from connector.store import invoices as invoice_store
from connector.store import promises as promise_store
from connector.store import sequences as sequence_store
from connector.store.apply import append_events, apply
from connector.store.db import Tx
from connector.worker import attention
from connector.worker.composing import Composer

# What concerns several invoices at once is not guessed apart: wish -> reason of the case.
_FOR_A_PERSON = {
    replies.Wish.ALREADY_PAID: "payment_claim",
    replies.Wish.NEED_MORE_TIME: "need_more_time",
    replies.Wish.DISPUTE: "dispute",
}


@dataclass(slots=True)
class Replies:
    composer: Composer

    def hear(self, tx: Tx, provider: str, said: Inbound) -> None:
        """Records it once, emits `inbound_reply`, then does what needs no understanding of words."""
        heard = inbound.hear(tx, provider, said)
        if heard is None:
            return
        wish = replies.asked(said.button_id, said.text)
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
        if wish.wish is replies.Wish.STOP:
            return (lambda: self._stop(tx, heard)) if heard.address_id else None
        if wish.wish is replies.Wish.START:
            return (lambda: self._start(tx, heard)) if heard.address_id else None
        if heard.invoice_id is None:
            about_all = heard.guess == "several" and heard.customer_id and wish.wish in _FOR_A_PERSON
            return (lambda: self._about_all(tx, heard, said, wish.wish)) if about_all else None
        invoice = invoice_store.by_id(tx, heard.invoice_id, lock=True)
        if invoice is None or not (invoice.status.is_owed or wish.wish is replies.Wish.DISPUTE):
            return None
        return lambda: self._about_invoice(tx, heard, invoice, said, wish)

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

    def _stop(self, tx: Tx, heard: inbound.Heard) -> None:
        """At once and for every message to this number; one confirmation, then silence (G5)."""
        if not heard.address_id or not inbound.opt_out(tx, heard.address_id):
            return
        inbound.cancel_for_address(tx, heard.address_id, reason="opted_out")
        append_events(
            tx,
            [
                NewEvent(
                    "opted_out", tx.now, customer_id=heard.customer_id, data={"channel": None, "via": "reply"}
                )
            ],
        )

    def _start(self, tx: Tx, heard: inbound.Heard) -> None:
        if not heard.address_id or not inbound.opt_in(tx, heard.address_id):
            return
        told = NewEvent(
            "opted_in", tx.now, customer_id=heard.customer_id, data={"channel": None, "via": "reply"}
        )
        append_events(tx, [told])
        for customer_id in customer_store.customers_at(tx, heard.address_id):
            self._plan_again(tx, customer_id, heard.address_id)

    def _plan_again(self, tx: Tx, customer_id: str, address_id: str) -> None:
        """The stop ended every planned message: what is still true of them is planned anew."""
        customer, address = customer_store.by_id(tx, customer_id), customer_store.address_of(tx, customer_id)
        if customer is None or address is None or address.id != address_id:
            return
        for invoice in invoice_store.owed_by(tx, customer_id, lock=True):
            sequence = sequence_store.live_of(tx, invoice.id)
            recipe = self.composer.recipe_by_version(tx, sequence.recipe_version if sequence else None)
            if sequence is None or recipe is None:
                continue
            decision = replan(
                recipe,
                existing=sequence_store.steps_of(tx, sequence.id),
                invoice=invoice,
                old_due=invoice.due_date,
                sequence_id=sequence.id,
                customer_id=customer_id,
                address_id=address_id,
                zone=self.composer.zone(customer, invoice),
                channel=customer.channel,
                now=tx.now,
                new_id=tx.ids.new,
            )
            apply(tx, decision)

    def _about_all(self, tx: Tx, heard: inbound.Heard, said: Inbound, wish: replies.Wish) -> None:
        """Several invoices are meant: a person looks, and the reminders of all of them rest meanwhile."""
        case_id = attention.open_case(
            tx,
            reason=_FOR_A_PERSON[wish],
            invoice_id=None,
            customer_id=heard.customer_id or "",
            words=said.text,
        )
        if wish is replies.Wish.ALREADY_PAID:
            append_events(tx, [_claim(tx, heard, heard.customer_id, None, case_id)])

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
            self._claimed(tx, heard, invoice, said)
        elif recipe is None:
            attention.open_case(
                tx, reason=wish.wish.value, invoice_id=invoice.id, customer_id=invoice.customer_id
            )
        elif wish.wish is replies.Wish.NEED_MORE_TIME:
            self._ask_date(tx, heard, invoice, recipe)
        elif wish.on is not None:
            self._promise(tx, heard, invoice, recipe, wish.on, sequence.id if sequence else None)

    def _claimed(self, tx: Tx, heard: inbound.Heard, invoice: Invoice, said: Inbound) -> None:
        """'Already paid': a truce and a person who looks; the balance does not move."""
        case_id = attention.open_case(
            tx,
            reason="payment_claim",
            invoice_id=invoice.id,
            customer_id=invoice.customer_id,
            words=said.text,
        )
        append_events(tx, [_claim(tx, heard, invoice.customer_id, invoice.id, case_id)])
        self._answer(tx, heard, invoice, "already_paid_ack", {})

    def _ask_date(self, tx: Tx, heard: inbound.Heard, invoice: Invoice, recipe: Recipe) -> None:
        if recipe.promise_ask is None:
            attention.open_case(
                tx, reason="need_more_time", invoice_id=invoice.id, customer_id=invoice.customer_id
            )
            return
        days = replies.promise_dates(self._today(tx, invoice), max_days=recipe.promise_max_days)
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


def _claim(
    tx: Tx, heard: inbound.Heard, customer_id: str | None, invoice_id: str | None, case_id: str
) -> NewEvent:
    return NewEvent(
        "payment_claimed",
        tx.now,
        customer_id=customer_id,
        invoice_id=invoice_id,
        data={"claim_id": case_id, "reply_id": heard.id, "case_id": case_id},
        once=f"payment_claimed:{heard.id}",
    )
