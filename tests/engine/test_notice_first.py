"""The invoice text is a notice and obeys the window only: a reminder that may not go never takes its place."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from world import World, at, world


@pytest.fixture
def kost(tmp_path: Path, database_url: str) -> Iterator[World]:
    with world(tmp_path / "home", database_url) as made:
        yield made


def test_an_open_case_keeps_the_reminder_and_lets_the_invoice_text_go(kost: World) -> None:
    kost.invoice("O-1", due_date="2026-12-20")
    kost.advance(at("2026-11-28 10:00"))
    kost.act("open_case", customer="081290001111", reason="dispute", note="bingung")
    kost.advance(at("2026-11-29 08:30"))

    kost.invoice("O-2", due_date="2026-12-02")
    kost.advance(at("2026-11-29 09:30"))

    steps = kost.steps("O-2")
    assert kost.sent()[1:] == [("11-29 09:00", "invoice_created")]
    assert (steps["created"].state, steps["created"].reason) == ("sent", None)
    assert (steps["H-3"].state, steps["H-3"].reason) == ("planned", "case_open")


def test_nothing_is_called_replaced_by_a_reminder_that_a_case_holds(kost: World) -> None:
    kost.invoice("O-1", due_date="2026-12-05")
    kost.advance(at("2026-11-28 10:00"))
    kost.act("open_case", invoice="O-1", reason="hardship")

    kost.advance(at("2026-12-07 10:00"))

    steps = kost.steps("O-1")
    assert len(kost.sent()) == 1
    assert {steps[key].reason for key in ("H-3", "H")} == {"stage_over"}
    lines = {line["step"]: line for line in kost.act("explain_invoice", invoice="O-1")["lines"]}
    assert [lines[key]["at_text"][-5:] for key in ("H-3", "H")] == ["09:00", "09:00"]
    assert (steps["H+1"].state, steps["H+1"].reason) == ("planned", "case_open")


def test_a_full_week_moves_the_reminder_and_lets_the_invoice_text_go(kost: World) -> None:
    for place, due in enumerate(("2026-11-28", "2026-11-29", "2026-11-30", "2026-12-01")):
        kost.invoice(f"C-{place}", due_date=due, issue_date="2026-11-28")
    kost.advance(at("2026-12-02 08:00"))
    before = len(kost.sent())

    kost.invoice("NEW", due_date="2026-12-05")
    kost.advance(at("2026-12-02 09:30"))

    assert kost.sent()[before:] == [("12-02 09:00", "invoice_created")]
    reminder = kost.steps("NEW")["H-3"]
    assert (reminder.state, reminder.reason) == ("planned", "cap_7_days")
    assert kost.steps("NEW")["created"].state == "sent"


@pytest.mark.parametrize("due", ["2026-12-01", "2026-11-28"], ids=["H-3 spoke for it", "the due day did"])
def test_a_corrected_due_date_does_not_repeat_an_invoice_text_that_another_stage_had_said(
    kost: World, due: str
) -> None:
    kost.invoice("D-1", due_date=due)
    kost.advance(at("2026-11-28 10:00"))
    assert [name for _, name in kost.sent()] == ["invoice_created"]
    assert kost.steps("D-1")["created"].state == "superseded"

    later = f"{due[:-2]}{int(due[-2:]) + 1:02d}"
    kost.act("update_invoice", invoice="D-1", due_date=later)
    kost.advance(at("2026-11-28 14:00"))

    assert len(kost.sent()) == 1
