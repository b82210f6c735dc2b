"""Fetches from an address that somebody else gave: https, public addresses only, no redirects, small and soon.

The client checks every address of a name and dials the checked one (see `outgoing`, `addresses`). This adds
what a foreign address needs beyond that: its scheme and port, and an answer of bounded size. Nothing of ours
travels along: no credentials, no cookies.
"""

from dataclasses import dataclass, field

from yarl import URL

from connector.providers import HttpRequest
from connector.worker.outgoing import Answer, Outgoing, Transport

PORTS = frozenset({443, 8443})
TIMEOUT_S = 30.0
_PERMANENT = {401: "login_needed", 403: "login_needed", 404: "not_found", 410: "not_found"}


@dataclass(frozen=True, slots=True)
class Fetched:
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Failed:
    """Why nothing came; `again`: a later try may bring it."""

    reason: str
    again: bool


async def fetch(
    outgoing: Outgoing, url: str, *, limit: int, timeout_s: float = TIMEOUT_S
) -> Fetched | Failed:
    """The bytes behind a foreign address, at most `limit` of them."""
    if not may_fetch(outgoing, url):
        return Failed("address_refused", again=False)
    request = HttpRequest("GET", url, {}, b"", timeout_s=timeout_s)
    return read(await outgoing.send(request, limit=limit))


def may_fetch(outgoing: Outgoing, url: str) -> bool:
    """Https on its usual ports, or a place that the operator has named exactly. The client judges the rest."""
    try:
        parsed = URL(url)
        host, port = parsed.host, parsed.port
    except ValueError:
        return False
    if not host or port is None or parsed.user or parsed.password:
        return False
    return outgoing.allows(host, port) or (parsed.scheme == "https" and port in PORTS)


def read(answer: Answer | Transport) -> Fetched | Failed:
    """What an answer means. A redirect is none: it would lead where nobody has looked."""
    if isinstance(answer, Transport):
        refused = answer.detail == "address_refused"
        return Failed("address_refused" if refused else "no_connection", again=not refused)
    if 200 <= answer.status < 300:
        return Failed("file_too_large", again=False) if answer.cut else Fetched(answer.body)
    if answer.status in _PERMANENT:
        return Failed(_PERMANENT[answer.status], again=False)
    if 300 <= answer.status < 400:
        return Failed("redirected", again=False)
    return Failed("no_answer", again=answer.status == 429 or answer.status >= 500)
