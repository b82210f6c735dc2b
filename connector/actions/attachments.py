"""Files that a person sends to a customer beside their words: uploaded before, or read once from a link and kept."""

from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from connector.actions import documents, references
from connector.actions.context import Context
from connector.domain.files import PATIENCE, FileKind, FileState, is_sendable, told_name
from connector.domain.model import Address, AddressState, Channel, Customer
from connector.domain.problems import Invalid, NotFound
from connector.store import files
from connector.store.files import File


def given_to(ctx: Context, given: dict[str, Any], customer: Customer, address: Address) -> File | None:
    """The file that goes with the words, tied to its customer; None when there is none. An SMS carries none."""
    if "file" not in given:
        return None
    if customer.channel is Channel.SMS or address.state is AddressState.NOT_ON_WHATSAPP:
        raise Invalid("file_needs_whatsapp", field="file")
    named = given["file"].strip()
    return _kept(ctx, named, customer) if documents.is_file(named) else _fetched(ctx, named, customer)


def _kept(ctx: Context, file_id: str, customer: Customer) -> File:
    """An upload, or a file of this very customer; what somebody else sent us is nobody's to pass on."""
    found = files.by_id(ctx.tx, file_id)
    passed_on = (FileKind.UPLOAD, FileKind.OUTGOING)
    if found is None or (found.kind not in passed_on and found.customer_id != customer.id):
        raise NotFound("file_not_found", field="file")
    if found.state is not FileState.READY or not is_sendable(found.media_type, found.size):
        raise Invalid("file_unsendable", field="file")
    own = files.give(ctx.tx, found, file_id=ctx.new("file"), customer_id=customer.id)
    return files.by_id(ctx.tx, own) or found


def _fetched(ctx: Context, url: str, customer: Customer) -> File:
    """The link may live for minutes, so it is fetched now; the words wait for it."""
    address = references.https(ctx, url, "file")
    new = File(
        ctx.new("file"),
        FileKind.OUTGOING,
        FileState.WAITING,
        ctx.now,
        created_by=ctx.actor,
        customer_id=customer.id,
        name=told_name(unquote(PurePosixPath(urlsplit(address).path).name)),
        source_url=address,
        next_try_at=ctx.now,
        give_up_at=ctx.now + PATIENCE,
    )
    return files.add(ctx.tx, new)
