"""The emulator's core on both databases: accepting, faults, what people type, what is posted."""

import asyncio
import random
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from connector.clock import FixedClock
from connector.domain.model import Inbound, MessageStatus, OutcomeKind, StatusUpdate
from connector.providers import HttpRequest, Provider
from connector.providers.signatures import header_of
from connector.sandbox.emulator import SMS, WHATSAPP, Given, Settings, Taken, accept
from connector.sandbox.posting import due_webhooks, post_due
from connector.sandbox.replies import NoSuchButton, Typed, reply
from connector.store import emulator as rows
from connector.store.db import Store

PHONE = "+6281234567890"
SETTINGS = Settings(b"app-secret-of-the-test", b"sms-secret-of-the-test", phone_number_id="111222333")
BUTTONS = ({"id": "paid:inv_1", "title": "Sudah bayar"}, {"id": "later:inv_1", "title": "Minta waktu"})


def given(token: str = "msg_1", provider: str = WHATSAPP, phone: str = PHONE, free: bool = False) -> Given:
    request = {"type": "text"} if free else {"type": "template", "template": {}}
    return Given(provider, "111222333", phone, token, "Halo Siti", request, BUTTONS, is_free=free)


def send(store: Store, *group: Given, settings: Settings = SETTINGS, seed: int = 7) -> list[Taken]:
    with store.write() as tx:
        return accept(tx, group, settings, random.Random(seed))


def fault(store: Store, **values: object) -> None:
    defaults = {"provider": WHATSAPP, "code": None, "kind": None, "rate": None, "next": None, "phone": None}
    with store.write() as tx:
        rows.add_fault(tx, {**defaults, "seconds": None, **values})


def told(store: Store, providers: dict[str, Provider], settings: Settings = SETTINGS) -> list[object]:
    """What our own providers read from everything that is due, after checking its signature."""
    found: list[object] = []
    for due in due_webhooks(store, settings, "http://127.0.0.1:1"):
        name = due.request.url.rsplit("/", 1)[1]
        secret = settings.app_secret if name == WHATSAPP else settings.sms_secret
        assert providers[name].verify(due.request.headers, due.request.body, [secret])
        found += providers[name].read_webhook(due.request.body, own=frozenset({"111222333"}))
    return found


def test_an_accepted_message_is_sent_delivered_and_read_in_its_time(
    store: Store, clock: FixedClock, providers: dict[str, Provider]
) -> None:
    [taken] = send(store, given())
    clock.at += timedelta(seconds=60)

    updates = told(store, providers)

    assert taken.id and taken.id.startswith("wamid.")
    assert [u.status for u in updates if isinstance(u, StatusUpdate)] == [
        MessageStatus.SENT,
        MessageStatus.DELIVERED,
        MessageStatus.READ,
    ]
    assert {(u.provider_id, u.token, u.recipient) for u in updates if isinstance(u, StatusUpdate)} == {
        (taken.id, "msg_1", PHONE)
    }
    assert [u.at - updates[0].at for u in updates] == [
        timedelta(0),
        timedelta(seconds=2),
        timedelta(seconds=60),
    ]


def test_nothing_is_told_before_its_time(
    store: Store, clock: FixedClock, providers: dict[str, Provider]
) -> None:
    send(store, given())

    at_once = told(store, providers)

    assert [u.status for u in at_once if isinstance(u, StatusUpdate)] == [MessageStatus.SENT]
    with store.read() as tx:
        assert rows.next_webhook_due(tx) == clock.at


def test_what_was_taken_is_posted_once_and_moves_the_phone_forward(store: Store, clock: FixedClock) -> None:
    send(store, *(given(f"msg_{n}", phone=f"+62812000{n:04d}") for n in range(120)))
    clock.at += timedelta(minutes=5)
    posted: list[HttpRequest] = []

    async def take(request: HttpRequest) -> object:
        posted.append(request)
        return SimpleNamespace(status=200)

    first = asyncio.run(post_due(take, store, SETTINGS, "http://127.0.0.1:1"))
    second = asyncio.run(post_due(take, store, SETTINGS, "http://127.0.0.1:1"))

    assert (first.taken, first.waiting, second.taken) == (360, 0, 0)
    assert len(posted) == 8  # 360 in fifties
    with store.read() as tx:
        assert {row.status for row in rows.of_phone(tx, "+628120000007")} == {"read"}
        assert rows.accepted_counts(tx) == (120, 120)


