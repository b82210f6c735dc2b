"""Everything at once: payments, promises, stops, jumps of the clock, kills, cuts and a faulty provider.

Whatever happens in whatever order: never two accepted for one key (statuses arrive within the hold), never
outside the window, never a word about money after it is paid; every silence has its reason, every number fits.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from engine_probes import (
    accepted,
    die_after_intent,
    jump_to,
    moves,
    next_due,
    three_days,
    twice,
    watch_steps,
)
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from world import JAKARTA, START, World, world

from connector.clock import from_ms
from connector.domain.model import StepKind, StepState
from connector.domain.problems import Problem
from connector.domain.steps import may_move
from connector.store import schema

# Ratna and Tono share a phone; Yani lives two hours east of the business; Nomi's phone comes later, or never.
PEOPLE = (
    ("Siti Uji", "081290001111", "Asia/Jakarta"),
    ("Ratna Uji", "081290002222", "Asia/Jakarta"),
    ("Tono Uji", "081290002222", "Asia/Jakarta"),
    ("Yani Uji", "081290003333", "Asia/Jayapura"),
    ("Nomi Uji", None, "Asia/Jakarta"),
)
LATE_PHONE = "081290004444"
RECIPES = ("tiga-hari", "tiga-hari-orang", "kost")
FAULTS = (
    {"kind": "lost_answer"},
    {"kind": "late", "seconds": 600.0},
    {"kind": "duplicate"},
    {"kind": "out_of_order"},
    {"code": "131026"},
    {"code": "131016"},
    {"code": "131026", "kind": "failed"},
    {"code": "132015"},  # the template is paused
    {"provider": "sandbox_sms", "kind": "lost_answer"},
    {"provider": "sandbox_sms", "code": "131016"},
)
# Moves that the table of `domain.steps` does not name: the provider's word settles what it finds.
BY_THE_PROVIDER = {
    ("sending", "held"),  # a paused template keeps its step
    ("unknown", "failed"),  # the answer was lost, the status says no
    ("held", "sent"),  # a person was asked already, and then the status says yes
    ("planned", "sent"),  # to be sent once more, and then the status says yes
    ("held", "failed"),  # a person was asked already, and then the status says no
    ("cancelled", "sent"),  # nobody was to find out any more, and then the status says yes
}
# A key is planned anew in its own row as long as it never reached a provider.
ANEW = {("cancelled", "planned"), ("skipped", "planned"), ("superseded", "planned")}
CUTS: dict[str, tuple[Callable[[World], Any], Callable[[World], Any]]] = {
    "power": (lambda w: w.power(False), lambda w: w.power(True)),
    "network": (lambda w: w.fault(kind="network", rate=1), lambda w: w.no_faults()),
    "pause": (lambda w: w.act("pause_all", reason="libur"), lambda w: w.act("resume_all")),
}
CAUSES = sorted(CUTS)

DEEDS = (
    "bill",
    "bill",
    "backlog",
    "give phone",
    "pay a part",
    "pay a part",
    "pay",
    "void",
    "promise",
    "promise",
    "move due date",
    "move due date",
    "pause",
    "resume",
    "look",
    "press",
    "press",
    "stop",
)
PHONES = ("+6281290001111", "+6281290003333")

some_invoice = st.integers(0, 8)
some_days = st.integers(-3, 12)


class Engine(RuleBasedStateMachine):
    open_world: Callable[[Path], Any]

    def __init__(self) -> None:
        super().__init__()
        self.rooms = ExitStack()
        self.numbers: list[str] = []
        self.closed: dict[str, set[str]] = {}  # invoice id -> messages that were on their way when it ended
        self.silent: dict[str, set[str]] = {}  # phone -> messages until the stop was heard
        self.seen_moves = 0
        self.refs = 0

    @initialize()
    def begin(self) -> None:
        home = Path(self.rooms.enter_context(tempfile.TemporaryDirectory()))
        self.world: World = self.rooms.enter_context(type(self).open_world(home))
        self.patience()
        watch_steps(self.world.store)
        three_days(self.world)
        three_days(self.world, "tiga-hari-orang", unknown="person")
        for who, days, recipe in ((0, 2, "kost"), (1, 3, "tiga-hari"), (3, 4, "tiga-hari-orang")):
            self.bill(who, days, recipe, rp=5)
        self.world.invoice(
            "W-1",
            customer_name="Saksi Uji",
            customer_phone="081290009999",
            amount="90000000",
            recipe="starter",
        )

    def teardown(self) -> None:
        try:
            if hasattr(self, "world"):
                self.comes_to_rest()
        finally:
            self.rooms.close()

    # --- what people do -------------------------------------------------------------------------------------

    def number(self, place: int) -> str:
        return self.numbers[place % len(self.numbers)]

    def message_ids(self) -> set[str]:
        return {m.id for m in self.world.rows(schema.messages)}

    def act(self, name: str, /, **given: Any) -> None:
        """An action; a refusal is an answer too, and then nothing has happened."""
        try:
            self.world.act(name, **given)
        except Problem:
            return

    @rule(deed=st.sampled_from(DEEDS), place=some_invoice, days=some_days, kind=st.integers(0, 9))
    def people(self, deed: str, place: int, days: int, kind: int) -> None:
        """One deed of somebody: few rules with many choices, so that no example leaves half of them out."""
        deeds: dict[str, Callable[[], None]] = {
            "bill": lambda: self.create(place % len(PEOPLE), days, RECIPES[kind % 3], 2 + kind),
            "backlog": lambda: self.create(place % len(PEOPLE), -4 - 5 * kind, RECIPES[kind % 3], 2 + kind),
            "give phone": lambda: self.give_phone(kind),
            "pay a part": lambda: self.money(place, "part"),
            "pay": lambda: self.money(place, "whole"),
            "void": lambda: self.money(place, "void"),
            "promise": lambda: self.promise(place, max(days, 0)),
            "move due date": lambda: self.move_due(place, days),
            "pause": lambda: self.act("pause_sequence", invoice=self.number(place)),
            "resume": lambda: self.act("resume_sequence", invoice=self.number(place)),
            "look": self.person_looks,
            "press": lambda: self.press(PHONES[place % 2], kind),
            "stop": lambda: self.stop(PHONES[place % 2]) if kind == 0 else None,
        }
        deeds[deed]()

    def create(self, who: int, days: int, recipe: str, rp: int) -> None:
        if len(self.numbers) < 9:
            self.bill(who, days, recipe, rp)

    def bill(self, who: int, days: int, recipe: str, rp: int) -> None:
        name, phone, zone = PEOPLE[who]
        number = f"S-{len(self.numbers) + 1}"
        person = {"customer_name": name} | ({"customer_phone": phone} if phone else {"customer_ref": name})
        self.world.act("upsert_customer", **person, time_zone=zone)
        self.world.act(
            "create_invoice",
            **person,
            invoice_number=number,
            description="Sewa kamar",
            amount=str(rp * 100_000),
            due_date=(self.world.now.date() + timedelta(days=days)).isoformat(),
            recipe=recipe,
        )
        self.numbers.append(number)

    def give_phone(self, kind: int) -> None:
        if kind < 5 and self.world.rows(schema.customers, schema.customers.c.ref == "Nomi Uji"):
            self.act(
                "upsert_customer",
                customer_name="Nomi Uji",
                customer_ref="Nomi Uji",
                customer_phone=LATE_PHONE,
            )

    def money(self, place: int, how: str) -> None:
        before = self.message_ids()
        number = self.number(place)
        if how == "void":
            self.act("void_invoice", invoice=number, reason="salah")
        elif how == "whole":
            self.act("mark_paid", invoice=number)
        else:
            self.refs += 1
            self.act("mark_paid", invoice=number, payment_ref=f"ref-{self.refs}", amount="100000")
        self.note_closed(before)

    def note_closed(self, before: set[str]) -> None:
        for row in self.world.rows(schema.invoices, schema.invoices.c.status.in_(["paid", "void"])):
            self.closed.setdefault(row.id, before)

    def promise(self, place: int, days: int) -> None:
        on = (self.world.now.date() + timedelta(days=days)).isoformat()
        self.act("record_promise", invoice=self.number(place), promise_date=on)

    def move_due(self, place: int, days: int) -> None:
        row = self.world.rows(schema.invoices, schema.invoices.c.number == self.number(place))[0]
        due = date.fromisoformat(row.due_on) + timedelta(days=days)
        self.act("update_invoice", invoice=row.number, due_date=due.isoformat())

    def person_looks(self) -> None:
        for case in self.world.rows(schema.cases, schema.cases.c.state == "open")[:2]:
            outcome = "message_arrived" if len(case.reason) % 2 else "explained"
            self.act("resolve_case", case=case.id, outcome=outcome, next="resume")

    def press(self, phone: str, which: int) -> None:
        buttons = [b["id"] for m in self.world.phone(phone)[-1:] for b in m.buttons]
        if buttons:
            self.world.press(phone, buttons[which % len(buttons)])

    def stop(self, phone: str) -> None:
        self.world.say(phone, "STOP")
        (address,) = self.world.rows(schema.addresses, schema.addresses.c.phone == phone)
        assert address.opted_out_at is not None
        self.silent.setdefault(phone, self.message_ids())

    # --- what the world does --------------------------------------------------------------------------------

    @rule(
        minutes=st.sampled_from([20, 90, 600, 1_440, 1_440, 2_880, 4_300]),
        fault=st.sampled_from([None, None, *FAULTS]),
        times=st.integers(1, 3),
    )
    def time_passes(self, minutes: int, fault: dict[str, Any] | None, times: int) -> None:
        """Time with what it brings; the provider may fail at its next messages."""
        if fault is not None:
            self.world.fault(next=times, **fault)
        self.world.advance(timedelta(minutes=minutes))

    @rule(how=st.sampled_from(["idle", "after intent", "after intent", "unseen"]), witness=st.booleans())
    def worker_dies(self, how: str, witness: bool) -> None:
        """Idle, or between its intent and the call; `unseen`: nobody notices for a while.

        `witness`: the provider speaks of another message afterwards, so that its silence means something.
        """
        following = next_due(self.world.store)
        if how == "idle" or following is None or following > self.world.now + timedelta(days=4):
            self.reborn()
            self.world.settle()
            return
        jump_to(self.world, following, unseen=how == "unseen")
        die_after_intent(self.world)
        self.patience()
        if witness:
            self.refs += 1
            self.act("mark_paid", invoice="W-1", payment_ref=f"ref-{self.refs}", amount="1000")
        self.world.settle()

    def reborn(self) -> None:
        """A new worker in place of the old one."""
        self.world.restart()
        self.patience()

    def patience(self) -> None:
        """With a dead road, the same in every run."""
        self.world.worker.rng.seed(7)

    @rule(hours=st.sampled_from([1, 3]), code=st.sampled_from([None, None, "131026"]))
    def doubt_through_a_cut(self, hours: int, code: str | None) -> None:
        """The answer is lost, then the power: a person is asked, and half an hour later the provider speaks."""
        following = next_due(self.world.store)
        if following is None or following > self.world.now + timedelta(days=4):
            return
        self.world.advance(following - timedelta(minutes=1))
        self.world.fault(kind="lost_answer", next=1)
        self.world.fault(kind="late", next=1, seconds=(hours * 60 + 30) * 60.0)
        if code is not None:
            self.world.fault(kind="failed", code=code, next=1)
        self.world.advance(timedelta(minutes=1))
        self.world.power(False)
        self.world.no_faults()  # whatever was due may have been no message: without the cut it would go twice
        self.world.advance(timedelta(hours=hours))
        self.world.power(True)
        self.world.settle()

    @rule(
        cause=st.sampled_from(CAUSES),
        hours=st.sampled_from([1, 3, 15, 49]),
        die=st.booleans(),
        data=st.data(),
    )
    def cut(self, cause: str, hours: int, die: bool, data: st.DataObject) -> None:
        """Something is gone for a while; money moves meanwhile, a worker may die and come back."""
        if cause == "network":
            hours = min(hours, 3)  # every probe of a long one would cost the test its time
        begin, end = CUTS[cause]
        begin(self.world)
        self.world.settle()
        self.world.advance(timedelta(hours=hours) / 2)
        if die:
            self.reborn()
        self.money(data.draw(some_invoice), data.draw(st.sampled_from(["part", "whole"])))
        self.world.advance(timedelta(hours=hours) / 2)
        end(self.world)
        self.world.settle()

    # --- what always holds ----------------------------------------------------------------------------------

    @invariant()
    def nothing_goes_twice(self) -> None:
        if not hasattr(self, "world"):
            return
        rows = accepted(self.world)
        assert twice(rows) == []
        self.inside_the_window(rows)
        for row in rows:
            if row.invoice_id in self.closed and row.message_id not in self.closed[row.invoice_id]:
                assert row.permission != "reminder", f"{row.key} after the invoice was closed"
                assert row.stage != "created", "the invoice itself after it was closed"
            if row.phone in self.silent and not row.key.startswith("optout_confirm:"):
                assert row.message_id in self.silent[row.phone], f"{row.key} after the stop"

    def inside_the_window(self, rows: list[Any]) -> None:
        zones = {c.id: c.zone for c in self.world.rows(schema.customers)}
        typed = [
            (m.phone, m.at)
            for m in self.world.rows(schema.emu_messages, schema.emu_messages.c.direction == "in")
        ]
        for row in rows:
            local = from_ms(row.at).astimezone(ZoneInfo(zones[row.customer_id] or "Asia/Jakarta"))
            if 8 <= local.hour < 20:
                continue
            asked = [at for phone, at in typed if phone == row.phone and at <= row.at]
            assert row.permission == "reply", f"{row.key} at {local:%H:%M}"
            assert row.at - max(asked) <= 15 * 60_000

    @invariant()
    def the_books_fit(self) -> None:
        if not hasattr(self, "world"):
            return
        invoices = self.world.rows(schema.invoices)
        paid: dict[str, int] = {}
        for item in self.world.rows(schema.payment_items, schema.payment_items.c.reversed_at.is_(None)):
            paid[item.invoice_id] = paid.get(item.invoice_id, 0) + item.amount
        for invoice in invoices:
            assert invoice.paid == paid.get(invoice.id, 0)
            assert (invoice.status == "paid") == (invoice.paid >= invoice.amount and invoice.status != "void")
        events = self.world.rows(schema.events)
        numbers = sorted(e.number for e in events if e.number is not None)
        assert numbers == list(range(1, len(numbers) + 1))
        for invoice in invoices:
            own = sorted(e.invoice_event_number for e in events if e.invoice_id == invoice.id)
            assert own == list(range(1, invoice.event_count + 1))

    @invariant()
    def steps_move_as_designed(self) -> None:
        if not hasattr(self, "world"):
            return
        for move in moves(self.world.store, self.seen_moves):
            self.seen_moves = move.id
            allowed = may_move(StepState(move.old), StepState(move.new), StepKind(move.kind))
            known = (move.old, move.new) in BY_THE_PROVIDER | ANEW
            assert allowed or known, f"{move.step}: {move.old} -> {move.new} ({move.why})"

    @invariant()
    def no_doubt_outlives_its_answer(self) -> None:
        """A message whose outcome became known leaves no open case about it and no held sequence."""
        if not hasattr(self, "world"):
            return
        messages = {m.id: m.status for m in self.world.rows(schema.messages)}
        carried = {
            item.invoice_id
            for item in self.world.rows(schema.message_items)
            if messages[item.message_id] == "unknown"
        }
        asked = self.world.rows(
            schema.cases, schema.cases.c.state == "open", schema.cases.c.reason == "unknown_outcome"
        )
        assert {case.invoice_id for case in asked} <= carried
        for sequence in self.world.rows(schema.sequences, schema.sequences.c.state == "held"):
            if sequence.reason == "unknown_person":
                assert sequence.invoice_id in {case.invoice_id for case in asked}

    # --- the end --------------------------------------------------------------------------------------------

    def comes_to_rest(self) -> None:
        """With power, a road and nobody in the way, the whole plan ends, and every silence has its reason."""
        self.world.no_faults()
        last = max(date.fromisoformat(row.due_on) for row in self.world.rows(schema.invoices))
        end = max(self.world.now + timedelta(days=2), datetime.combine(last, time(12), JAKARTA))
        end += timedelta(days=12)
        while self.world.now < end:
            for case in self.world.rows(schema.cases, schema.cases.c.state == "open"):
                self.act("resolve_case", case=case.id, outcome="explained", next="resume")
            for number in self.numbers:
                self.act("resume_sequence", invoice=number)
            self.world.advance(min(self.world.now + timedelta(days=3), end))
        self.nothing_goes_twice()
        self.the_books_fit()
        self.steps_move_as_designed()
        open_cases = {c.invoice_id for c in self.world.rows(schema.cases, schema.cases.c.state == "open")}
        for step in self.world.rows(schema.steps, schema.steps.c.kind == "message"):
            where = f"{step.key} at {from_ms(step.due_at):%m-%d %H:%M}"
            assert step.state == "sent" or step.reason, f"{where} is {step.state} without a reason"
            if step.state == "planned":
                assert step.invoice_id in open_cases, f"{where} still waits: {step.reason}"
            assert step.state not in ("sending", "unknown"), step.key
        assert all(e.number is not None for e in self.world.rows(schema.events))


def explore(open_world: Callable[[Path], Any], *, examples: int, steps: int) -> None:
    machine = type("BoundEngine", (Engine,), {"open_world": staticmethod(open_world)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=True,
            database=None,
            deadline=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
        _min_steps=steps // 2,
    )


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_on_sqlite_nothing_breaks_the_promises(sqlite_template: Path) -> None:
    def open_world(home: Path) -> Any:
        shutil.copyfile(sqlite_template, home / "tagih.db")
        return world(home / "home", f"sqlite:///{home / 'tagih.db'}", start=START)

    explore(open_world, examples=5, steps=40)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_on_postgresql_nothing_breaks_the_promises(fresh_postgres: Callable[[], str]) -> None:
    explore(lambda home: world(home / "home", fresh_postgres(), start=START), examples=2, steps=30)


@pytest.fixture
def fresh_postgres(postgres_admin: sa.Engine, postgres_template: str) -> Iterator[Callable[[], str]]:
    """Makes databases with the tables in them, and drops them all in the end."""
    made: list[str] = []

    def make() -> str:
        made.append(f"tagih_stateful_{os.getpid()}_{len(made)}")
        with postgres_admin.connect() as conn:
            conn.exec_driver_sql(f"CREATE DATABASE {made[-1]} TEMPLATE {postgres_template}")
        return postgres_admin.url.set(database=made[-1]).render_as_string(hide_password=False)

    yield make
    with postgres_admin.connect() as conn:
        for name in made:
            conn.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
