"""A provider as fast as Python allows: reads a request, waits a set time, answers like Graph. Counts what it took.

python benchmarks/provider.py PORT [DELAY_S]
"""

import asyncio
import sys
from typing import Any


class Graph(asyncio.Protocol):
    """Keep-alive HTTP/1.1 with Content-Length bodies, nothing else."""

    taken = 0

    def __init__(self, delay_s: float) -> None:
        self._delay_s = delay_s
        self._buffer = b""
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while True:
            head, found, rest = self._buffer.partition(b"\r\n\r\n")
            if not found:
                return
            length = 0
            for line in head.split(b"\r\n")[1:]:
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            if len(rest) < length:
                return
            self._buffer = rest[length:]
            if self._delay_s:
                asyncio.get_running_loop().call_later(self._delay_s, self._answer, head)
            else:
                self._answer(head)

    def _answer(self, head: bytes) -> None:
        if head.startswith(b"GET"):
            body = str(Graph.taken).encode()
        else:
            Graph.taken += 1
            body = b'{"messaging_product":"whatsapp","messages":[{"id":"wamid.%d"}]}' % Graph.taken
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
            % (len(body), body)
        )


async def main(port: int, delay_s: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Graph(delay_s), "127.0.0.1", port, backlog=2048)
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0.0))
