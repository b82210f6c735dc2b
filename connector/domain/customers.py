"""Who a customer is, where they are reached, and whether they may be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from connector.domain.decision import Decision, Insert, NewEvent, Update
from connector.domain.model import Address, Channel, Customer, Permission, Stage, Step, StepKind

PHONE_CHANGE = "phone_change_unconfirmed"


@dataclass(frozen=True, slots=True)
class Consent:
    """What somebody recorded about being contacted. `channel` None means every channel."""

    id: str
    channel: Channel | None
    allowed: bool
    basis: str
    source: str | None
    given_on: date
    wording: str | None


def same_person(candidates: Iterable[Customer], *, folded_name: str, ref: str | None) -> Customer | None:
    """The customer meant among those at one address: the name decides, and a different reference forbids it.

    Couples share a number and namesakes share a name, so nothing is merged by a guess.
    """
    fitting = [
        c
        for c in candidates
        if c.folded_name == folded_name and (ref is None or c.ref is None or c.ref == ref)
    ]
    return fitting[0] if len(fitting) == 1 else None


def create(customer: Customer, *, now: datetime) -> Decision:
    row = {name: getattr(customer, name) for name in Customer.__dataclass_fields__}
    return Decision(
        changes=(Insert("customers", row | {"created_at": now, "updated_at": now}),), result="created"
    )


def change(customer: Customer, wanted: Mapping[str, Any], *, now: datetime) -> Decision:
    """Writes what differs; what is equal already is no change."""
    values = {name: value for name, value in wanted.items() if getattr(customer, name) != value}
    if not values:
        return Decision(result="unchanged")
    return Decision(
        changes=(Update("customers", customer.id, values | {"updated_at": now}),), result="updated"
    )


def link(customer_id: str, address_id: str, *, primary: bool) -> Decision:
    """Joins a customer to an address. A link that is not primary is a new number waiting for a yes."""
    row = {"customer_id": customer_id, "address_id": address_id, "is_primary": primary}
    return Decision(changes=(Insert("customer_addresses", row),))


def contact_problem(
    customer_id: str | None,
    problem: str,
    *,
    now: datetime,
    about: str | None = None,
    new_address_id: str | None = None,
    invoice_id: str | None = None,
) -> NewEvent:
    """Tells once per customer, problem and number (`about`) that somebody cannot be reached as recorded.

    A new number is named by its address, so that erasing the person takes it out of the event as well.
    """
    data: dict[str, Any] = {"problem": problem}
    if new_address_id is not None:
        data["address_id"] = new_address_id
    return NewEvent(
        "contact_problem",
        occurred_at=now,
        customer_id=customer_id,
        invoice_id=invoice_id,
        data=data,
        once=f"contact_problem:{customer_id}:{problem}:{about or '-'}",
    )


NEUTRAL = "neutral_hello"


def neutral_step(
    step_id: str,
    *,
    customer_id: str,
    address_id: str,
    due_at: datetime,
    channel: Channel = Channel.WHATSAPP,
    permission: Permission = Permission.NOTICE,
) -> Step:
    """The neutral message: who writes and whom we look for, and no figure."""
    return Step(
        id=step_id,
        kind=StepKind.MESSAGE,
        key=f"neutral:{step_id}",
        stage=Stage.OTHER,
        due_at=due_at,
        planned_for=due_at,
        customer_id=customer_id,
        address_id=address_id,
        channel=channel,
        template=NEUTRAL,
        permission=permission,
    )


def phone_change_waits(customer_id: str, address_id: str, *, now: datetime) -> NewEvent:
    """Tells that another number was given for a known customer; it is not used before somebody says yes."""
    return contact_problem(
        customer_id, "number_changed", now=now, about=address_id, new_address_id=address_id
    )


def phone_missing(customer_id: str, invoice_id: str, *, now: datetime) -> NewEvent:
    return contact_problem(customer_id, "phone_missing", now=now, invoice_id=invoice_id)


def is_silent(
    now: datetime,
    *,
    after_days: int | None,
    known_since: datetime,
    last_inbound_at: datetime | None,
    last_arrived_at: datetime | None,
) -> bool:
    """Whether a number has been quiet for so long that it may be somebody else's by now (T-33).

    A word of theirs, or a message that arrived on their phone, is a sign of life.
    """
    if after_days is None:
        return False
    signs = (known_since, last_inbound_at, last_arrived_at)
    return max(sign for sign in signs if sign is not None) <= now - timedelta(days=after_days)


def consent_row(customer_id: str, consent: Consent, *, now: datetime) -> Insert:
    row = {
        "id": consent.id,
        "customer_id": customer_id,
        "channel": consent.channel,
        "allowed": consent.allowed,
        "basis": consent.basis,
        "source": consent.source,
        "given_on": consent.given_on,
        "wording": consent.wording,
        "at": now,
    }
    return Insert("consents", row)


def give_consent(
    customer_id: str, consent: Consent, address: Address | None, *, was_out: bool, by: str, now: datetime
) -> Decision:
    """Records a yes. It lifts an earlier stop, because the new record says where the yes came from."""
    changes: tuple[Insert | Update, ...] = (consent_row(customer_id, consent, now=now),)
    if was_out and consent.channel is None:
        changes += (Update("customers", customer_id, {"opted_out_at": None}),)
    if address is not None and address.opted_out_at is not None:
        changes += (Update("addresses", address.id, {"opted_out_at": None}),)
    events = (_opt("opted_in", customer_id, consent, by, now),) if was_out else ()
    return Decision(changes=changes, events=events, result="recorded")


def withdraw_consent(customer_id: str, consent: Consent, *, by: str, now: datetime) -> Decision:
    """Records a no: from now on nothing is sent to this customer on these channels."""
    return Decision(
        changes=(consent_row(customer_id, consent, now=now),),
        events=(_opt("opted_out", customer_id, consent, by, now),),
        result="opted_out",
    )


def _opt(kind: str, customer_id: str, consent: Consent, by: str, now: datetime) -> NewEvent:
    return NewEvent(
        kind,
        occurred_at=now,
        customer_id=customer_id,
        data={"opt_channel": consent.channel, "opt_by": by, "consent_id": consent.id},
        once=f"{kind}:{consent.id}",
    )
