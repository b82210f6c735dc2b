"""Phones: the number that was meant, or a refusal; never a wrong number that happens to be valid."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.phones import last4, mask_phone, parse_phone
from connector.domain.problems import Problem


@pytest.mark.parametrize(
    "written",
    [
        "081234567890",
        "0812-3456-7890",
        "0812.3456.7890",
        "(0812) 3456 7890",
        "62812 3456 7890",
        "+62 812-3456-7890",
        "(+62) 812 3456 7890",
        "+62 (0)812-3456-7890",
        "0062 812 3456 7890",
        "81234567890",
        "'081234567890",
        '="081234567890"',
        "WA: 0812 3456 7890",
        "No. HP 081234567890",
        "whatsapp:+6281234567890",
        "wa.me/6281234567890",
        "https://wa.me/6281234567890",
        "https://api.whatsapp.com/send?phone=6281234567890",
        "\u202a+62 812\u20113456\u20117890\u202c",
        "\ufeff0812\u00a03456\u00a07890",
    ],
)
def test_the_ways_an_indonesian_mobile_number_is_written(written: str) -> None:
    assert parse_phone(written) == "+6281234567890"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "phone_missing"),
        (" \u200b", "phone_missing"),
        ("-", "phone_invalid"),
        ("0812-345", "phone_invalid"),
        ("1" * 20, "phone_invalid"),
        ("1" * 5000, "phone_invalid"),
        ("08123456789012", "phone_invalid"),
        ("０８１２３４５６７８９０", "phone_invalid"),
        ("٠٨١٢٣٤٥٦٧٨٩٠", "phone_invalid"),
        ("0812+34567890", "phone_invalid"),
        ("0812345678l0", "phone_has_letters"),
        ("O81234567890", "phone_has_letters"),
        ("081234567890 (Budi)", "phone_has_letters"),
        ("0812 3456 7890 ext 12", "phone_has_letters"),
        ("8.12E+11", "phone_rounded"),
        ("081234567890.0", "phone_rounded"),
        ("0812-3456-7890.00", "phone_rounded"),
        ("6,28123E+12", "phone_rounded"),
        ("081234567890/081398765432", "phone_ambiguous"),
        ("081234567890\n081398765432", "phone_ambiguous"),
        ("6591234567", "phone_ambiguous"),
        ("447911123456", "phone_ambiguous"),
        ("85291234567", "phone_ambiguous"),
        ("021-5551234", "phone_not_mobile"),
        ("+62 21 5551234", "phone_not_mobile"),
        ("062812345678", "phone_not_mobile"),
    ],
    ids=lambda value: ascii(value)[:24],
)
def test_what_could_reach_another_person_is_refused(written: str, code: str) -> None:
    with pytest.raises(Problem) as refused:
        parse_phone(written)

    assert refused.value.code == code
    assert not re.search(r"[0-9]{5}", repr(refused.value))


def test_numbers_of_other_countries_need_their_plus_or_00() -> None:
    assert parse_phone("+6591234567") == "+6591234567"
    assert parse_phone("006591234567") == "+6591234567"
    assert parse_phone("91234567", "SG") == "+6591234567"
    assert parse_phone("6591234567", "SG") == "+6591234567"


def significant(phone: str) -> str:
    """The digits that make the person, without country code and leading zeros."""
    return re.sub(r"[^0-9]", "", phone).lstrip("0")


@given(st.text(alphabet="0123456789+-() .", max_size=22), st.sampled_from(["ID", "SG", "MY"]))
def test_an_accepted_number_holds_every_digit_that_was_written(written: str, country: str) -> None:
    try:
        phone = parse_phone(written, country)
    except Problem:
        return

    own, seen = significant(phone), significant(written)
    codes = {"ID": "62", "SG": "65", "MY": "60"}
    assert seen in (own, own.removeprefix(codes[country])) or re.search(r"^00|\+|^\D*[0-9]{1,3}\D*0", written)
    assert parse_phone(phone, country) == phone


@given(st.text(max_size=40))
def test_any_text_is_a_number_or_a_problem(written: str) -> None:
    try:
        assert re.fullmatch(r"\+[1-9][0-9]{6,14}", parse_phone(written))
    except Problem as problem:
        assert problem.code.startswith("phone_")


@given(st.integers(10**6, 10**8 - 1), st.sampled_from(["0812", "62812", "+62812", "+62 (0)812", "0062812"]))
def test_all_spellings_of_one_number_are_one_number(tail: int, head: str) -> None:
    assert parse_phone(f"{head}{tail}") == f"+62812{tail}"


def test_masks_show_enough_to_recognise_and_too_little_to_dial() -> None:
    assert mask_phone("+6281234567890") == "+62812****7890"
    assert mask_phone("+6591234567") == "+65****67"
    assert last4("+6281234567890") == "7890"
