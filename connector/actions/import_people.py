"""Whom the rows of an import mean: what one of them made is known to the next."""

from dataclasses import dataclass
from typing import Any

from connector.actions import people
from connector.actions.context import Context
from connector.domain import customers as customer_rules
from connector.domain.decision import Decision, Insert
from connector.domain.model import Address, Customer
from connector.domain.names import clean_text, fold_name
from connector.store import customers
from connector.store.surroundings import Surroundings


@dataclass(slots=True)
class Person:
    customer: Customer
    address_id: str
    phone: str
    fresh: bool


class People:
    """The customers of the book and of the rows so far. `alone`: people, numbers and references for the actions."""

    def __init__(self, seen: Surroundings) -> None:
        self.by_ref = dict(seen.by_ref)
        self.at_phone = dict(seen.at_phone)
        self.address_ids = dict(seen.address_ids)
        self.reached = dict(seen.reached)
        self.consented = set(seen.consented)
        self.alone: set[str] = set(seen.tied)

    def find(self, ctx: Context, given: dict[str, Any]) -> Person | None:
        """By reference, else by number and folded name, else a new one; None: a case for the actions."""
        phone, ref = given["customer_phone"], given.get("customer_ref")
        if phone in self.alone or ref in self.alone:
            return None
        name = clean_text(given["customer_name"], 200, field="customer_name")
        customer = self.by_ref.get(ref) if ref is not None else None
        if customer is None:
            at_phone = self.at_phone.get(phone, ())
            customer = customer_rules.same_person(at_phone, folded_name=fold_name(name), ref=ref)
        if customer is None:
            return self._new_person(ctx, given, name, phone)
        address_id, reached = self.reached.get(customer.id, ("", ""))
        if customer.id in self.alone or reached != phone:
            self.alone.add(customer.id)  # what the actions decide for this person, later rows must find
            return None
        filled = people.fill(ctx, customer, given, name, overwrite=False)
        return Person(filled, address_id, phone, fresh=False)

    def _new_person(self, ctx: Context, given: dict[str, Any], name: str, phone: str) -> Person:
        made = people.make(ctx, given, name)
        address_id = self.address_ids.get(phone)
        if address_id is None:
            address = Address(id=ctx.new("adr"), phone=phone)
            ctx.apply(Decision(changes=(Insert("addresses", customers.address_row(ctx.tx, address)),)))
            address_id = address.id
        ctx.apply(customer_rules.link(made.id, address_id, primary=True))
        return Person(made, address_id, phone, fresh=True)

    def keep(self, person: Person, consented: bool) -> None:
        """The row stands: the next ones know its customer."""
        customer = person.customer
        others = tuple(c for c in self.at_phone.get(person.phone, ()) if c.id != customer.id)
        self.at_phone[person.phone] = tuple(sorted((*others, customer), key=lambda c: c.id))
        self.address_ids[person.phone] = person.address_id
        self.reached[customer.id] = (person.address_id, person.phone)
        if customer.ref is not None:
            self.by_ref[customer.ref] = customer
        if consented:
            self.consented.add(customer.id)
