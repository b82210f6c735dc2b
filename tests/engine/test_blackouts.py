"""Power, network or a pause is gone for hours or days: one message each, the true one, at a decent local hour."""

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from engine_probes import accepted, three_days, twice
from world import World, at, world

from connector.store import schema

SITI = "+6281290001111"
CAUSES = ("power", "network", "pause")


class _Patient(random.Random):
    """Waits as long as it may: the worst that jitter can do, and the fewest probes."""

    def uniform(self, a: float, b: float) -> float:
        return b


def patient(made: World) -> World:
    made.worker.rng = made.worker._recorder.rng = _Patient()
    three_days(made)
    return made


@pytest.fixture
def kost(tmp_path: Path, sqlite_url: str) -> Iterator[World]:
    with world(tmp_path / "home", sqlite_url) as made:
        yield patient(made)


@pytest.fixture
def kost_on_both(tmp_path: Path, database_url: str) -> Iterator[World]:
    with world(tmp_path / "home", database_url) as made:
        yield patient(made)


@contextmanager
def gone(kost: World, cause: str) -> Iterator[None]:
    """What happens inside this block happens without power, without a network, or while everything is paused."""
    begin: dict[str, Callable[[], Any]] = {
        "power": lambda: kost.power(False),
        "network": lambda: kost.fault(kind="network", rate=1),
        "pause": lambda: kost.act("pause_all", reason="libur"),
    }
    end: dict[str, Callable[[], Any]] = {
        "power": lambda: kost.power(True),
        "network": kost.no_faults,
        "pause": lambda: kost.act("resume_all"),
    }
    begin[cause]()
    kost.settle()
    yield
    end[cause]()
    kost.settle()


def cut(kost: World, cause: str, begin: str, end: str) -> AbstractContextManager[None]:
    """Walks to the beginning; the block ends at `end`."""
    kost.advance(at(begin))

    @contextmanager
    def whole() -> Iterator[None]:
        with gone(kost, cause):
            yield
            kost.advance(at(end))

    return whole()


def local_times(kost: World, phone: str, zone: str) -> list[tuple[str, str]]:
    """(local time, template) of what reached a phone."""
    return [
        (
            f"{datetime.fromtimestamp(row.at / 1000, tz=ZoneInfo(zone)):%m-%d %H:%M}",
            row.request["template"]["name"],
        )
        for row in kost.phone(phone)
    ]


@pytest.mark.parametrize("cause", CAUSES)
def test_49_hours_without_it_leave_one_true_message_and_two_reasons(kost_on_both: World, cause: str) -> None:
    kost = kost_on_both
    kost.invoice(recipe="tiga-hari")
    kost.invoice("T-2", customer_name="Budi Uji", customer_phone="081290004444", recipe="tiga-hari")
    kost.invoice("T-3", customer_name="Ayu Uji", customer_phone="081290005555", recipe="tiga-hari")

    with cut(kost, cause, "2026-12-04 08:30", "2026-12-06 09:30"):
        pass
    kost.advance(at("2026-12-06 12:00"))

    for number, phone in (("T-1", SITI), ("T-2", "+6281290004444"), ("T-3", "+6281290005555")):
        ((when, name),) = kost.sent(phone)[1:]
        assert name == "overdue_notice"
        assert "12-06 09:30" <= when <= "12-06 09:50"
        steps = kost.steps(number)
        for key in ("H-1", "H"):
            assert steps[key].state == "superseded"
            assert steps[key].reason in ("superseded", "stage_over")
    (recovered,) = kost.events("blackout_recovered")
    assert {k: recovered.data[k] for k in ("cause", "late", "superseded", "lost", "doubled")} == {
        "cause": cause,
        "late": 3,
        "superseded": 6,
        "lost": 0,
        "doubled": 0,
    }
    begun, ended = (datetime.fromisoformat(recovered.data[k]) for k in ("from_at", "to_at"))
    assert at("2026-12-04 08:00") <= begun <= at("2026-12-04 09:00")
    assert at("2026-12-06 09:30") <= ended <= at("2026-12-06 09:50")
    assert twice(accepted(kost)) == []


@pytest.mark.parametrize("cause", CAUSES)
def test_a_cut_of_a_morning_is_made_up_at_noon_of_the_same_day(kost: World, cause: str) -> None:
    kost.invoice("T-1", recipe="tiga-hari")
    kost.invoice("T-2", amount="250000", description="Listrik", recipe="tiga-hari")
    kost.invoice("T-3", customer_name="Budi Uji", customer_phone="081290004444", recipe="tiga-hari")

    with cut(kost, cause, "2026-12-05 08:58", "2026-12-05 12:00"):
        pass
    kost.advance(at("2026-12-05 12:05"))

    ((when, name),) = kost.sent(SITI)[2:]
    assert name == "statement"
    assert "12-05 12:00" <= when <= "12-05 12:05"
    ((when, name),) = kost.sent("+6281290004444")[2:]
    assert name == "due_today"
    assert "12-05 12:00" <= when <= "12-05 12:05"


def test_the_invoice_text_goes_the_same_day_when_the_power_is_back(kost: World) -> None:
    kost.invoice(recipe="tiga-hari")

    with cut(kost, "power", "2026-11-28 08:30", "2026-11-28 17:10"):
        pass

    assert kost.sent() == [("11-28 17:10", "invoice_created")]


