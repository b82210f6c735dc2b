"""T-13 and T-14: an address that a payload or a user names is fetched; T-22: our token goes to Graph alone."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from connector.domain.files import PDF_LARGEST
from connector.providers import MediaPlace, SenderConfig
from connector.providers.error_table import ErrorTable
from connector.providers.whatsapp_cloud import WhatsAppCloud
from connector.worker.addresses import may_dial
from connector.worker.guarded_fetch import Failed, Fetched, fetch, may_fetch, read
from connector.worker.outgoing import Answer, Outgoing, Transport

# The table of addresses: what a name may lead to, and what it may not.
CLOSED = (
    "0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 127.0.0.1 127.1.2.3 168.63.129.16 "
    "169.254.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8 192.0.2.1 192.88.99.1 192.168.1.1 "
    "198.18.0.1 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 "
    ":: ::1 ::ffff:127.0.0.1 ::ffff:93.184.216.34 64:ff9b::a9fe:a9fe 64:ff9b:1::1 100::1 2001::1 2001:db8::1 "
    "2002:a9fe:a9fe:: 2620:4f:8000::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1 "
    "ff02::1 2606:4700::5efe:7f00:1 127.1 0x7f000001 2130706433 017700000001"
)
OPEN = "8.8.8.8 93.184.216.34 103.10.64.5 172.15.0.1 172.32.0.1 2606:4700:4700::1111 2404:6800:4003::200e"


@pytest.mark.parametrize("address", CLOSED.split())
def test_t14_a_closed_address_is_never_dialled(address: str) -> None:
    assert not may_dial(address)


@pytest.mark.parametrize("address", OPEN.split())
def test_t14_a_public_address_may_be_dialled(address: str) -> None:
    assert may_dial(address)


def test_t14_the_table_has_its_addresses() -> None:
    assert len(CLOSED.split()) + len(OPEN.split()) >= 46


class Recording:
    """A client that answers as it is told and remembers what it was asked."""

    def __init__(self, answer: Any = None, allowed: frozenset[str] = frozenset()) -> None:
        self.answer, self.asked, self._inner = answer, [], Outgoing(allow=allowed)

    def allows(self, host: str, port: int) -> bool:
        return self._inner.allows(host, port)

    async def send(self, request: Any, *, limit: int = 0) -> Any:
        self.asked.append((request.url, dict(request.headers), limit))
        return self.answer


@pytest.mark.parametrize(
    "url",
    [
        "http://files.example/a.pdf",
        "https://files.example:8080/a.pdf",
        "https://user:pw@files.example/a.pdf",
        "ftp://files.example/a.pdf",
        "file:///etc/passwd",
        "https:///a.pdf",
        "https://files.example:99999/a.pdf",
        "not a url",
    ],
)
def test_t13_only_https_on_its_usual_ports_is_asked(url: str) -> None:
    client: Any = Recording()

    found = asyncio.run(fetch(client, url, limit=PDF_LARGEST))

    assert found == Failed("address_refused", again=False)
    assert client.asked == []


def test_t13_nothing_of_ours_travels_along() -> None:
    client: Any = Recording(Answer(200, {}, b"%PDF-1.4"))

    found = asyncio.run(fetch(client, "https://files.example:8443/a.pdf", limit=7))

    assert found == Fetched(b"%PDF-1.4")
    assert client.asked == [("https://files.example:8443/a.pdf", {}, 7)]


def test_t14_an_allowed_place_is_exact() -> None:
    client: Any = Recording(allowed=frozenset({"n8n:5678"}))

    assert may_fetch(client, "http://n8n:5678/a")
    assert not may_fetch(client, "http://n8n:5679/a")
    assert not may_fetch(client, "http://n8n.evil.example:5678/a")


def test_t14_a_private_address_is_refused_by_the_client_itself() -> None:
    async def ask() -> Any:
        async with Outgoing() as client:
            return [
                await fetch(client, url, limit=10)
                for url in (
                    "https://127.0.0.1/a",
                    "https://[::1]/a",
                    "https://localhost/a",
                    "https://127.1/a",
                )
            ]

    assert asyncio.run(ask()) == [Failed("address_refused", again=False)] * 4


@pytest.mark.parametrize(
    ("answer", "reason", "again"),
    [
        (Answer(302, {"Location": "http://169.254.169.254/"}, b""), "redirected", False),
        (Answer(200, {}, b"x", cut=True), "file_too_large", False),
        (Answer(401, {}, b""), "login_needed", False),
        (Answer(404, {}, b""), "not_found", False),
        (Answer(429, {}, b""), "no_answer", True),
        (Answer(503, {}, b""), "no_answer", True),
        (Answer(400, {}, b""), "no_answer", False),
        (Transport("not_sent", "ClientConnectorError"), "no_connection", True),
        (Transport("not_sent", "address_refused"), "address_refused", False),
        (Transport("unknown", "TimeoutError"), "no_connection", True),
    ],
)
def test_t13_what_an_answer_means(answer: Any, reason: str, again: bool) -> None:
    assert read(answer) == Failed(reason, again)


META = SenderConfig("wa:1", "1", "https://graph.facebook.com", {"token": "secret-token"})
OWN = SenderConfig("wa:1", "1", "http://127.0.0.1:8080/emulator", {"token": "secret-token"})


@pytest.fixture(scope="module")
def cloud() -> WhatsAppCloud:
    path = Path(__file__).parents[2] / "specs" / "providers" / "whatsapp_cloud.errors.json"
    return WhatsAppCloud(ErrorTable(json.loads(path.read_text(encoding="utf-8"))))


@pytest.mark.parametrize(
    ("sender", "url"),
    [
        (META, "https://evil.example/?x=lookaside.fbsbx.com"),
        (META, "https://lookaside.fbsbx.com.evil.example/a"),
        (META, "http://lookaside.fbsbx.com/a"),
        (META, "https://lookaside.fbsbx.com:8443/a"),
        (META, "https://me@lookaside.fbsbx.com/a"),
        (META, "https://graph.facebook.com@evil.example/a"),
        (OWN, "https://lookaside.fbsbx.com/a"),
        (OWN, "http://127.0.0.1:8081/a"),
        (META, ""),
    ],
)
def test_t22_the_token_never_goes_to_a_foreign_media_host(
    cloud: WhatsAppCloud, sender: SenderConfig, url: str
) -> None:
    assert cloud.media_download(MediaPlace(url), sender) is None


def test_t22_it_goes_to_graph_and_to_metas_own_media_host(cloud: WhatsAppCloud) -> None:
    first = cloud.media_request("1234567890", META)
    second = cloud.media_download(
        MediaPlace("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1"), META
    )

    assert first is not None and first.url == "https://graph.facebook.com/v23.0/1234567890"
    assert second is not None and second.headers["Authorization"] == "Bearer secret-token"
    assert "secret-token" not in repr(first) + repr(second)


@pytest.mark.parametrize("media_id", ["", "../messages", "1?x=1", "a/b", "1" * 200])
def test_t13_a_media_address_is_built_from_an_id_alone(cloud: WhatsAppCloud, media_id: str) -> None:
    assert cloud.media_request(media_id, META) is None
