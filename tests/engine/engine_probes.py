"""What the engine's tests measure with: a clock that can be shifted, planned deaths, every step's moves."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from world import World

from connector.clock import to_ms
from connector.store import agenda, clockrow, outages, schema
from connector.store.db import Store
from connector.worker.claiming import Claimed, Sendable

# The test recipe: something to say on three days running. `{unknown}` is what an unknown outcome gets.
THREE_DAYS = """
recipe: {name}
title: {{id: "Tiga hari", en: "Three days"}}
description: {{id: "Sehari sebelum, harinya, sehari sesudah.", en: "The day before, the day, the day after."}}
policy: id-smb
at: "09:00"
steps:
  - {{when: issue, template: invoice_created}}
  - {{offset: H-1, template: payment_reminder}}
  - {{offset: H, template: due_today}}
  - {{offset: H+1, template: overdue_notice}}
  - {{offset: H+10, task: needs_human, reason: overdue_long}}
on_paid: {{template: payment_received, partial_template: payment_partial}}
promise: {{grace_days: 1, max_days: 31, ask: promise_ask, confirm: promise_confirm, broken: promise_broken}}
unknown: {unknown}
"""


@dataclass(slots=True)
class ShiftedClock:
    """The system's clock, moved by hand: leases run out and clocks go wrong without waiting."""

    by: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by

    def machine(self) -> datetime:
        return datetime.now(UTC) + self.by

    def shift(self, by: timedelta) -> None:
        self.by += by


def shifted(world: World) -> ShiftedClock:
    """Puts a shiftable machine clock into a world; the worker is made anew, for it keeps the old one's method."""
    clock = ShiftedClock()
    world.store.clock = clock
    world.restart()
    return clock


def three_days(world: World, name: str = "tiga-hari", *, unknown: str = "resend_once") -> str:
    """Imports the recipe with H-1, H and H+1; answers its name."""
    world.act("import_recipe", text=THREE_DAYS.format(name=name, unknown=unknown))
    return name


def next_due(store: Store) -> datetime | None:
    """The next instant at which something of the plan is due."""
    with store.read() as tx:
        following = agenda.next_instant(tx)
    return None if following is None else datetime.fromtimestamp(following / 1000, tz=UTC)


def jump_to(world: World, at: datetime, *, unseen: bool) -> None:
    """Puts the clock forward without letting the worker act; `unseen`: nobody wrote a heartbeat meanwhile."""
    with world.store.write() as tx:
        clockrow.request_advance(tx, at)
        clockrow.set_now(tx, at)
        if not unseen:
            outages.beat(tx, world.worker.config.name, at=at)


def claim_at(world: World, at: datetime) -> Claimed:
    """One claim at that instant, and nothing more: the intents are committed, nothing leaves."""
    jump_to(world, at, unseen=False)
    with world.store.write() as tx:
        return world.worker._claimer.claim(tx, room=200)


def die_after_intent(world: World) -> list[Sendable]:
    """A worker that commits its intents and dies before anything leaves; a new one starts when leases are over."""
    with world.store.write() as tx:
        claimed = world.worker._claimer.claim(tx, room=200)
        tx.conn.execute(schema.steps.update().values(lease_until_m=0))
    world.restart()
    return claimed.sendables


# --- the moves of steps -------------------------------------------------------------------------------------

_SQLITE = (
    "CREATE TABLE step_moves (id INTEGER PRIMARY KEY, step TEXT, kind TEXT, old TEXT, new TEXT, why TEXT)",
    """CREATE TRIGGER note_move AFTER UPDATE OF state ON steps WHEN old.state <> new.state BEGIN
         INSERT INTO step_moves (step, kind, old, new, why)
         VALUES (new.id, new.kind, old.state, new.state, new.reason);
       END""",
)
_POSTGRES = (
    "CREATE TABLE step_moves (id BIGSERIAL PRIMARY KEY, step TEXT, kind TEXT, old TEXT, new TEXT, why TEXT)",
    """CREATE FUNCTION note_move() RETURNS trigger AS $$ BEGIN
         INSERT INTO step_moves (step, kind, old, new, why)
         VALUES (new.id, new.kind, old.state, new.state, new.reason);
         RETURN new;
       END $$ LANGUAGE plpgsql""",
    """CREATE TRIGGER note_move AFTER UPDATE OF state ON steps FOR EACH ROW
         WHEN (old.state <> new.state) EXECUTE FUNCTION note_move()""",
)


def watch_steps(store: Store) -> None:
    """From now on the database itself notes every change of a step's state."""
    with store.write() as tx:
        for statement in _SQLITE if tx.dialect == "sqlite" else _POSTGRES:
            tx.conn.exec_driver_sql(statement)


def moves(store: Store, after: int = 0) -> list[Any]:
    """(id, step, kind, old, new, why), in the order in which they happened."""
    with store.read() as tx:
        query = sa.text("SELECT id, step, kind, old, new, why FROM step_moves WHERE id > :after ORDER BY id")
        return list(tx.conn.execute(query, {"after": after}))


# --- what the provider took ---------------------------------------------------------------------------------


def accepted(world: World) -> list[Any]:
    """Every message that the provider took, with our row of it and its steps."""
    theirs, ours, items, steps = schema.emu_messages, schema.messages, schema.message_items, schema.steps
    with world.store.read() as tx:
        return list(
            tx.conn.execute(
                sa.select(
                    theirs.c.id,
                    theirs.c.phone,
                    theirs.c.at,
                    ours.c.id.label("message_id"),
                    ours.c.permission,
                    ours.c.stage,
                    ours.c.customer_id,
                    ours.c.intent_at,
                    steps.c.id.label("step_id"),
                    steps.c.sequence_id,
                    steps.c.invoice_id,
                    steps.c.plan_no,
                    steps.c.key,
                    steps.c.channel,
                )
                .join_from(theirs, ours, ours.c.id == theirs.c.token)
                .join(items, items.c.message_id == ours.c.id)
                .join(steps, steps.c.id == items.c.step_id)
                .where(theirs.c.direction == "out")
                .order_by(theirs.c.at, theirs.c.id)
            )
        )


def twice(rows: Iterable[Any]) -> list[tuple[Any, ...]]:
    """The (sequence, plan number, key, channel) for which the provider took more than one message."""
    taken: dict[tuple[Any, ...], set[str]] = {}
    for row in rows:
        place = (row.sequence_id or row.step_id, row.plan_no, row.key, row.channel)
        taken.setdefault(place, set()).add(row.id)
    return sorted(place for place, ids in taken.items() if len(ids) > 1)


def post_status(world: World, *bodies: bytes, source: str = "whatsapp_cloud") -> None:
    """Puts raw webhook bodies into the inbox, as the door does, all in one commit."""
    from connector.store.inbox import _insert, _Item, fingerprint

    with world.store.write() as tx:
        _insert(tx, [_Item(source, body, fingerprint(source, body)) for body in bodies])


def ms(at: datetime) -> int:
    return to_ms(at)
