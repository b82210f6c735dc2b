"""Files: four encodings, four separators, two kinds, and every bomb of the threat model refused quickly."""

import csv
import io
import resource
import subprocess
import sys
import zipfile
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_sheets import BOMBS, raw_xlsx, sheet_xml, text_cell, xlsx

from connector.domain.problems import Problem
from connector.spreadsheets.delimited import decode, read_delimited
from connector.spreadsheets.reading import ENVIRONMENT, read_table
from connector.spreadsheets.table import Row, table_of_rows

HEADER = "nama,no_wa,jumlah,jatuh_tempo\n"
LINE = "Siti Rahma,081234567890,1500000,2026-12-05\n"


def refusal(data: bytes) -> str:
    with pytest.raises(Problem) as refused:
        read_table(data)
    return refused.value.code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_a_csv_is_read_in_each_encoding_that_programs_write(encoding: str) -> None:
    data = (HEADER + "René “A3”,081234567890,1500000,2026-12-05\n").encode(encoding)

    assert read_delimited(decode(data))[1].cells[0] == "René “A3”"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_separator_and_line_end_are_found(delimiter: str, line_end: str) -> None:
    lines = [
        ["Nama", "No WA", "Jumlah", "Jatuh Tempo", "Keterangan"],
        ["Siti", "081234567890", "1500000", "05/12/2026", "kamar A3; lantai 2, depan | kiri"],
    ]
    quoted = [[f'"{cell}"' for cell in line] for line in lines]

    rows = read_delimited(line_end.join(delimiter.join(line) for line in quoted))

    assert [list(row.cells) for row in rows] == lines


def test_excels_own_first_line_names_the_separator() -> None:
    rows = read_delimited("sep=|\nnama|jumlah\nSiti, S.E.|1\n")

    assert rows == [Row(2, ("nama", "jumlah")), Row(3, ("Siti, S.E.", "1"))]


def test_blank_lines_count_but_are_not_rows_and_a_quoted_line_break_is_one_row() -> None:
    rows = read_delimited('nama,keterangan\n\nSiti,"baris satu\nbaris dua"\n , \nBudi,x\n')

    assert [(row.line, row.cells[0]) for row in rows] == [(1, "nama"), (3, "Siti"), (5, "Budi")]
    assert rows[1].cells[1] == "baris satu\nbaris dua"


def test_an_open_quote_is_refused_because_it_would_swallow_the_rows_behind_it() -> None:
    assert refusal((HEADER + '"Siti,081234567890,1500000,2026-12-05\n' + LINE).encode()) == "file_unreadable"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b" \r\n\t\n", "file_empty"),
        (b"\xef\xbb\xbf", "file_empty"),
        (b",,,\n,,\n", "file_empty"),
        (b"%PDF-1.7 ...", "file_type_unknown"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old excel", "file_type_unknown"),
        (b"<html><table><tr><td>nama</td></tr></table></html>", "file_type_unknown"),
        (b"PK\x03\x04 not really a zip", "file_unreadable"),
        (b"\x81\x8d\x00\x01\x02", "file_unreadable"),
        (b"x" * (20 * 1024 * 1024 + 1), "file_too_large"),
        (HEADER.encode() + b"x" * 40_000, "file_too_complex"),
        (b"a," * 101 + b"b\n", "file_too_complex"),
        (HEADER.encode() + LINE.encode() * 100_001, "file_too_complex"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_is_no_spreadsheet_is_refused_by_code(data: bytes, code: str) -> None:
    assert refusal(data) == code


def test_a_workbook_gives_typed_cells_with_the_row_numbers_that_excel_shows() -> None:
    data = xlsx(
        [
            ["Daftar sewa", None, None, None],
            [],
            ["Nama", "No WA", "Jumlah", "Jatuh tempo"],
            ["Siti", 81234567890, 1500000.0, datetime(2026, 12, 5)],
            ["Budi", "0813", "Rp750.000,-", date(2026, 12, 10)],
        ],
        merge=["A1:D1"],
    )

    table = read_table(data)

    assert (table.kind, table.sheet, table.merged) == ("xlsx", "Desember", frozenset({1}))
    assert [row.line for row in table.rows] == [1, 3, 4, 5]
    assert table.rows[2].cells == ("Siti", 81234567890, 1500000, date(2026, 12, 5))
    assert table.rows[3].cells == ("Budi", "0813", "Rp750.000,-", date(2026, 12, 10))


def test_a_formula_counts_by_its_last_value_and_formatting_alone_is_no_row() -> None:
    styled = '<row r="900000"><c r="XFD900000" s="0"/></row>'
    data = raw_xlsx(
        sheet_xml(f'<row r="1">{text_cell("A1", "nama")}<c r="B1"><f>1+1</f><v>2</v></c></row>{styled}')
    )

    assert read_table(data).rows == (Row(1, ("nama", 2)),)


def spent_by_children_s() -> float:
    """Processor time, which a busy machine does not stretch."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_quickly_and_this_process_lives(name: str) -> None:
    data = BOMBS[name]()
    began = spent_by_children_s()

    code = refusal(data)

    assert code == "file_too_complex"
    assert spent_by_children_s() - began < 5


@pytest.mark.parametrize(
    "act",
    [
        "bytearray(400 * 1024 * 1024)",
        "import socket; socket.socket().connect(('127.0.0.1', 9))",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "import tempfile; f = tempfile.TemporaryFile(); f.write(b'x'); f.flush()",
    ],
)
def test_the_reading_process_has_no_memory_network_program_or_disk_to_spare(act: str) -> None:
    code = (
        f"from connector.spreadsheets.child import confine; confine(); print('confined', flush=True); {act}"
    )

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert ended.stdout == "confined\n"
    assert ended.returncode != 0


def test_the_reading_process_is_told_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAGIH_SECRET_KEY", "a secret of the house")

    assert set(ENVIRONMENT) == {"PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "OPENPYXL_LXML"}
    assert read_table((HEADER + LINE).encode()).rows[1].cells[0] == "Siti Rahma"


def test_a_truncated_workbook_is_unreadable() -> None:
    data = xlsx([["nama", "jumlah"], ["Siti", 1]])

    assert refusal(data[: len(data) // 2]) == "file_unreadable"


def test_a_web_archive_of_another_kind_is_not_a_workbook() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")

    assert refusal(out.getvalue()) == "file_type_unknown"


def test_rows_as_json_become_a_table_with_their_own_row_numbers() -> None:
    table = table_of_rows([{"row": 14, "nama": "Siti", "sewa": 1.5}, {"nama": "Budi", "kamar": "A4"}])

    assert table.rows[0] == Row(0, ("nama", "sewa", "kamar"))
    assert table.rows[1:] == (Row(14, ("Siti", "1.5")), Row(2, ("Budi", None, "A4")))


@settings(max_examples=60)
@given(
    st.lists(
        st.lists(
            st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cc"]), max_size=8),
            min_size=2,
            max_size=5,
        ),
        min_size=1,
        max_size=8,
    )
)
def test_what_excel_would_write_as_csv_is_read_back(rows: list[list[str]]) -> None:
    table = [["nama", "jumlah", "tempo", "no wa", "lunas"], *rows]
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(table)

    read = read_delimited(decode(out.getvalue().encode("utf-8-sig")))

    for row in read:
        written = table[row.line - 1]
        assert list(row.cells) == written[: len(row.cells)]
        assert all(not cell.strip() for cell in written[len(row.cells) :])
