"""Finds the customer whom an input means, or makes one; a number is never changed without a yes."""

from dataclasses import dataclass, replace
from typing import Any

from connector.actions import plans, references
from connector.actions.context import Context
from connector.domain import customers as rules
from connector.domain import invoices as invoice_rules
from connector.domain import sequences as sequence_rules
from connector.domain.customers import PHONE_CHANGE
from connector.domain.decision import Decision, Insert, Update
from connector.domain.model import Address, Channel, Customer
from connector.domain.names import clean_text, fold_name
from connector.domain.phones import parse_phone
from connector.domain.problems import Conflict
from connector.store import control, customers, invoices, sequences

# Input field -> field of the customer, with its greatest length.
TEXTS = {
    "contact_name": ("contact_name", 200),
    "customer_email": ("email", 200),
    "rep_name": ("rep_name", 200),
    "rep_email": ("rep_email", 200),
}


@dataclass(frozen=True, slots=True)
class Found:
    """A customer with the address to use now. `phone_waits`: another number was given and waits for a yes."""

    customer: Customer
    address: Address | None
    made: bool = False
    changed: bool = False
    phone_waits: bool = False


def find_or_make(
    ctx: Context,
    given: dict[str, Any],
    *,
    known: Customer | None = None,
    explicit: bool = False,
    confirm_phone: bool = False,
) -> Found:
    """By reference, else by address and folded name, else a new one.

    `explicit` (the act is about the customer) writes what is given; otherwise only blanks are filled, so
    that an invoice never renames anybody.
    """
    phone = given_phone(ctx, given)
    name = (
        clean_text(given["customer_name"], 200, field="customer_name") if "customer_name" in given else None
    )
    customer = known or find(ctx, given, phone, name)
    if customer is None:
        customer = make(ctx, given, name or "")
        return replace(set_phone(ctx, customer, phone, confirm=True), made=True, changed=True)
    changed = fill(ctx, customer, given, name, overwrite=explicit)
    found = set_phone(ctx, changed, phone, confirm=confirm_phone)
    return replace(found, changed=found.changed or changed != customer)


def given_phone(ctx: Context, given: dict[str, Any]) -> str | None:
    text = given.get("customer_phone")
    return None if text is None else parse_phone(text, ctx.business.country, field="customer_phone")


def find(ctx: Context, given: dict[str, Any], phone: str | None, name: str | None) -> Customer | None:
    """The customer who is there already, or None."""
    control.lock_identities(ctx.tx)
    ref = given.get("customer_ref")
    if ref is not None:
        found = customers.by_ref(ctx.tx, ref)
        if found is not None:
            return found
    if name is None:
        return None
    folded = fold_name(name)
    if phone is not None:
        return rules.same_person(customers.by_phone(ctx.tx, phone), folded_name=folded, ref=ref)
    namesakes = customers.by_folded_name(ctx.tx, folded)
    reached = customers.addresses_of(ctx.tx, [c.id for c in namesakes])
    return rules.same_person((c for c in namesakes if c.id not in reached), folded_name=folded, ref=ref)


def make(ctx: Context, given: dict[str, Any], name: str) -> Customer:
    customer = Customer(
        id=ctx.new("cus"),
        ref=given.get("customer_ref"),
        name=name,
        folded_name=fold_name(name),
        language=given.get("language"),
        zone=references.zone(given),
        channel=Channel(given["channel"]) if "channel" in given else None,
        **texts(given),
    )
    ctx.apply(rules.create(customer, now=ctx.now))
    return customer


def texts(given: dict[str, Any]) -> dict[str, Any]:
    """The free texts of a customer that are given, cleaned, under the customer's own names."""
    return {
        own: clean_text(given[field], longest, field=field)
        for field, (own, longest) in TEXTS.items()
        if field in given
    }


def fill(
    ctx: Context, customer: Customer, given: dict[str, Any], name: str | None, *, overwrite: bool
) -> Customer:
    """Writes what is given: everything when the act is about the customer, else only what is blank."""
    wanted: dict[str, Any] = texts(given)
    if "customer_ref" in given and customer.ref is None:
        wanted["ref"] = given["customer_ref"]
    if overwrite:
        wanted |= _explicit(customer, given, name)
    else:
        wanted = {field: value for field, value in wanted.items() if getattr(customer, field) is None}
    wanted = {field: value for field, value in wanted.items() if getattr(customer, field) != value}
    if not wanted:
        return customer
    ctx.apply(rules.change(customer, wanted, now=ctx.now))
    return replace(customer, **wanted)


def _explicit(customer: Customer, given: dict[str, Any], name: str | None) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    if name is not None:
        wanted |= {"name": name, "folded_name": fold_name(name)}
    if "language" in given:
        wanted["language"] = given["language"]
    if "channel" in given:
        wanted["channel"] = Channel(given["channel"])
    if "time_zone" in given:
        wanted["zone"] = references.zone(given)
    if "extra" in given:
        wanted["extra"] = {**customer.extra, **given["extra"]}
    return wanted


