"""The one client through which anything leaves: it tells "never left" from "left, unknown".

A refused connection, a name that does not resolve or a certificate that does not fit means that the request
never left. Whatever goes wrong later may have been accepted. (httpx-aiohttp hides that difference: measured.)
"""

import asyncio
import socket
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal, Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from connector.domain.model import Outcome, OutcomeKind
from connector.providers import HttpRequest
from connector.worker.addresses import may_dial

ANSWER_LIMIT = 64 * 1024
CONNECT_S = 5.0
KEEPALIVE_S = 8.0  # a connection that the other side closed meanwhile reads as "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, cut at 64 kB. The body never shows in a repr."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    date_header: str | None = None
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Transport:
    """No answer. `not_sent`: it never left, so it may go again; `unknown`: it may have been accepted."""

    kind: Literal["not_sent", "unknown"]
    detail: str  # the error's class, never its text: that would show addresses

    def outcome(self) -> Outcome:
        if self.detail == "address_refused":
            # A private or forbidden place: trying again changes nothing, a person mends the settings.
            return Outcome(OutcomeKind.REFUSED, "stop_all", code="address_refused", title=self.detail)
        if self.kind == "not_sent":
            return Outcome(OutcomeKind.RETRY, "connect", code="connect", title=self.detail)
        return Outcome(OutcomeKind.UNKNOWN, "ambiguous", code="ambiguous", title=self.detail)


class AddressRefused(OSError):
    """A name or literal that leads where nothing of ours may go."""


class _Interrupted(Exception):
    """The connection broke after the request may have left.

    Raised in place of aiohttp's own errors, because aiohttp sends a GET again when it meets those; some SMS
    gateways send by GET.
    """


class CheckingResolver(AbstractResolver):
    """Resolves, checks every address, and hands the checked ones to the connector, which dials them."""

    def __init__(self, allowed: frozenset[str]) -> None:
        self._allowed = allowed

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        infos = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, family=family)
        free = _place(host, port) in self._allowed
        found: list[ResolveResult] = []
        for kind, _, proto, _, address in infos:
            dialled = str(address[0])
            # One bad address refuses the whole name: a mixed answer is how rebinding begins.
            if not free and not may_dial(dialled):
                raise AddressRefused("address_refused")
            found.append(
                ResolveResult(
                    hostname=host,
                    host=dialled,
                    port=port,
                    family=kind,
                    proto=proto,
                    flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
                )
            )
        return found

    async def close(self) -> None:
        """Nothing is held."""


class Outgoing:
    """An open client. `allow` lists exact "host:port" pairs that may be private: the emulator, an own n8n."""

    def __init__(
        self,
        *,
        allow: Iterable[str] = (),
        connections: int = 100,
        keepalive_s: float = KEEPALIVE_S,
        connect_s: float = CONNECT_S,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._allowed = frozenset(item.lower() for item in allow)
        self._connections = connections
        self._keepalive_s = keepalive_s
        self._connect_s = connect_s
        self._tls = tls
        self._urls: dict[str, URL | None] = {}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(
            limit=self._connections,
            keepalive_timeout=self._keepalive_s,
            resolver=CheckingResolver(self._allowed),
            ttl_dns_cache=10,
            ssl=self._tls if self._tls is not None else True,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            raise_for_status=False,
            middlewares=(_no_second_try,),
            headers={"User-Agent": "tagih", "Accept-Encoding": "identity"},
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def allows(self, host: str, port: int) -> bool:
        """Whether this exact place is one of those that may be private."""
        return _place(host, port) in self._allowed

    async def send(self, request: HttpRequest, *, limit: int = ANSWER_LIMIT) -> Answer | Transport:
        """One request, one try. Raises nothing that the network does."""
        if self._session is None:
            raise RuntimeError("the client is not open")
        url = self._checked(request.url)
        if url is None:
            return Transport("not_sent", "address_refused")
        try:
            async with self._session.request(
                request.method,
                url,
                data=request.body or None,
                headers=request.headers,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(
                    total=request.timeout_s, connect=min(self._connect_s, request.timeout_s * 0.9)
                ),
            ) as answer:
                body, cut = await _read(answer, limit)
                return Answer(answer.status, answer.headers, body, answer.headers.get("Date"), cut)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            return Transport("not_sent", _name(error))
        except (aiohttp.ClientError, _Interrupted, TimeoutError, OSError, ValueError) as error:
            return Transport("unknown", _name(error))

    def _checked(self, text: str) -> URL | None:
        """The URL when it may be dialled as far as its words tell; names are checked when they resolve."""
        origin, _, _ = text.partition("?")
        if origin in self._urls and origin == text:
            return self._urls[text]
        url = _allowed_url(text, self._allowed)
        if len(self._urls) < 256 and origin == text:
            self._urls[text] = url
        return url


def _allowed_url(text: str, allowed: frozenset[str]) -> URL | None:
    try:
        url = URL(text)
        host, port = url.host, url.port
    except ValueError:
        return None
    if url.scheme not in ("http", "https") or not host or port is None or url.user or url.password:
        return None
    if _place(host, port) in allowed:
        return url
    # aiohttp dials what looks like a literal without asking the resolver, and looks generously: "127.1" too.
    looks_literal = ":" in host or host.replace(".", "").isdigit()
    return url if not looks_literal or may_dial(host) else None


def _place(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}".lower()


async def _no_second_try(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    try:
        return await handler(request)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _Interrupted(type(error).__name__) from error


async def _read(answer: aiohttp.ClientResponse, limit: int) -> tuple[bytes, bool]:
    """The body up to the limit; a longer one is cut and its connection dropped."""
    length = answer.content_length
    if length is not None and length <= limit:
        return await answer.read(), False
    body = bytearray()
    async for piece in answer.content.iter_any():
        body += piece
        if len(body) > limit:
            answer.close()
            return bytes(body[:limit]), True
    return bytes(body), False


def _name(error: BaseException) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, AddressRefused):
            return "address_refused"
        cause = cause.__cause__
    return type(error).__name__ if not isinstance(error, _Interrupted) else str(error)
