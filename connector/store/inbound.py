"""Customers' own messages: whom they come from, what they answer, kept once however often they arrive."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Row

from connector.clock import to_ms
from connector.domain.files import MEDIA_PATIENCE, FileKind, FileState, told_name
from connector.domain.model import AddressState, Channel, Inbound, StepKind, StepState, Tie
from connector.store import files, schema
from connector.store import invoices as invoice_store
from connector.store.db import Tx
from connector.store.files import File
from connector.store.present import NOW

REPLIES = schema.replies
ADDRESSES = schema.addresses
MESSAGES = schema.messages
ITEMS, LINKS, INVOICES = schema.message_items, schema.customer_addresses, schema.invoices

_HEAR = {
    "sqlite": sqlite.insert(REPLIES).on_conflict_do_nothing().returning(REPLIES.c.id),
    "postgresql": postgresql.insert(REPLIES).on_conflict_do_nothing().returning(REPLIES.c.id),
}
_THIS = ADDRESSES.c.id == sa.bindparam("address")
_WINDOW_OPENS = (
    ADDRESSES.update()
    .where(
        _THIS,
        sa.or_(ADDRESSES.c.last_inbound_at.is_(None), ADDRESSES.c.last_inbound_at < sa.bindparam("heard")),
    )
    .values(last_inbound_at=sa.bindparam("heard"))
)
_ON_WHATSAPP = (
    ADDRESSES.update()
    .where(_THIS, ADDRESSES.c.state == AddressState.NOT_ON_WHATSAPP.value)
    .values(state=AddressState.OK.value, state_until=None)
)
_BY_PHONE = sa.select(ADDRESSES).where(ADDRESSES.c.phone == sa.bindparam("phone"))
_ANSWERED = sa.select(MESSAGES).where(
    MESSAGES.c.provider == sa.bindparam("provider"), MESSAGES.c.provider_id == sa.bindparam("theirs")
)
_REACHED_THERE = sa.select(LINKS.c.customer_id).where(
    LINKS.c.address_id == sa.bindparam("address"), sa.or_(LINKS.c.is_primary, LINKS.c.state == Tie.OTHER)
)
_SPEAKS_OF = (
    sa.select(ITEMS.c.invoice_id)
    .where(ITEMS.c.message_id == sa.bindparam("message"), ITEMS.c.invoice_id.is_not(None))
    .distinct()
)
_TWO_OPEN = (
    sa.select(INVOICES.c.id, INVOICES.c.customer_id)
    .where(
        INVOICES.c.customer_id.in_(sa.bindparam("customers", expanding=True)),
        INVOICES.c.status.in_(["open", "partly_paid"]),
        invoice_store.counted(),
    )
    .limit(2)
)
_OPT_OUT = ADDRESSES.update().where(_THIS, ADDRESSES.c.opted_out_at.is_(None)).values(opted_out_at=NOW)
_OPT_IN = ADDRESSES.update().where(_THIS, ADDRESSES.c.opted_out_at.is_not(None)).values(opted_out_at=None)

_ARRIVED = sa.func.coalesce(
    MESSAGES.c.read_at,
    MESSAGES.c.delivered_at,
    sa.case((MESSAGES.c.channel != Channel.WHATSAPP, MESSAGES.c.sent_at)),
)
_LAST_ARRIVED = (
    sa.select(MESSAGES.c.address_id, sa.func.max(_ARRIVED).label("at"))
    .where(
        MESSAGES.c.address_id.in_(sa.bindparam("addresses", expanding=True)),
        MESSAGES.c.intent_at >= sa.bindparam("since"),
        _ARRIVED.is_not(None),
    )
    .group_by(MESSAGES.c.address_id)
)


@dataclass(frozen=True, slots=True)
class Heard:
    """A reply as it lies in the record, with what it is most probably about."""

    id: str
    address_id: str | None
    customer_id: str | None
    invoice_id: str | None
    guess: str  # answered, only_open, several, none
    in_answer_to: str | None


def hear(tx: Tx, provider: str, said: Inbound) -> Heard | None:
    """Records a reply and opens the 24-hour window; None when it was recorded before."""
    address = _address(tx, said.phone)
    message = _answered(tx, provider, said.in_answer_to)
    customer_id, invoice_id, guess = _about(tx, address, message)
    heard = Heard(
        id=tx.ids.new("rep"),
        address_id=address.id if address else None,
        customer_id=customer_id,
        invoice_id=invoice_id,
        guess=guess,
        in_answer_to=message.id if message is not None else None,
    )
    row = {
        "id": heard.id,
        "provider": provider,
        "provider_id": said.provider_id,
        "address_id": heard.address_id,
        "phone": said.phone,
        "customer_id": customer_id,
        "invoice_id": invoice_id,
        "invoice_guess": guess,
        "kind": said.kind,
        "text": said.text,
        "button_id": said.button_id,
        "in_answer_to": heard.in_answer_to,
        "media_id": said.media_id,
        "media_type": said.media_type,
        "at": to_ms(said.at),
        "received_at": tx.now_ms,
    }
    if tx.conn.execute(_HEAR[tx.dialect], row).first() is None:
        return None
    if said.media_id is not None:
        _expect_file(tx, provider, said, heard)
    if address is not None:
        tx.conn.execute(_WINDOW_OPENS, {"address": address.id, "heard": min(to_ms(said.at), tx.now_ms)})
        if provider.startswith("whatsapp"):
            _is_on_whatsapp(tx, address.id)
    return heard


def _is_on_whatsapp(tx: Tx, address_id: str) -> None:
    """Who writes from there is there, whatever was said of the number before."""
    tx.conn.execute(_ON_WHATSAPP, {"address": address_id})


def _expect_file(tx: Tx, provider: str, said: Inbound, heard: Heard) -> None:
    """What came with the message is to be fetched while its provider still has it."""
    file = File(
        tx.ids.new("file"),
        FileKind.PROOF,
        FileState.WAITING,
        tx.now,
        created_by="customer",
        customer_id=heard.customer_id,
        invoice_id=heard.invoice_id,
        reply_id=heard.id,
        media_type=said.media_type,  # the sender's word; the bytes decide when they are here
        name=told_name(said.media_name),
        provider=provider,
        media_id=said.media_id,
        next_try_at=tx.now,
        give_up_at=tx.now + MEDIA_PATIENCE,
    )
    files.add(tx, file)


def _address(tx: Tx, phone: str | None) -> Row[Any] | None:
    if phone is None:
        return None
    return tx.conn.execute(_BY_PHONE, {"phone": phone}).first()


def _answered(tx: Tx, provider: str, provider_id: str | None) -> Row[Any] | None:
    if provider_id is None:
        return None
    return tx.conn.execute(_ANSWERED, {"provider": provider, "theirs": provider_id}).first()


def _about(tx: Tx, address: Row[Any] | None, message: Row[Any] | None) -> tuple[str | None, str | None, str]:
    """(customer, invoice, how it was found): by the message that it answers, else the only open invoice.

    A number that is no longer the customer's learns nothing of them, whatever old message it answers.
    """
    if address is None:
        return None, None, "none"
    customers = list(tx.conn.execute(_REACHED_THERE, {"address": address.id}).scalars())
    if message is not None and message.customer_id not in customers:
        return None, None, "none"
    if message is not None:
        named = list(tx.conn.execute(_SPEAKS_OF, {"message": message.id}).scalars())
        if len(named) == 1:
            return message.customer_id, named[0], "answered"
        if named:
            return message.customer_id, None, "several"
    open_ones = list(tx.conn.execute(_TWO_OPEN, {"customers": customers}))
    customer = customers[0] if len(customers) == 1 else None
    if len(open_ones) == 1:
        return open_ones[0].customer_id, open_ones[0].id, "only_open"
    return customer, None, "several" if open_ones else "none"


def opt_out(tx: Tx, address_id: str) -> bool:
    """The number says stop; answers whether it had not before."""
    return bool(tx.conn.execute(_OPT_OUT, {"address": address_id, "now": tx.now_ms}).rowcount)


def opt_in(tx: Tx, address_id: str) -> bool:
    """The number takes its stop back."""
    return bool(tx.conn.execute(_OPT_IN, {"address": address_id}).rowcount)


def cancel_for_address(tx: Tx, address_id: str, *, reason: str, customer_ids: Iterable[str] = ()) -> int:
    """Ends every planned message to this number, and to these people wherever they are reached."""
    steps = schema.steps
    people = sorted(set(customer_ids))
    done = tx.conn.execute(
        steps.update()
        .where(
            sa.or_(steps.c.address_id == address_id, steps.c.customer_id.in_(people)),
            steps.c.state.in_(["planned", "held"]),
            steps.c.kind == "message",
        )
        .values(state="cancelled", reason=reason, updated_at=tx.now_ms)
    )
    return int(done.rowcount)


def hold_for_wrong_number(tx: Tx, customer_id: str, address_id: str) -> int:
    """What was planned for this person at this number waits for another number."""
    steps = schema.steps
    done = tx.conn.execute(
        steps.update()
        .where(
            steps.c.customer_id == customer_id,
            steps.c.address_id == address_id,
            steps.c.state == StepState.PLANNED,
            steps.c.kind == StepKind.MESSAGE,
        )
        .values(state=StepState.HELD, reason="phone_missing", updated_at=tx.now_ms)
    )
    return int(done.rowcount)


def last_arrived(tx: Tx, address_ids: Iterable[str], *, since_ms: int) -> dict[str, int]:
    """When a message last arrived at each of these numbers, if it was since then.

    A gateway that reports no arrival counts by its acceptance: it can say nothing better.
    """
    wanted = sorted(set(address_ids))
    if not wanted:
        return {}
    rows = tx.conn.execute(_LAST_ARRIVED, {"addresses": wanted, "since": since_ms})
    return {row.address_id: row.at for row in rows}
