"""From what people call a thing to the thing: one reference field for each noun, two hits are `ambiguous`."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connector.actions.context import Context
from connector.domain.model import Case, Customer, Invoice, Promise
from connector.domain.phones import parse_phone
from connector.domain.problems import Invalid, NotFound, Problem, ambiguous
from connector.domain.windows import local_instant
from connector.store import cases, customers, instalments, invoices, locking, promises

EARLIEST, LATEST = date(2000, 1, 1), date(2200, 1, 1)  # of any date that a call may name


def invoice(ctx: Context, reference: str, *, lock: bool = False, field: str = "invoice") -> Invoice:
    """The invoice with this number or id; an action that will change it locks it."""
    found = [i for i in invoices.find(ctx.tx, reference.strip(), lock=lock) if ctx.sees(i.source)]
    if not found:
        raise NotFound("invoice_not_found", field=field, params={"given": reference})
    if len(found) > 1:
        raise ambiguous(field, [i.number for i in found])
    return found[0]


def invoices_named(ctx: Context, given: str | list[str], *, lock: bool = False) -> list[Invoice]:
    """One or several invoices: a list, or a text with commas between the numbers."""
    if isinstance(given, str):
        whole = [i for i in invoices.find(ctx.tx, given.strip(), lock=lock) if ctx.sees(i.source)]
        if len(whole) == 1:
            return whole
        names = [part.strip() for part in given.replace(";", ",").split(",") if part.strip()]
    else:
        names = given
    found = list({i.id: i for i in (invoice(ctx, name) for name in names)}.values())
    if not lock:
        return found
    locking.invoices(ctx.tx, [i.id for i in found])  # all at once: everybody locks them in one order
    fresh = invoices.by_ids(ctx.tx, [i.id for i in found])
    return [fresh[i.id] for i in found]


def customer(ctx: Context, reference: str, *, field: str = "customer") -> Customer:
    """The customer with this reference, phone or id; a phone that several share is `ambiguous`."""
    found = customers_meant(ctx, reference.strip())
    if not found:
        raise NotFound("customer_not_found", field=field, params={"given": _unphoned(reference)})
    if len(found) > 1:
        raise ambiguous(field, [c.ref or c.id for c in found])
    return found[0]


def customers_meant(ctx: Context, reference: str) -> list[Customer]:
    """Everybody whom the reference may mean."""
    hits: dict[str, Customer] = {}
    for found in (customers.by_id(ctx.tx, reference), customers.by_ref(ctx.tx, reference)):
        if found is not None:
            hits[found.id] = found
    phone = phone_or_none(ctx, reference)
    if phone is not None:
        hits |= {c.id: c for c in customers.by_phone(ctx.tx, phone)}
    return [c for c in hits.values() if sees_customer(ctx, c)]


def sees_customer(ctx: Context, customer: Customer) -> bool:
    """Whether a source-bound key may know of a customer: one whom its sources named or billed."""
    if ctx.sources is None or customer.source in ctx.sources:
        return True
    return invoices.has_source(ctx.tx, customer.id, ctx.sources)


def phone_or_none(ctx: Context, text: str) -> str | None:
    """The phone in E.164, or None for what is no phone: a reference is often something else."""
    try:
        return parse_phone(text, ctx.business.country)
    except Problem:
        return None


@dataclass(frozen=True, slots=True)
class Target:
    """What an act on `invoice` or `customer` is about: a customer, and the invoices that it touches."""

    customer: Customer
    invoices: list[Invoice]
    by_customer: bool

    @property
    def only(self) -> Invoice | None:
        """The one invoice that the answer's card can show."""
        return self.invoices[0] if len(self.invoices) == 1 else None


def target(ctx: Context, given: dict[str, Any], *, lock: bool = True) -> Target:
    """The invoice that is named, else all that the named customer owes."""
    if "invoice" in given:
        found = invoice(ctx, given["invoice"], lock=lock)
        owner = customers.by_id(ctx.tx, found.customer_id)
        if owner is None:
            raise LookupError(f"invoice {found.id} has no customer")
        return Target(owner, _reminded(ctx, found, lock=lock), by_customer=False)
    person = customer(ctx, given["customer"])
    owed = [i for i in invoices.owed_by(ctx.tx, person.id, lock=lock) if ctx.sees(i.source)]
    return Target(person, owed, by_customer=True)


