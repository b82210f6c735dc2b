"""A small load client in a process of its own: signed webhooks over keep-alive connections, bodies made beforehand.

Flat out: every connection posts its next webhook when the last one is answered. At a rate: webhooks leave on
the clock, whether or not the earlier ones are answered; their delay counts from the instant they were due.
"""

import asyncio
import hashlib
import hmac
import json
import sys
import time
from collections import deque
from typing import Any

from benchmarks.places import wait_for_go

CONNECTIONS = 32
MOST = 4_500  # webhooks a second that are prepared for


def requests(count: int, first: int, given: dict[str, Any]) -> list[bytes]:
    """Whole HTTP requests, each a status of a message of its own: nothing may be taken for a repetition."""
    secret, found = given["secret"].encode(), []
    for n in range(first, first + count):
        body = json.dumps(_status(n, given["phone_number_id"]), separators=(",", ":")).encode()
        signature = hmac.new(secret, body, hashlib.sha256).hexdigest()
        head = (
            f"POST {given['path']} HTTP/1.1\r\nHost: 127.0.0.1:{given['port']}\r\n"
            f"Content-Type: application/json\r\nX-Hub-Signature-256: sha256={signature}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        found.append(head.encode() + body)
    return found


def _status(n: int, phone_number_id: str) -> dict[str, Any]:
    status = {
        "id": f"wamid.bench{n:08d}",
        "status": "delivered",
        "timestamp": "1796000000",
        "recipient_id": f"6281{n:09d}",
        "biz_opaque_callback_data": f"msg_{n:022d}",
    }
    metadata = {"display_phone_number": "62811", "phone_number_id": phone_number_id}
    value = {"messaging_product": "whatsapp", "metadata": metadata, "statuses": [status]}
    changes = [{"field": "messages", "value": value}]
    return {"object": "whatsapp_business_account", "entry": [{"id": "200000000000002", "changes": changes}]}


class Connection(asyncio.Protocol):
    """One keep-alive connection with at most one request on its way."""

    def __init__(self, load: "Load") -> None:
        self._load = load
        self._due = 0.0
        self._buffer = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def send(self, request: bytes, due: float) -> None:
        assert self.transport is not None
        self._due = due
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._buffer.endswith(b"\r\n\r\nok"):
            if b"\r\n\r\n" in self._buffer and not self._buffer.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(self._buffer[:200].decode("latin-1"))
            return
        self._buffer = b""
        self._load.answered(self, time.perf_counter() - self._due)

    def connection_lost(self, error: Exception | None) -> None:
        self._load.lost += 1


class Load:
    """Hands requests to connections; knows the delay of each answer."""

    def __init__(self, prepared: list[bytes]) -> None:
        self._prepared = iter(prepared)
        self._idle: list[Connection] = []
        self._waiting: deque[tuple[bytes, float]] = deque()
        self._flat_out_until = 0.0
        self.delays: list[float] = []
        self.sent = 0
        self.lost = 0

    async def open(self, port: int) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(CONNECTIONS):
            _, connection = await loop.create_connection(lambda: Connection(self), "127.0.0.1", port)
            self._idle.append(connection)

    def answered(self, connection: Connection, delay: float) -> None:
        self.delays.append(delay)
        now = time.perf_counter()
        if self._waiting:
            connection.send(*self._waiting.popleft())
        elif now < self._flat_out_until and (request := next(self._prepared, None)) is not None:
            self.sent += 1
            connection.send(request, now)
        else:
            self._idle.append(connection)

    async def flat_out(self, seconds: float) -> float:
        """Answers per second with every connection busy."""
        began = time.perf_counter()
        self._flat_out_until = began + seconds
        idle, self._idle = self._idle, []
        for connection in idle:
            self.sent += 1
            connection.send(next(self._prepared), time.perf_counter())
        await self._finished()
        return len(self.delays) / (time.perf_counter() - began)

    async def at_rate(self, rate: int, seconds: float) -> None:
        """`rate` webhooks a second, on the clock."""
        began = time.perf_counter()
        for n in range(int(rate * seconds)):
            due = began + n / rate
            wait = due - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            self.sent += 1
            request = next(self._prepared)
            if self._idle:
                self._idle.pop().send(request, due)
            else:
                self._waiting.append((request, due))
        await self._finished()

    async def _finished(self) -> None:
        while len(self.delays) < self.sent:
            if self.lost:
                raise RuntimeError("the server closed a connection")
            await asyncio.sleep(0.002)


async def _run(given: dict[str, Any]) -> dict[str, float]:
    rate, seconds = given.get("rate"), given["seconds"]
    count = int((rate or MOST) * seconds) + CONNECTIONS
    load = Load(requests(count, given["first"], given))
    await load.open(given["port"])
    wait_for_go()
    reached = 0.0
    if rate:
        await load.at_rate(rate, seconds)
    else:
        reached = await load.flat_out(seconds)
    delays = sorted(load.delays)
    at = lambda share: delays[min(int(len(delays) * share), len(delays) - 1)] * 1000  # noqa: E731
    return {"rate": reached, "answers": len(delays), "p50_ms": at(0.5), "p99_ms": at(0.99), "max_ms": at(1.0)}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_run(json.loads(sys.argv[1])))))
