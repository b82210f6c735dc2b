"""The sandbox's calls ask for scopes; its phones are shown to this machine, and to others with a key."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from flask import Blueprint, Flask
from web_face import Caller, make_key

from connector.store import vitals
from connector.store.db import Store
from connector.web import figures
from connector.web.access import scoped


@pytest.fixture
def face(make_app: Callable[..., Flask]) -> Flask:
    sandbox = Blueprint("sandbox_test", __name__)

    @sandbox.post("/v1/sandbox/power")
    @scoped("admin")
    def power() -> dict[str, bool]:
        return {"on": False}

    @sandbox.get("/sandbox/phones")
    def phones() -> str:
        return "Siti"

    return make_app(blueprints=(sandbox,))


def test_a_key_that_only_reads_does_not_cut_the_power(face: Flask, store: Store) -> None:
    reader, admin = (
        Caller(face.test_client(), make_key(store, *scopes).secret) for scopes in (("read",), ("admin",))
    )

    refused = reader.post("/v1/sandbox/power")
    assert (refused.status_code, refused.json["code"]) == (403, "forbidden")
    assert admin.post("/v1/sandbox/power").status_code == 200


def test_the_phones_are_for_this_machine_or_for_a_key(face: Flask, store: Store) -> None:
    client = face.test_client()

    def look(address: str, **headers: str) -> Any:
        return client.get(
            "/sandbox/phones",
            environ_overrides={"REMOTE_ADDR": address},
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )

    def basic(secret: str) -> str:
        return "Basic " + base64.b64encode(f"tagih:{secret}".encode()).decode()

    assert look("127.0.0.1").status_code == look("::1").status_code == 200
    stranger = look("172.17.0.1")
    assert (stranger.status_code, stranger.json["code"]) == (401, "unauthorized")
    assert stranger.headers["WWW-Authenticate"].startswith("Basic")
    assert look("127.0.0.1", X_Forwarded_For="203.0.113.7").status_code == 401, "a proxy in front"
    assert look("172.17.0.1", Authorization=basic(make_key(store, "read").secret)).status_code == 403
    assert look("172.17.0.1", Authorization=basic(make_key(store, "admin").secret)).status_code == 200


def test_who_asks_often_has_the_tables_counted_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[int] = []
    count = vitals.counts
    monkeypatch.setattr(figures.vitals, "counts", lambda tx: counted.append(1) or count(tx))

    for path in ("/", "/metrics", "/", "/metrics"):
        assert app.test_client().get(path, base_url="http://localhost").status_code == 200

    assert len(counted) == 1
