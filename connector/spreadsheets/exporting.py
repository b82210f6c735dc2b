"""Spreadsheets that we hand out: no cell of ours ever runs as a formula in the bookkeeper's program."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from connector.domain.problems import FieldError

FORMULA = re.compile("^[\\s\u200b-\u200f\u2060\ufeff\x00]*[=+\\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]")
# A program that splits at another separator than ours would begin a cell behind it.
AFTER_SEPARATOR = re.compile("([;,\t|\r\n])(?=[=+\\-@\uff1d\uff0b\uff0d\uff20])")


@dataclass(frozen=True, slots=True)
class RejectedRow:
    line: int
    raw: Mapping[str, str]
    errors: Sequence[FieldError]


def formula_safe(value: str) -> str:
    """The text with an apostrophe where a spreadsheet would else begin a formula; our own reader drops it.

    >>> formula_safe("=1+1"), formula_safe("Siti")
    ("'=1+1", 'Siti')
    """
    guarded = AFTER_SEPARATOR.sub(r"\1'", value)
    return "'" + guarded if FORMULA.match(guarded) else guarded


def rejected_csv(rows: Iterable[RejectedRow], say: Callable[[FieldError], str] | None = None) -> str:
    """The refused rows as they were, each with its line and what is wrong; `say` words an error."""
    kept = list(rows)
    headers = list(dict.fromkeys(header for row in kept for header in row.raw))
    say = say or _code
    out = io.StringIO()
    out.write("\ufeff")  # or Excel takes UTF-8 for Windows' own encoding
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(["line", *map(formula_safe, headers), "problem"])
    for row in kept:
        cells = [formula_safe(row.raw.get(header, "")) for header in headers]
        writer.writerow([row.line, *cells, formula_safe("; ".join(say(error) for error in row.errors))])
    return out.getvalue()


def _code(error: FieldError) -> str:
    return f"{error.field}: {error.code}"
