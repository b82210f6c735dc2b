"""Destinations of payment: what is new is proposed and a person is called; a person's yes lets messages go.

Used by the actions, the worker and the terminal alike, so it takes a bare transaction. Nothing here approves
by itself but `set_up`, and that only before the first message of a business.
"""

from dataclasses import replace

from connector.domain import cases as case_rules
from connector.domain import destinations as rules
from connector.domain.cases import Next
from connector.domain.destinations import Becomes, Carried, Destination, Kind, State
from connector.domain.model import Business, Case, Invoice
from connector.domain.problems import Invalid, NotFound
from connector.store import audit, business, destinations
from connector.store.apply import apply
from connector.store.db import Tx

CASE = "pay_destination"


# --- the guard ----------------------------------------------------------------------------------------------


def ask_about(tx: Tx, found: Carried, invoice: Invoice | None, *, by: str) -> None:
    """Once for each destination: the record that waits for a yes, and the case that calls a person."""
    if found.normal is None:  # it can never be approved: the person mends the invoice
        if invoice is not None and not _is_open(tx, invoice.id):
            _call(tx, rules.shown(found), invoice.customer_id, invoice.id, by=by)
        return
    value = rules.shown(found)
    known = destinations.find(tx, found.kind, found.normal)
    if known is None and destinations.count_proposed(tx) < rules.PROPOSALS_KEPT:
        made = rules.propose(
            found.kind,
            value,
            new_id=tx.ids.new("dst"),
            by=by,
            now=tx.now,
            invoice_id=invoice.id if invoice else None,
        )
        if not destinations.add(tx, made):
            return
    elif known is not None and known.state is State.PROPOSED:
        return  # somebody has been called already
    elif any(case.note == _note(value) for case in destinations.open_cases(tx, CASE)):
        return
    _call(tx, value, invoice.customer_id if invoice else None, invoice.id if invoice else None, by=by)


def _is_open(tx: Tx, invoice_id: str) -> bool:
    return any(case.invoice_id == invoice_id for case in destinations.open_cases(tx, CASE))


def _call(tx: Tx, value: str, customer_id: str | None, invoice_id: str | None, *, by: str) -> None:
    _, decision = case_rules.open_case(
        case_id=tx.ids.new("cas"),
        reason=CASE,
        customer_id=customer_id,
        invoice_id=invoice_id,
        severity=None,
        words=None,
        note=_note(value),
        by=by,
        now=tx.now,
    )
    apply(tx, decision)


def _note(value: str) -> str:
    return value[:200]


def mended(tx: Tx, invoice_id: str, *, by: str) -> None:
    """The invoice names an approved destination now: its steps are asked.

    Its case is done, unless other invoices still wait: one case speaks for all of a destination.
    """
    if not destinations.others_held(tx, invoice_id):
        for case in destinations.open_cases(tx, CASE):
            if case.invoice_id == invoice_id:
                _close(tx, case, "destination_corrected", by)
    destinations.ask_again(tx)


def _close(tx: Tx, case: Case, outcome: str, by: str) -> None:
    _, decision = case_rules.resolve(
        case, outcome=outcome, next_step=Next.RESUME, note=None, by=by, now=tx.now
    )
    apply(tx, decision)


# --- the business's own -------------------------------------------------------------------------------------


def is_setting_up(tx: Tx) -> bool:
    """Set-up lasts until a destination is known or a message was on its way: until then there is none to steal."""
    return not destinations.any_known(tx) and not destinations.anything_sent(tx)


def wish(tx: Tx, own: Business, becomes: Becomes, value: str, *, by: str, setting_up: bool) -> str | None:
    """A new account or host of the business, asked for through the API.

    During set-up it is live at once (answers None). Else it waits as a proposal, the old one stays live and a
    person is called: answers the proposed value.
    """
    kind = Kind.ACCOUNT if becomes is Becomes.PAYMENT_DETAILS else Kind.HOST
    normal = rules.normal_of(kind, value)
    now_live = getattr(own, becomes.value)
    if now_live and rules.normal_of(kind, now_live) == normal:
        return None
    if setting_up:
        business.change(tx, own.id, {becomes.value: normal if kind is Kind.HOST else value.strip()})
        destinations.note_set_up(tx, business.get(tx) or own)
        return None
    known = destinations.find(tx, kind, normal)
    if known is None:
        known = rules.propose(
            kind,
            normal if kind is Kind.HOST else value,
            new_id=tx.ids.new("dst"),
            by=by,
            now=tx.now,
            becomes=becomes,
        )
        if destinations.add(tx, known):
            _call(tx, known.value, None, None, by=by)
    elif known.becomes is not becomes or known.state is not State.PROPOSED:
        destinations.propose_again(tx, known.id, becomes, by=by)
        _call(tx, known.value, None, None, by=by)
    return known.value


