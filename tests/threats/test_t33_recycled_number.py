"""T-33: a number that was silent for long hears no figure before its holder has said who they are."""

from datetime import timedelta

from threats.conftest import SITI, Guarded
from world import at

LONG = timedelta(days=120)


def silent_for_long(home: Guarded) -> None:
    """An invoice was sent and paid; then nobody heard of each other for 120 days; then there is another one."""
    home.world.invoice("OLD-1", customer_ref="A3")
    home.world.advance(at("2026-11-29 12:00"))
    home.world.act("mark_paid", invoice="OLD-1")
    home.world.advance(at("2026-11-30 12:00"))
    home.world.advance(home.world.now + LONG)
    home.world.invoice("NEW-1", customer_ref="A3", due_date="2027-04-10")


def texts(home: Guarded, since: int) -> list[str]:
    return [row.text for row in home.world.phone(SITI)[since:]]


def test_t33_after_the_silence_a_neutral_message_comes_first(home: Guarded) -> None:
    silent_for_long(home)
    before = len(home.world.phone(SITI))

    home.world.advance(timedelta(days=1))

    said = texts(home, before)
    assert len(said) == 1
    assert "1.500.000" not in said[0] and "NEW-1" not in said[0]
    assert home.world.act("get_invoice", invoice="NEW-1")["hold_reason"] == "number_unconfirmed"


def test_t33_who_says_yes_gets_the_text_that_is_true_then(home: Guarded) -> None:
    silent_for_long(home)
    home.world.advance(timedelta(days=1))
    before = len(home.world.phone(SITI))

    home.world.press(SITI, "number_right")
    home.world.advance(timedelta(hours=1))

    assert any("NEW-1" in text for text in texts(home, before))
    assert home.world.act("get_invoice", invoice="NEW-1")["hold_reason"] is None


def test_t33_a_question_out_of_the_silence_is_answered_without_figures(home: Guarded) -> None:
    silent_for_long(home)
    before = len(home.world.phone(SITI))

    home.world.say(SITI, "berapa tagihan saya?")

    said = texts(home, before)
    assert len(said) == 1
    assert "1.500.000" not in said[0]
    home.world.advance(timedelta(days=1))
    assert not any("1.500.000" in text for text in texts(home, before))


def test_t33_wrong_number_stops_everything(home: Guarded) -> None:
    silent_for_long(home)
    home.world.advance(timedelta(days=1))
    before = len(home.world.phone(SITI))

    home.world.press(SITI, "wrong_number")
    home.world.advance(at("2027-04-20 12:00"))

    assert texts(home, before) == []
    assert home.world.act("get_invoice", invoice="NEW-1")["waiting_for"] == "phone"


def test_t33_a_silence_of_two_days_after_it_calls_a_person(home: Guarded) -> None:
    silent_for_long(home)

    home.world.advance(timedelta(days=4))

    problems = [e.data["problem"] for e in home.world.events("contact_problem")]
    assert problems == ["unreachable"]


def test_t33_words_and_deliveries_within_ninety_days_are_signs_of_life(home: Guarded) -> None:
    home.world.invoice("OLD-1", customer_ref="A3")
    home.world.advance(at("2026-11-29 12:00"))
    home.world.act("mark_paid", invoice="OLD-1")
    home.world.advance(home.world.now + timedelta(days=80))
    home.world.invoice("NEW-1", customer_ref="A3", due_date="2027-03-10")
    before = len(home.world.phone(SITI))

    home.world.advance(timedelta(days=1))

    assert any("1.500.000" in text for text in texts(home, before))
