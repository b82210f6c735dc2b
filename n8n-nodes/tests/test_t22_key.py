"""T-22: the key goes to the address of the credential alone, whatever answers there."""

from collections.abc import Iterator

import pytest
from between import Server
from real import Json, N8n, door, error_of, tagih, trigger
from running import until

KEY = "tgh_a-key-that-nobody-else-may-see"


@pytest.fixture
def mirror(stranger: Server) -> Iterator[Server]:
    """A base that sends everybody on to the stranger: another origin, which would get the key."""
    made = Server(answer=lambda _call: (302, b""), location=stranger.url)
    yield made
    made.close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_t22_the_buttons_of_the_editor_follow_no_redirect(
    n8n: N8n, mirror: Server, stranger: Server, status: int
) -> None:
    mirror.answer = lambda _call: (status, b"")
    credential = n8n.credential("Redirected", mirror.url, KEY)

    tried = n8n.tried(credential, mirror.url, KEY)
    refused = n8n.drop_down_refused("getTemplates", credential)

    assert tried["status"] == "Error", tried
    assert "redirects" in refused["message"], refused
    assert len(mirror.calls) == 2 and stranger.calls == []


ACTIONS: dict[str, Json] = {
    "act": {"resource": "business", "operation": "pause_all", "reason": "uji"},
    "list": {"resource": "invoice", "operation": "find_invoices", "returnAll": True},
    "file": {"resource": "file", "operation": "download", "fileId": "file_x"},
    "rows": {"resource": "import", "operation": "import_rows", "list": "x"},
    "wait": {"resource": "message", "operation": "sendAndWait", "customer": "A3", "text": "Halo"},
}


def test_t22_no_operation_follows_a_redirect(n8n: N8n, mirror: Server, stranger: Server) -> None:
    credential = n8n.credential("Redirected", mirror.url, KEY)
    flows = {
        name: n8n.workflow(f"t22-{name}", [door(f"t22-{name}"), tagih(credential, **given)])
        for name, given in ACTIONS.items()
    }

    for name in flows:
        n8n.call(f"t22-{name}")
    said = {name: error_of(n8n.ended(flow)[0])["message"] for name, flow in flows.items()}

    assert stranger.calls == []
    assert {call.headers.get("authorization") for call in mirror.calls} == {f"Bearer {KEY}"}
    assert all("redirects" in text for text in said.values()), said


def test_t22_a_trigger_subscribes_nowhere_else(n8n: N8n, mirror: Server, stranger: Server) -> None:
    credential = n8n.credential("Redirected", mirror.url, KEY)
    flow = n8n.workflow("t22-hear", [trigger(credential, ["invoice_created"])], active=False)

    n8n.activate(flow)
    until(lambda: mirror.calls, 20, n8n.tail)  # active is said before the trigger has subscribed
    n8n.deactivate(flow)

    assert mirror.named("/v1/webhooks") and stranger.calls == []


def test_an_address_of_something_else_is_told_as_such(n8n: N8n, stranger: Server) -> None:
    """A page, a list that is no list: said in words, not as a fault of the node."""
    credential = n8n.credential("Not ours", stranger.url, KEY)
    stranger.answer = lambda _call: (200, b'{"ok":true}')
    no_list = n8n.drop_down_refused("getTemplates", credential)
    flow = n8n.workflow("t22-page", [door("t22-page"), tagih(credential, **ACTIONS["act"])])
    stranger.answer = lambda _call: (200, b"<html>Welcome</html>")
    tried = n8n.tried(credential, stranger.url, KEY)

    n8n.call("t22-page")

    assert "not from a Tagih" in no_list["message"], no_list
    assert tried["status"] == "Error" and "not from a Tagih" in tried["message"], tried
    assert "not from a Tagih" in error_of(n8n.ended(flow)[0])["message"]
