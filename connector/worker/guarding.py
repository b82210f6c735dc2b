"""The last look before a message leaves: does it name only approved places for money, is its document here?

What waits for one of these stays planned, with its reason, and is asked again: nothing is lost, and what goes
in the end is what is true then.
"""

from datetime import timedelta

from connector.actions import destinations as acts
from connector.domain import destinations as rules
from connector.domain.files import FileState
from connector.domain.model import Channel, Stage
from connector.domain.permission import RECHECK, Later
from connector.store import files
from connector.store.db import Tx
from connector.store.files import File
from connector.worker.composing import Composer, Item

DOCUMENT_RECHECK = timedelta(minutes=15)


def must_wait(tx: Tx, composer: Composer, item: Item, *, live: bool) -> Later | None:
    """Why this message may not leave yet, and until when; None when it may."""
    return _unapproved(tx, composer, item, live=live) or _document(tx, composer, item)


def _unapproved(tx: Tx, composer: Composer, item: Item, *, live: bool) -> Later | None:
    """A receipt names no place for money; everything else might."""
    if item.step.stage is Stage.RECEIPT:
        return None
    invoice = item.invoice
    carried = rules.carried_by(
        composer.business, invoice.pay_url if invoice else None, invoice.extra if invoice else None
    )
    found = rules.unapproved(carried, composer.approved, live=live)
    if found is None:
        return None
    acts.ask_about(tx, found, invoice, by="tagih")
    return Later(tx.now + RECHECK, rules.UNAPPROVED)


def _document(tx: Tx, composer: Composer, item: Item) -> Later | None:
    """The text waits for its PDF, at most as long as the PDF is looked for; then it goes without."""
    file = document_file(tx, composer, item)
    if file is None or file.state is FileState.READY or file.give_up_at is None:
        return None
    if tx.now >= file.give_up_at:
        return None
    return Later(min(tx.now + DOCUMENT_RECHECK, file.give_up_at), "waiting_for_pdf")


def document_file(tx: Tx, composer: Composer, item: Item) -> File | None:
    """The file that this message would carry, in whatever state."""
    invoice = item.invoice
    if invoice is None or invoice.pdf_file_id is None or item.step.channel is not Channel.WHATSAPP:
        return None
    return files.by_id(tx, invoice.pdf_file_id) if composer.carries_document(item) else None
