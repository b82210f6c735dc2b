"""Clients that never finish a request do not keep the others from their answer."""

import http.client
import os
import signal
import socket
import time
from collections.abc import Iterator

import pytest

from connector import serving

READ_S = 1.0


def _app(environ, start_response):  # type: ignore[no-untyped-def]
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    time.sleep(float(environ.get("HTTP_X_SLEEP", "0")))
    answer = str(len(body)).encode()
    start_response("200 OK", [("Content-Length", str(len(answer)))])
    return [answer]


@pytest.fixture
def port() -> Iterator[int]:
    listening = serving.listen("127.0.0.1", 0)
    child = os.fork()
    if child == 0:
        try:
            serving.serve(_app, listening, threads=8, read_s=READ_S)
        finally:
            os._exit(0)
    number = listening.getsockname()[1]
    listening.close()
    yield number
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def answer(port: int, within_s: float, **headers: str) -> bytes:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=within_s)
    line.request("POST", "/", b"ab", {name.replace("_", "-"): value for name, value in headers.items()})
    said = line.getresponse().read()
    line.close()
    return said


@pytest.mark.parametrize(
    "half",
    [
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf",
        b"POST / HTTP/1.1\r\nHost: local",
    ],
    ids=["body", "head"],
)
def test_half_requests_are_cut_off_and_the_next_caller_is_answered(port: int, half: bytes) -> None:
    assert answer(port, 30) == b"2"
    began = time.monotonic()
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
    for line in slow:
        line.sendall(half)
    time.sleep(0.2)

    assert answer(port, 30) == b"2"
    assert READ_S < time.monotonic() - began < 15, "they did hold every thread, and not for long"

    for line in slow:
        line.settimeout(10)
        while line.recv(4096):
            pass  # whatever is said, the line ends
        line.close()


def test_a_request_that_came_in_whole_may_take_longer_than_the_reading(port: int) -> None:
    assert answer(port, 30, X_Sleep=str(READ_S * 3)) == b"2"
