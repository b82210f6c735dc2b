"""What goes wrong is told in the server's own words, and the key never leaves for another place."""

import email.utils
import http.server
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import Zap
from running import Home


class Stand:
    """A server that answers what a test wants, and remembers the headers that it saw."""

    def __init__(self) -> None:
        self.answer: tuple[int, dict[str, str], str] = (200, {}, "{}")
        self.seen: list[dict[str, str]] = []
        stand = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                stand.seen.append({name.lower(): value for name, value in self.headers.items()})
                status, headers, body = stand.answer
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body.encode())

            do_POST = do_GET

            def log_message(self, *_: Any) -> None:
                return

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def end(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def stand() -> Iterator[Stand]:
    made = Stand()
    yield made
    made.end()


def asked(zap: Zap, url: str) -> dict[str, Any]:
    return zap.refused("authentication.test", authData={"base_url": url, "api_key": "k" * 20})


def problem(**more: Any) -> str:
    return json.dumps({"title": "Pelan-pelan", "detail": "Terlalu sering.", "code": "x", "errors": []} | more)


def test_the_connection_is_named_after_the_business(zap: Zap) -> None:
    me = zap.done("authentication.test")

    assert (me["business_name"], me["preset"]) == ("Kost Melati", "zapier")
    assert zap.done("authentication.connectionLabel", inputData=me) == "Kost Melati (sandbox)"
    assert zap.done("authentication.connectionLabel", inputData={**me, "mode": "live"}) == "Kost Melati"


def test_a_wrong_key_asks_for_a_new_connection(zap: Zap, home: Home) -> None:
    error = zap.refused("authentication.test", authData={"base_url": home.url, "api_key": "tgh_wrong"})

    assert error["name"] == "ExpiredAuthError" and "tgh_wrong" not in error["message"]


@pytest.mark.parametrize(
    "address",
    [
        "http://tagih.example.com",
        "ftp://tagih.example.com",
        "tagih.example.com",
        "",
        "https://a:b@tagih.example.com",
        "https://tagih.example.com/?x=1",
        "https://tagih.example.com/#x",
    ],
)
def test_t22_an_address_that_would_show_the_key_is_refused(zap: Zap, address: str) -> None:
    error = asked(zap, address)

    assert error["code"] == "address_invalid"
    assert error["message"].startswith("The address of your Tagih cannot be used.")


def test_what_the_editor_shows_is_english(zap: Zap, home: Home) -> None:
    """Zapier takes an app in English only (its rule 5.7), though the business, and so its results, speak Indonesian."""
    fields = {"customer_name": "Uji Inggris", "due_date": "2026-12-10"}
    id_, en = (home.client(language=language) for language in ("id", "en"))
    stranger = {"Authorization": "Bearer tgh_wrong"}

    wrong = zap.refused("authentication.test", authData={"base_url": home.url, "api_key": "tgh_wrong"})
    refused = zap.refused(
        "creates.create_invoice.operation.perform", inputData={**fields, "amount": "banyak"}
    )
    choices = zap.done("triggers.list_case_reasons.operation.perform")

    for said, path, more in (
        (wrong["message"], "/v1/me", {"headers": stranger}),
        (refused["message"], "/v1/actions/create_invoice", {"json": {**fields, "amount": "banyak"}}),
    ):
        method = "POST" if "json" in more else "GET"
        ours, theirs = (client.request(method, path, **more).json() for client in (en, id_))
        assert said.startswith(f"{ours['title']}\n{ours['detail']}") and ours["title"] != theirs["title"]
    ours, theirs = (client.get("/v1/options/case_reasons").json() for client in (en, id_))
    assert choices == ours != theirs


def test_a_path_before_the_api_and_slashes_at_its_end_are_fine(zap: Zap, home: Home, key: str) -> None:
    slashed = zap.done("authentication.test", authData={"base_url": f" {home.url}// ", "api_key": key})

    assert slashed["business_name"] == "Kost Melati"


def test_refusals_come_with_title_remedy_and_every_field(zap: Zap) -> None:
    part = "creates.create_invoice.operation.perform"
    one = zap.refused(part, inputData={"customer_name": "Uji", "amount": "banyak", "due_date": "2026-12-10"})
    many = zap.refused(
        part, inputData={"customer_name": "Uji", "amount": "1000", "due_date": "besok", "hold": 3}
    )

    assert one["status"] == 422 and one["code"] == "amount_invalid" and "1.500.000" in one["message"]
    assert len(one["message"].split("\n")) == 2
    assert [line.split(":")[0] for line in many["message"].split("\n")[1:]] == ["due_date", "hold"]


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again_after_its_own_seconds(zap: Zap, stand: Stand, status: int) -> None:
    stand.answer = (status, {"Retry-After": "7"}, problem())

    error = asked(zap, stand.url)

    assert (error["name"], error["delay"]) == ("ThrottledError", 7)
    assert error["message"] == "Pelan-pelan\nTerlalu sering."


def test_a_wait_may_be_a_date_or_unsaid(zap: Zap, stand: Stand) -> None:
    stand.answer = (503, {"Retry-After": email.utils.formatdate(time.time() + 30, usegmt=True)}, "<html>busy")
    dated = asked(zap, stand.url)
    stand.answer = (502, {}, "<html>bad gateway")
    unsaid = asked(zap, stand.url)

    assert 25 <= dated["delay"] <= 31
    assert (unsaid["delay"], unsaid["message"]) == (60, "Tagih could not answer (502).")


def test_what_is_in_flight_already_is_asked_again(zap: Zap, stand: Stand) -> None:
    stand.answer = (409, {"Retry-After": "1"}, problem(retryable=True))

    assert (asked(zap, stand.url)["name"], asked(zap, stand.url)["delay"]) == ("ThrottledError", 1)


def test_t22_a_redirect_gets_no_key(zap: Zap, stand: Stand) -> None:
    """A base that answers 302 to somebody else."""
    evil = Stand()
    stand.answer = (302, {"Location": f"{evil.url}/v1/me"}, "")

    error = asked(zap, stand.url)
    evil.end()

    assert evil.seen == [] and error["status"] == 302
    assert stand.seen[0]["authorization"] == f"Bearer {'k' * 20}"
    assert stand.seen[0]["user-agent"].startswith("tagih-zapier/")


def test_another_website_is_not_a_tagih(zap: Zap, stand: Stand) -> None:
    stand.answer = (200, {"Content-Type": "text/html"}, "<html>Welcome")

    assert asked(zap, stand.url)["code"] == "not_tagih"


def test_an_unknown_action_is_no_empty_search(zap: Zap, stand: Stand) -> None:
    """An older Tagih does not know the search yet: that must not look like "nothing found"."""
    auth = {"base_url": stand.url, "api_key": "k" * 20}
    search = {"authData": auth, "inputData": {"invoice": "A3-2026-12"}}
    stand.answer = (404, {}, problem(code="action_unknown"))
    unknown = zap.refused("searches.get_invoice.operation.perform", **search)
    stand.answer = (404, {}, problem(code="invoice_not_found"))

    assert (unknown["name"], unknown["code"]) == ("AppError", "action_unknown")
    assert zap.done("searches.get_invoice.operation.perform", **search) == []
