"""Short paths into foreign JSON: names and indexes, nothing that computes."""

import re
from collections.abc import Iterable
from typing import Any

PATH = re.compile(r"@|[\w-]+(\[\d+\])*(\.[\w-]+(\[\d+\])*)*")
_PART = re.compile(r"\[(\d+)\]|([\w-]+)")


def check_paths(paths: Iterable[str]) -> None:
    """Refuses a path that `find` would misread."""
    for path in paths:
        if not PATH.fullmatch(path):
            raise ValueError(f"not a path of names and indexes: {path!r}")


def find(value: Any, path: str | None) -> Any:
    """The value at a path, or None; "@" is the whole.

    >>> find({"results": [{"status": "0"}]}, "results[0].status")
    '0'
    """
    if path is None or path == "@":
        return value if path else None
    for index, name in _PART.findall(path):
        if name:
            value = value.get(name) if isinstance(value, dict) else None
        else:
            value = value[int(index)] if isinstance(value, list) and int(index) < len(value) else None
        if value is None:
            return None
    return value


def text_at(value: Any, path: str | None) -> str | None:
    """The text or whole number at a path as text; anything else is None.

    >>> text_at({"id": 7}, "id"), text_at({"id": {}}, "id")
    ('7', None)
    """
    found = find(value, path)
    if isinstance(found, bool):
        return "true" if found else "false"
    return str(found) if isinstance(found, str | int) and found != "" else None