def _reminded(ctx: Context, found: Invoice, *, lock: bool) -> list[Invoice]:
    """An act on a debt that is split is one on its open instalments: they are what is reminded."""
    if found.is_split and lock:
        locking.invoices(ctx.tx, instalments.family_ids(ctx.tx, [found.id]))
    return instalments.reminded_for(ctx.tx, found)


def later_than_today(ctx: Context, given: dict[str, Any], field: str = "until") -> date | None:
    """A day after today, or None when it is not given."""
    found = day(given, field)
    if found is not None and found <= ctx.today:
        raise Invalid("until_past", field=field, params={"date": found.isoformat()})
    return found


def _sees_about(ctx: Context, invoice_id: str | None, customer_id: str | None) -> bool:
    """Whether a source-bound key may know of what is about this invoice, else about this customer."""
    if ctx.sources is None:
        return True
    if invoice_id is not None:
        about = invoices.by_id(ctx.tx, invoice_id)
        return about is not None and ctx.sees(about.source)
    person = customers.by_id(ctx.tx, customer_id) if customer_id else None
    return person is not None and sees_customer(ctx, person)


def promise(ctx: Context, reference: str) -> Promise:
    found = promises.by_id(ctx.tx, reference.strip())
    if found is None or not _sees_about(ctx, found.invoice_id, found.customer_id):
        raise NotFound("promise_not_found", field="promise", params={"given": reference})
    return found


def case(ctx: Context, reference: str, *, lock: bool = False) -> Case:
    """The case with this id, or with the id that another tool gave it."""
    found = cases.by_id(ctx.tx, reference.strip())
    if lock and found is not None:  # invoices first: everybody locks in one order
        locking.invoices(ctx.tx, [found.invoice_id] if found.invoice_id else [])
        found = cases.by_id(ctx.tx, found.id, lock=True)
    if found is not None and _sees_about(ctx, found.invoice_id, found.customer_id):
        return found
    others = [
        c
        for c in cases.by_external(ctx.tx, reference.strip())
        if _sees_about(ctx, c.invoice_id, c.customer_id)
    ]
    if not others:
        raise NotFound("case_not_found", field="case", params={"given": reference})
    if len(others) > 1:
        raise ambiguous("case", [c.id for c in others])
    return others[0]


def day(given: dict[str, Any], field: str) -> date | None:
    """A date field; the schema has checked its form already."""
    text = given.get(field)
    if text is None:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise Invalid("date_invalid", field=field) from None
    _in_reach(found, field)
    return found


def _in_reach(at: date, field: str) -> None:
    """A year far from ours is a slip, and the calendar's very ends cannot be reckoned with."""
    if not EARLIEST.year <= at.year < LATEST.year:
        raise Invalid("date_out_of_range", field=field, params={"date": at.isoformat()[:10]})


def instant(given: dict[str, Any], field: str, zone: str) -> datetime | None:
    """A moment: ISO with an offset, or without one in the customer's local time."""
    text = given.get(field)
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid("time_invalid", field=field) from None
    _in_reach(at, field)
    if at.tzinfo is not None:
        return at.astimezone(ZoneInfo("UTC"))
    return local_instant(at.date(), at.time(), zone)


def zone(given: dict[str, Any], field: str = "time_zone") -> str | None:
    """An IANA zone that exists."""
    name = given.get(field)
    if name is None:
        return None
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid("zone_unknown", field=field, params={"zone": str(name)[:64]}) from None


def _unphoned(reference: str) -> str:
    """The reference for a sentence, without the digits of a phone number."""
    digits = sum(char.isdigit() for char in reference)
    return f"…{reference[-4:]}" if digits >= 8 else reference


def https(ctx: Context, url: str, field: str) -> str:
    """An https address with a host; the sandbox also takes http."""
    parts = urlsplit(url.strip())
    allowed = ("https",) if ctx.mode == "live" else ("https", "http")
    if parts.scheme not in allowed or not parts.hostname or parts.username or parts.password:
        raise Invalid("url_invalid", field=field)
    return url.strip()
