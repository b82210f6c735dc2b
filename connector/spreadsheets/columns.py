"""Which column is which: headings in Indonesian and English, with people's own spelling.

A heading is folded (case, punctuation, units), then looked up; then a typo is forgiven. A weak word
("tanggal", "number") counts only where no plain one names the field. What nobody knows is kept as an extra.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from connector.domain.names import fold_name
from connector.domain.problems import FieldError, Invalid
from connector.spreadsheets.headings import HEADINGS, IGNORED, PHONE_FILLERS, PHONE_WORDS, UNITS, WEAK
from connector.spreadsheets.table import Cell, Row, is_blank

REQUIRED = ("customer_name", "phone", "amount", "due_date")
NO_MAPPING: Mapping[str, str] = {}
HEADER_ROWS = 30  # how far down a heading row is looked for


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading and the field that it fills; None for an extra, "" for one to leave out."""

    index: int
    header: str
    field: str | None


def fold_header(text: str) -> str:
    """The heading as it is looked up.

    >>> fold_header("  No_WA (aktif) *"), fold_header("DueDate"), fold_header("Jumlah (Rp)")
    ('no wa aktif', 'due date', 'jumlah')
    """
    words = fold_name(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text.replace("WhatsApp", "whatsapp"))).split()
    kept = [word for word in words if word not in UNITS] or words
    return " ".join(kept)


@cache
def _exact() -> dict[str, str]:
    return {heading: field for field, headings in HEADINGS.items() for heading in headings}


@cache
def _compact() -> tuple[tuple[str, frozenset[str], str], ...]:
    """Each heading without its spaces, its letters, and its field."""
    short = {known.replace(" ", ""): field for known, field in _exact().items()}
    return tuple((known, frozenset(known), field) for known, field in short.items())


@cache
def _weak() -> dict[str, str]:
    return {heading: field for field, headings in WEAK.items() for heading in headings}


def field_of(header: str) -> tuple[str | None, int]:
    """The field that a heading names, and how surely: 3 plainly, 2 with a typo, 1 by a weak word, 0 not.

    >>> field_of("Jatuh Temppo"), field_of("No. HP/WA"), field_of("tanggal"), field_of("kamar")
    (('due_date', 2), ('phone', 3), ('due_date', 1), (None, 0))
    """
    folded = fold_header(header)
    if not folded or folded in IGNORED:
        return ("", 0)
    words = set(folded.split())
    if folded in _exact():
        return (_exact()[folded], 3)
    if words & PHONE_WORDS and words <= PHONE_WORDS | PHONE_FILLERS:
        return ("phone", 3)
    if folded in _weak():
        return (_weak()[folded], 1)
    compact = folded.replace(" ", "")
    letters = set(compact)
    fields = {
        field
        for known, known_letters, field in _compact()
        if abs(len(known) - len(compact)) <= 2
        and len(known_letters ^ letters) <= 4  # two slips change at most four letters of the set
        and is_typo(compact, known)
    }
    return (fields.pop(), 2) if len(fields) == 1 else (None, 0)


def is_typo(written: str, known: str) -> bool:
    """One slip in words of five letters and more, two from nine on; short words are too near each other."""
    allowed = 0 if len(known) < 5 else 1 if len(known) < 9 else 2
    return abs(len(written) - len(known)) <= allowed and _distance(written, known) <= allowed


def _distance(one: str, other: str) -> int:
    """Letters to add, drop, change or swap with their neighbour."""
    rows = [list(range(len(other) + 1))]
    for i, a in enumerate(one, start=1):
        row = [i]
        for j, b in enumerate(other, start=1):
            best = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


def recognised(cells: Sequence[Cell], mapping: Mapping[str, str] = NO_MAPPING) -> int:
    """How many different fields the cells would name if they were headings."""
    named = {_named(cell, mapping)[0] for cell in cells if isinstance(cell, str) and len(cell) <= 60}
    return len({field for field in named if field})


def _named(header: str, mapping: Mapping[str, str]) -> tuple[str | None, int]:
    """The field of a heading; what a person said about it is surer than any word."""
    said = mapping.get(header.strip())
    return field_of(header) if said is None else (said, 4)


def header_row(rows: Sequence[Row], mapping: Mapping[str, str] = NO_MAPPING) -> Row | None:
    """The first of the rows near the top that names most fields, and at least two."""
    best, most = None, 1
    for row in rows[:HEADER_ROWS]:
        known = recognised(row.cells, mapping)
        if known > most:
            best, most = row, known
    return best


def columns_of(header: Row, mapping: Mapping[str, str] = NO_MAPPING) -> tuple[Column, ...]:
    """Each column with its field: the surest heading wins it, the leftmost of equals; the rest is extra."""
    named = [
        (index, str(cell).strip(), *_named(str(cell), mapping))
        for index, cell in enumerate(header.cells)
        if not is_blank(cell)
    ]
    winners: dict[str, int] = {}
    for index, _, field, _ in sorted(named, key=lambda column: (-column[3], column[0])):
        if field:
            winners.setdefault(field, index)
    return tuple(
        Column(index, text, field if not field or winners[field] == index else None)
        for index, text, field, _ in named
    )


def need_columns(columns: Sequence[Column]) -> None:
    """Refuses a table that lacks what every row needs, and names it."""
    found = {column.field for column in columns}
    missing = [field for field in REQUIRED if field not in found]
    if missing:
        raise Invalid(
            "columns_missing",
            params={
                "names": ", ".join(missing),
                "found": ", ".join(column.header[:40] for column in columns[:20]),
            },
            errors=[FieldError(field, "columns_missing") for field in missing],
        )
