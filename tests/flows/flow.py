"""What a flow test holds: an automation's actions, the events that it would get, people's phones, and the mains."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from world import JAKARTA, World, at

from connector.actions.payloads import event_payloads
from connector.actions.run import run_action
from connector.store import business, schema
from connector.store.events import read_events

PUBLIC_URL = "https://tagih.example"
Moment = str | datetime | timedelta


@dataclass(frozen=True, slots=True)
class Phone:
    """What lies on one person's phone, the oldest first."""

    number: str
    rows: tuple[Any, ...]

    @property
    def texts(self) -> list[str]:
        return [row.text for row in self.rows]

    @property
    def sent(self) -> list[tuple[str, str]]:
        """(local time "12-02 09:00", template's name, or "text" for a free message)."""
        return [(f"{_local(row.at):%m-%d %H:%M}", _template(row) or "text") for row in self.rows]

    @property
    def templates(self) -> list[str]:
        return [name for _, name in self.sent]

    @property
    def buttons(self) -> list[str]:
        """The ids of the buttons of the newest message."""
        return [button["id"] for button in self.rows[-1].buttons] if self.rows else []


class Flow:
    """One business with its automations. Times are Jakarta wall times: "2026-12-08 02:00"."""

    def __init__(self, world: World) -> None:
        self.world = world

    # --- what an automation, a person and the mains do --------------------------------------------------------

    def run(self, action: str, /, **given: Any) -> dict[str, Any]:
        """Runs an action as n8n or Zapier does; what is due at this instant happens after it."""
        answer = self.dry(action, False, **given)
        self.world.settle()
        return answer

    def dry(self, action: str, dry_run: bool = True, /, **given: Any) -> dict[str, Any]:
        """What the action would answer."""
        world = self.world
        return run_action(
            world.store,
            world.app.catalog,
            action,
            given,
            "key:flow",
            settle_seconds=0,
            mode="sandbox",
            dry_run=dry_run,
            public_url=PUBLIC_URL,
        )

    def say(self, phone: str, text: str) -> None:
        self.world.say(phone, text)

    def press(self, phone: str, button: str) -> None:
        self.world.press(phone, button)

    def advance(self, to: Moment) -> None:
        """Moves the clock to a wall time, or by a length of time."""
        self.world.advance(at(to) if isinstance(to, str) else to)

    def power_off(self, when: Moment | None = None) -> None:
        """The lights go out, now or at that local time: nobody works, time goes on."""
        if when is not None:
            self.advance(when)
        self.world.power(False)

    def power_on(self, when: Moment | None = None) -> None:
        """The lights come back, now or at that local time."""
        if when is not None:
            self.advance(when)
        self.world.power(True)

    # --- what is there to be seen -----------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        return self.world.now

    def events(self, *types: str, after: int = 0) -> list[dict[str, Any]]:
        """The bodies that a subscriber gets, in the order of their numbers; all types when none is named."""
        with self.world.store.read() as tx:
            rows = [r for r in read_events(tx, after=after, limit=10_000) if not types or r["type"] in types]
            own = business.get(tx)
            assert own is not None
            return event_payloads(tx, rows, own, self.world.app.catalog, public_url=PUBLIC_URL)

    def event(self, type: str) -> dict[str, Any]:
        """The newest event of this type."""
        return self.events(type)[-1]

    def types(self, after: int = 0) -> list[str]:
        return [event["type"] for event in self.events(after=after)]

    def phone(self, number: str) -> Phone:
        return Phone(number, tuple(self.world.phone(number)))

    def rows(self, table: str, *where: Any) -> list[Any]:
        return self.world.rows(schema.metadata.tables[table], *where)

    def steps(self, number: str) -> dict[str, Any]:
        return self.world.steps(number)

    def messages_sent(self) -> int:
        """How many messages the provider took, whoever got them."""
        with self.world.store.read() as tx:
            table = schema.emu_messages
            query = sa.select(sa.func.count()).where(table.c.direction == "out")
            return int(tx.conn.execute(query).scalar_one())


def only(found: Iterable[dict[str, Any]], **wanted: Any) -> list[dict[str, Any]]:
    """Those with these values: only(flow.events("needs_human"), reason="dispute")."""
    return [one for one in found if all(one.get(key) == value for key, value in wanted.items())]


def _local(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, tz=JAKARTA)


def _template(row: Any) -> str | None:
    return ((row.request or {}).get("template") or {}).get("name")
