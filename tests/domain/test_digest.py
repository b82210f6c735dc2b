"""The owner's digest in one chat message: short whatever happens, and true to its figures."""

import json
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from connector.domain.digest import (
    LONGEST,
    SHOWN,
    Figures,
    Line,
    Outage,
    Owed,
    Period,
    days_of,
    digest_summary,
    digest_text,
    figures_of,
    sums_text,
)
from connector.domain.waiting import LISTED, Parked, Unanswered, claim_lines, parked_lines

MONDAY = date(2026, 12, 7)


def figures(count: int, **more: object) -> Figures:
    worst = tuple(Owed(f"inv_{n}", 150_000_000, "IDR", 3) for n in range(min(count, SHOWN)))
    base = {"overdue_count": count, "overdue": {"IDR": count * 150_000_000}, "worst": worst}
    return Figures(day=MONDAY, first=MONDAY, last=MONDAY, **{**base, **more})  # type: ignore[arg-type]


def lines(found: Figures, name: str = "Siti") -> list[Line]:
    return [Line(f"A{n}-2026-12", name, "Rp1.500.000", 3) for n, _ in enumerate(found.worst)]


def text(found: Figures, language: str = "id", name: str = "Siti") -> str:
    return digest_text(found, lines(found, name), business="Kost Melati", currency="IDR", language=language)


def test_nineteen_are_fifteen_and_four_more() -> None:
    said = text(figures(19)).splitlines()

    assert said[1] == "Lewat tempo 19 (Rp28.500.000):"
    assert sum(line.startswith("•") for line in said) == 15
    assert said[17] == "dan 4 lagi"


def test_what_is_zero_is_not_said_and_what_came_in_always_is() -> None:
    assert text(figures(0)).splitlines() == [
        "Kost Melati, Senin 7 Des.",
        "Tidak ada yang lewat tempo.",
        "Diterima hari ini: Rp0.",
    ]


def test_a_cut_of_the_period_is_said_with_what_it_did() -> None:
    cut = Outage("power", 2940, late=14, superseded=9, lost=0, doubled=0)

    said = {
        language: text(figures(0, outages=(cut,)), language).splitlines()[-1] for language in ("id", "en")
    }

    assert said == {
        "id": "Listrik padam 49 jam: 14 pesan terlambat, 9 diganti pesan yang lebih benar, 0 hilang, 0 ganda.",
        "en": "Power was out for 49 hours: 14 late, 9 replaced by a truer one, 0 lost, 0 doubled.",
    }


def test_a_digest_in_one_sentence() -> None:
    found = figures(6, due_today=2, waiting_cases=1)

    assert digest_summary(found, currency="IDR", language="en") == (
        "Monday 7 Dec: 6 overdue (Rp9,000,000), 2 due today, 1 waiting for you."
    )


def test_what_waits_is_listed_in_short_and_free_words_of_a_sender_are_not_repeated() -> None:
    parked = [Parked(f"pay_{n}", 10_000_000, "IDR", "2026-12-06") for n in range(LISTED)]
    told = {"pay_0": "F-331", "pay_1": "dari Budi, rek 88123456"}

    said = parked_lines(parked, told, count=7, total="Rp700.000", language="en")

    assert said[1:3] == ["• Rp100,000 on 2026-12-06, for F-331", "• Rp100,000 on 2026-12-06"]
    assert said[-1] == "and 2 more"
    assert claim_lines([Unanswered("clm_1", 1)], {}, count=1, language="en")[1] == "• several invoices, 1 day"


def test_other_currencies_are_named_beside_our_own() -> None:
    assert sums_text({"USD": 1000, "IDR": 0}, "IDR", "en") == "US$10.00"
    assert sums_text({}, "IDR", "id") == "Rp0"


def test_a_period_never_ends_in_the_future() -> None:
    assert days_of(Period.TODAY, MONDAY) == (MONDAY, MONDAY)
    assert days_of(Period.WEEK, date(2026, 12, 13)) == (MONDAY, date(2026, 12, 13))
    assert days_of(Period.MONTH, MONDAY) == (date(2026, 12, 1), MONDAY)


@given(
    count=st.integers(0, 10_000),
    name=st.text(min_size=1, max_size=400),
    language=st.sampled_from(["id", "en"]),
    cuts=st.integers(0, 20),
)
def test_a_digest_fits_into_a_chat_message_and_counts_what_it_leaves_out(
    count: int, name: str, language: str, cuts: int
) -> None:
    outages = tuple(Outage("network", 90 + n, n, n, 0, 0) for n in range(cuts))
    said = text(figures(count, outages=outages), language, name)

    assert len(said) <= LONGEST
    shown = said.count("\n• ")
    more = f"dan {count - shown} lagi" if language == "id" else f"and {count - shown} more"
    assert shown == count or more in said


@given(count=st.integers(0, 40), due=st.integers(0, 9))
def test_what_an_event_keeps_comes_back_as_it_was(count: int, due: int) -> None:
    found = figures(count, due_today=due, outages=(Outage("power", 90, 1, 2, 0, 0),))

    assert figures_of(json.loads(json.dumps(found.kept()))) == found
