"""What concerns the whole business: a pause that names its end, a zone that takes the plan along."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from world import World, at, world

from connector.clock import from_ms

SITI = "+6281290001111"


@pytest.fixture
def kost(tmp_path: Path, database_url: str) -> Iterator[World]:
    with world(tmp_path / "home", database_url) as made:
        yield made


def test_a_pause_names_its_end_in_business_time(kost: World) -> None:
    """The world's clock is virtual and far from machine time; what was asked is what is answered."""
    asked = kost.act("pause_all", reason="libur", until="2100-01-01")

    assert asked["paused_until"] == "2100-01-02T00:00:00+07:00"
    assert asked["result_text"] == "Semua pengiriman dijeda sampai 1 Jan 2100."
    again = kost.act("pause_all", reason="libur", until="2100-01-01")
    assert again["result_text"] == "Pengiriman memang sedang dijeda sampai 1 Jan 2100."
    assert kost.act("pause_all", reason="libur")["result_text"] == "Semua pengiriman dijeda."


@pytest.mark.parametrize("whose", ["update_business", "upsert_customer"])
def test_another_zone_takes_the_planned_hours_along(kost: World, whose: str) -> None:
    kost.invoice("Z-1", due_date="2026-12-05")
    kost.invoice("Z-2", due_date="2026-12-05", customer_name="Made Uji", customer_phone="081290002222")
    kost.act(
        "upsert_customer", customer_name="Made Uji", customer_phone="081290002222", time_zone="Asia/Makassar"
    )
    kost.advance(at("2026-11-28 10:00"))

    person = {"customer_name": "Siti Uji", "customer_phone": "081290001111"}
    kost.act(whose, time_zone="Asia/Jayapura", **(person if whose == "upsert_customer" else {}))

    theirs = {key: f"{from_ms(s.due_at):%m-%d %H:%M}" for key, s in kost.steps("Z-1").items()}
    assert (theirs["H-3"], theirs["H"], theirs["tick:due"]) == ("12-02 00:00", "12-05 00:00", "12-04 22:00")
    own = {key: f"{from_ms(s.due_at):%m-%d %H:%M}" for key, s in kost.steps("Z-2").items()}
    assert (own["H-3"], own["H"]) == ("12-02 01:00", "12-05 01:00")
    kost.advance(at("2026-12-05 12:00"))
    assert kost.sent(SITI)[1:] == [("12-02 07:00", "payment_reminder"), ("12-05 07:00", "due_today")]
