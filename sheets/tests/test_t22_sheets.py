"""T-22: the sheet's key goes to the Tagih that it was connected with, and to nobody else."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from between import Server
from conftest import HEAD, ROOT
from running import Home

Play = Callable[..., dict[str, Any]]
WRONG = "Tulis alamat yang dimulai dengan https://"


def connect(address: str, key: str = "k" * 20) -> list[Any]:
    return ["tagihConnect", {"url": address, "key": key, "list": ""}]


@pytest.fixture
def evil() -> Iterator[Server]:
    """Somebody else's server."""
    made = Server()
    yield made
    made.close()


def test_t22_no_redirect_is_followed_with_the_key_on_any_path(
    home: Home, key: str, play: Play, evil: Server
) -> None:
    calls: list[list[Any]] = [
        connect(home.url, key),
        ["tagihSendAll"],
        ["tagihDaily"],
        ["TAGIH_STATUS", "A3-2026-12"],
        ["tagihRunForm", "mark_paid", {"invoice": "A3-2026-12", "amount": "1"}],
        ["tagihOptions", "invoices"],
    ]
    away = [
        {"status": status, "headers": {"Location": f"{evil.url}/v1/me"}, "text": ""}
        for status in (301, 302, 303, 307, 308, 302)
    ]
    row = ["Rini Uji", "0812-9000-2211", "1.500.000", "2026-12-05", "SE-1", ""]
    user = {"TAGIH_URL": home.url, "TAGIH_KEY": key, "TAGIH_DAILY_SHEET": "417"}

    seen = play(*calls, sheet=[HEAD, row], answers=away, user=user)

    assert len(seen["requests"]) == len(calls)
    assert all(request["url"].startswith(f"{home.url}/v1/") for request in seen["requests"])
    assert [(call.method, call.path) for call in evil.calls] == []
    assert seen["answers"][0]["text"] == "Tagih menjawab 301. Coba lagi nanti."


def test_t22_every_call_goes_one_way() -> None:
    source = "\n".join(path.read_text() for path in (ROOT / "sheets").glob("*.js"))

    assert source.count("UrlFetchApp.fetch(") == 1


def test_t22_an_address_that_would_show_the_key_is_refused(play: Play) -> None:
    addresses = [
        "http://localhost.evil.example",
        "http://127.0.0.1@evil.example",
        "http://127.0.0.1:8080@evil.example",
        "http://127.0.0.1.evil.example/",
        "http://127.0.0.1:80x",
        "https://tagih.example.com@evil.example",
        "https://kunci:rahasia@tagih.example.com",
        "https://evil.example\\@tagih.example.com",
        "https://tagih.example.com?ke=",
        "https://tagih.example.com/#",
        "http://tagih.example.com",
        "ftp://tagih.example.com",
        "tagih.example.com",
        "https://",
        "",
    ]

    seen = play(*(connect(address) for address in addresses), user={})

    assert seen["answers"] == [{"ok": False, "text": WRONG}] * len(addresses)
    assert seen["requests"] == [] and seen["properties"]["user"] == {}


def test_an_address_of_ones_own_is_taken(play: Play) -> None:
    addresses = [
        "https://tagih.example.com",
        "https://tagih.example.com:8443/",
        "https://tagih.agency.example/kost-melati",
        "HTTPS://Tagih.Example.com",
    ]
    me = {"status": 200, "text": json.dumps({"business_name": "Kost Melati", "mode": "live"})}

    seen = play(*(connect(address) for address in addresses), user={}, answers=[me] * 4)

    assert seen["answers"] == [{"ok": True, "text": "Terhubung dengan Kost Melati."}] * 4
    assert [one["url"] for one in seen["requests"]] == [f"{one.rstrip('/')}/v1/me" for one in addresses]


def test_t22_a_kept_key_never_goes_to_a_new_address(play: Play, home: Home, key: str, evil: Server) -> None:
    kept = {"TAGIH_URL": home.url, "TAGIH_KEY": key}

    lured = play(connect(evil.url, ""), user=dict(kept))
    same = play(connect(f"{home.url}/", ""), user=dict(kept))

    assert lured["answers"][0]["ok"] is False and "kuncinya" in lured["answers"][0]["text"]
    assert evil.calls == [] and lured["properties"]["user"] == kept
    assert same["answers"][0]["ok"]
