"""Whoever asks for a language gets refusals in it, at every door; results keep the business's own language."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from world import KEY, World, catalog, world

from connector.store import keys

ACT, HOOKS = "/v1/actions", "/v1/webhooks"
INVOICE = {"customer_name": "Siti", "amount": "150000", "due_date": "2026-12-05", "invoice_number": "L-1"}
# (method, path, what httpx sends): every sort of refusal at every sort of door.
REFUSED: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", f"{ACT}/make_coffee", {"json": {}}),
    ("POST", f"{ACT}/create_invoice", {"json": {"amount": "many", "due_date": "soon", "colour": "red"}}),
    ("POST", f"{ACT}/create_invoice", {"json": INVOICE | {"amount": "-5"}}),
    ("POST", f"{ACT}/get_invoice", {"json": {"invoice": "none"}}),
    ("POST", f"{ACT}/mark_paid", {"json": {"invoice": "L-1", "amount": "999999999"}}),
    ("POST", f"{ACT}/record_promise", {"json": {"invoice": "L-1", "promise_date": "2020-01-01"}}),
    ("POST", f"{ACT}/schedule_reminder", {"json": {"invoice": "L-1", "send_at": "2020-01-01T09:00"}}),
    ("POST", f"{ACT}/pause_all", {"json": {"dry_run": "perhaps", "reason": "x"}}),
    ("POST", f"{ACT}/create_invoice", {"content": "{", "headers": {"Content-Type": "application/json"}}),
    ("POST", f"{ACT}/create_invoice", {"content": "a=1", "headers": {"Content-Type": "text/plain"}}),
    ("POST", f"{ACT}/send_message", {"json": {}, "headers": {"Idempotency-Key": "a b"}}),
    ("GET", f"{ACT}/create_invoice", {}),
    ("POST", HOOKS, {"json": {"url": "http://10.0.0.1/", "events": ["nothing"]}}),
    ("POST", HOOKS, {"json": {"url": "http://a.example/", "events": ["invoice_paid"]}}),
    ("GET", f"{HOOKS}/sub_none", {}),
    ("GET", "/v1/events?limit=many", {}),
    ("GET", "/v1/triggers/nothing/samples", {}),
    ("GET", "/v1/options/nothing", {}),
    ("GET", "/v1/options/template_fields", {}),
    ("GET", "/v1/specs/actions/nothing", {}),
    ("GET", "/v1/files/fil_none", {}),
    ("POST", "/v1/files", {"json": {}}),
    ("GET", "/v1/imports/imp_none", {}),
    ("POST", "/v1/imports", {"files": {"other": b"x"}}),
    ("POST", "/v1/recipes/none/simulate", {"json": {}}),
    ("POST", "/v1/sandbox/clock", {"json": {"advance": "far"}}),
    ("GET", "/v1/nowhere", {}),
    ("POST", "/in/nobody", {"json": {}}),
    ("GET", "/v1/me", {"headers": {"Authorization": "Bearer wrong"}}),
]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[World]:
    """A business whose own language is Indonesian."""
    folder = tmp_path_factory.mktemp("languages")
    (folder / "tagih.db").write_bytes(sqlite_template.read_bytes())
    with world(folder / "home", f"sqlite:///{folder}/tagih.db") as opened:
        opened.act("create_invoice", **INVOICE)
        yield opened


def asked(house: World, language: str | None, method: str, path: str, **more: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {KEY}", **more.pop("headers", {})}
    headers |= {"Accept-Language": language} if language else {}
    url = house.app.settings.local_url + path
    return httpx.request(method, url, headers=headers, trust_env=False, timeout=20, **more)


@pytest.mark.parametrize(("method", "path", "sent"), REFUSED, ids=[f"{m} {p}" for m, p, _ in REFUSED])
def test_a_refusal_is_said_in_the_callers_language(
    house: World, method: str, path: str, sent: dict[str, Any]
) -> None:
    said = {wish: asked(house, wish, method, path, **sent) for wish in ("en", "id", "en-GB,en;q=0.9", None)}

    for wish, answer in said.items():
        language = "en" if wish and wish.startswith("en") else "id"
        body, spec = answer.json(), catalog().problems[answer.json()["code"]]
        assert 400 <= answer.status_code < 500
        assert answer.headers["Content-Language"] == language
        assert body["title"] == spec.title[language]
        assert spec.remedy[language].partition("{")[0] in body["detail"]
    english, indonesian = said["en"].json(), said["id"].json()
    assert english["detail"] != indonesian["detail"]
    for one, other in zip(english["errors"], indonesian["errors"], strict=True):
        assert (one["field"], one["code"]) == (other["field"], other["code"])
        assert one["detail"] != other["detail"]


def test_a_key_without_the_right_is_told_so_in_its_own_language(house: World) -> None:
    with house.store.write() as tx:
        weak = keys.create_key(tx, label="weak", scopes=["read"], pii="masked").secret
    bearer = {"Authorization": f"Bearer {weak}"}

    answer = asked(house, "en", "POST", f"{ACT}/create_invoice", json=INVOICE, headers=bearer)

    assert (answer.status_code, answer.json()["title"]) == (403, catalog().problems["forbidden"].title["en"])


def test_a_result_speaks_as_the_business_does_because_it_goes_on_into_its_chats(house: World) -> None:
    cards = [
        asked(house, wish, "POST", f"{ACT}/get_invoice", json={"invoice": "L-1"}).json()
        for wish in ("en", "id", None)
    ]
    hooks = [
        asked(house, wish, "DELETE", f"{HOOKS}/sub_none").json()["result_text"] for wish in ("en", "id", None)
    ]

    assert cards[0] == cards[1] == cards[2]
    assert (cards[0]["amount_due_text"], cards[0]["due_date_text"]) == ("Rp150.000", "Sabtu, 5 Desember 2026")
    assert hooks[0] != hooks[1] == hooks[2]