def test_a_door_that_does_not_take_it_hears_it_again(store: Store, clock: FixedClock) -> None:
    send(store, given())
    answers = iter([SimpleNamespace(status=503), object(), SimpleNamespace(status=200)])

    async def door(request: HttpRequest) -> object:
        return next(answers)

    tries = [asyncio.run(post_due(door, store, SETTINGS, "http://127.0.0.1:1")) for _ in range(3)]

    assert [t.taken for t in tries] == [0, 0, 1]
    assert [t.waiting for t in tries] == [1, 1, 0]


@pytest.mark.parametrize("kind", ["refused", "network"])
def test_what_strikes_before_acceptance_leaves_nothing(store: Store, kind: str) -> None:
    fault(store, kind=kind, next=1)

    [struck, fine] = send(store, given("msg_1"), given("msg_2"))

    assert struck.id is None and fine.id is not None
    with store.read() as tx:
        assert [row.token for row in rows.of_phone(tx, PHONE)] == ["msg_2"]
        assert rows.faults(tx) == []


@pytest.mark.parametrize("kind", ["lost_answer", "timeout"])
def test_a_lost_answer_was_accepted_all_the_same(
    store: Store, providers: dict[str, Provider], kind: str
) -> None:
    fault(store, kind=kind, next=1)

    [taken] = send(store, given())

    assert taken.id is not None and taken.fault is not None
    assert taken.breaks_line == (kind == "lost_answer") and (taken.wait_s > 0) == (kind == "timeout")
    assert [u.token for u in told(store, providers) if isinstance(u, StatusUpdate)] == ["msg_1"]


def test_a_failed_status_carries_its_code(
    store: Store, clock: FixedClock, providers: dict[str, Provider]
) -> None:
    fault(store, kind="failed", code="131026", phone=PHONE, next=1)
    send(store, given(), given("msg_2", phone="+628111111111"))
    clock.at += timedelta(seconds=5)

    [update] = [u for u in told(store, providers) if isinstance(u, StatusUpdate) and u.token == "msg_1"]

    assert update.status is MessageStatus.FAILED
    assert update.outcome is not None
    assert (update.outcome.kind, update.outcome.code) == (OutcomeKind.UNDELIVERABLE, "131026")


def test_a_rate_strikes_its_share(store: Store) -> None:
    fault(store, code="131016", rate=0.3)

    taken = send(store, *(given(f"msg_{n}") for n in range(400)))

    assert 80 < sum(t.id is None for t in taken) < 160
    with store.read() as tx:
        assert len(rows.faults(tx)) == 1


def test_late_double_and_shuffled_statuses(
    store: Store, clock: FixedClock, providers: dict[str, Provider]
) -> None:
    for kind, phone in (("late", "+628111111111"), ("duplicate", "+628122222222"), ("out_of_order", PHONE)):
        fault(store, kind=kind, phone=phone, rate=1.0, seconds=300 if kind == "late" else None)
    send(store, given("late", phone="+628111111111"), given("twice", phone="+628122222222"), given("mixed"))
    clock.at += timedelta(seconds=120)

    seen = [(u.token, str(u.status)) for u in told(store, providers) if isinstance(u, StatusUpdate)]

    assert not [token for token, _ in seen if token == "late"]
    assert sorted(s for t, s in seen if t == "twice") == sorted(["sent", "delivered", "read"] * 2)
    assert [s for t, s in seen if t == "mixed"] == ["read", "delivered", "sent"]
    clock.at += timedelta(seconds=300)
    assert [u.status for u in told(store, providers) if isinstance(u, StatusUpdate) and u.token == "late"]


def test_batches_arrive_together_and_silence_stays(
    store: Store, clock: FixedClock, providers: dict[str, Provider]
) -> None:
    fault(store, kind="batches", rate=1.0, seconds=60, phone=PHONE)
    fault(store, kind="silent", rate=1.0, phone="+628111111111")
    clock.at += timedelta(seconds=5)
    send(store, given("together"), given("never", phone="+628111111111"))

    clock.at += timedelta(seconds=54)
    before = told(store, providers)
    clock.at += timedelta(seconds=61)
    after = told(store, providers)

    assert before == []
    assert {u.token for u in after if isinstance(u, StatusUpdate)} == {"together"}


