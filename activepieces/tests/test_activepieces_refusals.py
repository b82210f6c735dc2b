"""What goes wrong is told in the server's own words, and the key never leaves for another place, nor into a log."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from between import Server
from conftest import Json, Piece
from running import Home, free_port

SECRET = "tgh_a-key-that-nobody-else-may-see"


@pytest.fixture
def stand() -> Iterator[Server]:
    """A server that answers what a test wants, and remembers what it saw."""
    made = Server()
    yield made
    made.close()


@pytest.fixture
def stranger() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


def tried(piece: Piece, url: str, key: str = SECRET) -> Json:
    """What the editor's button says of a connection."""
    found: Json = piece.done("validate", auth={"base_url": url, "api_key": key})
    assert key not in json.dumps(found)
    return found


def refused(piece: Piece, url: str, key: str = SECRET) -> str:
    """An action's error, whose whole as the engine logs it must hold nothing of the call."""
    seen = piece.play(
        "act", step="pause_all", props={"reason": "uji rahasia"}, auth={"base_url": url, "api_key": key}
    )
    whole = seen["error"]["whole"]
    assert key.strip() not in whole and "Bearer tgh" not in whole and "uji rahasia" not in whole, whole
    message: str = seen["error"]["message"]
    return message


def problem(**more: Any) -> bytes:
    said = {"title": "Pelan-pelan", "detail": "Terlalu sering.", "code": "x", "errors": []}
    return json.dumps(said | more).encode()


def test_a_connection_is_tried_before_it_is_kept(piece: Piece, home: Home) -> None:
    good = piece.done("validate")
    wrong = tried(piece, home.url, "tgh_wrong")

    assert good == {"valid": True}
    assert wrong["valid"] is False and wrong["error"].startswith("Key not known")


@pytest.mark.parametrize(
    "address",
    [
        "http://tagih.example.com",
        "http://10.example.com",
        "http://127.0.0.1.example.com",
        "http://8.8.8.8",
        "ftp://tagih.example.com",
        "tagih.example.com",
        "",
        "https://a:b@tagih.example.com",
        "https://tagih.example.com/?x=1",
        "https://tagih.example.com/#x",
    ],
)
def test_t22_an_address_that_would_show_the_key_is_refused(piece: Piece, address: str) -> None:
    said = tried(piece, address)

    assert said["valid"] is False
    assert said["error"].startswith("The address of your Tagih cannot be used.")


@pytest.mark.parametrize(
    "address", ["http://tagih:1", "http://192.168.1.20:1", "http://tagih.local:1", "http://[::1]:1"]
)
def test_plain_http_is_for_ones_own_network(piece: Piece, address: str) -> None:
    assert tried(piece, address)["error"].startswith("Tagih cannot be reached: ")


def test_a_path_before_the_api_and_slashes_at_its_end_are_fine(piece: Piece, home: Home, key: str) -> None:
    assert tried(piece, f" {home.url}// ", f" {key}\n") == {"valid": True}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_t22_no_redirect_gets_the_key(piece: Piece, stand: Server, stranger: Server, status: int) -> None:
    stand.location, stand.answer = stranger.url, lambda _call: (status, b"")
    auth = {"base_url": stand.url, "api_key": SECRET}
    given = {"auth": auth, "props": {}, "url": "https://hooks.example.com/1"}

    messages = [
        tried(piece, stand.url)["error"],
        refused(piece, stand.url),
        piece.done("options", step="mark_paid", field="invoice", **given)["placeholder"],
        piece.play("fields", step="send_template", field="variables", auth=auth, props={"template": "x"})[
            "error"
        ]["message"],
        piece.play("enable", step="invoice_paid", flow="redirected", **given)["error"]["message"],
        piece.play("test", step="invoice_paid", **given)["error"]["message"],
    ]

    assert all("redirects elsewhere" in message for message in messages), messages
    assert len(stand.calls) == len(messages) and stranger.calls == []
    assert {call.headers["authorization"] for call in stand.calls} == {f"Bearer {SECRET}"}
    assert stand.calls[0].headers["user-agent"].startswith("tagih-activepieces/")


def test_refusals_come_with_title_remedy_and_every_field(piece: Piece) -> None:
    one = piece.refused("create_invoice", customer_name="Uji", amount="banyak", due_date="2026-12-10")
    many = piece.refused("create_invoice", customer_name="Uji", amount="1000", due_date="besok", hold=3)

    assert "1.500.000" in one["message"] and len(one["message"].split("\n")) == 2
    assert [line.split(":")[0] for line in many["message"].split("\n")[1:]] == ["due_date", "hold"]


def test_nothing_of_a_call_is_in_an_error(piece: Piece, home: Home, stand: Server) -> None:
    stand.answer = lambda call: (500, problem(title=f"Saw {call.headers['authorization'].split()[1]}"))
    echoed = refused(piece, stand.url)
    dead = refused(piece, f"http://127.0.0.1:{free_port()}")
    wrong = refused(piece, home.url)
    odd = refused(piece, home.url, "tgh_with a blank\nand a line")

    assert echoed == "Saw …\nTerlalu sering."
    assert dead.startswith("Tagih cannot be reached: ECONNREFUSED.")
    assert wrong.startswith("Key not known") and odd == "The API key holds a character that no key has."


def test_when_to_come_back_is_said(piece: Piece, stand: Server) -> None:
    stand.answer, stand.headers = (lambda _call: (429, problem())), {"Retry-After": "7"}
    busy = refused(piece, stand.url)
    stand.answer, stand.headers = (lambda _call: (502, b"<html>bad gateway")), {}

    assert busy == "Pelan-pelan\nTerlalu sering.\nTry again in 7 seconds."
    assert refused(piece, stand.url) == "Tagih could not answer (502)."


def test_another_website_is_not_a_tagih(piece: Piece, stand: Server) -> None:
    auth = {"base_url": stand.url, "api_key": SECRET}
    stand.answer = lambda _call: (200, b"<html>Welcome")
    said = [tried(piece, stand.url)["error"], refused(piece, stand.url)]
    stand.answer = lambda _call: (200, b'{"ok": true}')
    said += [
        tried(piece, stand.url)["error"],
        piece.done("options", step="mark_paid", field="invoice", props={}, auth=auth)["placeholder"],
        piece.play("enable", step="invoice_paid", flow="strange", url="https://x.example", auth=auth)[
            "error"
        ]["message"],
    ]

    assert all("not from a Tagih" in text for text in said), said
    assert piece.done("kept", flow="strange", field="subscription") is None


def test_who_never_answers_is_not_waited_for(
    built: Path, stand: Server, request: pytest.FixtureRequest
) -> None:
    hasty = Piece(built, stand.url, SECRET)  # whose half a minute is 300 ms
    request.addfinalizer(hasty.end)
    hasty.done("hasten")
    over = threading.Event()
    request.addfinalizer(over.set)
    stand.answer = lambda _call: (200, b"{}") if over.wait(20) else (500, b"")

    began = time.monotonic()
    message = refused(hasty, stand.url)

    assert message.startswith("Tagih cannot be reached: no answer within 30 seconds.")
    assert time.monotonic() - began < 10


def test_what_the_editor_shows_is_english(piece: Piece, home: Home) -> None:
    choices = piece.done("options", step="open_case", field="reason", props={})["options"]

    told = home.client(language="en").get("/v1/options/case_reasons").json()
    assert choices == [{"label": one["label"], "value": one["id"]} for one in told]
