"""Rows as invoices: the public examples, faults by field, duplicates, titles and totals."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from made_sheets import xlsx

from connector.domain.problems import Problem
from connector.spreadsheets.delimited import read_delimited
from connector.spreadsheets.reading import read_table
from connector.spreadsheets.rows import CheckedRow, Parsed, list_rows, parse_table
from connector.spreadsheets.table import Row, Table, table_of_rows

TODAY = date(2026, 11, 28)
HEADER = "nama;no wa;jumlah;jatuh tempo;keterangan;lunas;kamar\n"
EXAMPLES = Path(__file__).resolve().parents[3] / "shared" / "examples" / "csv"
CASES = sorted(EXAMPLES.glob("*.expected.json"))


def parse(text: str, **options: Any) -> Parsed:
    return parse_table(Table(tuple(read_delimited(text)), kind="csv"), today=TODAY, **options)


def one(text: str, **options: Any) -> CheckedRow:
    (row,) = parse(HEADER + text, **options).rows
    return row


def codes(row: CheckedRow) -> list[tuple[str, str]]:
    return [(error.field, error.code) for error in row.errors]


@pytest.mark.skipif(not CASES, reason="the shared example files are not beside this repository")
@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name.partition(".")[0])
def test_the_public_examples(case: Path) -> None:
    expected = json.loads(case.read_text())
    options = expected["options"]

    table = read_table((case.parent / expected["file"]).read_bytes())
    parsed = parse_table(
        table,
        today=date.fromisoformat(options["today"]),
        country=options["default_country"],
        currency=options["default_currency"],
        date_order=options["date_order"],
    )

    seen = [{"line": row.line, "ok": row.ok, "invoice": row.fields} for row in parsed.rows]
    assert seen == expected["expect"]["rows"]


def test_a_full_row_has_its_fields_as_plain_texts() -> None:
    row = one('Siti Rahma;0812-3456-7890;"Rp1.500.000,-";5 Des 2026;Sewa kamar A3;lunas 27/11/2026;A3\n')

    assert row.ok
    assert row.fields == {
        "customer_name": "Siti Rahma",
        "phone": "+6281234567890",
        "amount": "1500000",
        "currency": "IDR",
        "due_date": "2026-12-05",
        "description": "Sewa kamar A3",
        "paid": True,
        "paid_on": "2026-11-27",
        "extra": {"kamar": "A3"},
    }
    assert row.raw["jumlah"] == "Rp1.500.000,-"


def test_a_row_names_all_its_faults_at_once() -> None:
    row = one(";0812345678l0;1.5;31/02/2026;x;cicil;A3\n")

    assert codes(row) == [
        ("customer_name", "field_required"),
        ("phone", "phone_has_letters"),
        ("amount", "amount_fraction"),
        ("due_date", "date_impossible"),
        ("paid", "paid_unclear"),
    ]


def test_hostile_text_is_refused_in_its_field() -> None:
    row = one("Si\u202eti;081234567890;1500000;2026-12-05;;;A3\n")

    assert codes(row) == [("customer_name", "text_invalid")]


def test_rows_that_repeat_each_other_are_all_refused() -> None:
    line = "Siti;081234567890;1500000;2026-12-05;Sewa;;\n"

    parsed = parse(
        HEADER + line + line.replace("Siti", "SITI ").replace("-05", "-06") + line.replace("Sewa", "Listrik")
    )

    assert [row.ok for row in parsed.rows] == [False, False, True]
    assert parsed.rows[1].errors[0].code == "duplicate_row"
    assert [row.errors[0].detail for row in parsed.rows[:2]] == ["3", "2"]


def test_the_same_number_twice_is_a_duplicate_whatever_the_rest_says() -> None:
    parsed = parse(
        "no invoice,nama,no wa,jumlah,jatuh tempo\n"
        "A-1,Siti,081234567890,1500000,2026-12-05\n"
        "a-1,Budi,081398765432,750000,2026-12-10\n"
    )

    assert [codes(row) for row in parsed.rows] == [[("invoice_number", "duplicate_row")]] * 2


def test_titles_over_merged_cells_and_totals_are_passed_over_and_named() -> None:
    data = xlsx(
        [
            ["Nama", "No WA", "Jumlah", "Jatuh tempo"],
            ["Lantai 1", None, None, None],
            ["Siti", "081234567890", 1500000, date(2026, 12, 5)],
            [None, None, None, None],
            ["Total", None, 1500000, None],
        ],
        merge=["A2:D2"],
    )

    parsed = parse_table(read_table(data), today=TODAY)

    assert [row.line for row in parsed.rows] == [3]
    assert [(skipped.line, skipped.reason) for skipped in parsed.skipped] == [(2, "title"), (5, "total")]


def test_a_lone_name_is_a_fault_and_not_a_title() -> None:
    row = one("Siti;;;;;;\n")

    assert ("phone", "phone_missing") in codes(row)
    assert ("amount", "field_required") in codes(row)


def test_another_currency_in_a_column_of_its_own() -> None:
    parsed = parse(
        "name,phone,amount,due date,currency\n"
        "Siti,+6281234567890,10.50,2026-12-05,usd\n"
        "Budi,+6281398765432,10,2026-12-05,rupee\n"
    )

    assert (parsed.rows[0].fields["amount"], parsed.rows[0].fields["currency"]) == ("10.50", "USD")
    assert codes(parsed.rows[1]) == [("currency", "currency_unknown")]


def test_a_file_without_headings_is_refused() -> None:
    with pytest.raises(Problem) as refused:
        parse("Siti,081234567890,1500000,2026-12-05\n")

    assert refused.value.code == "columns_missing"


def test_rows_from_a_sheet_by_json_pass_through_the_same_door() -> None:
    table = table_of_rows(
        [
            {
                "row": 14,
                "nama": "Siti",
                "no_wa": 81234567890,
                "sewa": "1.500.000",
                "jatuh_tempo": "2026-12-05",
                "lunas": "v",
            }
        ]
    )

    (row,) = parse_table(table, today=TODAY).rows

    assert (row.line, row.ok, row.fields["paid"]) == (14, True, True)


def test_list_rows_carry_minor_units_and_refusals() -> None:
    parsed = parse(
        HEADER + "Siti;081234567890;1500000;2026-12-05;Sewa;500rb;\n" + "Budi;0812;750000;2026-12-10;Sewa;;\n"
    )

    good, bad = list_rows(parsed)

    assert (good.amount, good.paid, good.paid_amount) == (150_000_000, True, 50_000_000)
    assert good.due_date == date(2026, 12, 5)
    assert bad.errors[0].code == "phone_invalid"
    assert bad.customer_name == "Budi"


def test_a_table_of_rows_only_blank_after_its_heading_is_empty() -> None:
    parsed = parse_table(
        Table((Row(1, ("nama", "no wa", "jumlah", "jatuh tempo")),), kind="csv"), today=TODAY
    )

    assert parsed.rows == ()


def test_a_date_that_reads_both_ways_is_refused_where_another_has_its_month_first() -> None:
    rows = "A;0812-3456-7890;1;12/25/2026;;;\nB;0812-3456-7891;1;12/10/2026;;;\nC;0812-3456-7892;1;12/12/2026;;;\n"

    unsaid, said = parse(HEADER + rows), parse(HEADER + rows, date_order="MDY")
    day_first = parse(HEADER + rows.replace("12/25", "25/12"))

    assert [codes(row) for row in unsaid.rows] == [
        [("due_date", "date_impossible")],
        [("due_date", "date_order_unclear")],
        [],
    ]
    assert [row.fields["due_date"] for row in said.rows] == ["2026-12-25", "2026-12-10", "2026-12-12"]
    assert [row.fields["due_date"] for row in day_first.rows] == ["2026-12-25", "2026-10-12", "2026-12-12"]


@pytest.mark.parametrize("cell", ["#N/A", "#REF!", " #DIV/0! ", "#name?", "Err:502"])
def test_what_a_broken_formula_leaves_is_no_word_for_customers(cell: str) -> None:
    assert codes(one(f"{cell};0812-3456-7890;1;2026-12-05;{cell};;A3")) == [
        ("customer_name", "cell_error"),
        ("description", "cell_error"),
    ]
