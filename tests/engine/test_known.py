"""A message of unknown outcome whose fate became known leaves no case, no held step and no silent invoice."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from world import World, at, world

from connector.store import schema

SITI = "+6281290001111"
LATE = timedelta(minutes=90)


@pytest.fixture
def kost(tmp_path: Path, database_url: str) -> Iterator[World]:
    with world(tmp_path / "home", database_url) as made:
        yield made


def asked_about_the_due_day(kost: World, **then: str) -> None:
    """The due day's text left, its answer was lost, 40 minutes of power were too: a person is asked at 10:00."""
    kost.invoice()
    kost.advance(at("2026-12-05 08:59"))
    kost.fault(kind="lost_answer", next=1)
    kost.fault(kind="late", next=1, seconds=LATE.total_seconds())
    if then:
        kost.fault(next=1, **then)
    kost.advance(at("2026-12-05 09:00"))
    kost.power(False)
    kost.advance(at("2026-12-05 09:40"))
    kost.power(True)
    kost.advance(at("2026-12-05 10:00"))
    held = kost.steps("T-1")["H"]
    assert (held.state, held.reason) == ("held", "unknown_person")
    assert [(c.reason, c.state) for c in kost.rows(schema.cases)] == [("unknown_outcome", "open")]
    assert kost.act("get_invoice", invoice="T-1")["sequence_status"] == "held"


def test_a_late_word_of_the_provider_closes_the_case_and_the_reminders_go_on(kost: World) -> None:
    asked_about_the_due_day(kost)

    kost.advance(at("2026-12-05 11:00"))

    (case,) = kost.rows(schema.cases)
    assert (case.state, case.outcome, case.resolved_by) == ("resolved", "message_arrived", "tagih")
    assert [e.data["case_id"] for e in kost.events("case_resolved")] == [case.id]
    card = kost.act("get_invoice", invoice="T-1")
    assert (card["sequence_status"], card["hold_reason"]) == ("running", None)
    kost.advance(at("2026-12-06 12:00"))
    assert [name for _, name in kost.sent()[2:]] == ["due_today", "overdue_notice"]


def test_a_late_no_of_the_provider_closes_the_case_and_the_second_channel_goes(kost: World) -> None:
    asked_about_the_due_day(kost, kind="failed", code="131026")

    kost.advance(at("2026-12-05 11:00"))

    steps = kost.steps("T-1")
    assert (steps["H"].state, steps["H"].reason, steps["H/sms"].state) == (
        "failed",
        "not_on_whatsapp",
        "sent",
    )
    assert [c.state for c in kost.rows(schema.cases)] == ["resolved"]
    assert kost.act("get_invoice", invoice="T-1")["sequence_status"] == "running"


@pytest.mark.parametrize("when", ["while it waits for a person", "before a person is asked"])
@pytest.mark.parametrize("ending", ["mark_paid", "void_invoice"])
def test_who_owes_nothing_any_more_leaves_no_question_behind(kost: World, when: str, ending: str) -> None:
    if when == "before a person is asked":
        kost.invoice()
        kost.fault(kind="lost_answer", next=1)
        kost.fault(kind="late", next=1, seconds=LATE.total_seconds())
        kost.advance(at("2026-11-28 09:00"))
        assert kost.steps("T-1")["created"].state == "unknown"
    else:
        asked_about_the_due_day(kost)

    kost.act(ending, invoice="T-1", **({"reason": "salah"} if ending == "void_invoice" else {}))
    kost.advance(kost.now + timedelta(minutes=25))

    assert [c for c in kost.rows(schema.cases) if c.state == "open"] == []
    key = "created" if when == "before a person is asked" else "H"
    asked = kost.steps("T-1")[key]
    # "paid": the provider has spoken since, so it was to go once more when the claim saw the payment.
    assert (asked.state, asked.reason in ("never_known", "paid")) == ("cancelled", True)
    kost.advance(LATE)
    assert kost.steps("T-1")[key].state == "sent"  # and then the provider says that it had arrived


def test_another_case_keeps_the_reminders_when_the_doubt_is_over(kost: World) -> None:
    asked_about_the_due_day(kost)
    kost.act("open_case", invoice="T-1", reason="dispute", note="salah jumlah")

    kost.advance(at("2026-12-06 12:00"))

    assert [(c.reason, c.state) for c in kost.rows(schema.cases)] == [
        ("unknown_outcome", "resolved"),
        ("dispute", "open"),
    ]
    card = kost.act("get_invoice", invoice="T-1")
    assert (card["sequence_status"], card["hold_reason"]) == ("handed_off", "disputed")
    assert len(kost.phone(SITI)) == 3
