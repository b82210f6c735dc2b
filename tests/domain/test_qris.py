"""QRIS payloads: read when whole, refused when anything about them is unclear."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connector.domain.qris import NotQris, crc16, read_merchant


def field(tag: str, value: str) -> str:
    return f"{tag}{len(value):02d}{value}"


def payload(**changes: str) -> str:
    parts = {
        "00": "01",
        "01": "11",
        "26": field("00", "ID.CO.BCA.WWW") + field("01", "936000140012345678") + field("02", "12345678"),
        "51": field("00", "ID.CO.QRIS.WWW") + field("02", "ID1020304050607"),
        "52": "8699",
        "53": "360",
        "58": "ID",
        "59": "KOST MELATI",
        "60": "JAKARTA",
        **{tag.removeprefix("t"): value for tag, value in changes.items()},
    }
    body = "".join(field(tag, value) for tag, value in sorted(parts.items()) if value) + "6304"
    return body + crc16(body)


def test_a_whole_payload_names_its_merchant() -> None:
    merchant = read_merchant(payload())

    assert (merchant.nmid, merchant.name) == ("ID1020304050607", "KOST MELATI")
    assert [account[1] for account in merchant.accounts] == ["ID.CO.BCA.WWW", "ID.CO.QRIS.WWW"]


def test_amount_and_city_do_not_make_another_merchant() -> None:
    assert read_merchant(payload(t54="1500000", t01="12")).normal == read_merchant(payload()).normal


@pytest.mark.parametrize("changes", [{"t59": "KOST MELATI 2"}, {"t26": ""}, {"t51": ""}])
def test_name_and_acquirers_do(changes: dict[str, str]) -> None:
    assert read_merchant(payload(**changes)).normal != read_merchant(payload()).normal


@given(place=st.integers(0, 10_000), sign=st.characters(min_codepoint=32, max_codepoint=126))
@example(place=118, sign="4")  # a length that swallows the checksum
def test_no_single_changed_sign_passes(place: int, sign: str) -> None:
    whole = payload()
    place %= len(whole)
    if whole[place].upper() == sign.upper():
        return

    with pytest.raises(NotQris):
        read_merchant(whole[:place] + sign + whole[place + 1 :])


@given(st.text(max_size=600))
def test_no_text_breaks_the_reader(text: str) -> None:
    with pytest.raises(NotQris):
        read_merchant(text)


def test_a_tag_that_comes_twice_is_refused() -> None:
    body = payload()[:-8] + field("59", "BUDI") + "6304"

    with pytest.raises(NotQris):
        read_merchant(body + crc16(body))