def set_phone(ctx: Context, customer: Customer, phone: str | None, *, confirm: bool) -> Found:
    """The first number is taken; another one waits, and holds the messages, until somebody confirms it."""
    current = customers.address_of(ctx.tx, customer.id)
    if phone is None:
        return Found(customer, current, phone_waits=bool(customers.waiting_addresses(ctx.tx, customer.id)))
    if current is not None and current.phone == phone:
        _drop_waiting(ctx, customer)
        return Found(customer, current)
    address = ensure_address(ctx, phone)
    if current is None:
        ctx.apply(rules.link(customer.id, address.id, primary=True))
        phone_arrived(ctx, customer, address)
        return Found(customer, address, changed=True)
    if confirm:
        customers.move(ctx.tx, customer.id, address.id)
        _use_new_address(ctx, customer, address)
        return Found(customer, address, changed=True)
    _wait_for_yes(ctx, customer, address)
    return Found(customer, current, phone_waits=True)


def ensure_address(ctx: Context, phone: str) -> Address:
    """The address with this number, made when it is new."""
    known = customers.address_by_phone(ctx.tx, phone)
    if known is not None:
        return known
    address = Address(id=ctx.new("adr"), phone=phone)
    ctx.apply(Decision(changes=(Insert("addresses", customers.address_row(ctx.tx, address)),)))
    return address


def phone_arrived(ctx: Context, customer: Customer, address: Address) -> None:
    """Invoices that waited for a phone are open now, and their messages are planned."""
    for invoice in invoices.owed_by(ctx.tx, customer.id, lock=True):
        if invoice.waiting_for != "phone":
            continue
        opened, decision = invoice_rules.change(
            invoice, {"waiting_for": None}, now=ctx.now, settles_at=ctx.settles_at
        )
        ctx.apply(decision)
        sequence = sequences.of_invoice(ctx.tx, invoice.id)
        if sequence is not None and sequence.state not in sequence_rules.ENDED:
            ctx.apply(plans.replan(ctx, opened, customer, address, sequence))
        elif sequence is not None and sequence_rules.ran_dry(sequence):
            recipe = plans.recipe_for(ctx, opened)
            if recipe is not None:
                _, fresh = plans.start(ctx, opened, customer, address, recipe)
                ctx.apply(fresh)


def _wait_for_yes(ctx: Context, customer: Customer, address: Address) -> None:
    if address.id not in customers.waiting_addresses(ctx.tx, customer.id):
        ctx.apply(rules.link(customer.id, address.id, primary=False))
    told = rules.phone_change_waits(customer.id, address.id, now=ctx.now)
    ctx.apply(Decision(events=(told,)))
    for invoice in invoices.owed_by(ctx.tx, customer.id, lock=True):
        _, decision = invoice_rules.hold(invoice, PHONE_CHANGE, now=ctx.now)
        ctx.apply(decision)


def _drop_waiting(ctx: Context, customer: Customer) -> None:
    """The number in use was given again: what waited for a yes is withdrawn."""
    waiting = customers.waiting_addresses(ctx.tx, customer.id)
    if waiting:
        customers.forget_waiting(ctx.tx, customer.id)
        _release(ctx, customer)


def _release(ctx: Context, customer: Customer) -> None:
    for invoice in invoices.owed_by(ctx.tx, customer.id, lock=True):
        if invoice.hold_reason == PHONE_CHANGE:
            _, decision = invoice_rules.hold(invoice, None, now=ctx.now)
            ctx.apply(decision)
    waiting = sequences.waiting_steps(ctx.tx, customer_id=customer.id)
    ctx.apply(Decision(changes=sequence_rules.bring_forward(waiting, ctx.now)))


def _use_new_address(ctx: Context, customer: Customer, address: Address) -> None:
    """What is still to be said goes to the new number; what is on its way stays with the old one."""
    _release(ctx, customer)
    phone_arrived(ctx, customer, address)
    moved = tuple(
        Update("steps", step.id, {"address_id": address.id})
        for step in sequences.waiting_steps(ctx.tx, customer_id=customer.id)
    )
    ctx.apply(Decision(changes=moved))


def of_invoice(ctx: Context, given: dict[str, Any], customer: Customer) -> None:
    """Refuses an input whose reference or person is another than the invoice's."""
    ref = given.get("customer_ref")
    holder = None if ref is None else customers.by_ref(ctx.tx, ref)
    another_s = holder is not None and holder.id != customer.id
    if another_s or (ref is not None and customer.ref not in (None, ref)):
        raise Conflict("invoice_number_taken", field="invoice_number", params={"invoice": _number(given)})
    phone = given_phone(ctx, given)
    if ref is not None or phone is None or "customer_name" not in given:
        return
    current = customers.address_of(ctx.tx, customer.id)
    other_name = fold_name(given["customer_name"]) != customer.folded_name
    if other_name and current is not None and current.phone != phone:
        raise Conflict("invoice_number_taken", field="invoice_number", params={"invoice": _number(given)})


def _number(given: dict[str, Any]) -> str:
    return str(given.get("invoice_number") or given.get("invoice") or "")
