"""What the store promises the engine: one taker per step, leases, fences, ranks that only rise, holds that end."""

import itertools
import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from engine_probes import (
    accepted,
    die_after_intent,
    jump_to,
    next_due,
    post_status,
    shifted,
    three_days,
    twice,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from world import World, at, world

from connector.domain.model import STATUS_RANK, MessageStatus, Outcome, OutcomeKind
from connector.store import inbox, outages, schema
from connector.store.db import FifoLock, Store
from connector.worker.claiming import Claimed, Claimer
from connector.worker.recording import Answered

SITI, BUDI = "+6281290001111", "+6281290004444"


@pytest.fixture
def kost(tmp_path: Path, sqlite_url: str) -> Iterator[World]:
    with world(tmp_path / "home", sqlite_url) as made:
        three_days(made)
        yield made


@pytest.fixture
def kost_on_both(tmp_path: Path, database_url: str) -> Iterator[World]:
    with world(tmp_path / "home", database_url) as made:
        three_days(made)
        yield made


@pytest.fixture
def kost_on_postgres(tmp_path: Path, postgres_url: str) -> Iterator[World]:
    with world(tmp_path / "home", postgres_url) as made:
        three_days(made)
        yield made


def doubled(kost: World) -> int:
    with kost.store.read() as tx:
        return outages.doubled(tx)


def step(kost: World, number: str = "T-1", key: str = "created") -> Any:
    return kost.steps(number)[key]


def others_are_served(kost: World) -> None:
    """Another customer's invoice, due at the same minute: the provider speaks of it."""
    kost.invoice("T-9", customer_name="Budi Uji", customer_phone="081290004444", recipe="tiga-hari")


def claim(kost: World) -> Claimed:
    """A claim whose sender dies: the intents are committed, nothing leaves."""
    with kost.store.write() as tx:
        return kost.worker._claimer.claim(tx, room=200)


def record(kost: World, message_id: str, outcome: Outcome) -> None:
    """An answer that comes back however late."""
    (message,) = kost.rows(schema.messages, schema.messages.c.id == message_id)
    with kost.store.write() as tx:
        kost.worker._composer.refresh(tx)
        kost.worker._recorder.record(tx, [Answered(message_id, message.sender_id, outcome)])


# --- two at once --------------------------------------------------------------------------------------------


def test_two_workers_never_take_a_step_twice_nor_split_an_address(kost_on_postgres: World) -> None:
    kost = kost_on_postgres
    for place in range(40):
        name, phone = f"Uji {place // 2}", f"0812900{10_000 + place // 2}"
        kost.invoice(f"P-{place}", customer_name=name, customer_phone=phone, recipe="tiga-hari")
    jump_to(kost, at("2026-11-28 09:00"), unseen=False)
    stores = [Store(kost.app.settings.database_url, virtual=True) for _ in range(2)]
    together = threading.Barrier(2)
    taken: list[list[str]] = [[], []]

    def work(place: int) -> None:
        claimer = Claimer(kost.worker._composer, f"worker-{place}", False)
        claimer.composer = type(claimer.composer)(claimer.composer.policies, claimer.composer.open_channels)
        with stores[place].read() as tx:  # connected before they begin, so that neither is late
            tx.conn.execute(sa.select(1))
        together.wait()
        idle = 0
        while idle < 5:
            with stores[place].write() as tx:
                claimed = claimer.claim(tx, room=3)
            taken[place] += [s.message_id for s in claimed.sendables]
            idle = 0 if claimed.sendables else idle + 1
            time.sleep(0.002)

    threads = [threading.Thread(target=work, args=(place,)) for place in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    for store in stores:
        store.close()

    items = kost.rows(schema.message_items)
    messages = kost.rows(schema.messages)
    assert len(items) == len({i.step_id for i in items}) == 40
    assert len(messages) == len({m.address_id for m in messages}) == 20
    assert all(taken), "both of them had work"
    assert {m.id: m.worker for m in messages} == {
        message_id: f"worker-{place}" for place in range(2) for message_id in taken[place]
    }


def test_the_writers_lock_serves_in_the_order_of_coming() -> None:
    lock, served = FifoLock(), []

    def caller(place: int) -> None:
        with lock:
            served.append(place)

    threads = [threading.Thread(target=caller, args=(place,)) for place in range(20)]
    with lock:
        for thread in threads:
            thread.start()
            waiting = len(lock._waiting)
            while len(lock._waiting) == waiting - 1 or not lock._waiting:
                time.sleep(0.001)
            while threads.index(thread) >= len(lock._waiting):
                time.sleep(0.001)
    for thread in threads:
        thread.join(10)

    assert served == list(range(20))


def test_a_failure_inside_the_writers_lock_lets_the_next_one_in(sqlite_store: Store) -> None:
    with pytest.raises(ZeroDivisionError), sqlite_store.write():
        raise ZeroDivisionError

    with sqlite_store.write() as tx:
        assert tx.conn.execute(sa.select(sa.literal(1))).scalar_one() == 1


# --- leases and fences --------------------------------------------------------------------------------------


def test_a_lease_protects_until_it_is_over_and_then_the_outcome_is_unknown(kost_on_both: World) -> None:
    kost = kost_on_both
    clock = shifted(kost)
    kost.invoice(recipe="tiga-hari")
    jump_to(kost, at("2026-11-28 09:00"), unseen=False)
    claim(kost)

    kost.settle()
    assert step(kost).state == "sending"
    clock.shift(timedelta(seconds=61))
    kost.settle()

    assert (step(kost).state, step(kost).reason) == ("unknown", "unknown_outcome")
    assert kost.phone(SITI) == []


def test_what_a_dead_worker_had_claimed_is_sent_once_more_when_the_provider_has_spoken(
    kost_on_both: World,
) -> None:
    kost = kost_on_both
    kost.invoice(recipe="tiga-hari")
    jump_to(kost, at("2026-11-28 09:00"), unseen=False)
    die_after_intent(kost)
    others_are_served(kost)

    kost.advance(at("2026-11-28 09:30"))

    assert [name for _, name in kost.sent()] == ["invoice_created"]
    assert step(kost).attempt == 2
    assert doubled(kost) == 0


LATE_ANSWERS = {
    "retry": Outcome(OutcomeKind.RETRY, "retry", code="131016"),
    "connect": Outcome(OutcomeKind.RETRY, "connect", code="connect"),
    "refused": Outcome(OutcomeKind.REFUSED, "fix", code="132000"),
    "undeliverable": Outcome(OutcomeKind.UNDELIVERABLE, "fallback", code="131026"),
    "unknown": Outcome(OutcomeKind.UNKNOWN, "ambiguous", code="ambiguous"),
}


@pytest.mark.parametrize("outcome", LATE_ANSWERS.values(), ids=LATE_ANSWERS)
def test_the_answer_of_an_older_claim_does_not_move_the_newer_one(
    tmp_path: Path, sqlite_url: str, outcome: Outcome
) -> None:
    with world(tmp_path / "home", sqlite_url) as kost:
        three_days(kost)
        kost.invoice(recipe="tiga-hari")
        jump_to(kost, at("2026-11-28 09:00"), unseen=False)
        (first,) = die_after_intent(kost)
        others_are_served(kost)
        kost.advance(at("2026-11-28 09:14"))
        jump_to(kost, at("2026-11-28 09:20"), unseen=False)
        kost.worker._settle()
        (second,) = claim(kost).sendables

        record(kost, first.message_id, outcome)

        now = step(kost)
        assert (now.state, now.message_id, now.attempt) == ("sending", second.message_id, 2)


def test_an_older_claim_that_was_taken_after_all_is_counted_as_doubled(kost_on_both: World) -> None:
    kost = kost_on_both
    kost.invoice(recipe="tiga-hari")
    jump_to(kost, at("2026-11-28 09:00"), unseen=False)
    (first,) = die_after_intent(kost)
    others_are_served(kost)
    kost.advance(at("2026-11-28 09:30"))

    record(kost, first.message_id, Outcome(OutcomeKind.ACCEPTED, "accepted", provider_id="wamid.late"))

    assert doubled(kost) == 1
    assert step(kost).state == "sent"


# --- unknown outcomes ---------------------------------------------------------------------------------------


def test_a_status_within_the_hold_settles_it(kost: World) -> None:
    kost.invoice(recipe="tiga-hari")
    kost.fault(kind="lost_answer", next=1)
    kost.fault(kind="late", next=1, seconds=600.0)

    kost.advance(at("2026-11-28 09:05"))
    assert step(kost).state == "unknown"
    kost.advance(at("2026-11-28 10:00"))

    assert step(kost).state == "sent"
    assert len(kost.phone(SITI)) == 1
    assert kost.rows(schema.cases) == []


def test_a_provider_that_said_nothing_since_leaves_it_to_a_person(kost_on_both: World) -> None:
    kost = kost_on_both
    kost.invoice(recipe="tiga-hari")
    kost.fault(kind="lost_answer", next=1)
    kost.fault(kind="silent", next=1)

    kost.advance(at("2026-11-28 12:00"))

    assert (step(kost).state, step(kost).reason) == ("held", "unknown_person")
    assert [c.reason for c in kost.rows(schema.cases)] == ["unknown_outcome"]
    assert [e.data["reason"] for e in kost.events("needs_human")] == ["unknown_outcome"]
    assert len(kost.phone(SITI)) == 1


def test_silence_about_it_alone_sends_it_once_more(kost_on_both: World) -> None:
    kost = kost_on_both
    kost.invoice(recipe="tiga-hari")
    kost.fault(kind="network", next=1, phone=SITI)  # the line breaks before it is taken
    others_are_served(kost)

    kost.advance(at("2026-11-28 09:10"))
    assert kost.phone(SITI) == []
    kost.advance(at("2026-11-28 09:20"))

    assert kost.sent() == [("11-28 09:15", "invoice_created")]
    assert (step(kost).state, step(kost).resend) == ("sent", True)
    assert doubled(kost) == 0


def test_a_lost_reminder_is_not_kept_away_by_its_own_minimum_gap(kost: World) -> None:
    kost.invoice(recipe="tiga-hari")
    others_are_served(kost)
    kost.advance(at("2026-12-04 08:30"))
    kost.fault(kind="network", next=1, phone=SITI)

    kost.advance(at("2026-12-04 09:20"))

    assert kost.sent()[1:] == [("12-04 09:15", "payment_reminder")]


def test_a_second_unknown_asks_a_person(kost: World) -> None:
    kost.invoice(recipe="tiga-hari")
    kost.fault(kind="network", next=2, phone=SITI)
    others_are_served(kost)
    kost.advance(at("2026-11-28 09:16"))
    kost.act("mark_paid", invoice="T-9")  # a receipt, and with it another word of the provider

    kost.advance(at("2026-11-28 12:00"))

    assert (step(kost).state, step(kost).reason) == ("held", "unknown_person")
    assert [c.reason for c in kost.rows(schema.cases)] == ["unknown_outcome"]
    assert kost.phone(SITI) == []


def test_the_policy_person_never_sends_again(kost: World) -> None:
    three_days(kost, "tiga-hari-orang", unknown="person")
    kost.invoice(recipe="tiga-hari-orang")
    kost.fault(kind="network", next=1, phone=SITI)
    others_are_served(kost)

    kost.advance(at("2026-11-28 12:00"))

    assert (step(kost).state, step(kost).reason) == ("held", "unknown_person")
    assert kost.phone(SITI) == []


@pytest.mark.parametrize("due", ["2026-12-06", "2026-12-15"], ids=["a correction", "a new plan"])
def test_another_due_date_does_not_send_again_what_waits_for_a_person(kost: World, due: str) -> None:
    kost.invoice(recipe="tiga-hari")
    kost.fault(kind="lost_answer", next=1)
    kost.fault(kind="silent", next=1)
    kost.advance(at("2026-11-28 12:00"))
    (case,) = kost.rows(schema.cases)

    kost.act("update_invoice", invoice="T-1", due_date=due)
    kost.act("resolve_case", case=case.id, outcome="explained", next="resume")
    kost.advance(at("2026-11-29 12:00"))

    assert len(kost.phone(SITI)) == 1
    assert twice(accepted(kost)) == []


def test_a_corrected_due_date_does_not_forget_that_it_was_sent_once_more(kost_on_both: World) -> None:
    kost = kost_on_both
    kost.invoice(recipe="tiga-hari")
    kost.fault(kind="network", next=2, phone=SITI)
    others_are_served(kost)
    kost.act("pause_all", reason="sebentar")
    kost.act("resume_all")
    kost.advance(at("2026-11-28 09:10"))
    kost.act("pause_all", reason="sebentar")
    kost.advance(at("2026-11-28 09:40"))
    assert (step(kost).state, step(kost).resend) == ("planned", True)

    kost.act("update_invoice", invoice="T-1", due_date="2026-12-06")
    kost.act("resume_all")
    kost.settle()
    kost.act("mark_paid", invoice="T-9")
    kost.advance(at("2026-11-28 12:00"))

    assert kost.phone(SITI) == []
    assert (step(kost).state, step(kost).reason) == ("held", "unknown_person")


def test_the_first_message_that_arrives_after_its_resend_is_reported(kost_on_both: World) -> None:
    kost = kost_on_both
    kost.invoice(recipe="tiga-hari")
    kost.fault(kind="lost_answer", next=1, phone=SITI)
    kost.fault(kind="late", next=1, seconds=3600.0, phone=SITI)
    others_are_served(kost)

    kost.advance(at("2026-11-28 09:30"))
    assert len(kost.phone(SITI)) == 2
    assert doubled(kost) == 0  # nobody knows yet
    kost.advance(at("2026-11-28 11:00"))

    assert doubled(kost) == 1
    mine = kost.rows(schema.messages, schema.messages.c.address_id == step(kost).address_id)
    assert [m.also_delivered for m in mine] == [True, False]
    told = [e for e in kost.events("message_delivered") if e.data["message_id"] in {m.id for m in mine}]
    assert sorted(e.data["also_delivered"] for e in told) == [False, True]


def test_a_hold_begins_anew_with_every_boot(kost: World) -> None:
    kost.invoice(recipe="tiga-hari")
    kost.fault(kind="lost_answer", next=1)
    kost.fault(kind="late", next=1, seconds=1500.0)
    kost.advance(at("2026-11-28 09:14"))

    kost.restart()
    kost.advance(at("2026-11-28 09:20"))
    assert step(kost).state == "unknown"
    kost.advance(at("2026-11-28 10:00"))

    assert step(kost).state == "sent"
    assert len(kost.phone(SITI)) == 1


# --- statuses -----------------------------------------------------------------------------------------------


def status_body(kost: World, *statuses: tuple[str, str, int]) -> bytes:
    """Meta's shape: (token, status, second of the day)."""
    settings_ = kost.app.settings.whatsapp
    found = []
    for token, status, second in statuses:
        item: dict[str, Any] = {
            "id": f"wamid.{token}",
            "status": status,
            "timestamp": str(int(at("2026-11-28 08:00").timestamp()) + second),
            "recipient_id": SITI[1:],
            "biz_opaque_callback_data": token,
        }
        if status == "failed":
            item["errors"] = [{"code": 131026, "title": "Message undeliverable"}]
        found.append(item)
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "1", "phone_number_id": settings_.phone_number_id},
        "statuses": found,
    }
    entry = {"id": settings_.waba_id or "0", "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def intent(kost: World, number: int) -> str:
    """A message on its way, without steps."""
    token = f"msg_{number:06d}"
    (address,) = kost.rows(schema.addresses, schema.addresses.c.phone == SITI)
    with kost.store.write() as tx:
        tx.conn.execute(
            schema.messages.insert().values(
                id=token,
                address_id=address.id,
                channel="whatsapp",
                provider="whatsapp_cloud",
                sender_id="wa",
                stage="other",
                permission="notice",
                language="id",
                status="sending",
                rank=0,
                attempt=1,
                intent_at=tx.now_ms,
                intent_at_m=tx.machine_ms,
                also_delivered=False,
            )
        )
    return token


def test_statuses_in_any_order_and_number_end_at_the_same_rank(kost_on_both: World) -> None:
    kost = kost_on_both
    kost.invoice(recipe="tiga-hari")
    numbers = itertools.count()

    @settings(
        max_examples=20,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        st.lists(st.sampled_from(["sent", "delivered", "read", "failed"]), min_size=1, max_size=7),
        st.integers(1, 4),
    )
    def check(statuses: list[str], at_once: int) -> None:
        token = intent(kost, next(numbers))
        for begin in range(0, len(statuses), at_once):
            part = statuses[begin : begin + at_once]
            post_status(kost, status_body(kost, *((token, s, begin + i) for i, s in enumerate(part))))
            kost.worker._inbox.apply(kost.store)
        (message,) = kost.rows(schema.messages, schema.messages.c.id == token)
        highest = max((MessageStatus(s) for s in statuses), key=STATUS_RANK.__getitem__)
        assert (message.status, message.rank) == (highest.value, STATUS_RANK[highest])
        assert message.provider_id in (f"wamid.{token}", None)
        assert message.sent_at is not None or highest is MessageStatus.FAILED

    check()


@pytest.mark.parametrize("at_once", [True, False], ids=["in one delivery", "one by one"])
def test_sent_and_then_failed_ends_in_the_same_however_it_arrives(kost_on_both: World, at_once: bool) -> None:
    kost = kost_on_both
    kost.invoice(recipe="tiga-hari")
    kost.fault(kind="lost_answer", next=1)
    kost.fault(kind="silent", next=1)
    kost.advance(at("2026-11-28 09:01"))
    token = step(kost).message_id
    said = [(token, "sent", 3_700), (token, "failed", 3_701)]

    if at_once:
        post_status(kost, status_body(kost, *said))
    else:
        for one in said:
            post_status(kost, status_body(kost, one))
            kost.settle()
    kost.settle()

    assert [e.data["error_code"] for e in kost.events("message_failed")] == ["131026"]
    assert [c.reason for c in kost.rows(schema.cases)] == ["provider_refused"]
    (message,) = kost.rows(schema.messages)
    assert message.status == "failed"


# --- the inbox ----------------------------------------------------------------------------------------------


class Poisoned:
    """A provider whose reader chokes on one delivery."""

    def __init__(self, real: Any) -> None:
        self.real = real
        self.echoes_token = real.echoes_token

    def read_webhook(self, body: bytes, **given: Any) -> Sequence[Any]:
        if b"racun" in body:
            raise ValueError("racun")
        found: Sequence[Any] = self.real.read_webhook(body, **given)
        return found


def test_a_poisoned_delivery_stops_nobody_and_ends_as_failed(kost_on_both: World) -> None:
    kost = kost_on_both
    kost.invoice(recipe="tiga-hari")
    kost.advance(at("2026-11-28 08:30"))
    providers: Mapping[str, Any] = kost.worker._inbox.providers
    kost.worker._inbox.providers = {**providers, "whatsapp_cloud": Poisoned(providers["whatsapp_cloud"])}
    tokens = [intent(kost, n) for n in (1, 2)]
    bodies = [status_body(kost, (t, "delivered", 1)) for t in tokens]
    post_status(kost, bodies[0], b'{"racun": 1}', bodies[1])

    kost.worker._inbox.apply(kost.store)

    rows = kost.rows(schema.inbox)
    assert [(r.state, r.attempts) for r in rows] == [("applied", 0), ("new", 1), ("applied", 0)]
    kost.settle()
    poisoned = kost.rows(schema.inbox)[1]
    assert (poisoned.state, poisoned.attempts) == ("failed", inbox.MAX_ATTEMPTS)
    assert "racun" in poisoned.error
    assert {m.status for m in kost.rows(schema.messages)} == {"delivered"}
    kost.advance(at("2026-11-28 09:30"))
    assert step(kost).state == "sent"


def test_the_same_delivery_twice_is_one(kost: World) -> None:
    kost.invoice(recipe="tiga-hari")
    token = intent(kost, 1)
    body = status_body(kost, (token, "read", 1))

    post_status(kost, body, body)
    post_status(kost, body)
    kost.settle()

    assert len(kost.rows(schema.inbox)) == 1


def test_next_due_is_told_from_the_plan(kost: World) -> None:
    kost.invoice(recipe="tiga-hari")

    assert next_due(kost.store) == at("2026-11-28 09:00").astimezone(UTC)
    assert isinstance(kost.now, datetime)
