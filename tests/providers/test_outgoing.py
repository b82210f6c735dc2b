"""The one outgoing client against real sockets: what never left, what may have arrived, whom it avoids."""

import asyncio
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from ports import free_port

from connector.domain.model import OutcomeKind
from connector.providers import HttpRequest
from connector.worker.addresses import may_dial
from connector.worker.outgoing import Answer, CheckingResolver, Outgoing, Transport

Line = socket.socket
OK = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
    b"Date: Sat, 28 Nov 2026 01:00:00 GMT\r\nSet-Cookie: a=b\r\n\r\nok"
)


@dataclass
class Server:
    """A loopback server whose `handle` gets each connection; `requests` is what arrived."""

    port: int
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"


@contextmanager
def serving(handle: Callable[[Line], None], *, read: bool = True) -> Iterator[Server]:
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(0.05)
    server = Server(listening.getsockname()[1])
    end = threading.Event()

    def one(line: Line) -> None:
        with line:
            line.settimeout(5)
            while not end.is_set():
                raw = read_request(line) if read else b"?"
                if not raw:
                    return
                server.requests.append(raw)
                try:
                    handle(line)
                except OSError:
                    return
                if line.fileno() == -1 or not read:
                    return

    def run() -> None:
        threads = []
        while not end.is_set():
            try:
                line, _ = listening.accept()
            except TimeoutError:
                continue
            server.connections += 1
            threads.append(threading.Thread(target=one, args=(line,), daemon=True))
            threads[-1].start()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        end.set()
        thread.join(timeout=5)
        listening.close()


def read_request(line: Line) -> bytes:
    """One request with its body, or nothing when the other side is gone."""
    raw = b""
    try:
        while b"\r\n\r\n" not in raw:
            piece = line.recv(65536)
            if not piece:
                return b""
            raw += piece
        head, _, body = raw.partition(b"\r\n\r\n")
        lengths = [
            row.split(b":")[1] for row in head.split(b"\r\n") if row.lower().startswith(b"content-length:")
        ]
        while lengths and len(body) < int(lengths[0]):
            body += line.recv(65536)
        return head + b"\r\n\r\n" + body
    except OSError:
        return b""


def answer(raw: bytes) -> Callable[[Line], None]:
    return lambda line: line.sendall(raw)


def close(line: Line) -> None:
    line.close()


def reset(line: Line) -> None:
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()


def half(line: Line) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    line.close()


def slow(line: Line) -> None:
    threading.Event().wait(1.5)


def nonsense(line: Line) -> None:
    line.sendall(b"\x00\x01\x02 this is no HTTP\r\n\r\n")
    line.close()


def go(
    url: str,
    *,
    allow: Sequence[str] = (),
    method: str = "POST",
    timeout_s: float = 5.0,
    times: int = 1,
    body: bytes = b"{}",
    headers: dict[str, str] | None = None,
    **options: Any,
) -> list[Answer | Transport]:
    async def run() -> list[Answer | Transport]:
        async with Outgoing(allow=allow, **options) as outgoing:
            request = HttpRequest(method, url, headers or {}, body, timeout_s)
            return [await outgoing.send(request) for _ in range(times)]

    return asyncio.run(run())


