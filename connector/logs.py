"""One line per log record: time, level, logger, event, listed fields; secrets and personal data are masked.

A record is written `log.info("message_sent", extra={"step": id, "channel": "sms"})`. Fields that are not on
the list never reach the line; all that does goes through `redact`, tracebacks of any library included.
"""

import logging
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, TextIO

from connector.secret import Secret

FIELDS = frozenset(
    {
        "action", "attempt", "batch", "blackout", "case", "cause", "channel", "child", "code", "count",
        "customer", "delay_s", "due", "duration_ms", "event", "exit", "fence", "from_at", "import_id",
        "invoice", "key_id", "kind", "late", "list", "lost", "message_id", "method", "mode", "number",
        "outcome", "path", "pid", "problem", "provider", "rate", "reason", "recipe", "request_id", "route",
        "rule", "sender", "sequence", "signal", "source", "state", "status", "step", "subscription",
        "template", "to_at", "trigger", "url", "version", "worker",
    }
)  # fmt: skip
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[^\s\"',;]+"), r"\1 ***"),
    (re.compile(r"tgh_[A-Za-z0-9_]+"), "tgh_***"),
    (re.compile(r"\bEAA[A-Za-z0-9]{12,}"), "EAA***"),  # a token of Meta
    (re.compile(r"wamid\.[A-Za-z0-9+/=_-]+"), "wamid.***"),  # base64 with the phone number inside
    (re.compile(r"(?<=://)[^/\s@\"']+@"), "***@"),  # user and password of an address
    (re.compile(r"(?<![\s\"'])\?[^\s\"'<>]*=[^\s\"'<>]*"), "?***"),  # query: gateways put keys there
    (re.compile(r"/in/key/[^/\s\"']+"), "/in/key/***"),
    (re.compile(r"/p/[^/\s\"'?]+"), "/p/***"),
    (re.compile(r"[\w.+-]+@([\w-]+\.)+\w{2,}"), "***@***"),
    (re.compile(r"\b(?=[A-Za-z_-]*\d)(?=[0-9_-]*[A-Za-z])[A-Za-z0-9_-]{40,}"), "***"),  # key, hash or token
    (re.compile(r"(?<![\w.:-])[+(]?\d[\d() -]{7,}\d(?![\w:])"), "PHONE"),
    (re.compile(r"\d{9,}"), "PHONE"),
)
_QUOTING = frozenset({"sqlalchemy", "sqlite3", "psycopg"})
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}( \d{2})?")


def _last_four(found: re.Match[str]) -> str:
    """A phone number or any other long run of digits, by its last four; a date stays."""
    if _DATE.fullmatch(found[0]):
        return found[0]
    digits = re.sub(r"\D", "", found[0])
    return f"***{digits[-4:]}"


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without phone numbers, keys, tokens, queries and the given secrets.

    >>> redact("sent to +6281234567890 by Bearer abc.def, see https://x.example/a?k=v")
    'sent to ***7890 by Bearer ***, see https://x.example/a?***'
    >>> redact("due 2026-12-05 18:00, call 0812-3456-7890")
    'due 2026-12-05 18:00, call ***7890'
    """
    for secret in secrets:
        text = text.replace(secret, "***")
    for pattern, put in _RULES:
        text = pattern.sub(_last_four if put == "PHONE" else put, text)
    return text


class OneLine(logging.Formatter):
    """`2026-11-28T01:00:00.000Z INFO connector.worker message_sent channel=sms step=stp_...`."""

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        super().__init__()
        # Longest first: one secret may contain another.
        self._secrets = sorted({s.reveal() for s in secrets if len(s) >= 6}, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        at = (
            datetime.fromtimestamp(record.created, UTC)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z")
        )
        fields = sorted((name, value) for name, value in vars(record).items() if name in FIELDS)
        parts = [record.getMessage(), *(f"{name}={_plain(value)}" for name, value in fields)]
        if record.exc_info and record.exc_info[0] is not None:
            parts.append("traceback=" + self.formatException(record.exc_info))
        said = redact(" ".join(parts), self._secrets)
        line = f"{at} {record.levelname} {record.name} {said}"
        # A line break in a value would forge a second record.
        return line.replace("\r", "\\r").replace("\n", "\\n")

    def formatException(self, ei: Any) -> str:
        """The stack; a database's errors by their names, for they quote the row that they refused."""
        text = super().formatException(ei)
        quoting = [e for e in _chain(ei[1]) if type(e).__module__.partition(".")[0] in _QUOTING]
        for said in sorted({str(error) for error in quoting if str(error)}, key=len, reverse=True):
            text = text.replace(said, "(what it said is left out)")
        return text


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and all that led to it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _plain(value: Any) -> str:
    text = str(value)
    return f'"{text}"' if " " in text or "=" in text or not text else text


def configure(
    *, secrets: Iterable[Secret] = (), level: int = logging.INFO, stream: TextIO | None = None
) -> None:
    """Sends every logger of this process, ours and the libraries', through the one redacting line."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(OneLine(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in list(logging.root.manager.loggerDict):
        known = logging.getLogger(name)
        known.handlers.clear()  # a handler of a library's own would print past the redaction
        known.propagate = True
    for name in ("httpx", "httpcore", "aiohttp.access", "werkzeug", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)  # they name whole URLs at INFO
    logging.captureWarnings(True)
