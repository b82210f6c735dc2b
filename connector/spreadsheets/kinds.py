"""What a file is, by its first bytes; its name is not asked."""

from enum import StrEnum

from connector.domain.problems import Invalid

ZIP = b"PK\x03\x04"
# Old Excel and encrypted XLSX, PDF, pictures, gzip, RAR, 7z, RTF, SQLite, XML.
FOREIGN = (
    b"\xd0\xcf\x11\xe0",
    b"%PDF",
    b"\xff\xd8\xff",
    b"\x89PNG",
    b"GIF8",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf",
    b"{\\rtf",
    b"SQLite format",
    b"<?xml",
    b"PK\x05\x06",
)


class Kind(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


def kind_of(data: bytes) -> Kind:
    """CSV or XLSX; anything else is refused, also a web page that calls itself .xls."""
    if not data.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise Invalid("file_empty", field="file")
    if data.startswith(ZIP):
        return Kind.XLSX
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if data.startswith(FOREIGN) or head.startswith((b"<html", b"<!doctype", b"<table", b"<?xml")):
        raise Invalid("file_type_unknown", field="file")
    return Kind.CSV
