"""CSV and its relatives as people's programs write them: any of four separators, four encodings."""

import codecs
import csv
import io
from collections.abc import Iterator

from connector.domain.problems import Invalid
from connector.spreadsheets.columns import recognised
from connector.spreadsheets.limits import MAX_CELL, MAX_CELLS, MAX_COLUMNS, MAX_ROWS, too_complex
from connector.spreadsheets.table import Row, trimmed

DELIMITERS = (";", ",", "\t", "|")
SAMPLE_ROWS = 30
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(data: bytes) -> str:
    """The text of the file: by its mark, else UTF-8, else UTF-16 by its zeros, else Windows' own."""
    encoding = next((name for bom, name in BOMS if data.startswith(bom)), None)
    guesses = [encoding] if encoding else ["utf-8", *_utf16_by_zeros(data), "cp1252"]
    for guess in guesses:
        try:
            text = data.decode(guess)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Invalid("file_unreadable", field="file")


def _utf16_by_zeros(data: bytes) -> list[str]:
    """Latin text in UTF-16 without a mark has a zero in every second byte."""
    head = data[:400]
    if len(head) < 4 or len(data) % 2:
        return []
    return [
        name
        for name, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2]))
        if zeros.count(0) > len(zeros) * 0.8
    ]


def read_delimited(text: str) -> list[Row]:
    """The rows that are not blank; an open quote is refused, since it would swallow the rows behind it."""
    csv.field_size_limit(MAX_CELL)
    delimiter, first_line = _delimiter(text)
    rows: list[Row] = []
    cells_seen = 0
    try:
        for line, record in enumerate(_records(text, delimiter), start=1):
            cells = trimmed(record)
            cells_seen += len(cells)
            if line > MAX_ROWS or len(cells) > MAX_COLUMNS or cells_seen > MAX_CELLS:
                raise too_complex(f"{MAX_ROWS} rows, {MAX_COLUMNS} columns")
            if cells and line >= first_line:
                rows.append(Row(line, cells))
    except csv.Error as error:
        if "field limit" in str(error):
            raise too_complex(f"{MAX_CELL} characters in a cell") from error
        raise Invalid("file_unreadable", field="file") from error
    return rows


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _delimiter(text: str) -> tuple[str, int]:
    """The separator, and the first line that counts: Excel's own first line "sep=;" is believed."""
    head = text.split("\n", 1)[0].strip().strip('"')
    if head.lower().startswith("sep=") and head[4:5] in DELIMITERS:
        return head[4], 2
    return max(DELIMITERS, key=lambda candidate: _likelihood(text, candidate)), 1


def _likelihood(text: str, delimiter: str) -> tuple[int, float, int]:
    """How well a separator explains the start of a file: known headings, rows of one width, the width."""
    rows: list[list[str]] = []
    try:
        for record in _records(text, delimiter):
            if record:
                rows.append(record)
            if len(rows) == SAMPLE_ROWS:
                break
    except csv.Error:
        return (-1, 0.0, 0)
    widths = [len(row) for row in rows]
    if not widths or max(widths) == 1:
        return (0, 0.0, 0)
    common = max(set(widths), key=widths.count)
    known = max(recognised(row) for row in rows)
    return (known, widths.count(common) / len(widths), common)
