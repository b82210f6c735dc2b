"""Cells: dates, ticks, amounts and numbers as they are typed or as Excel mangles them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.model import Money
from connector.domain.problems import Problem
from connector.domain.texts import format_date, format_date_long
from connector.spreadsheets.cells import Tick, read_amount, read_phone, read_tick
from connector.spreadsheets.dates import read_date
from connector.spreadsheets.table import Cell

TODAY = date(2026, 11, 28)
FIFTH = date(2026, 12, 5)


@pytest.mark.parametrize(
    "cell",
    [
        FIFTH,
        46361,
        46361.0,
        "46361",
        "2026-12-05",
        "2026/12/5",
        "2026-12-05 00:00:00",
        "2026-12-05T09:00:00+07:00",
        "05/12/2026",
        "5/12/26",
        "5-12-2026",
        "05.12.2026",
        "5 12 2026",
        "5 Des 2026",
        "5 Desember 2026",
        "05-Dec-26",
        "5 DES. 2026",
        "Sabtu, 5 Desember 2026",
        "Dec 5, 2026",
        "December 5th, 2026",
        " '05/12/2026 ",
    ],
)
def test_the_ways_a_date_is_written(cell: Cell) -> None:
    assert read_date(cell, today=TODAY) == FIFTH


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (None, "field_required"),
        ("  ", "field_required"),
        ("31/02/2026", "date_impossible"),
        ("29/02/2027", "date_impossible"),
        ("12/25/2026", "date_impossible"),
        ("2026-13-01", "date_impossible"),
        ("00/12/2026", "date_impossible"),
        ("5", "date_invalid"),
        (5, "date_invalid"),
        ("5 Des", "date_invalid"),
        ("5/12", "date_invalid"),
        ("segera", "date_invalid"),
        ("5 Foo 2026", "date_invalid"),
        ("٠٥/١٢/٢٠٢٦", "date_invalid"),
        ("1" * 5000, "date_invalid"),
        (1500000, "date_invalid"),
        (True, "field_required"),
        ("05/12/2062", "date_implausible"),
        ("05/12/1926", "date_implausible"),
    ],
    ids=lambda value: ascii(value)[:20],
)
def test_what_is_no_date_is_refused_and_never_turned_around(cell: Cell, code: str) -> None:
    with pytest.raises(Problem) as refused:
        read_date(cell, today=TODAY)

    assert (refused.value.code, refused.value.errors[0].field) == (code, "due_date")


def test_american_order_is_believed_when_it_is_said() -> None:
    assert read_date("12/05/2026", today=TODAY, order="MDY") == FIFTH
    with pytest.raises(Problem):
        read_date("25/12/2026", today=TODAY, order="MDY")


@given(st.dates(date(2022, 1, 1), date(2031, 12, 31)), st.sampled_from(["id", "en"]))
def test_dates_that_we_write_are_read_back(on: date, language: str) -> None:
    assert read_date(format_date(on, language), today=TODAY) == on
    assert read_date(format_date_long(on, language), today=TODAY) == on
    assert read_date(on.isoformat(), today=TODAY) == on
    assert read_date(f"{on:%d/%m/%Y}", today=TODAY) == on


@given(st.text(max_size=30))
def test_any_text_is_a_date_or_a_problem(text: str) -> None:
    try:
        read_date(text, today=TODAY)
    except Problem as problem:
        assert problem.code.startswith(("date_", "field_required"))


@pytest.mark.parametrize(
    "cell",
    ["v", "V", "x", "✓", "lunas", "LUNAS", "Paid", "ya", "yes", "Sudah", "sudah bayar", "ok", True, 1, "1"],
)
def test_a_tick_says_paid(cell: Cell) -> None:
    assert read_tick(cell, "IDR", today=TODAY) == Tick(True)


@pytest.mark.parametrize(
    "cell", [None, "", " ", "-", "–", "belum", "BELUM LUNAS", "no", "tidak", "unpaid", False, 0, "0", "✗"]
)
def test_an_empty_cell_or_a_no_says_not_paid(cell: Cell) -> None:
    assert read_tick(cell, "IDR", today=TODAY) == Tick(False)


def test_a_date_or_an_amount_says_paid() -> None:
    on = date(2026, 11, 27)

    assert read_tick(on, "IDR", today=TODAY) == Tick(True, on=on)
    assert read_tick("27/11/2026", "IDR", today=TODAY) == Tick(True, on=on)
    assert read_tick("lunas tgl 27 Nov 2026", "IDR", today=TODAY) == Tick(True, on=on)
    assert read_tick("Rp1.500.000", "IDR", today=TODAY) == Tick(True, amount=Money(150_000_000, "IDR"))
    assert read_tick(500000, "IDR", today=TODAY) == Tick(True, amount=Money(50_000_000, "IDR"))


@pytest.mark.parametrize(
    "cell", ["cicil", "lunas sebagian", "sudah janji", "minggu depan", "05/12/2026", FIFTH, "?"]
)
def test_what_is_unclear_or_still_to_come_is_for_a_person(cell: Cell) -> None:
    with pytest.raises(Problem) as refused:
        read_tick(cell, "IDR", today=TODAY)

    assert refused.value.code == "paid_unclear"


def test_a_number_cell_lost_its_zero_or_plus_and_is_weighed() -> None:
    assert read_phone(81234567890, "ID") == "+6281234567890"
    assert read_phone(6281234567890, "ID") == "+6281234567890"
    for cell, code in [
        (8.12e20, "phone_rounded"),
        (None, "phone_missing"),
        (FIFTH, "phone_invalid"),
        (85291234567, "phone_ambiguous"),
    ]:
        with pytest.raises(Problem) as refused:
            read_phone(cell, "ID")
        assert refused.value.code == code


def test_an_amount_cell_is_a_number_or_a_text() -> None:
    assert read_amount(1500000, "IDR") == read_amount("1.500.000", "IDR") == Money(150_000_000, "IDR")
    for cell, code in [
        (None, "field_required"),
        ("", "field_required"),
        (1500000.5, "amount_fraction"),
        (FIFTH, "amount_invalid"),
        (True, "amount_invalid"),
    ]:
        with pytest.raises(Problem) as refused:
            read_amount(cell, "IDR")
        assert refused.value.code == code
