"""SMS segments: counted as the phone network counts them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.sms import BASIC, EXTENDED, Segments, segments, to_gsm7


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segments("GSM-7", 0, 0)),
        ("a" * 160, Segments("GSM-7", 160, 1)),
        ("a" * 161, Segments("GSM-7", 161, 2)),
        ("a" * 306, Segments("GSM-7", 306, 2)),
        ("a" * 307, Segments("GSM-7", 307, 3)),
        ("€" * 80, Segments("GSM-7", 160, 1)),
        ("a" * 152 + "€" + "a" * 152, Segments("GSM-7", 306, 3)),  # the pair moves over, and costs a part
        ("ç", Segments("UCS-2", 1, 1)),
        ("`", Segments("UCS-2", 1, 1)),
        ("\t", Segments("UCS-2", 1, 1)),
        ("ş" * 70, Segments("UCS-2", 70, 1)),
        ("ş" * 71, Segments("UCS-2", 71, 2)),
        ("ş" * 134, Segments("UCS-2", 134, 2)),
        ("ş" * 66 + "🙏" + "ş" * 66, Segments("UCS-2", 134, 3)),
    ],
)
def test_segments_at_their_boundaries(text: str, expected: Segments) -> None:
    assert segments(text) == expected


def test_an_indonesian_reminder_stays_cheap() -> None:
    text = "Halo “Siti”, tagihan A3\u00a0– Rp1.500.000 jatuh tempo 5\u00a0Des\u2026 Terima kasih\u200b"

    assert segments(text).encoding == "UCS-2"
    assert segments(to_gsm7(text)).encoding == "GSM-7"
    assert to_gsm7(text).startswith('Halo "Siti", tagihan A3 - Rp1.500.000 jatuh tempo 5 Des...')


def test_the_alphabet_has_127_septets_and_ten_pairs() -> None:
    assert len(BASIC) == 127  # 128 less the escape itself
    assert len(EXTENDED) == 10


@given(st.text(alphabet=sorted(BASIC | EXTENDED), min_size=1, max_size=500))
def test_the_parts_hold_the_units_and_waste_at_most_one_each(text: str) -> None:
    seen = segments(text)

    assert seen.units == sum(2 if char in EXTENDED else 1 for char in text)
    if seen.units <= 160:
        assert seen.count == 1
    else:
        assert -(-seen.units // 153) <= seen.count <= -(-seen.units // 152)


@given(st.text(max_size=200))
def test_respelling_twice_changes_nothing(text: str) -> None:
    assert to_gsm7(to_gsm7(text)) == to_gsm7(text)
