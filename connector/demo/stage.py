"""Where the scenes play: the world, the screen, the words, and the checks that the story must pass."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

from connector.demo import cast
from connector.demo.cast import TENANTS, Tenant
from connector.demo.screen import Screen
from connector.demo.words import WORDS
from connector.demo.world import Received, World
from connector.domain.results import stage_words, status_words
from connector.domain.texts import SHORT_MONTHS, WEEKDAYS, format_time


class NotSo(Exception):
    """Something that the story claims did not happen; the message names it."""


class Stage:
    """What the engine did is read back from it and shown; nothing is told that did not happen."""

    def __init__(self, world: World, screen: Screen, language: str) -> None:
        self.world, self.screen, self.language = world, screen, language
        self.words = WORDS[language]
        self.checks = 0
        self._seen: set[str] = set()
        self._told: set[str] = set()

    def check(self, name: str, holds: bool) -> None:
        """A claim of the story; one that does not hold ends it."""
        if not holds:
            raise NotSo(name)
        self.checks += 1

    def say(self, key: str, /, **values: object) -> None:
        self.screen.say(self.words[key].format(**values))

    def moment(self, at: datetime, key: str, /, **values: object) -> None:
        self.screen.moment(self.when(at), self.words[key].format(**values))

    def when(self, at: datetime) -> str:
        """ "Sab  5 Des 09:00": as wide on every day."""
        local = at.astimezone(cast.ZONE)
        month = SHORT_MONTHS[self.language][local.month - 1]
        return f"{WEEKDAYS[self.language][local.weekday()][:3]} {local.day:2} {month} {format_time(local)}"

    # --- messages -------------------------------------------------------------------------------------------

    def arrived(self, *people: Tenant) -> list[Received]:
        """The messages on these phones (on all) since the last look, in the order of their time."""
        found = [m for t in people or TENANTS for m in self.world.received(t.e164) if m.id not in self._seen]
        self._seen |= {message.id for message in found}
        return sorted(found, key=lambda message: message.at)

    def show_arrived(self, *people: Tenant) -> list[Received]:
        """Prints what arrived: one bubble for each text, with the names of the others who got it as well."""
        found = self.arrived(*people)
        for _, some in groupby(found, key=lambda m: (m.at, m.template or m.text)):
            first, *others = some
            self.bubble(first, [_tenant_of(m.phone).short for m in others])
        return found

    def bubble(self, message: Received, others: Iterable[str] = ()) -> None:
        names = ", ".join(others)
        when = " ".join(self.when(message.at).split())
        status = status_words(message.status, self.language)
        self.screen.bubble(
            f"{_tenant_of(message.phone).short} · {when} · WhatsApp · {status}",
            message.text,
            [title for _, title in message.buttons],
            tail=self.words["others"].format(names=names) if names else "",
        )

    def press(self, tenant: Tenant, button: str) -> str:
        """The tenant presses the button with this id; answers what stands on it."""
        titles = [dict(message.buttons).get(button) for message in self.world.received(tenant.e164)]
        self.world.press(tenant.e164, button)
        return next(title for title in reversed(titles) if title)

    # --- plans and events -----------------------------------------------------------------------------------

    def plan(self, tenant: Tenant) -> list[dict[str, Any]]:
        """The steps of a tenant's invoice that are still to come."""
        steps = self.world.act("preview_sequence", invoice=tenant.number)["steps"]
        return [step for step in steps if step["state"] == "planned"]

    def calendar(self, since: datetime, until: datetime) -> list[tuple[str, str, str]]:
        """(when, what, who) of everything planned between two instants."""
        found: dict[tuple[datetime, str], list[str]] = {}
        for tenant in TENANTS:
            for step in self.plan(tenant):
                at = datetime.fromisoformat(step["at"])
                if since < at <= until:
                    found.setdefault((at, self.label(step)), []).append(tenant.short)
        return [(self.when(at), what, ", ".join(who)) for (at, what), who in sorted(found.items())]

    def label(self, step: dict[str, Any]) -> str:
        """ "Pengingat H-3"."""
        key = str(step["step"]).removeprefix("task:")
        if step["kind"] == "task":
            return self.words["task"].format(key=key)
        words = stage_words(step["stage"], self.language)
        return f"{words} {key}" if key.startswith("H") else words

    def lines(self) -> Iterator[tuple[Tenant, dict[str, Any]]]:
        """Every message step of every invoice, with what became of it and why."""
        for tenant in TENANTS:
            for line in self.world.act("explain_invoice", invoice=tenant.number)["lines"]:
                if line["kind"] == "message":
                    yield tenant, line

    def events(self, kind: str) -> list[dict[str, Any]]:
        """The events of a type since the last look, each printed with its sentence."""
        found = [event for event in self.world.events(kind) if event["event_id"] not in self._told]
        for event in found:
            self._told.add(event["event_id"])
            at = datetime.fromisoformat(event["occurred_at"])
            self.screen.moment(self.when(at), f"→ {kind}: {event['summary']}")
        return found


def _tenant_of(phone: str) -> Tenant:
    return next(tenant for tenant in TENANTS if tenant.e164 == phone)
