"""Two at once on PostgreSQL: whoever meets, nobody is rolled back, and what a person was told is true."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from engine_probes import claim_at, jump_to, three_days
from world import World, at, world

from connector.domain.decision import NewEvent
from connector.domain.model import Outcome, OutcomeKind
from connector.store import schema
from connector.store.apply import append_events
from connector.store.db import Store, Tx
from connector.worker.claiming import Claimed, Claimer
from connector.worker.composing import Composer
from connector.worker.recording import Answered, Recorder

# Every statement that writes one of these tables holds its rows a little longer: who could meet, meets.
_SLOW = """CREATE FUNCTION dwell() RETURNS trigger AS $$ BEGIN PERFORM pg_sleep(0.004); RETURN NULL; END $$
           LANGUAGE plpgsql"""
_SLOWED = ("steps", "invoices", "sequences", "messages", "addresses", "cases")


@pytest.fixture
def kost(tmp_path: Path, postgres_url: str) -> Iterator[World]:
    with world(tmp_path / "home", postgres_url) as made:
        three_days(made)
        yield made


def slowly(kost: World) -> None:
    with kost.store.write() as tx:
        tx.conn.exec_driver_sql(_SLOW)
        for table in _SLOWED:
            tx.conn.exec_driver_sql(
                f"CREATE TRIGGER dwell AFTER UPDATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION dwell()"
            )


def composer(kost: World) -> Composer:
    own = kost.worker._composer
    return Composer(own.policies, own.open_channels)


def another_recorder(kost: World) -> Recorder:
    own = kost.worker._recorder
    return Recorder(composer(kost), own.hold, own.rng)


def together(*deeds: Callable[[], None]) -> list[BaseException]:
    """Does all of it at once; answers what went wrong."""
    start, wrong = threading.Barrier(len(deeds)), list[BaseException]()

    def run(deed: Callable[[], None]) -> None:
        start.wait()
        try:
            deed()
        except BaseException as fault:  # noqa: BLE001 - the test looks at it
            wrong.append(fault)

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return wrong


def a_couple_each(kost: World, count: int) -> None:
    """Customers with two invoices each; the one that is due first has the later id."""
    for place in range(count):
        for number, due in (("A", "2026-12-20"), ("B", "2026-12-05")):
            kost.invoice(
                f"M-{place}-{number}",
                customer_name=f"Uji {place}",
                customer_phone=f"0812900{20_000 + place}",
                due_date=due,
                recipe="tiga-hari",
            )


def test_paying_meets_recording_and_nobody_is_rolled_back(kost: World) -> None:
    a_couple_each(kost, 12)
    claimed = claim_at(kost, at("2026-11-28 09:00")).sendables
    slowly(kost)
    recorder = another_recorder(kost)
    pairs = [claimed[place : place + 3] for place in range(0, len(claimed), 3)]

    def record() -> None:
        for some in pairs:
            with kost.store.write() as tx:
                recorder.composer.refresh(tx)
                took = Outcome(OutcomeKind.ACCEPTED, "accepted", provider_id=some[0].message_id)
                recorder.record(tx, [Answered(s.message_id, s.sender_id, took) for s in some])

    def pay(first: int) -> Callable[[], None]:
        def deed() -> None:
            for place in range(first, 12, 2):
                phone = f"+62812900{20_000 + place}"
                kost.act("mark_paid", customer=phone, amount="3000000", payment_ref=f"ref-{place}")

        return deed

    wrong = together(record, pay(0), pay(1))

    assert wrong == []
    assert {m.status for m in kost.rows(schema.messages)} == {"sent"}
    assert {i.status for i in kost.rows(schema.invoices)} == {"paid"}


def test_refusals_of_one_batch_meet_those_of_another_and_the_persons_own_words(kost: World) -> None:
    a_couple_each(kost, 8)
    claimed = claim_at(kost, at("2026-11-28 09:00")).sendables
    slowly(kost)
    recorders = [another_recorder(kost) for _ in range(2)]

    def record(place: int, some: list[Any]) -> Callable[[], None]:
        def deed() -> None:
            with kost.store.write() as tx:
                recorders[place].composer.refresh(tx)
                gone = Outcome(OutcomeKind.RETRY, "connect", code="connect")
                recorders[place].record(tx, [Answered(s.message_id, s.sender_id, gone) for s in some])

        return deed

    def stop_them() -> None:
        for place in range(8):
            kost.act("pause_sequence", customer=f"+62812900{20_000 + place}")

    wrong = together(record(0, claimed[:4]), record(1, claimed[:3:-1]), stop_them)

    assert wrong == []
    assert {m.status for m in kost.rows(schema.messages)} == {"failed"}


def test_ticks_leave_out_what_somebody_pays_at_this_moment(kost: World) -> None:
    a_couple_each(kost, 2)
    kost.advance(at("2026-12-05 06:59"))
    jump_to(kost, at("2026-12-05 07:00"), unseen=False)
    (held,) = kost.rows(schema.invoices, schema.invoices.c.number == "M-0-B")
    other = Store(kost.app.settings.database_url, virtual=True)
    try:
        with other.write() as theirs:
            theirs.conn.execute(
                schema.invoices.select().where(schema.invoices.c.id == held.id).with_for_update()
            )
            with kost.store.write() as tx:
                assert kost.worker._ticks.run(tx)[1]

            assert kost.steps("M-1-B")["tick:due"].state == "sent"
            assert kost.steps("M-0-B")["tick:due"].state == "planned"
    finally:
        other.close()
    kost.settle()
    assert kost.steps("M-0-B")["tick:due"].state == "sent"


def test_a_promise_that_was_kept_while_somebody_took_it_back_stays_kept(kost: World) -> None:
    kost.invoice("T-1", recipe="tiga-hari")
    made = kost.act("record_promise", invoice="T-1", promise_date="2026-12-03")
    slowly(kost)

    wrong = together(
        lambda: kost.act("mark_paid", invoice="T-1", payment_ref="r-1"),
        lambda: kost.act("cancel_promise", promise=made["promise_id"]),
    )

    assert wrong == []
    (promise,) = kost.rows(schema.promises)
    kost.settle()
    told = [e.type for e in kost.events() if e.type in ("promise_kept", "promise_cancelled")]
    assert told == [f"promise_{promise.state}"]


# --- a claim against a person's word --------------------------------------------------------------------------


def claim_with(kost: World, store: Store) -> Claimed:
    claimer = Claimer(composer(kost), "another", False)
    with store.write() as tx:
        return claimer.claim(tx, room=200)


@pytest.mark.parametrize("deed", ["pause_sequence", "open_case"])
def test_after_the_answer_paused_no_text_leaves(kost: World, deed: str) -> None:
    """The claim begins while the pause is not committed yet, and must not use what it read before."""
    kost.invoice("T-1", recipe="tiga-hari")
    jump_to(kost, at("2026-12-04 09:00"), unseen=False)
    (invoice,) = kost.rows(schema.invoices)
    other = Store(kost.app.settings.database_url, virtual=True)
    found: list[Claimed] = []
    given = {"invoice": "T-1"} | ({"reason": "dispute"} if deed == "open_case" else {})
    try:
        with kost.store.write() as tx:
            # The pause's own transaction: it has locked its invoice and is about to write.
            tx.conn.execute(
                schema.invoices.select().where(schema.invoices.c.id == invoice.id).with_for_update()
            )
            claiming = threading.Thread(target=lambda: found.append(claim_with(kost, other)))
            claiming.start()
            claiming.join(0.3)
            tx.conn.execute(schema.sequences.update().values(state="paused"))
        claiming.join(20)
        kost.act(deed, **given)

        assert [c.sendables for c in found] == [[]]
        assert claim_with(kost, other).sendables == []
    finally:
        other.close()


def test_a_pause_waits_for_the_claim_that_has_begun_and_then_nothing_is_left_to_send(kost: World) -> None:
    kost.invoice("T-1", recipe="tiga-hari")
    jump_to(kost, at("2026-12-04 09:00"), unseen=False)
    answered: list[dict[str, Any]] = []
    other = Store(kost.app.settings.database_url, virtual=True)
    try:
        with other.write() as tx:
            claimed = Claimer(composer(kost), "another", False).claim(tx, room=200)
            pausing = threading.Thread(
                target=lambda: answered.append(kost.act("pause_sequence", invoice="T-1"))
            )
            pausing.start()
            pausing.join(0.3)
            assert claimed.sendables
            assert not answered, "the pause answers only when the claim's intents are written"
        pausing.join(20)
        assert answered[0]["result"] == "paused"
        assert claim_with(kost, other).sendables == []
    finally:
        other.close()


# --- the order of events --------------------------------------------------------------------------------------


def test_events_of_one_invoice_are_numbered_in_its_own_order(kost: World) -> None:
    """The transaction that began first writes last: its events have the later place, whatever their time."""
    kost.invoice("T-1", recipe="tiga-hari")
    kost.settle()
    (invoice,) = kost.rows(schema.invoices)

    def tell(tx: Tx, kind: str) -> None:
        append_events(tx, [NewEvent(kind, tx.now, invoice_id=invoice.id, customer_id=invoice.customer_id)])

    other = Store(kost.app.settings.database_url, virtual=True)
    try:
        with kost.store.write() as early:
            with other.write() as late:
                tell(late, "invoice_due")
            tell(early, "invoice_changed")
    finally:
        other.close()
    kost.settle()

    rows = [e for e in kost.events() if e.type in ("invoice_due", "invoice_changed")]
    assert [e.type for e in rows] == ["invoice_due", "invoice_changed"]
    assert [e.invoice_event_number for e in rows] == sorted(e.invoice_event_number for e in rows)