def test_free_text_outside_the_window_fails_as_at_meta(
    store: Store, clock: FixedClock, providers: dict[str, Provider]
) -> None:
    send(store, given("before", free=True))
    with store.write() as tx:
        reply(tx, Typed(PHONE, text="halo"), SETTINGS)
    send(store, given("inside", free=True))
    clock.at += timedelta(hours=25)
    send(store, given("after", free=True))

    updates = [u for u in told(store, providers) if isinstance(u, StatusUpdate)]

    assert {u.token for u in updates if u.outcome and u.outcome.code == "131047"} == {"before", "after"}
    assert MessageStatus.DELIVERED in {u.status for u in updates if u.token == "inside"}


def test_a_pressed_button_answers_the_message_that_showed_it(
    store: Store, providers: dict[str, Provider]
) -> None:
    [taken] = send(store, given())

    with store.write() as tx:
        by_title = reply(tx, Typed(PHONE, button="Minta waktu"), SETTINGS)
        reply(tx, Typed(PHONE, button="paid:inv_1", answers="msg_1"), SETTINGS)

    pressed = [u for u in told(store, providers) if isinstance(u, Inbound)]
    assert [(u.button_id, u.text, u.in_answer_to) for u in pressed] == [
        ("later:inv_1", "Minta waktu", taken.id),
        ("paid:inv_1", "Sudah bayar", taken.id),
    ]
    assert pressed[0].provider_id == by_title and pressed[0].phone == PHONE


def test_a_button_that_is_not_there_cannot_be_pressed(store: Store) -> None:
    send(store, given())

    with pytest.raises(NoSuchButton), store.write() as tx:
        reply(tx, Typed(PHONE, button="stop"), SETTINGS)


def test_text_and_files_arrive_as_written(store: Store, providers: dict[str, Provider]) -> None:
    send(store, given())
    with store.write() as tx:
        reply(tx, Typed(PHONE, text="sudah ya 🙏 <b>"), SETTINGS)
        reply(tx, Typed(PHONE, media="image", text="bukti"), SETTINGS)

    first, second = [u for u in told(store, providers) if isinstance(u, Inbound)]

    assert (first.kind, first.text, first.in_answer_to) == ("text", "sudah ya 🙏 <b>", None)
    assert (second.kind, second.media_type, second.text) == ("media", "image/jpeg", "bukti")


def test_the_sms_gateway_reports_and_hears(
    store: Store, clock: FixedClock, providers: dict[str, Provider]
) -> None:
    fault(store, provider=SMS, kind="failed", phone="+628111111111", next=1)
    [taken, _] = send(store, given("msg_s", SMS), given("msg_f", SMS, phone="+628111111111"))
    with store.write() as tx:
        reply(tx, Typed(PHONE, text="STOP"), SETTINGS)
    clock.at += timedelta(seconds=5)

    updates = told(store, providers)

    assert [(u.provider_id, u.token, str(u.status)) for u in updates if isinstance(u, StatusUpdate)][:1] == [
        (taken.id, "msg_s", "sent")
    ]
    [failed] = [u for u in updates if isinstance(u, StatusUpdate) and u.outcome]
    assert failed.outcome is not None and failed.outcome.kind is OutcomeKind.UNDELIVERABLE
    assert [(u.phone, u.text) for u in updates if isinstance(u, Inbound)] == [(PHONE, "STOP")]


def test_another_secret_does_not_verify(store: Store, providers: dict[str, Provider]) -> None:
    send(store, given())

    [due] = due_webhooks(store, replace(SETTINGS, app_secret=b"another-secret"), "http://127.0.0.1:1")

    header = header_of(due.request.headers, "x-hub-signature-256")
    assert header and header.startswith("sha256=")
    assert not providers[WHATSAPP].verify(due.request.headers, due.request.body, [SETTINGS.app_secret])


def test_no_secret_shows_in_a_repr() -> None:
    shown = repr(SETTINGS) + repr(
        HttpRequest("POST", "https://x/?k=top-secret", {"A": "top-secret"}, b"top-secret")
    )

    assert "secret-of-the-test" not in shown and "top-secret" not in shown
