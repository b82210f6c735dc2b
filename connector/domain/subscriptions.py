"""Which events a subscription wants, when its flows may be woken, and where its address may lead."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from connector.domain.model import WindowRule
from connector.domain.windows import is_open, next_open

NIGHT = "21:00-07:00"
ANY_HOUR = "off"
SAFETY = "safety"
SWITCHED_OFF = "subscription_switched_off"  # by its own user; every other end is told to the owner
PORTS = frozenset({443, 8443})
LONGEST_URL = 2000
_QUIET = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
# A name with a dot and a last label of letters: no literal in any spelling, no name of a local network.
_NAME = re.compile(
    r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
_PRINTABLE = re.compile(r"[\x21-\x5b\x5d-\x7e]+")  # no blank, no backslash, nothing beyond ASCII


class SubscriptionState(StrEnum):
    ACTIVE = "active"
    STOPPED = "stopped"  # nothing is sent and nothing is lost: it goes on where it stood


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the events down; an empty one asks nothing."""

    only_tags: frozenset[str] = frozenset()
    only_recipes: frozenset[str] = frozenset()
    days_overdue: frozenset[int] = frozenset()
    reasons: frozenset[str] = frozenset()
    only_customers: frozenset[str] = frozenset()  # their ids
    sources: frozenset[str] | None = None  # of a source-bound key; None: every source


@dataclass(frozen=True, slots=True)
class Subscription:
    """A URL that wants certain events."""

    id: str
    url: str = field(repr=False)
    host: str
    place: str
    events: list[str]
    only_tags: list[str]
    only_recipes: list[str]
    days_overdue: list[int]
    reasons: list[str]
    quiet: str
    pii: str
    key_id: str
    state: SubscriptionState
    cursor: int
    created_at: datetime
    name: str | None = None
    sources: list[str] | None = None
    language: str | None = None
    state_reason: str | None = None
    downs: int = 0
    tries: int = 0
    failing_since: datetime | None = None
    wait_until: datetime | None = None
    last_delivered_at: datetime | None = None
    only_customers: list[str] | None = None
    once: bool | None = None  # it ends with the first event that is received
    updated_at: datetime | None = None  # when it was stopped, or went on
    ends_at_m: datetime | None = None  # it ends by itself, in machine time: a flow waits in that

    @property
    def filters(self) -> Filters:
        return Filters(
            frozenset(self.only_tags),
            frozenset(self.only_recipes),
            frozenset(self.days_overdue),
            frozenset(self.reasons),
            frozenset(self.only_customers or ()),
            None if self.sources is None else frozenset(self.sources),
        )


@dataclass(frozen=True, slots=True)
class Told:
    """What may be asked of an event."""

    type: str
    about_customer: bool = False
    about_invoice: bool = False
    tags: frozenset[str] = frozenset()
    recipe: str | None = None
    threshold_days: int | None = None
    reason: str | None = None
    severity: str | None = None
    source: str | None = None
    customer_id: str | None = None


def wants(types: Iterable[str], filters: Filters, told: Told) -> bool:
    """Whether an event passes. A filter asks only events that can have what it asks for.

    >>> late = Told("invoice_overdue", about_invoice=True, threshold_days=3)
    >>> [wants({"invoice_overdue"}, Filters(days_overdue=frozenset(days)), late) for days in ({3, 7}, {7}, {})]
    [True, False, True]
    """
    if told.type not in set(types):
        return False
    somebody = told.about_customer or told.about_invoice
    asked = (
        filters.sources is None or told.source in filters.sources,
        not filters.only_customers or told.customer_id in filters.only_customers,
        not (filters.only_tags and somebody) or bool(filters.only_tags & told.tags),
        not (filters.only_recipes and told.about_invoice) or told.recipe in filters.only_recipes,
        not (filters.days_overdue and told.type == "invoice_overdue")
        or told.threshold_days in filters.days_overdue,
        not (filters.reasons and told.type == "needs_human") or told.reason in filters.reasons,
    )
    return all(asked)


def tags_of(extras: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The words in the extra field `tag` of an invoice and its customer; commas part several.

    >>> sorted(tags_of([{"tag": "gold, blok-a"}, {}]))
    ['blok-a', 'gold']
    """
    words = (word.strip() for extra in extras for word in str(extra.get("tag") or "").split(","))
    return frozenset(word for word in words if word)


def awake_hours(quiet: str) -> WindowRule | None:
    """When flows may be woken; None: at any hour. Raises ValueError for what is no span of two times.

    >>> awake_hours("21:00-07:00").opens, awake_hours("off")
    (datetime.time(7, 0), None)
    """
    if quiet == ANY_HOUR:
        return None
    found = _QUIET.fullmatch(quiet)
    if found is None:
        raise ValueError("not a span of two times")
    from_hour, from_minute, to_hour, to_minute = map(int, found.groups())
    begins, ends = time(from_hour, from_minute), time(to_hour, to_minute)
    if begins == ends:
        raise ValueError("the span has no end")
    return WindowRule(opens=ends, closes=begins)


def held_until(at: datetime, quiet: str, zone: str) -> datetime | None:
    """The end of the quiet hours in which this instant lies; None outside of them.

    >>> from datetime import UTC
    >>> held_until(datetime(2026, 12, 5, 15, 0, tzinfo=UTC), "21:00-07:00", "Asia/Jakarta")  # 22:00
    datetime.datetime(2026, 12, 6, 0, 0, tzinfo=datetime.timezone.utc)
    """
    awake = awake_hours(quiet)
    if awake is None or is_open(at, awake, zone):
        return None
    return next_open(at, awake, zone)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an address leads, in lower case."""

    scheme: str
    host: str
    port: int
    url: str = field(repr=False)  # its path is often a secret

    @property
    def exact(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def place_of(url: str, private: frozenset[str]) -> Place | None:
    """Where a subscription may lead: https to a name on port 443 or 8443, or a place that the operator named.

    None for everything else. Whether the name resolves to public addresses is asked at each delivery.

    >>> place_of("https://n8n.example/webhook/7", frozenset()).exact
    'n8n.example:443'
    >>> [place_of(url, frozenset()) for url in ("http://n8n.example/", "https://127.1/", "https://a.b@c.example/")]
    [None, None, None]
    >>> place_of("http://n8n:5678/webhook/7", frozenset({"n8n:5678"})).scheme
    'http'
    """
    if len(url) > LONGEST_URL or not _PRINTABLE.fullmatch(url) or "@" in url.partition("?")[0]:
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or parts.fragment:
        return None
    place = Place(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), url)
    if place.exact in private:
        return place
    public = place.scheme == "https" and place.port in PORTS and _NAME.fullmatch(host)
    return place if public else None
