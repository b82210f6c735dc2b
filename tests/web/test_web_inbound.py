import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from web_face import VERIFY_TOKEN, signature

from connector.clock import to_ms
from connector.store import inbox
from connector.store.db import Store
from connector.store.inbox import InboxWriter
from connector.store.schema import inbox as rows
from connector.store.schema import provider_signs

BODY = b'{"object": "whatsapp_business_account", "entry": []}'


def post(app: Flask, body: bytes = BODY, path: str = "/in/whatsapp_cloud", **more: Any) -> Any:
    headers = more.pop("headers", {"X-Hub-Signature-256": signature(body)})
    return app.test_client().post(path, data=body, content_type="application/json", headers=headers, **more)


def stored(store: Store) -> list[Any]:
    with store.read() as tx:
        return list(tx.conn.execute(sa.select(rows).order_by(rows.c.id)))


def test_a_signed_webhook_is_on_the_disk_before_it_is_answered(app: Flask, store: Store) -> None:
    answer = post(app)

    assert answer.status_code == 200
    (row,) = stored(store)
    assert (row.source, bytes(row.body), row.state) == ("whatsapp_cloud", BODY, "new")
    assert row.received_at == to_ms(store.now())


def test_the_sign_of_life_is_written_in_the_same_commit(app: Flask, store: Store) -> None:
    post(app)
    post(app, b"{}")

    with store.read() as tx:
        (sign,) = tx.conn.execute(sa.select(provider_signs)).all()
    assert sign.provider == "whatsapp_cloud"
    assert sign.last_webhook_at == to_ms(store.now())
    assert sign.last_webhook_at_m is not None


def test_the_same_delivery_is_kept_once(app: Flask, store: Store) -> None:
    answers = [post(app) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len(stored(store)) == 1


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "sha256=",
        "sha256=" + "0" * 64,
        signature(BODY, "another-secret-entirely"),
        signature(BODY, ""),
        signature(BODY + b" "),
        "é",
        "x" * 100_000,
    ],
)
def test_a_forged_webhook_is_refused_and_not_stored(app: Flask, store: Store, header: str | None) -> None:
    headers = {} if header is None else {"X-Hub-Signature-256": header}

    answer = post(app, headers=headers)

    assert (answer.status_code, answer.json["code"]) == (401, "signature_invalid")
    assert stored(store) == []


def test_deep_json_is_judged_by_its_signature_alone(app: Flask, store: Store) -> None:
    deep = b"[" * 100_000

    assert post(app, deep, headers={}).status_code == 401
    assert post(app, deep).status_code == 200
    assert len(stored(store)) == 1


def test_a_provider_without_a_usable_secret_has_no_door(app: Flask, store: Store) -> None:
    for secret in ("", "short", " "):
        answer = post(app, path="/in/keyless", headers={"X-Hub-Signature-256": signature(BODY, secret)})
        assert answer.status_code == 404
    assert post(app, path="/in/unknown_tool").status_code == 404
    assert stored(store) == []


def test_a_body_beyond_the_limit_or_compressed_is_refused(app: Flask, store: Store) -> None:
    large = b"x" * (4 * 1024 * 1024 + 1)

    assert post(app, large).status_code == 413
    zipped = post(app, headers={"X-Hub-Signature-256": signature(BODY), "Content-Encoding": "gzip"})
    assert zipped.json["code"] == "unsupported_media_type"
    assert post(app, b"x" * (4 * 1024 * 1024)).status_code == 200
    assert len(stored(store)) == 1