def test_a_cut_that_ends_at_night_keeps_the_window(kost_on_both: World) -> None:
    kost = kost_on_both
    kost.invoice(recipe="tiga-hari")

    with cut(kost, "power", "2026-12-04 08:30", "2026-12-05 23:40"):
        pass
    kost.advance(at("2026-12-07 12:00"))

    assert kost.sent()[1:] == [("12-06 09:00", "overdue_notice")]
    assert [e.data["superseded"] for e in kost.events("blackout_recovered")] == [2]


def test_paid_in_the_dark_means_no_reminder_afterwards(kost: World) -> None:
    kost.invoice(recipe="tiga-hari")

    with cut(kost, "power", "2026-12-04 08:30", "2026-12-06 09:30"):
        kost.act("mark_paid", invoice="T-1", tell_customer=False)
    kost.advance(at("2026-12-08 12:00"))

    assert kost.sent()[1:] == []
    assert {kost.steps("T-1")[key].reason for key in ("H-1", "H", "H+1")} == {"paid"}


def test_someone_whose_case_is_open_does_not_keep_the_report_back(kost: World) -> None:
    kost.invoice(recipe="tiga-hari")
    kost.invoice("T-2", customer_name="Budi Uji", customer_phone="081290004444", recipe="tiga-hari")
    kost.advance(at("2026-12-04 08:30"))
    kost.act("open_case", invoice="T-2", reason="dispute")

    with cut(kost, "power", "2026-12-04 08:40", "2026-12-04 12:00"):
        pass
    kost.advance(at("2026-12-04 12:10"))

    (recovered,) = kost.events("blackout_recovered")
    assert (recovered.data["late"], recovered.data["superseded"]) == (1, 0)


def test_a_short_flicker_is_no_outage(kost: World) -> None:
    kost.invoice(recipe="tiga-hari")

    for cause in CAUSES:
        with cut(kost, cause, "2026-12-05 08:59", "2026-12-05 09:02"):
            pass

    assert kost.events("blackout_recovered") == []
    assert [name for _, name in kost.sent()[2:]] == ["due_today"]


def test_a_delivery_that_waits_with_the_provider_is_heard_before_the_second_channel_goes(kost: World) -> None:
    kost.invoice(recipe="kost")
    kost.fault(kind="late", rate=1, seconds=600.0)

    with cut(kost, "power", "2026-11-28 09:05", "2026-11-28 15:00"):
        pass
    kost.advance(at("2026-11-28 15:10"))

    twin = kost.steps("T-1")["created/sms"]
    assert (twin.state, twin.reason) == ("cancelled", "fallback_not_needed")


def test_each_zone_has_its_own_hours_after_the_cut(kost: World) -> None:
    people = {
        "+6281290004441": "Asia/Jakarta",
        "+6281290004442": "Asia/Makassar",
        "+6281290004443": "Asia/Jayapura",
    }
    for place, (phone, zone) in enumerate(people.items()):
        name = f"Uji {place}"
        kost.act("upsert_customer", customer_name=name, customer_phone=phone, time_zone=zone)
        kost.invoice(f"Z-{place}", customer_name=name, customer_phone=phone, recipe="tiga-hari")

    with cut(kost, "power", "2026-12-05 06:30", "2026-12-05 19:00"):
        pass
    kost.advance(at("2026-12-06 12:00"))

    assert [local_times(kost, phone, zone)[2:] for phone, zone in people.items()] == [
        [("12-05 19:00", "due_today"), ("12-06 15:00", "overdue_notice")][:1],
        [("12-06 09:00", "overdue_notice")],
        [("12-06 09:00", "overdue_notice")],
    ]
    assert kost.steps("Z-1")["H"].reason == kost.steps("Z-2")["H"].reason == "stage_over"


@pytest.mark.parametrize(
    ("begin", "due"),
    [
        pytest.param("2026-10-20", "2026-10-25", id="the hour comes twice"),
        pytest.param("2027-03-23", "2027-03-28", id="the hour is left out"),
    ],
)
def test_a_cut_over_the_change_of_the_clocks_keeps_berlin_hours(
    tmp_path: Path, sqlite_url: str, begin: str, due: str
) -> None:
    berlin = ZoneInfo("Europe/Berlin")

    def there(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=berlin)

    start = there(f"{begin} 08:00")
    with world(tmp_path / "home", sqlite_url, start=start) as kost:
        three_days(kost)
        kost.act("upsert_customer", customer_name="Uji", customer_phone=SITI, time_zone="Europe/Berlin")
        kost.invoice(customer_name="Uji", customer_phone=SITI, due_date=due, recipe="tiga-hari")
        before = (datetime.fromisoformat(due) - timedelta(days=1)).date().isoformat()
        after = (datetime.fromisoformat(due) + timedelta(days=1)).date().isoformat()
        kost.advance(there(f"{before} 08:30"))
        with gone(kost, "power"):
            kost.advance(there(f"{due} 07:30"))
        kost.advance(there(f"{after} 12:00"))

        assert local_times(kost, SITI, "Europe/Berlin") == [
            (f"{begin[5:]} 09:00", "invoice_created"),
            (f"{due[5:]} 09:00", "due_today"),
            (f"{after[5:]} 09:00", "overdue_notice"),
        ]
        assert kost.rows(schema.steps, schema.steps.c.key == "H-1")[0].state == "superseded"
