"""Actions on recurring charges: who pays how much on which day, and when that ends."""

from dataclasses import replace
from datetime import date
from typing import Any

from connector.actions import cards, issuing, people, plans, prepaid, references
from connector.actions.context import Context
from connector.actions.invoices import currency_of
from connector.actions.issuing import Roll
from connector.actions.people import Found
from connector.domain import recurring as rules
from connector.domain.decision import Decision, Insert, Update
from connector.domain.model import Customer
from connector.domain.money import decimal_string, parse_amount
from connector.domain.names import clean_text, fold_name
from connector.domain.problems import Invalid, NotFound, ambiguous
from connector.domain.recurring import Charge, ChargeState
from connector.domain.results import sentence
from connector.domain.rosterdiff import Tenant, same_tenant
from connector.store import control, customers, invoices, recurring

# A first period further away than this is a slip of the keyboard.
_FAR_YEARS = 10
_AHEAD_YEARS = 3  # nobody pays rent further ahead
_PLAIN = ("every_months", "due_day", "first_period", "last_period", "paid_through", "issue_days_before")


def upsert_recurring_charge(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """Creates or changes a charge; what is changed counts for the periods that have no invoice yet."""
    control.lock_identities(ctx.tx)
    ref = clean_text(given["charge_ref"], 80, field="charge_ref")
    known = charge_meant(ctx, given, ref)
    found = people.find_or_make(ctx, given, known=_same_customer(ctx, given, known))
    if known is None:
        result, charge = "created", _create(ctx, given, found)
    else:
        result, charge = _change(ctx, given, known, found)
    roll = issuing.roll_of(ctx, charge)
    if _decide(ctx, given, roll) or result != "unchanged":
        issuing.plan_next(ctx, roll, not_before=ctx.settles_at)
        result = "updated" if result == "unchanged" else result
    if result == "unchanged" and (found.changed or found.phone_waits):
        result = "updated"
    if result == "unchanged" and rules.next_period(roll.charge, roll.decided) is None:
        result = "already_stopped"
    return _answer(ctx, roll, result, found)


def charge_meant(ctx: Context, given: dict[str, Any], ref: str) -> Charge | None:
    """The charge that this input is about, locked; None makes a new one.

    A sheet's row means its own list's charge, or one that was made by hand for the same tenant. A person who
    names no list means the only charge of that reference; where there are several, its id names one.
    """
    found = {charge.list_name: charge for charge in recurring.by_ref(ctx.tx, ref, lock=True)}
    by_id = None if found else recurring.by_id(ctx.tx, ref, lock=True)
    if by_id is not None:
        return by_id
    list_name = given.get("list", "")
    if list_name in found:
        return found[list_name]
    if list_name:
        by_hand = found.get("")
        return by_hand if by_hand is not None and _is_for(ctx, given, by_hand) else None
    if len(found) > 1:
        raise ambiguous("charge_ref", [charge.id for charge in found.values()])
    return next(iter(found.values()), None)


def _is_for(ctx: Context, given: dict[str, Any], charge: Charge) -> bool:
    """Whether the row's tenant is the one who pays this charge."""
    customer, address = (
        customers.by_id(ctx.tx, charge.customer_id),
        customers.address_of(ctx.tx, charge.customer_id),
    )
    known = Tenant(customer.name if customer else "", address.phone if address else None)
    return same_tenant(known, Tenant(given["customer_name"], people.given_phone(ctx, given)))


def _same_customer(ctx: Context, given: dict[str, Any], known: Charge | None) -> Customer | None:
    """The charge's customer; None when another name came with another number: somebody else moved in."""
    if known is None:
        return None
    customer = customers.by_id(ctx.tx, known.customer_id)
    phone, address = people.given_phone(ctx, given), customers.address_of(ctx.tx, known.customer_id)
    if customer is None:
        raise LookupError(f"charge {known.id} has no customer")
    renamed = fold_name(given["customer_name"]) != customer.folded_name
    return None if renamed and phone is not None and (address is None or address.phone != phone) else customer


def _create(ctx: Context, given: dict[str, Any], found: Found) -> Charge:
    charge = as_given(ctx, given, None)
    called = next(
        n for n in rules.names_of(charge.ref, charge.list_name) if not recurring.is_called(ctx.tx, n)
    )
    charge = replace(
        charge,
        id=ctx.new("rec"),
        customer_id=found.customer.id,
        numbered_as=None if called == charge.ref else called,
    )
    values = {name: getattr(charge, name) for name in Charge.__dataclass_fields__}
    ctx.apply(Decision(changes=(Insert("recurring_charges", values),)))
    return charge


def _change(ctx: Context, given: dict[str, Any], known: Charge, found: Found) -> tuple[str, Charge]:
    charge = replace(as_given(ctx, given, known), customer_id=found.customer.id)
    if charge == known:
        return "unchanged", known
    values = {
        name: getattr(charge, name)
        for name in Charge.__dataclass_fields__
        if getattr(charge, name) != getattr(known, name)
    }
    ctx.apply(Decision(changes=(Update("recurring_charges", charge.id, values),)))
    return "updated", charge


def as_given(ctx: Context, given: dict[str, Any], known: Charge | None) -> Charge:
    """The charge as this input makes it, checked; nothing is written. A new one has no id and no customer yet."""
    if known is None:
        due_day = int(given["due_day"])
        blank = Charge(
            id="",
            ref=clean_text(given["charge_ref"], 80, field="charge_ref"),
            customer_id="",
            amount=None,
            currency=currency_of(ctx, given),
            every_months=1,
            due_day=due_day,
            first_period=rules.first_period_from(due_day, ctx.today),
            list_name=given.get("list", ""),
        )
        charge = replace(blank, **_wanted(ctx, given, blank))
    elif "currency" in given and currency_of(ctx, given) != known.currency:
        raise Invalid(
            "currency_mismatch",
            field="currency",
            params={"expected": known.currency, "given": given["currency"]},
        )
    else:
        charge = rules.renewed(known, _wanted(ctx, given, known))
    if charge != known:
        _check(ctx, charge)
    return charge


def _wanted(ctx: Context, given: dict[str, Any], charge: Charge) -> dict[str, Any]:
    """The fields of the charge that are given, understood."""
    wanted: dict[str, Any] = {name: given[name] for name in _PLAIN if name in given}
    if "amount" in given:
        wanted["amount"] = parse_amount(given["amount"], charge.currency).minor
    if "paused_until" in given:
        wanted["paused_until"] = references.day(given, "paused_until")
    if "extra" in given:
        wanted["extra"] = {**charge.extra, **given["extra"]}
    if "description" in given:
        wanted["description"] = clean_text(given["description"], 500, field="description")
    if "recipe" in given:
        wanted["recipe"] = plans.recipe_named(ctx, given["recipe"]).name
    return wanted


def _check(ctx: Context, charge: Charge) -> None:
    """Refuses what can never be meant: an end before the beginning, a wild year, a word nobody can fill."""
    years = abs(int(charge.first_period[:4]) - ctx.today.year)
    if years > _FAR_YEARS:
        raise Invalid("date_out_of_range", field="first_period", params={"date": charge.first_period})
    if charge.last_period is not None and charge.last_period < charge.first_period:
        params = {"expected": "a period that is not before the first one"}
        raise Invalid("field_invalid", field="last_period", params=params)
    if charge.paid_through is not None and int(charge.paid_through[:4]) - ctx.today.year > _AHEAD_YEARS:
        raise Invalid("date_out_of_range", field="paid_through", params={"date": charge.paid_through})
    unknown = rules.unknown_words(charge.description or "", charge.extra)
    if unknown:
        raise Invalid("charge_word_unknown", field="description", params={"word": unknown[0][:40]})


def _decide(ctx: Context, given: dict[str, Any], roll: Roll) -> bool:
    """Issues, skips and pays the periods that are named; answers whether anything was decided."""
    before = dict(roll.decided)
    for field, issue_it in (("issue_period", True), ("skip_period", False)):
        for period in _periods(given.get(field)):
            if not rules.is_period(roll.charge, period):
                raise Invalid("period_unknown", field=field, params={"period": period})
            issuing.decide_by_hand(ctx, roll, period, issue_it=issue_it)
    paid = "paid_through" in given and prepaid.settle_through(ctx, roll, given["paid_through"])
    return paid or roll.decided != before


def _periods(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def stop_recurring_charge(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """Nothing more is issued after the last period; what is open stays open."""
    charge = charge_named(ctx, given["charge"])
    roll = issuing.roll_of(ctx, charge)
    last = given.get("last_period")
    ended = charge.state is ChargeState.STOPPED if last is None else charge.last_period == last
    if ended:
        return _stopped(ctx, roll, "already_stopped")
    values = _end(roll, last)
    ctx.apply(Decision(changes=(Update("recurring_charges", charge.id, values),)))
    roll.charge = replace(charge, **values)
    issuing.plan_next(ctx, roll, not_before=ctx.settles_at)
    return _stopped(ctx, roll, "stopped")


def _end(roll: Roll, last: str | None) -> dict[str, Any]:
    """How the charge stands: at its end now, or running until a period that is still to come."""
    charge, following = roll.charge, rules.next_period(roll.charge, roll.decided)
    if last is not None and (following is None or last >= following):
        return {"state": ChargeState.ACTIVE, "last_period": last}
    if last is None and following is not None and following > charge.first_period:
        last = rules.later(following, -charge.every_months)
    return {"state": ChargeState.STOPPED, "last_period": last or charge.last_period}


def charge_named(ctx: Context, reference: str) -> Charge:
    """The charge with this reference or id, locked."""
    given = reference.strip()
    by_id = recurring.by_id(ctx.tx, given, lock=True)
    found = {c.id: c for c in (*recurring.by_ref(ctx.tx, given, lock=True), *filter(None, [by_id]))}
    if not found:
        raise NotFound("charge_not_found", field="charge", params={"given": reference})
    if len(found) > 1:
        raise ambiguous("charge", found)
    return found.popitem()[1]


# --- answers --------------------------------------------------------------------------------------------------


def charge_card(ctx: Context, roll: Roll, result: str, *, detail: str = "") -> dict[str, Any]:
    """What is known of one charge, and what comes next."""
    charge = roll.charge
    return {
        "result": result,
        "result_text": sentence(result, ctx.language, {"subject": charge.ref, "detail": detail}),
        "charge_id": charge.id,
        "charge_ref": charge.ref,
        "charge_status": _status(roll),
        "customer_id": roll.customer.id,
        "customer_name": roll.customer.name,
        "customer_phone": roll.address.phone if roll.address else None,
        "amount": _money(charge),
        "currency": charge.currency,
        "due_day": charge.due_day,
        "every_months": charge.every_months,
        "issue_days_before": roll.lead_days,
        "first_period": charge.first_period,
        "last_period": charge.last_period,
        "paused_until": _iso(charge.paused_until),
        "paid_through": charge.paid_through,
        **_coming(roll, ctx.today),
    }


def _status(roll: Roll) -> str:
    """Whether anything is still to be billed: a charge whose last period lies behind has stopped as well."""
    over = rules.next_period(roll.charge, roll.decided) is None
    return (ChargeState.STOPPED if over else ChargeState.ACTIVE).value


def _coming(roll: Roll, today: date) -> dict[str, Any]:
    """The next period that will get an invoice: what a pause skips or a person decides is passed over."""
    charge = roll.charge
    for period in rules.periods(charge, roll.decided):
        if rules.fate(charge, period, today) is rules.Fate.ISSUE:
            day = max(rules.issue_day(charge, period, roll.lead_days), today)
            return {
                "next_period": period,
                "next_issue_on": day.isoformat(),
                "next_due_date": rules.due_date(charge, period).isoformat(),
                "next_amount": _money(charge),
            }
    return dict.fromkeys(("next_period", "next_issue_on", "next_due_date", "next_amount"))


def _answer(ctx: Context, roll: Roll, result: str, found: Found) -> dict[str, Any]:
    card = charge_card(ctx, roll, result)
    return card | {"phone_change": "waiting" if found.phone_waits else None}


def _stopped(ctx: Context, roll: Roll, result: str) -> dict[str, Any]:
    owed = invoices.owed_by(ctx.tx, roll.customer.id)
    last, language = roll.charge.last_period, ctx.language
    goes_on = roll.charge.state is ChargeState.ACTIVE and last is not None
    after = "sesudah" if language == "id" else "after"
    detail = f" {after} {rules.months_text(roll.charge, last, language)}" if goes_on and last else ""
    return charge_card(ctx, roll, result, detail=detail) | {
        "open_invoices": len(owed),
        "open_invoices_text": cards.open_invoices_text(ctx, owed),
    }


def _money(charge: Charge) -> str | None:
    return None if charge.amount is None else decimal_string(charge.amount, charge.currency)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