def test_an_answer_comes_back_whole() -> None:
    with serving(answer(OK)) as server:
        first, second = go(f"http://{server.place}/x", allow=[server.place], times=2)

    assert isinstance(first, Answer) and isinstance(second, Answer)
    assert (first.status, first.body, first.date_header) == (200, b"ok", "Sat, 28 Nov 2026 01:00:00 GMT")
    assert server.connections == 1  # kept alive
    assert b"Cookie" not in server.requests[1]


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("handle", [close, reset, half, slow, nonsense], ids=lambda f: f.__name__)
def test_what_left_is_unknown_and_never_sent_twice(handle: Callable[[Line], None], method: str) -> None:
    with serving(handle) as server:
        [found] = go(f"http://{server.place}/x", allow=[server.place], method=method, timeout_s=0.8, body=b"")

    assert isinstance(found, Transport) and found.kind == "unknown"
    assert (found.outcome().kind, found.outcome().action) == (OutcomeKind.UNKNOWN, "ambiguous")
    assert len(server.requests) == 1


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_stale_connection_is_unknown_too(method: str) -> None:
    def once(line: Line) -> None:
        line.sendall(OK)
        read_request(line)
        line.close()

    with serving(once) as server:
        found = go(f"http://{server.place}/x", allow=[server.place], method=method, times=2, body=b"")

    assert isinstance(found[0], Answer)
    assert isinstance(found[1], Transport) and found[1].kind == "unknown"
    assert server.connections == 1


def test_a_refused_connection_never_left() -> None:
    place = f"127.0.0.1:{free_port()}"

    [found] = go(f"http://{place}/x", allow=[place])

    assert isinstance(found, Transport) and found.kind == "not_sent"
    assert (found.outcome().kind, found.outcome().action) == (OutcomeKind.RETRY, "connect")


def test_a_name_that_does_not_resolve_never_left() -> None:
    [found] = go("http://no-such-host.invalid/x", timeout_s=5)

    assert isinstance(found, Transport) and found.kind == "not_sent"


def test_a_wrong_certificate_never_left() -> None:
    with serving(answer(b"not TLS at all"), read=False) as server:
        [found] = go(f"https://{server.place}/x", allow=[server.place], tls=ssl.create_default_context())

    assert isinstance(found, Transport) and found.kind == "not_sent"


def test_a_door_that_never_opens_never_left() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listening:
        place = f"127.0.0.1:{listening.getsockname()[1]}"
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", listening.getsockname()[1]))
        [found] = go(f"http://{place}/x", allow=[place], timeout_s=1.0, connect_s=0.3)
        for filler in fillers:
            filler.close()

    assert isinstance(found, Transport) and found.kind == "not_sent"


def test_a_redirect_is_an_answer_and_nothing_follows_it() -> None:
    with serving(answer(OK)) as evil:
        moved = f"HTTP/1.1 302 Found\r\nLocation: http://{evil.place}/\r\nContent-Length: 0\r\n\r\n".encode()
        with serving(answer(moved)) as server:
            [found] = go(
                f"http://{server.place}/x",
                allow=[server.place, evil.place],
                headers={"Authorization": "Bearer secret"},
            )

    assert isinstance(found, Answer) and found.status == 302
    assert evil.requests == []


@pytest.mark.parametrize("sized", [True, False])
def test_a_flood_is_cut(sized: bool) -> None:
    def flood(line: Line) -> None:
        length = b"Content-Length: 50000000\r\n" if sized else b"Transfer-Encoding: chunked\r\n"
        line.sendall(b"HTTP/1.1 200 OK\r\n" + length + b"\r\n")
        piece = b"x" * 65536
        for _ in range(700):
            line.sendall(piece if sized else b"10000\r\n" + piece + b"\r\n")

    with serving(flood) as server:
        [found] = go(f"http://{server.place}/x", allow=[server.place])

    assert isinstance(found, Answer)
    assert (found.status, len(found.body), found.cut) == (200, 65536, True)


def test_the_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(answer(OK)) as proxy, serving(answer(OK)) as server:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://{proxy.place}")
        go(f"http://{server.place}/x", allow=[server.place])

    assert proxy.requests == [] and len(server.requests) == 1


def test_compressed_answers_are_not_unpacked() -> None:
    with serving(answer(OK)) as server:
        go(f"http://{server.place}/x", allow=[server.place])

    assert b"accept-encoding: identity" in server.requests[0].lower()


