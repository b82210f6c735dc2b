"""Which events a subscription wants, when it sleeps, where it may lead."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.subscriptions import (
    Filters,
    Told,
    awake_hours,
    held_until,
    place_of,
    tags_of,
    wants,
)

JAKARTA = "Asia/Jakarta"
ABOUT = Told("invoice_overdue", True, True, frozenset({"gold"}), "kost", 3, source="sheet:kost")


@pytest.mark.parametrize(
    ("filters", "passes"),
    [
        (Filters(), True),
        (Filters(only_tags=frozenset({"gold", "x"})), True),
        (Filters(only_tags=frozenset({"silver"})), False),
        (Filters(only_recipes=frozenset({"kost"})), True),
        (Filters(only_recipes=frozenset({"saas"})), False),
        (Filters(days_overdue=frozenset({3})), True),
        (Filters(days_overdue=frozenset({7})), False),
        (Filters(reasons=frozenset({"dispute"})), True),  # asked of needs_human only
        (Filters(sources=frozenset({"sheet:kost"})), True),
        (Filters(sources=frozenset({"xero"})), False),
        (Filters(only_customers=frozenset({"cus_1"})), False),  # what is about nobody in particular stays out
    ],
)
def test_every_filter_must_agree(filters: Filters, passes: bool) -> None:
    assert wants({"invoice_overdue"}, filters, ABOUT) is passes
    assert not wants({"invoice_paid"}, filters, ABOUT)


def test_a_case_is_asked_for_its_reason() -> None:
    dispute = Told("needs_human", True, True, reason="dispute")

    assert wants({"needs_human"}, Filters(reasons=frozenset({"dispute"})), dispute)
    assert not wants({"needs_human"}, Filters(reasons=frozenset({"hardship"})), dispute)


def test_what_is_about_nobody_passes_the_filters_about_people() -> None:
    filters = Filters(only_tags=frozenset({"gold"}), only_recipes=frozenset({"kost"}))

    assert wants({"channel_unhealthy"}, filters, Told("channel_unhealthy"))


def test_a_source_bound_key_hears_nothing_that_is_not_from_its_source() -> None:
    assert not wants({"channel_unhealthy"}, Filters(sources=frozenset({"xero"})), Told("channel_unhealthy"))


def test_tags_come_from_the_invoice_and_from_its_customer() -> None:
    assert tags_of([{"tag": "blok-a"}, {"tag": "gold, blok-a"}, {}]) == {"blok-a", "gold"}
    assert tags_of([{"tag": 7}, {"tag": None}]) == {"7"}


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),
    st.integers(0, 1439),
    st.integers(0, 1439),
    st.sampled_from([JAKARTA, "Asia/Jayapura", "Europe/Berlin"]),
)
def test_what_is_held_is_held_to_the_end_of_the_quiet_hours(
    wall: datetime, begins: int, ends: int, zone: str
) -> None:
    if begins == ends:
        return
    now = wall.replace(tzinfo=UTC)
    quiet = f"{begins // 60:02d}:{begins % 60:02d}-{ends // 60:02d}:{ends % 60:02d}"

    until = held_until(now, quiet, zone)

    local = now.astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    asleep = begins <= minute < ends if begins < ends else minute >= begins or minute < ends
    if until is None:
        assert not asleep or zone == "Europe/Berlin"
        return
    left_out = (
        zone == "Europe/Berlin" and (begins - ends) % 1440 <= 60
    )  # by a change of the clock, once a year
    assert now < until <= now + timedelta(hours=50 if left_out else 26)
    assert held_until(until, quiet, zone) is None


def test_off_never_holds() -> None:
    assert held_until(datetime(2026, 12, 5, 20, 0, tzinfo=UTC), "off", JAKARTA) is None


@pytest.mark.parametrize("quiet", ["", "21-07", "24:00-07:00", "21:00-21:00", "21:00–07:00", " off"])
def test_a_span_that_is_none_is_refused(quiet: str) -> None:
    with pytest.raises(ValueError):
        awake_hours(quiet)


@pytest.mark.parametrize(
    "url",
    [
        "https://n8n.example.com/webhook/1",
        "https://n8n.example.com:8443/webhook/1?a=b",
        "https://hooks.zapier.com/hooks/standard/1/",
        "https://xn--kst-qla.example/x",
        "http://n8n:5678/webhook",
        "http://127.0.0.1:5678/webhook",
        "http://[fd00::7]:5678/webhook",
        "HTTPS://N8N.Example.com/x",
    ],
)
def test_where_a_subscription_may_lead(url: str) -> None:
    assert place_of(url, frozenset({"n8n:5678", "127.0.0.1:5678", "[fd00::7]:5678"})) is not None


@pytest.mark.parametrize(
    "url",
    [
        "http://n8n.example.com/webhook",
        "https://n8n.example.com:5678/webhook",
        "https://n8n.example.com:22/",
        "https://n8n:5679/webhook",
        "http://n8n:5679/webhook",
        "https://localhost/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f.0.0.1/",
        "https://0177.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://8.8.8.8/",
        "https://user:pass@n8n.example.com/",
        "https://n8n.example.com@127.0.0.1/",
        "https://n8n.example.com\\@127.0.0.1/",
        "https://n8n.example.com#@127.0.0.1/",
        "https://n8n.example.com/a b",
        "https://n8n.example.com/\r\nHost: x",
        "https://ｎ8n.example.com/",
        "https://n8n.example.com.:443/",
        "https://n8n..example.com/",
        "https://-n8n.example.com/",
        "https://n8n.example.c0m-/",
        "https://n8n.example.com:99999/",
        "ftp://n8n.example.com/",
        "file:///etc/passwd",
        "gopher://n8n:5678/",
        "//n8n:5678/",
        "https://",
        "https://" + "a" * 2000 + ".example",
    ],
)
def test_where_it_may_not(url: str) -> None:
    assert place_of(url, frozenset({"n8n:5678"})) is None
