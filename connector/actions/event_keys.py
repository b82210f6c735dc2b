"""The keys of an event beside the common block, by its type, and the words of its sentence."""

from collections.abc import Callable

from connector.actions import event_contacts, event_digest, event_money
from connector.actions.cards import Around
from connector.actions.context import Context
from connector.actions.event_facts import Event, Of, Own, Refers
from connector.domain.model import Customer, Invoice

# Kept as minor units and milliseconds: told only through the functions below.
_IN_MINOR_UNITS = frozenset(
    {
        "payment_amount",
        "overpaid_amount",
        "claimed_amount",
        "promise_amount",
        "promise_paid",
        "promise_short",
        "confirmation_at",
        "promised_at",
    }
)


def own(
    ctx: Context,
    event: Event,
    refers: Refers,
    invoice: Invoice | None,
    customer: Customer | None,
    around: Around,
) -> Own:
    """The event's own keys, and the words that its sentence says beside the common ones."""
    of = Of(ctx, event, refers, invoice, customer, around)
    keys, words = _BY_TYPE[event["type"]](of) if event["type"] in _BY_TYPE else ({}, {})
    spec = ctx.catalog.triggers.get(event["type"])
    plain = () if spec is None else set(spec.own_keys) - _IN_MINOR_UNITS
    return {key: of.data[key] for key in plain if key in of.data} | keys, words


_BY_TYPE: dict[str, Callable[[Of], Own]] = {
    "invoice_created": event_money.created,
    "invoice_changed": event_money.changed,
    "invoice_due": event_money.due,
    "invoice_overdue": event_money.due,
    "invoice_paid": event_money.payment,
    "payment_received": event_money.payment,
    "payment_unmatched": event_money.unmatched,
    "payment_reversed": event_money.reversed_again,
    "payment_claimed": event_contacts.claimed,
    "message_sent": event_contacts.message,
    "message_delivered": event_contacts.message,
    "message_read": event_contacts.message,
    "message_failed": event_contacts.message,
    "inbound_reply": event_contacts.reply,
    "promise_made": event_money.promise,
    "promise_kept": event_money.promise,
    "promise_broken": event_money.promise,
    "promise_cancelled": event_money.promise,
    "dispute_opened": event_contacts.case,
    "needs_human": event_contacts.case,
    "case_resolved": event_contacts.case,
    "contact_problem": event_contacts.contact,
    "opted_out": event_contacts.opt,
    "opted_in": event_contacts.opt,
    "sequence_completed": event_money.completed,
    "channel_unhealthy": event_contacts.channel,
    "blackout_recovered": event_contacts.blackout,
    "owner_digest": event_digest.digest,
}
