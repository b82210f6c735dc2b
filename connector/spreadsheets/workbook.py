"""XLSX: looked over for bombs while it is unpacked, then read by openpyxl.

Measured (openpyxl 3.1.5): 2 kB with cells A1 and XFD1048576 makes it yield a million rows; 491 kB of shared
strings become 168 MB and 590 MB of memory; a DTD of 2 kB passes. So sizes are counted as they really unpack,
extents from cells that hold something, and any DTD is refused, before openpyxl sees the file.
"""

import io
import posixpath
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from connector.domain.problems import Invalid
from connector.spreadsheets.limits import (
    MAX_CELL,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_MEMBERS,
    MAX_RATIO,
    MAX_ROWS,
    MAX_UNPACKED,
    RATIO_FROM,
    too_complex,
)
from connector.spreadsheets.table import Row, plain, trimmed

CHUNK = 64 * 1024
REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})", re.ASCII)
TEXT_TAGS = frozenset({"t", "v", "f"})


@dataclass
class Extent:
    """How far the cells of one sheet reach, counted from those that hold something."""

    rows: int = 0
    columns: int = 0
    merged: set[int] = field(default_factory=set)


def read_workbook(data: bytes) -> tuple[list[Row], dict[str, Any]]:
    """The rows of the first visible sheet that holds something, and what to tell about the file."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _need_workbook(archive)
            _check_sizes(archive, len(data))
            extents = _check_contents(archive)
    except (zipfile.BadZipFile, expat.ExpatError, NotImplementedError, EOFError) as error:
        raise Invalid("file_unreadable", field="file") from error
    return _rows(data, extents)


def _need_workbook(archive: zipfile.ZipFile) -> None:
    names = archive.namelist()
    if len(names) > MAX_MEMBERS:
        raise too_complex(f"{MAX_MEMBERS} parts")
    if not any(re.fullmatch(r"xl/workbook\d*\.xml", name) for name in names):
        raise Invalid("file_type_unknown", field="file")
    if any(member.flag_bits & 1 for member in archive.infolist()):
        raise Invalid("file_unreadable", field="file")  # encrypted


def _chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(member) as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def _check_sizes(archive: zipfile.ZipFile, file_size: int) -> None:
    """Unpacks everything once and keeps nothing; stops at the first member that swells too much."""
    total = 0
    for member in archive.infolist():
        size, packed = 0, max(min(member.compress_size, file_size), 1)
        for chunk in _chunks(archive, member):
            size += len(chunk)
            total += len(chunk)
            if total > MAX_UNPACKED or (size > RATIO_FROM and size > packed * MAX_RATIO):
                raise too_complex("size when unpacked")


def _check_contents(archive: zipfile.ZipFile) -> dict[str, Extent]:
    """Walks every XML part: no DTD anywhere, no endless cell, and the extent of each sheet."""
    extents: dict[str, Extent] = {}
    cells = 0
    for member in archive.infolist():
        if not member.filename.endswith((".xml", ".rels")):
            continue
        walk = _Walk()
        for chunk in _chunks(archive, member):
            walk.parser.Parse(chunk, False)
        walk.parser.Parse(b"", True)
        cells += walk.cells
        if cells > MAX_CELLS:
            raise too_complex(f"{MAX_CELLS} cells")
        extents[member.filename] = walk.extent
    return extents


class _Walk:
    """One XML part as it streams by. A cell without a reference counts on from the one before it."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.extent = Extent()
        self.cells = 0
        self._row = self._column = self._length = 0
        self._in_text = False

    def _refuse(self, *_: object) -> None:
        raise too_complex("DTD")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "c":
            self._place(attributes.get("r", ""))
        elif tag in TEXT_TAGS:
            self._in_text = True
            if tag != "f" and self._column:
                self.cells += 1
                self.extent.rows = max(self.extent.rows, self._row)
                self.extent.columns = max(self.extent.columns, self._column)
        elif tag == "row":
            number = attributes.get("r", "")
            self._row = int(number) if number.isdecimal() and len(number) < 8 else self._row + 1
            self._column = 0
        elif tag in ("si", "is"):
            self._length = 0
        elif tag == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def _place(self, reference: str) -> None:
        found = REFERENCE.fullmatch(reference)
        self._length = 0
        if found is None:
            self._column += 1
            return
        self._row, self._column = int(found[2]), column_number(found[1])

    def _merge(self, reference: str) -> None:
        ends = [REFERENCE.fullmatch(end) for end in reference.split(":")]
        if len(ends) == 2 and ends[0] and ends[1] and ends[0][1] != ends[1][1] and ends[0][2] == ends[1][2]:
            self.extent.merged.add(int(ends[0][2]))

    def _text(self, text: str) -> None:
        if self._in_text:
            self._length += len(text)
            if self._length > MAX_CELL:
                raise too_complex(f"{MAX_CELL} characters in a cell")

    def _end(self, name: str) -> None:
        if name.rpartition(":")[2] in TEXT_TAGS:
            self._in_text = False


def column_number(letters: str) -> int:
    """The number of a column by its letters.

    >>> column_number("A"), column_number("AA"), column_number("XFD")
    (1, 27, 16384)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _rows(data: bytes, extents: dict[str, Extent]) -> tuple[list[Row], dict[str, Any]]:
    from openpyxl import load_workbook  # here, because only the reading process ever needs it

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells of styles and extensions that it leaves out
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheets: list[Any] = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        for sheet in sheets:
            # The part's path is openpyxl's own secret (3.1), and the only tie between a title and its extent.
            extent = extents.get(posixpath.normpath(sheet._worksheet_path.lstrip("/")), Extent())
            if not extent.rows:
                continue
            if extent.rows > MAX_ROWS or extent.columns > MAX_COLUMNS:
                raise too_complex(f"{MAX_ROWS} rows, {MAX_COLUMNS} columns")
            others = [other.title for other in sheets if other is not sheet]
            facts = {"sheet": sheet.title, "other_sheets": others, "merged": sorted(extent.merged)}
            return list(_sheet_rows(sheet, extent)), facts
    raise Invalid("file_empty", field="file")


def _sheet_rows(sheet: Any, extent: Extent) -> Iterator[Row]:
    values = sheet.iter_rows(min_row=1, max_row=extent.rows, max_col=extent.columns, values_only=True)
    for line, cells in enumerate(values, start=1):
        kept = trimmed([plain(cell) for cell in cells])
        if kept:
            yield Row(line, kept)
