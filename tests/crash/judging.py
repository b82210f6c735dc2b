"""Counts, in SQL, what the provider accepted and what our own books say of it."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from meta_judge import violations

from connector.store import schema

# The provider's books: how many it accepted, for how many phones, and how many of them were too many.
_ACCEPTED = sa.text("""
    SELECT coalesce(sum(n), 0) AS accepted, count(*) AS phones, coalesce(sum(n - 1), 0) AS doubled
    FROM (SELECT phone, count(*) AS n FROM emu_messages WHERE direction = 'out' GROUP BY phone) AS by_phone
""")
# Our books: who should have got one message each.
_MEANT = sa.text("SELECT count(DISTINCT address_id) FROM steps WHERE kind = 'message'")
_STATES = sa.text("""
    SELECT state || coalesce(': ' || reason, '') AS state, count(*) AS n
    FROM steps WHERE kind = 'message' GROUP BY state, reason
""")
_STEPS_SENT_TWICE = sa.text("""
    SELECT count(*) FROM (
        SELECT i.step_id FROM message_items i JOIN messages m ON m.id = i.message_id
        WHERE m.sent_at IS NOT NULL GROUP BY i.step_id HAVING count(*) > 1
    ) AS twice
""")
_INTENTS = sa.text("SELECT count(*) FROM messages")
_RESENT = sa.text("SELECT count(*) FROM steps WHERE resend")
_SENT_EVENTS = sa.text("""
    SELECT count(*) AS told, count(DISTINCT invoice_id) AS invoices, count(number) AS numbered
    FROM events WHERE type = 'message_sent'
""")
# A cursor that steps over nothing: numbers without a gap, overall and within each invoice.
_GAPS = sa.text("""
    SELECT coalesce((SELECT max(number) - count(number) FROM events), 0) + coalesce((
        SELECT sum(gap) FROM (
            SELECT max(invoice_event_number) - count(*) AS gap FROM events
            WHERE invoice_id IS NOT NULL GROUP BY invoice_id
        ) AS by_invoice
    ), 0)
""")
# Sequences whose every step is done, but which nobody has finished.
_UNFINISHED = sa.text("""
    SELECT count(*) FROM sequences s WHERE s.state <> 'finished' AND NOT EXISTS (
        SELECT 1 FROM steps WHERE steps.sequence_id = s.id AND steps.state <> 'sent'
    )
""")
_TOKENS_OURS = sa.text("SELECT id FROM messages WHERE sent_at IS NOT NULL")
_TOKENS_THEIRS = sa.text("SELECT token FROM emu_messages WHERE direction = 'out'")


@dataclass(frozen=True, slots=True)
class Counts:
    """One verdict. `lost`: people whose message the provider never accepted; `doubled`: messages too many."""

    meant: int
    accepted: int
    doubled: int
    lost: int
    steps: Mapping[str, int]  # our steps by state and reason
    believed_twice: int  # steps for which our own books hold two accepted messages
    disagreed: int  # messages accepted there and not known here as accepted, or the other way round
    intents: int  # calls that we committed ourselves to
    resent: int  # steps that went once more, because the provider's silence proved that nothing had arrived
    told: int  # message_sent events
    told_twice: int
    unnumbered: int
    gaps: int  # numbers that no event has
    unfinished: int  # sequences with nothing left to do that were not finished

    @property
    def is_once(self) -> bool:
        """Each message exactly once, by the provider's books and by ours."""
        return (
            self.accepted == self.meant == self.told == self.steps.get("sent")
            and not self.doubled + self.lost + self.believed_twice + self.disagreed
            and not self.told_twice + self.unnumbered + self.gaps + self.unfinished
        )

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "is_once": self.is_once}


def judge(provider_url: str, app_url: str) -> Counts:
    """The verdict over two databases at rest: the provider's and ours."""
    with _open(provider_url) as theirs, _open(app_url) as ours:
        accepted = theirs.execute(_ACCEPTED).one()
        meant = int(ours.execute(_MEANT).scalar_one())
        told = ours.execute(_SENT_EVENTS).one()
        known = set(ours.execute(_TOKENS_OURS).scalars())
        return Counts(
            meant=meant,
            accepted=int(accepted.accepted),
            doubled=int(accepted.doubled),
            lost=meant - int(accepted.phones),
            steps={row.state: int(row.n) for row in ours.execute(_STATES)},
            believed_twice=int(ours.execute(_STEPS_SENT_TWICE).scalar_one()),
            disagreed=len(known ^ set(theirs.execute(_TOKENS_THEIRS).scalars())),
            intents=int(ours.execute(_INTENTS).scalar_one()),
            resent=int(ours.execute(_RESENT).scalar_one()),
            told=int(told.told),
            told_twice=int(told.told - told.invoices),
            unnumbered=int(told.told - told.numbered),
            gaps=int(ours.execute(_GAPS).scalar_one()),
            unfinished=int(ours.execute(_UNFINISHED).scalar_one()),
        )


def wrong_requests(provider_url: str) -> list[str]:
    """What Meta's own schema says against the requests that the provider accepted."""
    with _open(provider_url) as theirs:
        told = sa.select(schema.emu_messages.c.request).where(schema.emu_messages.c.direction == "out")
        return violations(theirs.execute(told).scalars())


@contextmanager
def _open(url: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    try:
        with engine.connect() as conn:
            yield conn
    finally:
        engine.dispose()


def planted(provider_url: str, app_url: str, folder: Path) -> dict[str, Counts]:
    """The same verdict over copies of the provider's books: one message doubled, or one missing."""
    return {
        name: judge(_copied(provider_url, folder / f"planted-{name}.db", change), app_url)
        for name, change in (("double", _DOUBLE), ("loss", _LOSS))
    }


_COLUMNS = ", ".join(c.name for c in schema.emu_messages.c if c.name != "id")
_ONE = "SELECT min(id) FROM emu_messages WHERE direction = 'out'"
_DOUBLE = f"""
    INSERT INTO emu_messages (id, {_COLUMNS})
    SELECT id || '-planted', {_COLUMNS} FROM emu_messages WHERE id = ({_ONE})
"""
_LOSS = f"DELETE FROM emu_messages WHERE id = ({_ONE})"


def _copied(url: str, to: Path, change: str) -> str:
    to.unlink(missing_ok=True)
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as old, closing(sqlite3.connect(to)) as new:
        old.backup(new)
        new.execute(change)
        new.commit()
    return f"sqlite:///{to}"
