"""Which bytes are kept as a file (T-42)."""

import pytest

from connector.domain.files import (
    MEDIA_LARGEST,
    PDF_LARGEST,
    FileKind,
    document_name,
    refusal_of,
    shown_name,
    told_name,
    type_of,
)

KEPT = {
    b"\xff\xd8\xff\xe0....": "image/jpeg",
    b"\x89PNG\r\n\x1a\n....": "image/png",
    b"RIFF\x10\x00\x00\x00WEBPVP8 ": "image/webp",
    b"%PDF-1.7\n....": "application/pdf",
}
REFUSED = [
    b'<svg xmlns="http://www.w3.org/2000/svg">',
    b"<!doctype html><script>",
    b"PK\x03\x04....",  # APK, ZIP, DOCX
    b"MZ....",
    b" %PDF-1.4",
    b"GIF89a....",
    b"RIFF\x10\x00\x00\x00WAVEfmt ",
    b"\x00" * 16,
    b"%PDF",
]


@pytest.mark.parametrize(("head", "kind"), KEPT.items())
def test_four_types_are_told_by_their_first_bytes(head: bytes, kind: str) -> None:
    assert type_of(head) == kind
    assert refusal_of(head, FileKind.PROOF) is None


@pytest.mark.parametrize("body", REFUSED)
def test_everything_else_is_refused_whatever_its_name(body: bytes) -> None:
    assert type_of(body) is None
    assert refusal_of(body, FileKind.PROOF) == "file_refused"


def test_an_invoices_document_is_a_pdf_and_smaller_than_a_photo_may_be() -> None:
    assert refusal_of(b"\x89PNG\r\n\x1a\n", FileKind.INVOICE_PDF) == "file_refused"
    assert refusal_of(b"%PDF-" + b"x" * PDF_LARGEST, FileKind.INVOICE_PDF) == "file_too_large"
    assert refusal_of(b"%PDF-" + b"x" * PDF_LARGEST, FileKind.PROOF) is None
    assert refusal_of(b"%PDF-" + b"x" * MEDIA_LARGEST, FileKind.PROOF) == "file_too_large"
    assert refusal_of(b"", FileKind.PROOF) == "file_empty"


def test_names_say_nothing_that_they_should_not() -> None:
    assert shown_name("file_1", "image/webp") == "file_1.webp"
    assert document_name("../../etc/passwd") == "etc-passwd.pdf"
    assert document_name("請求書") == "invoice.pdf"
    assert told_name("C:\\temp\\bukti\r\n.pdf") == "bukti.pdf"
    assert told_name("") is None
