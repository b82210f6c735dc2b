"""Reads request bodies: capped, uncompressed, and JSON by one strict parser.

JSON as the standard library takes it admits NaN, duplicate keys (the last one wins), numbers that cost
seconds, nesting that ends in RecursionError, NUL and lone surrogates that the database refuses.
"""

import json
import logging
import math
import re
from collections.abc import Iterable
from typing import Any

from flask import Request

from connector.domain.problems import Problem, TooLarge

LOG = logging.getLogger("tagih.web")
JSON_BYTES = 256 * 1024
ROWS_BYTES = 8 * 1024 * 1024  # a whole sheet as rows: 10,000 of them with a dozen columns
JSON_DEPTH = 64
PIECE = 64 * 1024
LONGEST_INTEGER = 19
_JSON_TYPE = re.compile(r"^application/(?:[\w.+-]+\+)?json$")
_SIGNS = re.compile(r'\\.|["\[\]{}]', re.DOTALL)  # one pass, no backtracking


class _Refused(ValueError):
    """The text is JSON for the standard library but not for us."""


def read_bytes(request: Request, limit: int) -> bytes:
    """The raw body; refuses what is compressed or larger than the limit, without reading the rest of it."""
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise Problem("unsupported_media_type")
    if request.content_length is not None and request.content_length > limit:
        raise TooLarge("body_too_large", params={"limit": f"{limit // 1024} kB"})
    request.max_content_length = limit + 1  # a body without a length is cut off there, without a word
    data = request.get_data(cache=False)
    if len(data) > limit:
        raise TooLarge("body_too_large", params={"limit": f"{limit // 1024} kB"})
    return data


def read_rest(request: Request, most: int) -> None:
    """Takes what a refused request still sends, up to a bound.

    Who is cut off in the middle of a body is told "connection reset" and never sees why.
    """
    if not request.environ.get("wsgi.input_terminated"):
        return  # this server's stream has no end of its own: reading on would wait for ever
    stream = request.environ["wsgi.input"]
    try:
        while most > 0 and (piece := stream.read(min(PIECE, most))):
            most -= len(piece)
    except (OSError, ValueError) as gone:
        LOG.info("a refused request was not read to its end: %s", type(gone).__name__)


def read_json(request: Request, limit: int = JSON_BYTES) -> dict[str, Any]:
    """The JSON object of a request; nothing at all counts as an empty object."""
    raw = read_bytes(request, limit)
    if not raw.strip():
        return {}
    if not _JSON_TYPE.match(request.mimetype):
        raise Problem("unsupported_media_type")
    if request.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise Problem("unsupported_media_type")
    data = parse_json(raw)
    if not isinstance(data, dict):
        raise Problem("body_not_json", params={"reason": "not an object"})
    return data


def parse_json(raw: bytes) -> Any:
    """The value of a JSON text; a Problem for anything ambiguous or costly.

    >>> parse_json(b'{"amount": "1500000"}')
    {'amount': '1500000'}
    >>> parse_json(b'{"amount": 1, "amount": 2}')
    Traceback (most recent call last):
    connector.domain.problems.Problem: body_not_json
    """
    try:
        text = raw.decode("utf-8")
        _check_depth(text)
        data = json.loads(
            text,
            parse_constant=_no_constant,
            parse_float=_float,
            parse_int=_integer,
            object_pairs_hook=_object,
        )
        _check_text(text, data)
    except _Refused as refused:
        raise Problem("body_not_json", params={"reason": str(refused)}) from None
    except UnicodeError:
        raise Problem("body_not_json", params={"reason": "not valid UTF-8 text"}) from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Problem("body_not_json", params={"reason": f"{error.msg} at {where}"}) from None
    except RecursionError:
        raise Problem("body_not_json", params={"reason": "nested too deeply"}) from None
    return data


def _check_depth(text: str) -> None:
    if text.count("[") + text.count("{") <= JSON_DEPTH:
        return
    depth, in_string = 0, False
    for found in _SIGNS.finditer(text):
        sign = found.group()
        if sign == '"':
            in_string = not in_string
        elif not in_string and sign in "[{":
            depth += 1
            if depth > JSON_DEPTH:
                raise _Refused(f"nested deeper than {JSON_DEPTH} levels")
        elif not in_string and sign in "]}":
            depth -= 1


def _check_text(text: str, data: Any) -> None:
    """NUL and lone surrogates can only come by an escape (raw ones are no valid JSON or UTF-8)."""
    if "\\u" not in text:
        return
    plain = json.dumps(data, ensure_ascii=False)
    try:
        plain.encode("utf-8")
    except UnicodeEncodeError:
        raise _Refused("half of a surrogate pair") from None
    if "\\u0000" in plain:
        raise _Refused("the character NUL")


def _no_constant(name: str) -> Any:
    raise _Refused(f"{name} is no JSON number")


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value) or len(text) > 40:
        raise _Refused("a number is too large or too long")
    return value


def _integer(text: str) -> int:
    if len(text) > LONGEST_INTEGER + text.startswith("-"):
        raise _Refused("a number is too large or too long")
    return int(text)


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Refused("the same key stands twice in one object")
        found[key] = value
    return found
