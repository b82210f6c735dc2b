"""Years of a 60-room roster: tenants who pay early, late, ahead or by the year; prices, pauses, dark weeks."""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from world import JAKARTA

from connector.actions.cases import resolve_case
from connector.actions.payments import mark_paid
from connector.actions.recurring import upsert_recurring_charge
from connector.domain import recurring as rules
from connector.domain.recurring import Charge
from connector.store import schema
from connector.store.rows import value_of

from .house import House, Sent

ROOMS = 60
DUE_DAYS = (5, 31)
# How many of the sixty pay every so many months.
EVERY = (*(22 * (1,)), *(16 * (3,)), *(12 * (6,)), *(10 * (12,)))
AHEAD = range(16, 22)  # these pay half a year at once
INVOICES, CASES = schema.invoices, schema.cases
RECEIPTS = ("payment_received", "payment_received_several")  # answers to a payment, not calls for one


def phone_of(room: int) -> str:
    return f"+62812900{room:05d}"


@dataclass
class Years:
    """The story and its memory: when the lights came back, and which invoices were paid before they were due."""

    house: House
    rng: random.Random
    wakes: list[datetime] = field(default_factory=list)
    ahead: set[str] = field(default_factory=set)  # numbers of invoices that were born paid
    late: bool = False

    def move_in(self) -> None:
        with self.house.together() as ctx:
            for room in range(ROOMS):
                upsert_recurring_charge(
                    ctx,
                    {
                        "charge_ref": f"K{room:02d}",
                        "customer_name": f"Penyewa {room}",
                        "customer_phone": phone_of(room),
                        "amount": 1_500_000 * EVERY[room],
                        "due_day": DUE_DAYS[room % 2],
                        "every_months": EVERY[room],
                        "recipe": "roster",
                        "description": "Sewa {room}, {period_text}",
                        "extra": {"room": f"K{room}"},
                    },
                )

    def month(self, first: date) -> None:
        """One month: stops at which people pay and the owner works, perhaps in the dark.

        In every third month some pay late.
        """
        dark = self._dark(first)
        self.late = self.rng.random() < 0.33
        for stop in (3, 12, 28) if self.late else (3, 28):
            at = _at(first.replace(day=stop), 10)
            if dark is not None and dark[0] <= at:
                self._go_dark(*dark)
                dark = None
            if at > self.house.now:
                self.house.advance(at)
            self.house.people_answer()
            self._people_pay(at)
            self._owner_works()

    def _dark(self, first: date) -> tuple[datetime, datetime] | None:
        """Every fourth month the lights go out, for hours or for weeks."""
        if self.rng.random() > 0.25:
            return None
        since = _at(first.replace(day=self.rng.randint(1, 28)), self.rng.randrange(24))
        hours = self.rng.choice((5, 12, 30, 80, 24 * 9, 24 * 20, 24 * 40))
        return since, since + timedelta(hours=hours)

    def _go_dark(self, since: datetime, until: datetime) -> None:
        if since > self.house.now:
            self.house.advance(since)
        self.house.power(False)
        self.house.advance(max(until, self.house.now))
        self.wakes.append(self.house.now)
        self.house.power(True)

    def _people_pay(self, now: datetime) -> None:
        today = now.date().isoformat()
        with self.house.together() as ctx:
            query = sa.select(INVOICES.c.number, INVOICES.c.due_on).where(INVOICES.c.status == "open")
            for number, due_on in ctx.tx.conn.execute(query.order_by(INVOICES.c.number)).all():
                if int(number[1:3]) in AHEAD:
                    self._pay_half_a_year(ctx, number)
                elif not self.late or due_on < today or self.rng.random() < 0.7:
                    mark_paid(ctx, {"invoice": number, "tell_customer": self.late})

    def _pay_half_a_year(self, ctx: Any, number: str) -> None:
        amount = ctx.tx.conn.execute(
            sa.select(schema.recurring_charges.c.amount).where(schema.recurring_charges.c.ref == number[:3])
        ).scalar_one()
        given = {"customer": phone_of(int(number[1:3])), "amount": str(amount // 100 * 6)}
        card = mark_paid(ctx, {**given, "allow_over": True})  # six months ahead: somebody says so
        paid = card["payment_invoice_numbers"].split(",")
        issued = sa.select(schema.sequences.c.invoice_id)
        silent = sa.select(INVOICES.c.number).where(INVOICES.c.number.in_(paid), INVOICES.c.id.not_in(issued))
        self.ahead |= set(ctx.tx.conn.execute(silent).scalars())

    def _owner_works(self) -> None:
        """Now and then a price, a day or a pause; every case about missed months is answered.

        Not on the day on which the lights came back: what a person lets go then is no burst of the wake's.
        """
        if self.wakes and self.house.now - self.wakes[-1] < timedelta(hours=12):
            return
        with self.house.together() as ctx:
            if self.rng.random() < 0.3:
                room = self.rng.randrange(ROOMS)
                given: dict[str, Any] = {"charge_ref": f"K{room:02d}", "customer_name": f"Penyewa {room}"}
                given["due_day"] = DUE_DAYS[room % 2]
                if self.rng.random() < 0.5:
                    given["amount"] = self.rng.randrange(1_000_000, 3_000_000, 50_000)
                else:
                    given["paused_until"] = (ctx.today + timedelta(days=self.rng.randint(1, 100))).isoformat()
                upsert_recurring_charge(ctx, given)
            for case in ctx.tx.conn.execute(
                sa.select(CASES.c.id, CASES.c.reason).where(CASES.c.state == "open")
            ):
                if case.reason == "missed_periods":
                    outcome = self.rng.choice(("periods_issued", "periods_skipped"))
                    resolve_case(ctx, {"case": case.id, "outcome": outcome, "next": "resume"})

    # --- what must be true afterwards -------------------------------------------------------------------------

    def every_period_once(self) -> None:
        """Between the first period and today each one has its one record, and each issued one its invoice."""
        decided: dict[str, dict[str, Any]] = defaultdict(dict)
        for row in self.house.rows(schema.charge_periods):
            decided[row.charge_id][row.period] = row
        invoices = {row.id: row for row in self.house.rows(INVOICES)}
        issued = [row for some in decided.values() for row in some.values() if row.state == "issued"]
        assert len(issued) == len(invoices) == len({row.invoice_id for row in issued})
        notes = " ".join(row.note or "" for row in self.house.rows(CASES))
        for row in self.house.rows(schema.recurring_charges):
            charge = value_of(Charge, row._mapping)
            for period in rules.periods(charge, ()):
                if rules.issues_at(charge, period, rules.LEAD_DAYS, "Asia/Jakarta") > self.house.now:
                    break
                known = decided[charge.id].get(period)
                assert known is not None, f"{charge.ref} {period} was lost"
                if known.state == "issued":
                    assert invoices[known.invoice_id].number == f"{charge.ref}-{period}"
                elif known.reason != "paused":
                    assert rules.months_text(charge, period, "id") in notes

    def no_burst(self) -> None:
        """On waking nobody gets more than one message about what they owe on that day."""
        by_phone: dict[str, list[Sent]] = defaultdict(list)
        for sent in self.house.provider.sent:
            if sent.template not in (*RECEIPTS, "neutral_hello"):
                by_phone[sent.phone].append(sent)
        for wake in self.wakes:
            for phone, some in by_phone.items():
                burst = [s for s in some if wake <= s.at < wake + timedelta(hours=12)]
                assert len(burst) <= 1, (wake, phone, burst)

    def nothing_to_who_paid_ahead(self) -> None:
        """Of an invoice that was born paid nobody hears anything but a confirmation."""
        assert len(self.ahead) > 20
        for sent in self.house.provider.sent:
            if sent.template not in RECEIPTS:
                assert not [number for number in self.ahead if number in sent.text], sent

    def the_money_adds_up(self) -> None:
        paid: dict[str, int] = defaultdict(int)
        for item in self.house.rows(schema.payment_items):
            paid[item.invoice_id] += item.amount
        for invoice in self.house.rows(INVOICES):
            assert invoice.paid == paid[invoice.id]


def _at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=JAKARTA)


def months(first: date, count: int) -> list[date]:
    """The first days of so many months."""
    start = first.year * 12 + first.month - 1
    return [date((start + n) // 12, (start + n) % 12 + 1, 1) for n in range(count)]
