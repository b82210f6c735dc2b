"""Automation 5: a promise becomes an all-day event in a calendar, and goes from it again."""

from typing import Any

from flows.flow import Flow

SITI = "+6281290001111"


def calendar(events: list[dict[str, Any]]) -> dict[str, tuple[str, str, str]]:
    """What n8n makes of the events in Google Calendar: promise id -> (title, start, exclusive end)."""
    shown: dict[str, tuple[str, str, str]] = {}
    for event in events:
        if event["type"] == "promise_made":
            shown.pop(event["replaces_promise_id"], None)
            title = f"{event['customer_name']} janji {event['promise_amount_text']}"
            shown[event["promise_id"]] = (title, event["promise_date"], event["promise_next_date"])
        elif event["type"].startswith("promise_"):
            shown.pop(event["promise_id"], None)
    return shown


PROMISES = ("promise_made", "promise_kept", "promise_broken", "promise_cancelled")


def owing(flow: Flow) -> None:
    flow.run(
        "create_invoice",
        customer_name="Siti Rahma",
        customer_phone=SITI,
        amount="1500000",
        due_date="2026-12-05",
        invoice_number="A3-2026-12",
        recipe="kost",
    )
    flow.advance("2026-12-06 10:00")


def promises(flow: Flow, day: str) -> dict[str, Any]:
    return flow.run(
        "record_promise", invoice="A3-2026-12", promise_date=day, promise_words="abis gajian", by="n8n"
    )


def test_a_promise_is_one_whole_day_in_the_calendar(flow: Flow) -> None:
    owing(flow)

    made = promises(flow, "2026-12-31")

    told = flow.event("promise_made")
    assert calendar(flow.events(*PROMISES)) == {
        made["promise_id"]: ("Siti Rahma janji Rp1.500.000", "2026-12-31", "2027-01-01")
    }
    assert (told["promise_words"], told["promise_no"]) == ("abis gajian", 1)
    assert told["summary"] == "Siti Rahma berjanji Rp1.500.000 untuk 31 Des 2026."


def test_a_new_day_replaces_the_old_one(flow: Flow) -> None:
    owing(flow)
    first = promises(flow, "2026-12-10")

    second = promises(flow, "2026-12-15")

    told = flow.event("promise_made")
    assert told["replaces_promise_id"] == first["promise_id"] and told["promise_no"] == 2
    assert list(calendar(flow.events(*PROMISES))) == [second["promise_id"]]


def test_a_promise_that_is_taken_back_leaves_the_calendar(flow: Flow) -> None:
    owing(flow)
    made = promises(flow, "2026-12-10")

    flow.run("cancel_promise", promise=made["promise_id"], reason="salah tanggal")

    assert calendar(flow.events(*PROMISES)) == {}
    assert flow.event("promise_cancelled")["promise_id"] == made["promise_id"]


def test_a_kept_promise_is_told_with_what_was_paid(flow: Flow) -> None:
    owing(flow)
    promises(flow, "2026-12-10")
    flow.advance("2026-12-09 10:00")

    flow.run("mark_paid", invoice="A3-2026-12", paid_on="2026-12-09", payment_ref="bca-1")

    told = flow.event("promise_kept")
    assert (told["promise_paid"], told["promise_short"]) == ("1500000", "0")
    assert calendar(flow.events(*PROMISES)) == {}


def test_at_two_without_power_a_broken_promise_is_told_in_the_morning_and_once(flow: Flow) -> None:
    owing(flow)
    promises(flow, "2026-12-10")
    flow.power_off("2026-12-11 22:00")  # the grace ends this night

    flow.power_on("2026-12-13 02:00")
    flow.advance("2026-12-13 06:59")
    early = flow.events("promise_broken")
    flow.advance("2026-12-14 12:00")

    (told,) = flow.events("promise_broken")
    assert early == []
    assert told["occurred_at"] == "2026-12-13T07:00:00+07:00"
    assert (told["promise_date"], told["promise_short"], told["grace_ended_on"]) == (
        "2026-12-10",
        "1500000",
        "2026-12-11",
    )
    assert flow.phone(SITI).templates.count("promise_broken") == 1


def test_a_promise_told_after_its_day_still_says_its_day(flow: Flow) -> None:
    owing(flow)
    promises(flow, "2026-12-07")

    flow.advance("2026-12-20 12:00")  # n8n slept; it reads by cursor now

    read = flow.events(*PROMISES)
    assert [e["type"] for e in read] == ["promise_made", "promise_broken"]
    assert [e["event_number"] for e in read] == sorted(e["event_number"] for e in read)
    assert read[0]["promise_date"] == "2026-12-07" and read[0]["occurred_on"] == "2026-12-06"
