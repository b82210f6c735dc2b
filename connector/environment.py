"""Reads single settings from the environment and collects every fault, so that all are named at once."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connector.secret import Secret, secret_list

T = TypeVar("T")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:]+")


@dataclass(slots=True)
class Environment:
    """The values as given (each also as `NAME_FILE`) with the faults found while reading them."""

    values: Mapping[str, str]
    faults: list[str] = field(default_factory=list)

    def fault(self, sentence: str) -> None:
        self.faults.append(sentence)

    def given(self, name: str) -> str | None:
        """The raw value of NAME, or what the file holds that NAME_FILE points to; None without both."""
        direct, path = self.values.get(name), self.values.get(f"{name}_FILE", "").strip()
        if not path:
            return direct
        if direct is not None:
            self.fault(f"{name} and {name}_FILE are both set; keep one of them")
            return direct
        try:
            return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as reason:
            self.fault(f"{name}_FILE: {path} cannot be read ({reason.__class__.__name__})")
            return None

    def text(self, name: str) -> str | None:
        """The value without surrounding blanks; an empty one counts as not set."""
        return (self.given(name) or "").strip() or None

    def value(self, name: str, read: Callable[[str], T], default: T) -> T:
        """The value as `read` understands it; its ValueError becomes a fault that begins with the name."""
        text = self.text(name)
        if text is None:
            return default
        try:
            return read(text)
        except ValueError as reason:
            self.fault(f"{name}: {reason}")
            return default

    def secrets(self, name: str, *, at_least: int = 1) -> tuple[Secret, ...]:
        """The comma-separated secrets; a blank setting is a fault, for it would look like protection."""
        raw = self.given(name)
        if raw is None:
            return ()
        found = secret_list(raw)
        if not found:
            self.fault(f"{name}: is blank; give a secret or remove the setting")
        for secret in found:
            if len(secret) < at_least:
                self.fault(f"{name}: is shorter than {at_least} characters; take a longer one")
        return found

    def secret(self, name: str, *, at_least: int = 1) -> Secret | None:
        """One secret, in which a comma is an ordinary character."""
        raw = self.given(name)
        if raw is None:
            return None
        secret = Secret(raw.strip())
        if not secret:
            self.fault(f"{name}: is blank; give a secret or remove the setting")
            return None
        if len(secret) < at_least:
            self.fault(f"{name}: is shorter than {at_least} characters; take a longer one")
        return secret


def whole_number(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and low <= int(text[:12]) <= high and len(text) <= 12):
            raise ValueError(f"write a whole number from {low} to {high}")
        return int(text)

    return read


def one_of(choices: Iterable[str]) -> Callable[[str], str]:
    known = tuple(choices)

    def read(text: str) -> str:
        if text not in known:
            raise ValueError("write " + " or ".join(known))
        return text

    return read


def matching(pattern: str, hint: str) -> Callable[[str], str]:
    compiled = re.compile(pattern)

    def read(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError(hint)
        return text

    return read


def bind(text: str) -> tuple[str, int]:
    """Host and port to listen on.

    >>> bind("127.0.0.1:8080"), bind(":9000"), bind("[::1]:8080")
    (('127.0.0.1', 8080), ('0.0.0.0', 9000), ('::1', 8080))
    """
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]") or "0.0.0.0"
    if not _HOST.fullmatch(host):
        raise ValueError("write HOST:PORT, like 127.0.0.1:8080")
    return host, _port(port)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 0 < int(text) <= 65535):
        raise ValueError("the port is a number from 1 to 65535")
    return int(text)


def host_and_port(text: str) -> str:
    """One exact `host:port` of the allow-list.

    >>> host_and_port("N8N.internal:5678")
    'n8n.internal:5678'
    """
    host, colon, port = text.lower().rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    if not colon or not bare or not _HOST.fullmatch(bare):
        raise ValueError(f"{text[:80]!r} is not an exact host:port, like n8n:5678")
    return f"{host}:{_port(port)}"


def hosts_and_ports(text: str) -> frozenset[str]:
    return frozenset(host_and_port(part.strip()) for part in text.split(",") if part.strip())


def web_address(text: str) -> str:
    """An absolute http or https address without query, fragment, user and trailing slash.

    >>> web_address("https://tagih.example/melati/")
    'https://tagih.example/melati'
    """
    parts = _split(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("write a whole address, like https://tagih.example")
    if parts.query or parts.fragment or parts.username or parts.password:
        raise ValueError("write the address without user, ? and #")
    return text.rstrip("/")


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise ValueError("write a whole address, like https://tagih.example") from None
    return parts


def is_loopback(address: str) -> bool:
    """Whether the address stays on this machine.

    >>> is_loopback("http://127.0.0.1:8080/x"), is_loopback("https://graph.facebook.com")
    (True, False)
    """
    host = urlsplit(address).hostname or ""
    return host in LOOPBACK or bool(re.fullmatch(r"127(\.\d{1,3}){3}", host))


def time_of_day(first: time, last: time) -> Callable[[str], time]:
    """A local time like 07:30, from `first` to `last`."""

    def read(text: str) -> time:
        hint = f"write a time from {first:%H:%M} to {last:%H:%M}"
        if not re.fullmatch(r"[0-2][0-9]:[0-5][0-9]", text, re.ASCII):
            raise ValueError(hint)
        try:
            at = time.fromisoformat(text)
        except ValueError:
            raise ValueError(hint) from None
        if not first <= at <= last:
            raise ValueError(hint)
        return at

    return read


def zone_name(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{text[:60]!r} is no time zone; write one like Asia/Jakarta") from None
    return text


def instant(text: str, zone: str) -> datetime:
    """An ISO date or date-time; without an offset it is local in the zone.

    >>> instant("2026-11-28T08:00", "Asia/Jakarta").isoformat()
    '2026-11-28T01:00:00+00:00'
    """
    try:
        read = (
            datetime.fromisoformat(text)
            if len(text) > 10
            else datetime.combine(date.fromisoformat(text), time())
        )
    except ValueError:
        raise ValueError(
            "write virtual, or virtual: and an ISO time like virtual:2026-11-28T08:00+07:00"
        ) from None
    return (read if read.tzinfo else read.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
