"""Finds the customer whom an input means, or makes one; a number is never changed without a yes."""

from dataclasses import dataclass, replace
from typing import Any

from connector.actions import plans, references
from connector.actions.context import Context
from connector.domain import customers as rules
from connector.domain import invoices as invoice_rules
from connector.domain import sequences as sequence_rules
from connector.domain.customers import PHONE_CHANGE
from connector.domain.decision import Decision, Update
from connector.domain.holds import awaits_person
from connector.domain.model import Address, AddressState, Channel, Customer, Tie
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
    tie: Tie | None = None  # the number given is known as theirs, formerly theirs, or somebody else's


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
    if "customer_ref" in given:
        given = {**given, "customer_ref": clean_text(given["customer_ref"], 120, field="customer_ref")}
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
        return rules.same_person(customers.known_under(ctx.tx, phone), folded_name=folded, ref=ref)
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
        source=born_in(ctx, given),
        **texts(given),
    )
    ctx.apply(rules.create(customer, now=ctx.now))
    return customer


def born_in(ctx: Context, given: dict[str, Any]) -> str:
    """Where a customer or an invoice is first named: the tool, the list, or the only source of the key."""
    if given.get("source"):
        return str(given["source"])
    if given.get("list"):
        return f"sheet:{given['list']}"
    return next(iter(ctx.sources)) if ctx.sources is not None and len(ctx.sources) == 1 else "api"


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
    changed = replace(customer, **wanted)
    if "zone" in wanted:
        _keep_hours(ctx, changed)
    return changed


def _keep_hours(ctx: Context, customer: Customer) -> None:
    """Who lives in another zone now keeps the hours of the plan there."""
    address = customers.address_of(ctx.tx, customer.id)
    for invoice in invoices.owed_by(ctx.tx, customer.id, lock=True):
        sequence = sequences.live_of(ctx.tx, invoice.id)
        if sequence is not None:
            ctx.apply(plans.replan(ctx, invoice, customer, address, sequence))


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
    """The first number is taken; another one waits, and holds the messages, until somebody confirms it.

    A number that was theirs, or was said to be somebody else's, is passed over: an old sheet brings nobody's
    data back to it.
    """
    current = customers.address_of(ctx.tx, customer.id)
    if phone is None:
        return Found(customer, current, phone_waits=bool(customers.waiting_addresses(ctx.tx, customer.id)))
    if current is not None and current.phone == phone:
        _drop_waiting(ctx, customer)
        return Found(customer, current)
    address = customers.ensure_address(ctx.tx, phone)
    known = customers.ties(ctx.tx, customer.id).get(address.id)
    if confirm or (current is None and known in (None, Tie.WAITING, Tie.OTHER)):
        return use_number(ctx, customer, address)
    if known in (Tie.OTHER, Tie.FORMER, Tie.WRONG):
        return Found(customer, current, tie=known)
    wait_for_yes(ctx, customer, address)
    return Found(customer, current, phone_waits=True)


def use_number(ctx: Context, customer: Customer, address: Address, *, old: Tie = Tie.FORMER) -> Found:
    """From now on the customer is reached here; what is on its way stays with the old number."""
    former = customers.address_of(ctx.tx, customer.id)
    customers.move(ctx.tx, customer.id, address.id, old=old)
    if address.state is AddressState.WRONG:
        customers.set_state(ctx.tx, address.id, AddressState.OK)
    customers.trust(ctx.tx, address.id)
    _release(ctx, customer)
    phone_arrived(ctx, customer, address)
    moved = tuple(
        Update(
            "steps", step.id, {"address_id": address.id, "resend": False, "attempt": 0, "message_id": None}
        )
        for step in sequences.waiting_steps(ctx.tx, customer_id=customer.id)
        if step.address_id != address.id and not awaits_person(step)
    )
    ctx.apply(Decision(changes=moved))
    if _old_stop_is_over(customer, former, address):
        plan_again(ctx, customer, address)
    return Found(customer, customers.address_of(ctx.tx, customer.id), changed=True)


def plan_again(ctx: Context, customer: Customer, address: Address | None) -> None:
    """A stop had ended the plan and holds no more: what is true now is planned anew, nothing in a burst."""
    for invoice in invoices.owed_by(ctx.tx, customer.id, lock=True):
        sequence = sequences.of_invoice(ctx.tx, invoice.id)
        if sequence is None:
            continue
        if sequence.state in sequence_rules.ENDED:
            known = sequences.steps_of(ctx.tx, sequence.id)
            if not sequence_rules.emptied_by_stop(sequence, known):
                continue
            sequence, reopened = sequence_rules.reopen(sequence, known, now=ctx.now)
            ctx.apply(reopened)
        ctx.apply(plans.replan(ctx, invoice, customer, address, sequence))


def _old_stop_is_over(customer: Customer, old: Address | None, new: Address) -> bool:
    """The former number had said stop, not this person: it does not follow them to the new one."""
    stopped = old is not None and old.opted_out_at is not None
    return stopped and new.opted_out_at is None and customer.opted_out_at is None


def confirm_number(ctx: Context, customer: Customer, address: Address) -> bool:
    """The number in use is right, says somebody who may; answers whether anything had waited for that."""
    doubted = customers.trust(ctx.tx, address.id)
    waited = bool(customers.waiting_addresses(ctx.tx, customer.id))
    customers.forget_waiting(ctx.tx, customer.id)
    if doubted or waited:
        _release(ctx, customer)
    return doubted or waited


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


def wait_for_yes(ctx: Context, customer: Customer, address: Address) -> None:
    """Another number was given: the person's messages wait until the old number or the owner says yes."""
    customers.tie(ctx.tx, customer.id, address.id, Tie.WAITING)
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