# fmt: off
CLOSED = [
    "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "100.64.0.1", "100.100.100.200", "169.254.169.254", "168.63.129.16", "192.0.0.192", "192.0.2.1",
    "198.18.0.1", "198.51.100.1", "203.0.113.1", "192.88.99.1", "224.0.0.1", "239.255.255.255",
    "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::ffff:93.184.216.34", "::127.0.0.1", "64:ff9b::a00:1", "64:ff9b::5db8:d822", "64:ff9b:1::1",
    "2002:7f00:1::", "2002:a00:1::1", "2001::1", "2001:db8::1", "2001:10::1", "fc00::1",
    "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "100::1", "3fff::1",
    "2606:4700::5efe:a00:1", "2606:4700::200:5efe:a00:1", "5f00::1", "127.1", "2130706433",
    "0x7f000001", "0177.0.0.1", "127.0.0.1.", "1.2.3", "", "localhost", "１２７.0.0.1",
]
# fmt: on
OPEN = ["93.184.216.34", "8.8.8.8", "157.240.7.35", "2a03:2880:f10d:83:face:b00c:0:25de", "2606:4700::1111"]


@pytest.mark.parametrize("text", CLOSED)
def test_a_closed_address_is_not_dialled(text: str) -> None:
    assert not may_dial(text)


@pytest.mark.parametrize("text", OPEN)
def test_a_public_address_is(text: str) -> None:
    assert may_dial(text)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/",
        "http://127.1:{port}/",
        "http://2130706433:{port}/",
        "http://0x7f.1:{port}/",
        "http://127.0.0.1.:{port}/",
        "http://localhost:{port}/",
        "http://[::1]:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://[64:ff9b::7f00:1]:{port}/",
        "http://１２７.0.0.1:{port}/",
        "http://user:pass@8.8.8.8:{port}/",
        "http://0:{port}/",
        "ftp://8.8.8.8/",
        "file:///etc/passwd",
        "http://",
        "nonsense",
        "http://[::1/",
        "http://8.8.8.8:99999/",
    ],
)
def test_no_way_of_writing_the_loopback_passes(url: str) -> None:
    with serving(answer(OK)) as server:
        [found] = go(url.format(port=server.port), timeout_s=3)

    assert isinstance(found, Transport) and found.kind == "not_sent"
    assert server.requests == []


def test_only_the_exact_place_is_allowed() -> None:
    with serving(answer(OK)) as allowed, serving(answer(OK)) as neighbour:
        allow = [f"localhost:{allowed.port}", allowed.place]
        [by_name] = go(f"http://LOCALHOST:{allowed.port}/", allow=allow)
        [other_port] = go(f"http://localhost:{neighbour.port}/", allow=allow)
        [other_literal] = go(f"http://{neighbour.place}/", allow=allow)

    assert isinstance(by_name, Answer)
    assert isinstance(other_port, Transport) and other_port.detail == "address_refused"
    assert isinstance(other_literal, Transport) and other_literal.detail == "address_refused"
    assert neighbour.requests == []


def test_a_mixed_answer_refuses_the_name_and_the_checked_address_is_dialled() -> None:
    """The resolver's own answer is what is dialled, so a second look-up cannot bring another address."""

    async def run(addresses: list[str]) -> list[str]:
        loop = asyncio.get_running_loop()

        async def answered(host: str, port: int, **_: Any) -> list[Any]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, port)) for text in addresses]

        loop.getaddrinfo = answered  # type: ignore[method-assign, assignment]
        return [found["host"] for found in await CheckingResolver(frozenset()).resolve("x.example", 443)]

    assert asyncio.run(run(["93.184.216.34"])) == ["93.184.216.34"]
    with pytest.raises(OSError, match="address_refused"):
        asyncio.run(run(["93.184.216.34", "169.254.169.254"]))


def test_nothing_secret_in_a_repr() -> None:
    shown = repr(Answer(200, {"X": "canary"}, b"canary")) + repr(
        Transport("unknown", "ServerDisconnectedError")
    )

    assert "canary" not in shown
