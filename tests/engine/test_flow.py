"""One invoice through its fortnight, on both databases, over real HTTP to the emulator."""

from datetime import timedelta
from pathlib import Path

import pytest
from world import World, at, world

SITI = "+6281290001111"


@pytest.fixture
def kost(tmp_path: Path, database_url: str):
    with world(tmp_path / "home", database_url) as made:
        yield made


def test_an_invoice_gets_each_text_once_at_nine(kost: World) -> None:
    kost.invoice()

    kost.advance(at("2026-12-20 12:00"))

    assert kost.sent() == [
        ("11-28 09:00", "invoice_created"),
        ("12-02 09:00", "payment_reminder"),
        ("12-05 09:00", "due_today"),
        ("12-06 09:00", "overdue_notice"),
        ("12-12 09:00", "overdue_followup"),
    ]


def test_paid_means_a_receipt_and_silence(kost: World) -> None:
    kost.invoice()
    kost.advance(at("2026-12-03 10:00"))

    kost.act("mark_paid", invoice="T-1", paid_on="2026-12-03")
    kost.advance(at("2026-12-20 12:00"))

    assert kost.sent()[2:] == [("12-03 10:00", "payment_received")]


def test_a_cut_over_three_days_leaves_one_true_message(kost: World) -> None:
    kost.invoice()
    kost.advance(at("2026-12-04 12:00"))

    kost.power(False)
    kost.advance(timedelta(days=3))
    kost.power(True)
    kost.advance(at("2026-12-11 12:00"))

    assert kost.sent()[2:] == [("12-07 12:00", "overdue_notice")]
    recovered = kost.events("blackout_recovered")
    assert len(recovered) == 1
    assert {k: recovered[0].data[k] for k in ("cause", "late", "superseded", "lost", "doubled")} == {
        "cause": "power",
        "late": 1,
        "superseded": 1,
        "lost": 0,
        "doubled": 0,
    }
