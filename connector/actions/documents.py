"""Files of invoices and customers: kept when they are given, tied to what they belong to."""

from connector.actions.context import Context
from connector.domain.files import MEDIA_LARGEST, PATIENCE, PDF, PDF_LARGEST, FileKind, FileState, refusal_of
from connector.domain.model import Invoice
from connector.domain.problems import Invalid, Problem, TooLarge
from connector.store import files
from connector.store.db import Store
from connector.store.files import File

PREFIX = "file_"


def upload(store: Store, body: bytes, *, name: str | None, by: str) -> File:
    """Keeps an uploaded document or photo; refuses what is not one of the four types, whatever it is called."""
    fault = refusal_of(body, FileKind.UPLOAD)
    if fault == "file_too_large":
        raise TooLarge(fault, params={"limit": f"{MEDIA_LARGEST // 1024 // 1024} MB"})
    if fault is not None:
        raise Problem(fault)
    with store.write() as tx:
        new = File(tx.ids.new("file"), FileKind.UPLOAD, FileState.WAITING, tx.now, created_by=by, name=name)
        return files.add(tx, new, body)


def checked(ctx: Context, pdf: str) -> str:
    """An uploaded file's id, when it is a PDF that can be sent with an invoice; anything else is refused."""
    found = files.by_id(ctx.tx, pdf)
    if (
        found is None
        or found.state is not FileState.READY
        or found.media_type != PDF
        or found.kind is FileKind.PROOF
        or (found.size or 0) > PDF_LARGEST
    ):
        raise Invalid("pdf_invalid", field="pdf")
    return pdf


def is_file(pdf: str) -> bool:
    return pdf.startswith(PREFIX)


def is_same(ctx: Context, invoice: Invoice, pdf: str | None) -> bool:
    """Whether this upload holds the bytes that the invoice has already: a flow brings them with every run."""
    if pdf is None or invoice.pdf_file_id is None or not is_file(pdf):
        return False
    brought, known = (files.by_id(ctx.tx, one) for one in (pdf, invoice.pdf_file_id))
    if brought is None or known is None or brought.sha256 is None:
        return False
    return known.state is FileState.READY and brought.sha256 == known.sha256


def status(ctx: Context, invoice: Invoice) -> str | None:
    """How the invoice's document stands; None when it has none."""
    found = files.by_id(ctx.tx, invoice.pdf_file_id) if invoice.pdf_file_id else None
    return None if found is None else found.state.value


def attach(ctx: Context, invoice: Invoice) -> None:
    """Makes what `pdf` names the invoice's document: a file that is here, or one that the worker fetches once.

    The link may live for minutes and the message go days later, so it is fetched now and kept.
    """
    if not invoice.pdf_url:
        return
    if is_file(invoice.pdf_url):
        files.tie(ctx.tx, invoice.pdf_url, invoice_id=invoice.id, customer_id=invoice.customer_id)
        files.set_document(ctx.tx, invoice.id, invoice.pdf_url)
        return
    new = File(
        ctx.new("file"),
        FileKind.INVOICE_PDF,
        FileState.WAITING,
        ctx.now,
        created_by=ctx.actor,
        customer_id=invoice.customer_id,
        invoice_id=invoice.id,
        source_url=invoice.pdf_url,
        next_try_at=ctx.now,
        give_up_at=ctx.now + PATIENCE,
    )
    files.add(ctx.tx, new)
    files.set_document(ctx.tx, invoice.id, new.id)
