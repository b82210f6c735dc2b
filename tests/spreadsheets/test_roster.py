"""Rosters: recognised by their due days and month columns; read with people's own spelling."""

from datetime import date

import pytest

from connector.spreadsheets.roster import month_of, read_roster
from connector.spreadsheets.table import table_of_rows

TODAY = date(2026, 12, 8)
SITI = {
    "row": 14,
    "nama": "Siti Rahma",
    "kamar": "A3",
    "no_wa": "0812-3456-7890",
    "sewa": "1.500.000",
    "tgl": "5",
}


@pytest.mark.parametrize(
    ("header", "period"),
    [
        ("Desember", "2026-12"),
        ("Des 2026", "2026-12"),
        ("2026-12", "2026-12"),
        ("12/2026", "2026-12"),
        ("Febraury ", "2027-02"),
        ("FEBRUARI", "2027-02"),
        ("Juli", "2026-07"),
        ("Nop'26", "2026-11"),
        ("Nov-26", "2026-11"),
        ("Sewa", None),
        ("Mei", "2027-05"),
        ("Kamar", None),
        ("2026-13", None),
        ("Marta", None),
    ],
)
def test_a_heading_names_a_month(header: str, period: str | None) -> None:
    assert month_of(header, TODAY) == period


def test_a_row_of_a_roster_is_a_charge_with_its_paid_months() -> None:
    rows = [
        {**SITI, "Oktober": "10/10/2026", "November": "1.500.000", "Desember": "v", "Januari": "", "AC": "ya"}
    ]

    roster = read_roster(table_of_rows(rows), today=TODAY)

    assert roster is not None and roster.months == ("2026-10", "2026-11", "2026-12", "2027-01")
    row = roster.rows[0]
    assert (row.line, row.errors) == (14, ())
    assert row.given == {
        "charge_ref": "A3",
        "customer_name": "Siti Rahma",
        "customer_phone": "+6281234567890",
        "amount": "1500000",
        "due_day": 5,
        "extra": {"room": "A3", "ac": "ya"},
    }
    assert sorted(row.ticks) == ["2026-10", "2026-11", "2026-12"]
    assert row.ticks["2026-10"].on == date(2026, 10, 10)
    assert row.ticks["2026-11"].amount is not None


@pytest.mark.parametrize(
    "more",
    [
        {"tgl": "5/12/2026"},  # a date: a list of invoices
        {"no invoice": "INV-1"},
    ],
)
def test_a_list_of_invoices_is_no_roster(more: dict[str, str]) -> None:
    assert read_roster(table_of_rows([{**SITI, **more}]), today=TODAY) is None


def test_faults_are_named_and_the_other_rows_stand() -> None:
    rows = [
        SITI,
        {**SITI, "row": 15, "nama": "Budi", "tgl": "40"},
        {**SITI, "row": 16, "nama": "Ani", "kamar": "A4", "no_wa": "abc", "Desember": "mungkin"},
        {**SITI, "row": 17, "nama": "Dua"},
        {"row": 18, "nama": "TOTAL", "sewa": "6.000.000"},
    ]

    roster = read_roster(table_of_rows(rows), today=TODAY)

    assert roster is not None
    faults = {row.line: {(e.field, e.code) for e in row.errors} for row in roster.rows}
    assert faults[14] == set()
    assert ("due_day", "field_invalid") in faults[15]
    assert {field for field, _ in faults[16]} == {"customer_phone"}, (
        "an unreadable tick waits, it refuses nobody"
    )
    assert faults[17] == {("charge_ref", "duplicate_row")}
    assert 18 not in faults


def test_a_start_in_the_past_and_an_end_are_kept_as_they_are_written() -> None:
    rows = [{**SITI, "mulai": "1/2/2024", "selesai": "30/06/2027"}]

    roster = read_roster(table_of_rows(rows), today=TODAY)

    assert roster is not None
    assert (roster.rows[0].given["first_period"], roster.rows[0].given["last_period"]) == (
        "2024-02",
        "2027-06",
    )
