"""Hears a customer's own message: keeps it, tells it, and does what a button asks for."""

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
from connector.store import customers as customer_store
from connector.store import inbound
from connector.store import invoices as invoice_store
from connector.store import promises as promise_store
from connector.store import sequences as sequence_store
from connector.store.apply import append_events, apply
from connector.store.db import Tx
from connector.worker import attention
from connector.worker.composing import Composer


@dataclass(slots=True)
class Replies:
    composer: Composer

    def hear(self, tx: Tx, provider: str, said: Inbound) -> None:
        """Records it once, emits `inbound_reply`, then does what needs no understanding of words."""
        heard = inbound.hear(tx, provider, said)
        if heard is None:
            return
        wish = replies.asked(said.button_id, said.text)
        append_events(tx, [self._told(tx, heard, said, wish)])
        if wish.wish is replies.Wish.STOP and heard.address_id:
            self._stop(tx, heard)
        elif wish.wish is replies.Wish.START and heard.address_id:
            self._start(tx, heard)
        elif heard.invoice_id and wish.wish is not replies.Wish.NONE:
            self._about_invoice(tx, heard, said, wish)

    def _told(self, tx: Tx, heard: inbound.Heard, said: Inbound, wish: replies.Asked) -> NewEvent:
        handled = wish.wish is not replies.Wish.NONE and bool(heard.invoice_id or heard.address_id)
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
        if heard.address_id and inbound.opt_in(tx, heard.address_id):
            append_events(
                tx,
                [
                    NewEvent(
                        "opted_in",
                        tx.now,
                        customer_id=heard.customer_id,
                        data={"channel": None, "via": "reply"},
                    )
                ],
            )

    def _about_invoice(self, tx: Tx, heard: inbound.Heard, said: Inbound, wish: replies.Asked) -> None:
        invoice = invoice_store.by_id(tx, heard.invoice_id or "")
        if invoice is None:
            return
        if wish.wish is replies.Wish.DISPUTE:
            attention.open_case(
                tx, reason="dispute", invoice_id=invoice.id, customer_id=invoice.customer_id, words=said.text
            )
            return
        if not invoice.status.is_owed:
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
        append_events(
            tx,
            [
                NewEvent(
                    "payment_claimed",
                    tx.now,
                    customer_id=invoice.customer_id,
                    invoice_id=invoice.id,
                    data={"claim_id": case_id, "reply_id": heard.id, "case_id": case_id},
                    once=f"payment_claimed:{heard.id}",
                )
            ],
        )
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
