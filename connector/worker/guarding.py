"""The last look before a message leaves: does it name only approved places for money, is its document here?

What waits for one of these stays planned, with its reason, and is asked again: nothing is lost, and what goes
in the end is what is true then.
"""

from datetime import timedelta

from connector.actions import destinations as acts
from connector.domain import destinations as rules
from connector.domain.files import FileState
from connector.domain.listtrust import ASK_AFTER
from connector.domain.model import Channel, Permission, Stage
from connector.domain.permission import RECHECK, Later
from connector.store import files
from connector.store.db import Tx
from connector.store.files import File
from connector.store.lists import NOT_SYNCED
from connector.worker import attention
from connector.worker.composing import Composer, Item

DOCUMENT_RECHECK = timedelta(minutes=15)
WAITS_FOR_FILE = "waiting_for_file"


def must_wait(tx: Tx, composer: Composer, item: Item, *, live: bool) -> Later | None:
    """Why this message may not leave yet, and until when; None when it may."""
    return (
        _unsynced(tx, composer, item)
        or _unapproved(tx, composer, item, live=live)
        or _document(tx, composer, item)
        or _attached(tx, item)
    )


def _unsynced(tx: Tx, composer: Composer, item: Item) -> Later | None:
    """After a cut a list's reminders wait for its first sync: who has paid in the night is not chased for it.

    A person is asked when it does not come, and after a day the reminders go on.
    """
    reminds = item.step.permission is Permission.REMINDER
    name = item.invoice.list_name if item.invoice else None
    missing = composer.unheard.get(name) if reminds and name else None
    if missing is None or name is None:
        return None
    asks_at = missing.cut_to + ASK_AFTER
    if tx.now >= asks_at:
        attention.ask_about_list(tx, name)
    following = [at for at in (asks_at, missing.until) if at > tx.now]
    return Later(min(following), NOT_SYNCED)


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


def _attached(tx: Tx, item: Item) -> Later | None:
    """A person's words wait for the file that goes beside them; without it they would say something else."""
    file_id = item.step.data.get("file_id")
    file = files.by_id(tx, file_id) if file_id else None
    if file is None or file.state is not FileState.WAITING:
        return None
    return Later(tx.now + DOCUMENT_RECHECK, WAITS_FOR_FILE)


def lost_file(tx: Tx, item: Item) -> bool:
    """Whether the file beside these words will never come; a person was told when that was known."""
    file_id = item.step.data.get("file_id")
    if not file_id:
        return False
    file = files.by_id(tx, file_id)
    return file is None or file.state in (FileState.FAILED, FileState.REFUSED)


def document_file(tx: Tx, composer: Composer, item: Item) -> File | None:
    """The file that this message would carry, in whatever state."""
    invoice = item.invoice
    if invoice is None or invoice.pdf_file_id is None or item.step.channel is not Channel.WHATSAPP:
        return None
    return files.by_id(tx, invoice.pdf_file_id) if composer.carries_document(item) else None
