"""Where money goes: records with approval, and the guard that lets nothing leave with another destination.

Kinds: `host` (of payment links, exact, subdomains named one by one), `account` (the whole text of how to pay),
`va_prefix` (the first digits of our virtual accounts), `qris` (a merchant: id, name and acquirers). A record is
proposed by anybody, approved and retired by a person at the terminal or in the console, never by an API key.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from connector.domain.decision import Decision, Update
from connector.domain.destination_forms import Kind, holder_of, host_of, normal_of, normal_or_none
from connector.domain.model import Business

__all__ = [
    "UNAPPROVED",
    "Approved",
    "Becomes",
    "Carried",
    "Destination",
    "Kind",
    "State",
    "approve",
    "approved_of",
    "carried_by",
    "holder_of",
    "host_of",
    "normal_of",
    "propose",
    "retire",
    "shown",
    "unapproved",
    "waits",
]

UNAPPROVED = "pay_destination_unapproved"
PROPOSALS_KEPT = 200  # waiting proposals; what comes after is held all the same, but makes no further record


class State(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    RETIRED = "retired"


class Becomes(StrEnum):
    """The field of the business that a destination is written into when it is approved."""

    PAYMENT_DETAILS = "payment_details"
    PAY_HOST = "pay_host"


@dataclass(frozen=True, slots=True)
class Destination:
    id: str
    kind: Kind
    value: str
    normal: str  # what is compared
    state: State
    proposed_at: datetime
    proposed_by: str
    holder: str | None = None  # whose account or merchant it is
    becomes: Becomes | None = None
    invoice_id: str | None = None  # the first invoice that brought it
    decided_by: str | None = None
    decided_at: datetime | None = None
    live_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Carried:
    """A destination that a message or an invoice names. `normal` is None for what can never be approved."""

    kind: Kind
    value: str
    normal: str | None


@dataclass(frozen=True, slots=True)
class Approved:
    """The approved records of this moment, ready to compare with."""

    normals: frozenset[tuple[Kind, str]] = frozenset()
    prefixes: tuple[str, ...] = ()
    knows_hosts: bool = False  # a host has been approved or retired at some time

    def has(self, carried: Carried) -> bool:
        if carried.normal is None:
            return False
        if carried.kind is Kind.VA_PREFIX:
            return any(carried.normal.startswith(prefix) for prefix in self.prefixes)
        return (carried.kind, carried.normal) in self.normals


def approved_of(records: Iterable[tuple[str, str, str]]) -> Approved:
    """From (kind, normal, state) of every record."""
    known = list(records)
    live = [(Kind(kind), normal) for kind, normal, state in known if state == State.APPROVED]
    return Approved(
        normals=frozenset(live),
        prefixes=tuple(normal for kind, normal in live if kind is Kind.VA_PREFIX),
        knows_hosts=any(kind == Kind.HOST and state != State.PROPOSED for kind, _, state in known),
    )


# --- the guard ----------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _carry(kind: Kind, value: str) -> Carried:
    return Carried(kind, value.strip()[:600], normal_or_none(kind, value))


def carried_by(
    business: Business, pay_url: str | None = None, extra: Mapping[str, Any] | None = None
) -> Iterator[Carried]:
    """Every destination that a message about an invoice with this link and these extra fields may show."""
    if business.payment_details:
        yield _carry(Kind.ACCOUNT, business.payment_details)
    if pay_url:
        yield _carry(Kind.HOST, pay_url)
    for key, kind in (("account", Kind.ACCOUNT), ("va", Kind.VA_PREFIX), ("qris", Kind.QRIS)):
        value = (extra or {}).get(key)
        if value not in (None, ""):
            yield _carry(kind, str(value))


def unapproved(carried: Iterable[Carried], approved: Approved, *, live: bool) -> Carried | None:
    """The first destination that nobody approved, or None: then it may go.

    The sandbox in which no host was ever approved has no payment links to protect.
    """
    for one in carried:
        if one.kind is Kind.HOST and not live and not approved.knows_hosts:
            continue
        if not approved.has(one):
            return one
    return None


def shown(carried: Carried) -> str:
    """What a person is shown of it: a link's host, the text itself else."""
    return carried.normal or carried.value if carried.kind is Kind.HOST else carried.value


# --- decisions ----------------------------------------------------------------------------------------------


def propose(
    kind: Kind,
    value: str,
    *,
    new_id: str,
    by: str,
    now: datetime,
    becomes: Becomes | None = None,
    invoice_id: str | None = None,
) -> Destination:
    """A new record that waits for a person."""
    return Destination(
        id=new_id,
        kind=kind,
        value=value.strip(),
        normal=normal_of(kind, value),
        state=State.PROPOSED,
        proposed_at=now,
        proposed_by=by,
        holder=holder_of(kind, value),
        becomes=becomes,
        invoice_id=invoice_id,
    )


def approve(
    wanted: Destination, business: Business, others: Iterable[Destination], *, by: str, now: datetime
) -> tuple[Destination, Decision]:
    """A person says yes: it may be used from now on; what it replaces in the business is retired or stays.

    A new account takes the place of the old one. An old host stays approved: open invoices lead there.
    """
    if wanted.state is State.APPROVED and not _takes_place(wanted, business):
        return wanted, Decision(result="unchanged")
    live = replace(wanted, state=State.APPROVED, decided_by=by, decided_at=now, live_at=now)
    changes: list[Update] = [Update("destinations", wanted.id, _decided(live))]
    if wanted.becomes is not None:
        changes.append(Update("business", business.id, {wanted.becomes.value: wanted.value}))
        for other in others:
            if other.id != wanted.id and other.becomes is wanted.becomes and other.state is State.APPROVED:
                former = _former(other, by=by, now=now)
                changes.append(Update("destinations", former.id, _decided(former)))
    return live, Decision(changes=tuple(changes), result="approved")


def _former(other: Destination, *, by: str, now: datetime) -> Destination:
    if other.becomes is Becomes.PAY_HOST:
        return replace(other, becomes=None)
    return replace(other, state=State.RETIRED, decided_by=by, decided_at=now)


def retire(known: Destination, *, by: str, now: datetime) -> tuple[Destination, Decision]:
    """A person says no, or no longer: whatever names it waits, visibly."""
    if known.state is State.RETIRED:
        return known, Decision(result="unchanged")
    gone = replace(known, state=State.RETIRED, decided_by=by, decided_at=now)
    return gone, Decision(changes=(Update("destinations", known.id, _decided(gone)),), result="retired")


def waits(known: Destination, business: Business) -> bool:
    """Whether a person has yet to say yes: to the destination, or to its taking the place of the present one."""
    return known.state is State.PROPOSED or (known.state is State.APPROVED and _takes_place(known, business))


def _takes_place(wanted: Destination, business: Business) -> bool:
    return wanted.becomes is not None and getattr(business, wanted.becomes.value) != wanted.value


def _decided(known: Destination) -> dict[str, object]:
    return {
        "state": known.state,
        "decided_by": known.decided_by,
        "decided_at": known.decided_at,
        "live_at": known.live_at,
        "becomes": known.becomes,
    }
