"""The sentences of events count as people do and leave out what nobody knows."""

from connector.domain.summaries import completed_words, summary


def test_one_is_singular_in_english() -> None:
    words = {"number": "T-1", "name": "Siti", "due": "Rp1", "state": "paid"}

    assert summary("invoice_overdue", "en", {**words, "days": 1}) == "T-1, Siti: 1 day overdue, Rp1."
    assert "2 days overdue" in summary("invoice_overdue", "en", {**words, "days": 2})
    assert summary("sequence_completed", "en", {**words, "count": "1"}).endswith("paid after 1 message.")
    assert summary("sequence_completed", "en", {**words, "count": "0"}).endswith("paid after 0 messages.")


def test_a_stopped_channel_says_no_number_that_nobody_counted() -> None:
    for language in ("id", "en"):
        said = summary("channel_unhealthy", language, {"channel": "WhatsApp", "reason": "Token."})
        assert said.endswith("Token.") and "-" not in said


def test_the_end_of_reminders_is_said_in_words() -> None:
    for result in ("finished", "paid", "void", "case_resolved", "anything"):
        assert completed_words(result, "id") not in ("", result)