# --- a person decides ---------------------------------------------------------------------------------------


def set_live(tx: Tx, own: Business, becomes: Becomes, value: str, *, by: str, live: bool) -> Destination:
    """A person at the terminal names the business's account or host: it is approved and live."""
    kind = Kind.ACCOUNT if becomes is Becomes.PAYMENT_DETAILS else Kind.HOST
    known = record(tx, kind, value, by=by)
    return approve(tx, own, replace(known, becomes=becomes), by=by, live=live)


def record(tx: Tx, kind: Kind, value: str, *, by: str, holder: str | None = None) -> Destination:
    """The record of this destination, made when there is none."""
    normal = rules.normal_of(kind, value)
    known = destinations.find(tx, kind, normal)
    if known is not None:
        return known
    text = normal if kind is Kind.HOST else value
    made = rules.propose(kind, text, new_id=tx.ids.new("dst"), by=by, now=tx.now)
    destinations.add(tx, made)
    if holder:
        destinations.name_holder(tx, made.id, holder)
        made = replace(made, holder=holder)
    return made


def named(tx: Tx, word: str) -> Destination:
    """The one record with this id or value."""
    found = destinations.by_word(tx, word.strip())
    if not found:
        raise NotFound("destination_not_found", params={"name": word[:80]})
    if len(found) > 1:
        raise Invalid("ambiguous", field="destination", params={"candidates": ", ".join(d.id for d in found)})
    return found[0]


def approve(tx: Tx, own: Business, wanted: Destination, *, by: str, live: bool) -> Destination:
    """It may be used from now on; what waited for it is asked again at once, and tells what is true then."""
    approved, decision = rules.approve(wanted, own, destinations.every(tx), by=by, now=tx.now)
    if decision.result == "unchanged":
        return approved
    apply(tx, decision)
    _write_down(tx, approved, "destination_approved", by)
    _settle(tx, by, live=live)
    return approved


def retire(tx: Tx, known: Destination, *, by: str, live: bool) -> Destination:
    """It may be used no longer; what names it waits, visibly."""
    retired, decision = rules.retire(known, by=by, now=tx.now)
    if decision.result == "unchanged":
        return retired
    apply(tx, decision)
    _write_down(tx, retired, "destination_retired", by)
    _settle(tx, by, live=live)
    return retired


def _write_down(tx: Tx, known: Destination, action: str, by: str) -> None:
    audit.add(tx, actor=by, action=action, object=known.id, result=known.state.value, reason=known.kind.value)


def _settle(tx: Tx, by: str, *, live: bool) -> None:
    """Brings holds, cases and steps into line with what is approved now."""
    own = business.get(tx)
    if own is None:
        return
    approved = destinations.approved(tx)
    held: set[str] = set()
    freed: set[str] = set()
    for invoice in destinations.unsettled_invoices(tx):
        carried = rules.carried_by(own, invoice.pay_url, invoice.extra)
        bad = rules.unapproved(carried, approved, live=live)
        if bad is None and invoice.hold_reason == rules.UNAPPROVED:
            freed.add(invoice.id)
        elif bad is not None and invoice.hold_reason is None:
            held.add(invoice.id)
    destinations.set_hold(tx, freed, None)
    destinations.set_hold(tx, held, rules.UNAPPROVED)
    known = destinations.every(tx)
    waiting = {_note(d.value) for d in known if rules.waits(d, own)}
    usable = {_note(d.value) for d in known if d.state is State.APPROVED} - waiting
    for case in destinations.open_cases(tx, CASE):
        about_us = case.invoice_id is None and case.note not in waiting
        if case.note in usable or case.invoice_id in freed or about_us:
            _close(tx, case, "destination_approved", by)
    destinations.ask_again(tx)
