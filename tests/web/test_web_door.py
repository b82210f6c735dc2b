"""Rules that hold for every request: keys, hosts, bodies, methods, headers."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from web_face import Actions, Caller, make_key

from connector.store import keys
from connector.store.db import Store


def test_every_path_under_v1_asks_for_a_key_even_one_that_does_not_exist(app: Flask) -> None:
    client = app.test_client()

    for path in ("/v1/me", "/v1/specs", "/v1/no/such/thing", "/v1/sandbox/power"):
        answer = client.get(path)
        assert (answer.status_code, answer.json["code"]) == (401, "unauthorized"), path
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "secret",
    ["", "short", "x" * 600, "tgh_abc_def_ghi", "a-key-that-nobody-made", "ключ-который-никто-не-делал"],
)
def test_a_wrong_key_is_refused(app: Flask, store: Store, secret: str) -> None:
    make_key(store)

    answer = app.test_client().get(
        "/v1/me", headers={"Authorization": f"Bearer {secret}".encode().decode("latin-1")}
    )

    assert (answer.status_code, answer.json["code"]) == (401, "unauthorized")


def test_a_key_has_the_announced_form_and_one_changed_character_is_refused(app: Flask, store: Store) -> None:
    made = make_key(store)

    prefix, id, random, check = made.secret.split("_")
    assert (prefix, "key_" + id, len(random), len(check)) == ("tgh", made.key.id, 43, 6)
    assert made.secret not in repr(made)
    wrong = made.secret[:-8] + ("a" if made.secret[-8] != "a" else "b") + made.secret[-7:]
    assert Caller(app.test_client(), made.secret).get("/v1/specs").status_code == 200
    assert Caller(app.test_client(), wrong).get("/v1/specs").status_code == 401


def test_the_key_itself_is_not_in_the_database(store: Store) -> None:
    made = make_key(store)

    with store.read() as tx:
        row = tx.conn.exec_driver_sql("SELECT * FROM api_keys").one()

    assert made.secret not in str(tuple(row))
    assert made.secret.split("_")[2] not in str(tuple(row))


def test_a_revoked_key_is_refused_within_a_second(app: Flask, store: Store) -> None:
    made = make_key(store)
    caller = Caller(app.test_client(), made.secret)
    assert caller.get("/v1/specs").status_code == 200

    with store.write() as tx:
        assert keys.revoke_key(tx, made.key.id)
        assert not keys.revoke_key(tx, "unauthorized")

    assert keys.SEEN_KEYS_LIVE_S < 0.9
    time.sleep(keys.SEEN_KEYS_LIVE_S + 0.05)
    assert caller.get("/v1/specs").status_code == 401


def test_an_expired_key_is_refused(app: Flask, store: Store, clock: Any) -> None:
    made = make_key(store, expires_at=clock.machine() + timedelta(hours=1))
    caller = Caller(app.test_client(), made.secret)
    assert caller.get("/v1/specs").status_code == 200

    clock.machine_at = clock.machine() + timedelta(hours=1, seconds=1)

    assert caller.get("/v1/specs").status_code == 401


@pytest.mark.parametrize("secret", ["sixteen-letters!", "tgh_like_ours_but_not", "tgh_a_b_c______________"])
def test_the_environments_key_may_be_any_string_of_sixteen_characters(
    app: Flask, store: Store, secret: str
) -> None:
    with store.write() as tx:
        keys.ensure_environment_key(tx, "the-former-admin-key", scopes=["admin"])
        keys.ensure_environment_key(tx, secret, scopes=["admin", "read"])
        keys.ensure_environment_key(tx, secret, scopes=["admin", "read"])

    assert Caller(app.test_client(), secret).get("/v1/me").json["preset"] == "admin"
    assert Caller(app.test_client(), "the-former-admin-key").get("/v1/me").status_code == 401
    with store.read() as tx:
        assert len([key for key in keys.list_keys(tx) if key.revoked_at is None]) == 1


def test_a_short_environment_key_is_refused(store: Store) -> None:
    with store.write() as tx, pytest.raises(ValueError, match="16"):
        keys.ensure_environment_key(tx, "too-short", scopes=["admin"])


def test_the_last_use_is_written_now_and_then_and_not_with_every_request(store: Store) -> None:
    made = make_key(store)
    ring = keys.KeyRing(store)
    assert ring.find(made.secret) is not None

    ring.note_uses()
    with store.read() as tx:
        assert keys.list_keys(tx)[0].last_used_at is None
    ring.note_uses(every_s=0)

    with store.read() as tx:
        assert keys.list_keys(tx)[0].last_used_at is not None


def test_wrong_keys_from_one_address_are_slowed_down(app: Flask, store: Store) -> None:
    good = make_key(store)
    client = app.test_client()
    for _ in range(20):
        assert client.get("/v1/me", headers={"Authorization": "Bearer wrong"}).status_code == 401

    answer = client.get("/v1/me", headers={"Authorization": "Bearer wrong"})

    assert (answer.status_code, answer.json["code"]) == (429, "rate_limited")
    assert int(answer.headers["Retry-After"]) >= 1
    elsewhere = client.get(
        "/v1/specs",
        headers={"Authorization": f"Bearer {good.secret}"},
        environ_base={"REMOTE_ADDR": "192.0.2.7"},
    )
    assert elsewhere.status_code == 200


def test_one_key_has_its_own_allowance(make_app: Callable[..., Flask], store: Store) -> None:
    from connector.web.services import Limits

    app = make_app(limits=Limits(key_rate=0.001, key_burst=3))
    one, other = (Caller(app.test_client(), make_key(store).secret) for _ in range(2))

    assert [one.get("/v1/specs").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert other.get("/v1/specs").status_code == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("tagih.kostmelati.example", 200),
        ("TAGIH.kostmelati.example:443", 200),
        ("localhost:8080", 200),
        ("127.0.0.1", 200),
        ("[::1]:8080", 200),
        ("evil.example", 421),
        ("tagih.kostmelati.example.evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("", 421),
    ],
)
def test_only_our_own_hosts_are_served(
    app: Flask, admin: Caller, host: str, status: int, catalog: Any
) -> None:
    answer = admin.get("/v1/specs", headers={"Host": host})

    assert (answer.status_code == 200) == (status == 200)
    if status != 200:
        assert answer.json["code"] == "header_invalid"


def test_probes_may_call_by_any_address(app: Flask) -> None:
    assert app.test_client().get("/healthz", headers={"Host": "10.0.0.9"}).json == {"status": "ok"}


def test_a_form_of_another_site_cannot_act(app: Flask) -> None:
    client = app.test_client()
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ):
        answer = client.post("/sandbox/phones", headers=headers)
        assert (answer.status_code, answer.json["code"]) == (400, "header_invalid")
    assert client.post("/sandbox/phones", headers={"Origin": "http://localhost:8080"}).status_code == 404


def test_every_answer_carries_the_safe_headers(app: Flask) -> None:
    for path in ("/", "/docs", "/healthz", "/nothing", "/openapi.json"):
        headers = app.test_client().get(path).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "Set-Cookie" not in headers


def test_a_request_id_is_kept_when_it_is_sane(app: Flask) -> None:
    client = app.test_client()

    assert (
        client.get("/healthz", headers={"X-Request-Id": "trace-12345"}).headers["X-Request-Id"]
        == "trace-12345"
    )
    assert (
        client.get("/healthz", headers={"X-Request-Id": "<script>"})
        .headers["X-Request-Id"]
        .startswith("req_")
    )


def test_a_wrong_path_or_method_is_a_problem(admin: Caller) -> None:
    missing, wrong = admin.get("/v1/nothing"), admin.get("/v1/actions/create_invoice")

    assert (missing.status_code, missing.json["code"]) == (404, "not_found")
    assert (wrong.status_code, wrong.json["code"]) == (405, "method_not_allowed")
    assert "POST" in wrong.headers["Allow"]
    assert {"title", "detail", "errors", "retryable", "request_id"} <= set(wrong.json)


@pytest.mark.parametrize(
    "path", ["/v1/events?limit=&limit=2", "/v1/options/recipes?q=a&limit=1&q=b", "/v1/me?x=1&x=1"]
)
def test_a_parameter_that_is_given_twice_is_refused(admin: Caller, path: str) -> None:
    answer = admin.get(path)

    assert (answer.status_code, answer.json["code"]) == (422, "field_invalid")
    assert answer.json["errors"][0]["field"] == path.partition("?")[2].partition("=")[0]


def test_head_and_options_are_answered_sanely(admin: Caller) -> None:
    client = admin.client
    bearer = {"Authorization": f"Bearer {admin.secret}"}

    assert client.head("/v1/specs", headers=bearer).status_code == 200
    assert client.head("/healthz").data == b""
    options = client.options("/v1/actions/create_invoice", headers=bearer)
    assert options.status_code == 200
    assert "POST" in options.headers["Allow"]


BAD = {
    "nan": b'{"amount": NaN}',
    "infinity": b'{"amount": -Infinity}',
    "huge_exponent": b'{"amount": 1e1000000}',
    "many_digits": b'{"amount": ' + b"9" * 5000 + b"}",
    "twenty_digits": b'{"amount": ' + b"9" * 20 + b"}",
    "long_fraction": b'{"amount": 0.' + b"1" * 5000 + b"}",
    "duplicate_key": b'{"amount": 1, "amount": 2}',
    "duplicate_inner_key": b'{"a": [{"b": 1, "b": 1}]}',
    "deep_lists": b'{"a": ' + b"[" * 100_000,
    "deep_but_whole": b'{"a": ' + b"[" * 70 + b"]" * 70 + b"}",
    "lone_surrogate": b'{"a": "\\ud800"}',
    "nul": b'{"a": "\\u0000"}',
    "raw_nul": b'{"a": "\x00"}',
    "latin1": b'{"a": "\xe9"}',
    "byte_order_mark": b'\xef\xbb\xbf{"a": 1}',
    "no_json": b"a=1&b=2",
    "half": b'{"a": ',
    "tail": b'{"a": 1} {"b": 2}',
    "quotes": b'{"a": ' + b'"\\"' * 60_000,
}


@pytest.mark.parametrize("name", BAD)
def test_odd_json_is_refused_quickly_and_never_reaches_an_action(
    admin: Caller, actions: Actions, name: str
) -> None:
    began = time.process_time()

    answer = admin.post("/v1/actions/create_invoice", data=BAD[name], content_type="application/json")

    assert (answer.status_code, answer.json["code"]) == (400, "body_not_json"), name
    assert time.process_time() - began < 0.5
    assert actions.calls == []


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"1", b"null", b"true"])
def test_json_that_is_no_object_is_refused(admin: Caller, body: bytes) -> None:
    answer = admin.post("/v1/actions/create_invoice", data=body, content_type="application/json")

    assert (answer.status_code, answer.json["code"]) == (400, "body_not_json")


def test_nothing_at_all_counts_as_an_empty_object(admin: Caller, actions: Actions) -> None:
    assert admin.post("/v1/actions/pause_all").status_code == 200
    assert actions.calls[0][1] == {}


def test_brackets_in_strings_are_not_depth(admin: Caller, actions: Actions) -> None:
    answer = admin.run("create_invoice", note="[" * 200 + '\\"{' * 100)

    assert answer.status_code == 200
    assert actions.calls[0][1]["note"].startswith("[[[")


@pytest.mark.parametrize(
    "type", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", ""]
)
def test_another_content_type_is_refused(admin: Caller, type: str) -> None:
    answer = admin.post("/v1/actions/create_invoice", data=b'{"invoice": "1"}', content_type=type)

    assert answer.json["code"] == "unsupported_media_type"


def test_a_large_or_compressed_body_is_refused(admin: Caller, actions: Actions) -> None:
    large = admin.post(
        "/v1/actions/create_invoice",
        data=b'{"a": "' + b"x" * 262_144 + b'"}',
        content_type="application/json",
    )
    zipped = admin.post(
        "/v1/actions/create_invoice",
        data=b"\x1f\x8b",
        content_type="application/json",
        headers={"Content-Encoding": "gzip"},
    )

    assert (large.status_code, large.json["code"]) == (413, "body_too_large")
    assert zipped.json["code"] == "unsupported_media_type"
    assert actions.calls == []


def test_the_service_works_below_a_path(make_app: Callable[..., Flask]) -> None:
    client = make_app(public_url="https://host.example/melati").test_client()

    for path in ("/melati/healthz", "/healthz"):
        assert client.get(path).status_code == 200
    page = client.get("/melati/").text
    assert 'href="/melati/docs"' in page
    assert 'href="/melati/static/tagih.css"' in page
    with client.get("/melati/static/tagih.css") as style:
        assert style.status_code == 200
    assert client.get("/melatihealthz").status_code == 404
