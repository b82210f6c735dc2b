"""What people say about being written to: stop, start, wrong number, yes that is me.

A stop stays with the number, and follows the people whose number it is; who only happens to hold the number
now (after "wrong number", while it is doubted) stops the number alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from connector.domain import customers as rules
from connector.domain import invoices as invoice_rules
from connector.domain import sequences as sequence_rules
from connector.domain.customers import Consent
from connector.domain.decision import Decision, NewEvent
from connector.domain.model import (
    Channel,
    Inbound,
    Notice,
    Permission,
    Sequence,
    Stage,
    Step,
    StepKind,
    Tie,
)
from connector.domain.names import fold_name
from connector.domain.replan import replan
from connector.domain.replies import Asked, Wish
from connector.store import customers, inbound
from connector.store import invoices as invoice_store
from connector.store import sequences as sequence_store
from connector.store.apply import append_events, apply
from connector.store.db import Tx
from connector.worker import doubt
from connector.worker.composing import Composer

_YES = frozenset({"ya", "iya", "benar", "ya benar", "betul", "yes", "right"})
_OF_THE_NUMBER = frozenset({Wish.STOP, Wish.START, Wish.WRONG_NUMBER, Wish.NUMBER_RIGHT})


@dataclass(slots=True)
class Numbers:
    """`deed` answers what to do about a wish that concerns the number, not an invoice."""

    composer: Composer

    def doubts(self, tx: Tx, said: Inbound) -> bool:
        """Whether whoever writes may be somebody else than the person whom we know under this number."""
        self.composer.refresh(tx)
        return doubt.on_inbound(tx, said, after_days=self.composer.default_policy().neutral_after_days)

    def deed(
        self, tx: Tx, heard: inbound.Heard, said: Inbound, wish: Asked, *, provider: str, doubted: bool
    ) -> tuple[bool, Callable[[], None] | None]:
        """(whether this settles what is done, what is done): from a doubted number nothing else is heard."""
        if doubted and wish.wish is Wish.NONE and fold_name(said.text or "") in _YES:
            wish = Asked(Wish.NUMBER_RIGHT)
        if wish.wish is Wish.STOP:
            stops = heard.address_id or said.phone
            return True, (lambda: self.stop(tx, heard, said, provider, doubted)) if stops else None
        if wish.wish not in _OF_THE_NUMBER:
            return doubted, None
        address_id = heard.address_id
        if address_id is None:
            return True, None
        acts: dict[Wish, Callable[[], None]] = {
            Wish.START: lambda: self.start(tx, heard, address_id),
            Wish.WRONG_NUMBER: lambda: self.wrong(tx, heard, address_id),
            Wish.NUMBER_RIGHT: lambda: self.right(tx, address_id),
        }
        return True, acts[wish.wish]

    # --- stop and start -------------------------------------------------------------------------------------

    def stop(self, tx: Tx, heard: inbound.Heard, said: Inbound, provider: str, doubted: bool) -> None:
        """At once and for every message to this number; one confirmation, then silence (G5).

        A number that nobody is known under keeps its stop too, for the day on which somebody brings it.
        """
        address_id = heard.address_id or customers.ensure_address(tx, said.phone or "").id
        if not inbound.opt_out(tx, address_id):
            return
        people = [] if doubted else _people(tx, heard, address_id)
        customers.stop(tx, people)
        inbound.cancel_for_address(tx, address_id, reason="opted_out", customer_ids=people)
        data = {"channel": None, "via": "reply"}
        events = [NewEvent("opted_out", tx.now, customer_id=who, data=data) for who in _or_nobody(people)]
        events += [
            rules.contact_problem(who, "opted_out_all", now=tx.now, about=f"{address_id}:{tx.now_ms}")
            for who in people
            if invoice_store.owed_by(tx, who)
        ]
        append_events(tx, events)
        known = people or customers.customers_at(tx, address_id)
        if known:
            channel = Channel.WHATSAPP if provider.startswith("whatsapp") else Channel.SMS
            apply(tx, Decision(steps=(_confirmation(tx, heard, address_id, known[0], channel),)))

    def start(self, tx: Tx, heard: inbound.Heard, address_id: str) -> None:
        """The stop is taken back: by the number, and by the people whose number it is."""
        people = customers.customers_at(tx, address_id)
        stopped = [who for who, found in customers.by_ids(tx, people).items() if found.opted_out_at]
        if not inbound.opt_in(tx, address_id) and not stopped:
            return
        customers.unstop(tx, stopped)
        for who in people:
            self._own_yes(tx, who)
        data = {"channel": None, "via": "reply"}
        told = [NewEvent("opted_in", tx.now, customer_id=who, data=data) for who in _or_nobody(people)]
        append_events(tx, told)
        for who in people:
            self.plan_again(tx, who, address_id)

    def _own_yes(self, tx: Tx, customer_id: str) -> None:
        """A recorded no is answered by the person's own word; without one there is nothing to record."""
        latest = customers.latest_consent(tx, customer_id)
        if latest is None or latest["allowed"]:
            return
        today = tx.now.date()
        yes = Consent(tx.ids.new("con"), None, True, "consent", "reply: START", today, None)
        apply(tx, Decision(changes=(rules.consent_row(customer_id, yes, now=tx.now),)))

    def plan_again(self, tx: Tx, customer_id: str, address_id: str) -> None:
        """The stop ended every planned message: what is true now is planned anew, nothing in a burst."""
        customer, address = customers.by_id(tx, customer_id), customers.address_of(tx, customer_id)
        if customer is None or address is None or address.id != address_id:
            return
        for invoice in invoice_store.owed_by(tx, customer_id, lock=True):
            sequence = self._living(tx, invoice.id)
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
            apply(tx, replace(decision, steps=sequence_rules.reachable(decision.steps)))

    def _living(self, tx: Tx, invoice_id: str) -> Sequence | None:
        """The sequence that goes on; one that the stop had emptied is taken up again."""
        sequence = sequence_store.of_invoice(tx, invoice_id)
        if sequence is None or sequence.state not in sequence_rules.ENDED:
            return sequence
        known = sequence_store.steps_of(tx, sequence.id)
        if not sequence_rules.emptied_by_stop(sequence, known):
            return None
        reopened, decision = sequence_rules.reopen(sequence, known, now=tx.now)
        apply(tx, decision)
        return reopened

    # --- whose number is it ---------------------------------------------------------------------------------

    def wrong(self, tx: Tx, heard: inbound.Heard, address_id: str) -> None:
        """Somebody else's number: nothing goes there any more, and the invoices wait for another one."""
        for who in _people(tx, heard, address_id):
            inbound.hold_for_wrong_number(tx, who, address_id)
            customers.tie(tx, who, address_id, Tie.WRONG)
            told = rules.contact_problem(who, "wrong_number", now=tx.now, about=address_id)
            decision = Decision(events=(told,))
            for invoice in invoice_store.owed_by(tx, who, lock=True):
                _, waits = invoice_rules.change(invoice, {"waiting_for": "phone"}, now=tx.now)
                decision = waits.then(decision)
            apply(tx, decision)
        if not customers.customers_at(tx, address_id):
            customers.set_state(tx, address_id, "wrong")

    def right(self, tx: Tx, address_id: str) -> None:
        """It is them: what waited for this answer goes at its time, or now if that has passed."""
        if not customers.trust(tx, address_id):
            return
        for who in customers.customers_at(tx, address_id):
            waiting = sequence_store.waiting_steps(tx, customer_id=who)
            apply(tx, Decision(changes=sequence_rules.bring_forward(waiting, tx.now)))

    # --- what WhatsApp itself tells of a number ---------------------------------------------------------------

    def noticed(self, tx: Tx, notice: Notice) -> bool:
        """A changed number is a suggestion to people, never a change; a changed holder begins a doubt."""
        phone = notice.data.get("phone")
        address = customers.address_by_phone(tx, phone) if isinstance(phone, str) else None
        if address is None or notice.topic not in ("phone_changed", "identity_changed"):
            return False
        people = customers.customers_at(tx, address.id)
        if notice.topic == "identity_changed":
            doubt.begin(tx, address.id, people[0] if people else None)
            return True
        new = customers.ensure_address(tx, notice.data["new_phone"])
        append_events(
            tx,
            [
                rules.contact_problem(who, "number_changed", now=tx.now, about=new.id, new_address_id=new.id)
                for who in people
            ],
        )
        return True


def _people(tx: Tx, heard: inbound.Heard, address_id: str) -> list[str]:
    """Who speaks: the one whose message is answered, else everybody whose number this is."""
    return [heard.customer_id] if heard.customer_id else customers.customers_at(tx, address_id)


def _or_nobody(people: list[str]) -> list[str | None]:
    """A number without a person is told of as well."""
    return [*people] or [None]


def _confirmation(tx: Tx, heard: inbound.Heard, address_id: str, customer_id: str, channel: Channel) -> Step:
    return Step(
        id=tx.ids.new("stp"),
        kind=StepKind.MESSAGE,
        key=f"optout_confirm:{heard.id}",
        stage=Stage.OTHER,
        due_at=tx.now,
        customer_id=customer_id,
        address_id=address_id,
        channel=channel,
        template="optout_confirm",
        permission=Permission.REPLY,
    )
