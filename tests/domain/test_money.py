"""Amounts: what people write is understood or refused, never guessed."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.model import Money
from connector.domain.money import (
    amount_number,
    amount_of_number,
    decimal_string,
    decimals,
    format_money,
    parse_amount,
)
from connector.domain.problems import Problem

MAX_MINOR = 10**18 - 1
rupiah = st.integers(1, MAX_MINOR // 100).map(lambda whole: whole * 100)


@pytest.mark.parametrize(
    ("written", "rupiah"),
    [
        ("1500000", 1_500_000),
        (1500000, 1_500_000),
        ("1.500.000", 1_500_000),
        ("1,500,000", 1_500_000),
        ("1 500 000", 1_500_000),
        ("1.500.000,00", 1_500_000),
        ("1,500,000.00", 1_500_000),
        ("1500000.00", 1_500_000),
        ("Rp 1,5jt", 1_500_000),
        ("1.25 juta", 1_250_000),
        ("2jt", 2_000_000),
        ("750rb", 750_000),
        ("750 ribu", 750_000),
        ("Rp750.000,-", 750_000),
        ("Rp. 750.000.-", 750_000),
        ("IDR 750.000", 750_000),
        ("750.000 rupiah", 750_000),
        ("Rp\u00a0750.000", 750_000),
        ("1.500", 1_500),
    ],
)
def test_rupiah_as_people_write_them(written: str | int, rupiah: int) -> None:
    assert parse_amount(written, "IDR") == Money(rupiah * 100, "IDR")


@pytest.mark.parametrize(
    ("written", "currency", "code"),
    [
        ("", "IDR", "amount_invalid"),
        ("lunas", "IDR", "amount_invalid"),
        ("081234567890", "IDR", "amount_invalid"),
        ("1,00,000", "IDR", "amount_invalid"),
        ("1e9", "IDR", "amount_invalid"),
        ("1e1000000", "IDR", "amount_invalid"),
        ("NaN", "IDR", "amount_invalid"),
        ("Infinity", "IDR", "amount_invalid"),
        ("1_500", "IDR", "amount_invalid"),
        ("0x10", "IDR", "amount_invalid"),
        ("١٥٠٠", "IDR", "amount_invalid"),
        ("１５００", "IDR", "amount_invalid"),
        ("15\x0000", "IDR", "amount_invalid"),
        ("\ud800", "IDR", "amount_invalid"),
        ("USD 10", "IDR", "amount_invalid"),
        (True, "IDR", "amount_invalid"),
        (1.5, "IDR", "amount_invalid"),
        ("1.5", "IDR", "amount_fraction"),
        ("1500000,50", "IDR", "amount_fraction"),
        ("0,0001jt", "IDR", None),
        ("0,00001rb", "IDR", "amount_fraction"),
        ("0.500", "IDR", "amount_ambiguous"),
        ("1500.000", "IDR", "amount_ambiguous"),
        ("1.500,000", "IDR", "amount_ambiguous"),
        ("1.250jt", "IDR", "amount_ambiguous"),
        ("1M", "IDR", "amount_ambiguous"),
        ("1,500", "USD", "amount_ambiguous"),
        ("1.500", "KWD", "amount_ambiguous"),
        ("0", "IDR", "amount_not_positive"),
        ("-5000", "IDR", "amount_not_positive"),
        ("(5000)", "IDR", "amount_not_positive"),
        (-5000, "IDR", "amount_not_positive"),
        ("9" * 19, "IDR", "amount_too_large"),
        ("9" * 5000, "IDR", "amount_too_large"),
        (10**16, "IDR", "amount_too_large"),
        ("10", "ABC", "currency_unknown"),
        ("10", "idr", "currency_unknown"),
    ],
    ids=lambda value: ascii(value)[:24],
)
def test_what_is_not_one_amount_is_refused_with_its_reason(
    written: object, currency: str, code: str | None
) -> None:
    began = time.thread_time()

    try:
        parse_amount(written, currency)  # type: ignore[arg-type]
        refusal = None
    except Problem as problem:
        refusal = problem.code

    assert refusal == code
    assert time.thread_time() - began < 0.5


def test_an_integer_of_5000_digits_is_refused_without_being_written_out() -> None:
    with pytest.raises(Problem) as refused:
        parse_amount(10**5000, "IDR")

    assert refused.value.code == "amount_too_large"


def test_a_fraction_of_a_rupiah_is_kept_from_a_source() -> None:
    assert parse_amount("1500000,50", "IDR", allow_fraction=True) == Money(150_000_050, "IDR")


def test_decimals_are_those_of_iso_4217() -> None:
    assert [decimals(code) for code in ("IDR", "USD", "JPY", "KWD", "LBP", "IQD")] == [2, 2, 0, 3, 2, 3]


def test_a_typed_number_cell_loses_its_binary_noise_and_nothing_else() -> None:
    assert amount_of_number(1500000.0, "IDR") == Money(150_000_000, "IDR")
    assert amount_of_number(0.1 + 0.2, "USD") == Money(30, "USD")
    for value, code in [
        (1.5, "amount_fraction"),
        (float("nan"), "amount_invalid"),
        (1e300, "amount_too_large"),
        (-3.0, "amount_not_positive"),
    ]:
        with pytest.raises(Problem) as refused:
            amount_of_number(value, "IDR")
        assert refused.value.code == code


@given(rupiah)
def test_rupiah_survive_the_way_out_and_back(minor: int) -> None:
    assert parse_amount(decimal_string(minor, "IDR"), "IDR").minor == minor
    assert parse_amount(format_money(minor, "IDR", "id"), "IDR").minor == minor
    assert parse_amount(format_money(minor, "IDR", "en"), "IDR").minor == minor


@given(st.integers(1, MAX_MINOR), st.sampled_from(["IDR", "USD", "JPY", "EUR"]))
def test_exact_text_survives_for_every_minor_amount(minor: int, currency: str) -> None:
    assert parse_amount(decimal_string(minor, currency), currency, allow_fraction=True).minor == minor


@given(st.text(alphabet="0123456789.,- RpjtrbMk'()eE_", max_size=24), st.sampled_from(["IDR", "USD"]))
def test_any_text_is_an_amount_in_range_or_a_problem(text: str, currency: str) -> None:
    try:
        money = parse_amount(text, currency)
    except Problem as problem:
        assert problem.code.startswith("amount_")
        assert problem.errors[0].field == "amount"
    else:
        assert 0 < money.minor <= MAX_MINOR
        assert currency != "IDR" or money.minor % 100 == 0


@given(st.text(max_size=60))
def test_no_text_escapes_as_another_error(text: str) -> None:
    try:
        parse_amount(text, "IDR")
    except Problem as problem:
        assert problem.code.startswith("amount_")


def test_amounts_are_written_for_machines_and_for_people() -> None:
    assert decimal_string(150_000_000, "IDR") == "1500000"
    assert decimal_string(150_000_050, "IDR") == "1500000.50"
    assert decimal_string(-150_000_000, "IDR") == "-1500000"
    assert decimal_string(1000, "USD") == "10.00"
    assert decimal_string(5, "USD") == "0.05"
    assert decimal_string(1000, "JPY") == "1000"
    assert amount_number(150_000_000, "IDR") == 1_500_000
    assert amount_number(1050, "USD") == 10.5
    assert format_money(150_000_000, "IDR", "id") == "Rp1.500.000"
    assert format_money(150_000_000, "IDR", "en") == "Rp1,500,000"
    assert format_money(123_450, "USD", "id") == "US$1.234,50"
    assert format_money(123_450, "CHF", "en") == "CHF 1,234.50"
