"""Names compare by their folded form; texts are clean from the door inwards."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.names import clean_text, fold_name
from connector.domain.problems import Problem


def test_two_spellings_of_one_name_fold_alike() -> None:
    assert fold_name("PT. Sinar-Jaya") == fold_name("pt sinar  JAYA") == "pt sinar jaya"
    assert fold_name("Ma\u2019ruf") == fold_name("MARUF")
    assert fold_name("Ｓｉｔｉ") == "siti"


def test_honorifics_stay() -> None:
    assert fold_name("Ibu Siti") != fold_name("Siti")


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold_name(fold_name(text)) == fold_name(text)


@pytest.mark.parametrize(
    "text", ["Si\x00ti", "\ud800", "abc\u202egpj.exe", "\u2066x", "a\x07", "a\x9f"], ids=ascii
)
def test_control_characters_and_turned_text_are_refused(text: str) -> None:
    with pytest.raises(Problem) as refused:
        clean_text(text, 80, field="customer_name")

    assert (refused.value.code, refused.value.errors[0].field) == ("text_invalid", "customer_name")


def test_clean_text_is_composed_trimmed_and_bounded() -> None:
    assert clean_text(" Rene\u0301\r\nA ", 80) == "Ren\u00e9\nA"
    with pytest.raises(Problem) as refused:
        clean_text("x" * 81, 80)
    assert (refused.value.code, refused.value.params["max"]) == ("text_too_long", 80)