def test_forgeries_from_one_address_are_slowed_down_and_honest_ones_elsewhere_are_not(
    app: Flask, store: Store
) -> None:
    codes = [post(app, headers={}).status_code for _ in range(22)]

    assert codes[:20] == [401] * 20
    assert codes[20:] == [429, 429]
    assert post(app, environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 200


def test_the_path_may_carry_a_secret_that_is_not_stored(
    make_app: Callable[..., Flask], services: Any, store: Store
) -> None:
    from connector.providers import PATH_SECRET
    from connector.web.services import Door

    class PathDoor:
        name = "gateway"

        def verify(self, headers: Any, raw: bytes, secrets: Any) -> bool:
            return bool(headers.get(PATH_SECRET) == secrets[0].decode())

    gateway: Any = PathDoor()
    app = make_app(doors={"gateway": Door(gateway, (b"long-path-secret",))})

    assert post(app, path="/in/gateway/long-path-secret", headers={}).status_code == 200
    assert post(app, path="/in/gateway/another-secret", headers={}).status_code == 401
    assert (
        post(app, path="/in/gateway", headers={PATH_SECRET.strip(":"): "long-path-secret"}).status_code == 401
    )
    assert [row.source for row in stored(store)] == ["gateway"]


def test_meta_can_confirm_the_address(app: Flask) -> None:
    def ask(token: str, challenge: str, mode: str = "subscribe") -> Any:
        query = {"hub.mode": mode, "hub.verify_token": token, "hub.challenge": challenge}
        return app.test_client().get("/in/whatsapp_cloud", query_string=query)

    answer = ask(VERIFY_TOKEN, "1158201444")
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.content_type.startswith("text/plain")
    assert ask("wrong", "1158201444").status_code == 403
    assert ask("", "1158201444").status_code == 403
    assert ask(VERIFY_TOKEN, "<script>").status_code == 403
    assert ask(VERIFY_TOKEN, "1158201444", "unsubscribe").status_code == 403
    assert app.test_client().get("/in/keyless").status_code == 404


def test_many_at_once_are_committed_in_groups_and_none_is_lost(store: Store) -> None:
    writer = InboxWriter(store)
    bodies = [f"body {number % 90}".encode() for number in range(300)]

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda body: writer.put("whatsapp_cloud", body), bodies))
    writer.close()

    assert {bytes(row.body) for row in stored(store)} == set(bodies)


def test_one_bad_row_does_not_refuse_its_neighbours(store: Store) -> None:
    writer = InboxWriter(store, linger_s=0.2)

    def put(source: Any) -> str:
        try:
            writer.put(source, b"body")
        except Exception as error:  # noqa: BLE001 - whatever the database says
            return type(error).__name__
        return "stored"

    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(put, ["one", "x\ud800", "two"]))
    writer.close()

    assert (found[0], found[2]) == ("stored", "stored")
    assert found[1] != "stored"
    assert sorted(row.source for row in stored(store)) == ["one", "two"]


def test_a_closed_writer_has_committed_what_waited(store: Store) -> None:
    writer = InboxWriter(store)
    writer.close()
    writer.put("one", b"body")
    writer.close()
    writer.put("two", b"body")
    writer.close()

    assert len(stored(store)) == 2


def test_the_worker_fetches_in_order_and_settles(store: Store) -> None:
    writer = InboxWriter(store)
    for number in range(4):
        writer.put("whatsapp_cloud", str(number).encode())
    writer.close()

    with store.write() as tx:
        first, second, third, fourth = inbox.fetch_new(tx)
        inbox.settle(tx, [first.id], "applied")
        inbox.settle(tx, [second.id], "ignored", error="foreign_sender")
        inbox.settle(tx, [], "applied")
        inbox.record_failure(tx, third.id, "ValueError")

    assert [row.body for row in (first, second, third, fourth)] == [b"0", b"1", b"2", b"3"]
    with store.write() as tx:
        assert [row.id for row in inbox.fetch_new(tx)] == [third.id, fourth.id]
        assert inbox.waiting(tx) == 2
    assert [row.state for row in stored(store)] == ["applied", "ignored", "new", "new"]


def test_a_body_that_always_fails_is_put_aside(store: Store) -> None:
    writer = InboxWriter(store)
    writer.put("whatsapp_cloud", b"odd")
    writer.close()

    for _ in range(inbox.MAX_ATTEMPTS):
        with store.write() as tx:
            (row,) = inbox.fetch_new(tx)
            inbox.record_failure(tx, row.id, "KeyError")

    with store.write() as tx:
        assert inbox.fetch_new(tx) == []
    assert (stored(store)[0].state, stored(store)[0].attempts) == ("failed", inbox.MAX_ATTEMPTS)


def test_old_bodies_are_emptied_and_still_deduplicate(store: Store, clock: Any) -> None:
    writer = InboxWriter(store)
    writer.put("whatsapp_cloud", b"old")
    with store.write() as tx:
        inbox.settle(tx, [row.id for row in inbox.fetch_new(tx)], "applied")
        assert inbox.forget_bodies(tx, tx.machine_ms + 1) == 1
        assert inbox.forget_bodies(tx, tx.machine_ms + 1) == 0

    writer.put("whatsapp_cloud", b"old")
    writer.close()

    assert [bytes(row.body) for row in stored(store)] == [b""]


def test_a_lone_webhook_is_answered_without_a_wait(app: Flask) -> None:
    post(app, b"warm up")
    took_s = []

    for number in range(20):
        began = time.monotonic()
        assert post(app, str(number).encode()).status_code == 200
        took_s.append(time.monotonic() - began)

    assert statistics.median(took_s) < 0.1
