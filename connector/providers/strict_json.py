"""The one reader of foreign JSON: strict about form, safe against depth and odd characters.

Refused: NaN and Infinity, a key twice in one object, nesting deeper than 64, anything after the value, bytes
that are not UTF-8. Decimals come as text. Mended: lone surrogates and NUL, which no database takes as text,
become U+FFFD.
"""

import json
import re
from typing import Any

DEPTH = 64
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Unreadable(ValueError):
    """The bytes are not acceptable JSON; the text says why, never what was in them."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unreadable("a key comes twice")
    return found


def _constant(_: str) -> Any:
    raise Unreadable("not a number")


# Decimals stay text: a float would change an amount.
_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant, parse_float=str)


def read_json(raw: bytes) -> Any:
    """The value of a JSON text, or `Unreadable`.

    >>> read_json(b'{"a": [1, 2]}')
    {'a': [1, 2]}
    """
    try:
        found = _DECODER.decode(raw.decode("utf-8-sig"))
    except Unreadable:
        raise
    except RecursionError:
        raise Unreadable("nested too deep") from None
    except ValueError:  # JSONDecodeError and UnicodeDecodeError; their texts would show the body
        raise Unreadable("not JSON") from None
    # An object or list needs two brackets, so few brackets cannot be deep.
    if raw.count(b"[") + raw.count(b"{") > DEPTH and _too_deep(found):
        raise Unreadable("nested too deep")
    if b"\\u" in raw or b"\x00" in raw:
        return _mended(found)
    return found


def _too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEPTH):
        level = [
            child
            for item in level
            if isinstance(item, dict | list)
            for child in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return False
    return any(isinstance(item, dict | list) for item in level)


def mended(text: str) -> str:
    """The text without what no database stores.

    >>> mended("a\\ud800b")
    'a\ufffdb'
    """
    return _UNSTORABLE.sub("\ufffd", text)


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return mended(value)
    if isinstance(value, list):
        return [_mended(item) for item in value]
    if isinstance(value, dict):
        return {mended(key): _mended(item) for key, item in value.items()}
    return value
