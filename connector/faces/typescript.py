"""Values as TypeScript literals: generated text that a linter can read and a person too."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\u2028": "\\u2028", "\u2029": "\\u2029"}


@dataclass(frozen=True, slots=True)
class Code:
    """Stands as it is: the name of something that the generated file imports."""

    text: str


def literal(value: Any, depth: int = 0) -> str:
    """The value as TypeScript, indented with tabs.

    >>> literal({"name": "it's", "on": True})
    "{\\n\\tname: 'it\\\\'s',\\n\\ton: true,\\n}"
    """
    if isinstance(value, Code):
        return value.text
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, str):
        return f"'{''.join(_ESCAPES.get(c, c) for c in value)}'"
    if isinstance(value, Mapping):
        return _block("{", [f"{_key(k)}: {literal(v, depth + 1)}" for k, v in value.items()], "}", depth)
    if isinstance(value, Sequence):
        if all(isinstance(item, (str, int, float)) for item in value):
            return f"[{', '.join(literal(item) for item in value)}]"
        return _block("[", [literal(item, depth + 1) for item in value], "]", depth)
    return repr(value)


def _key(name: str) -> str:
    return name if _NAME.fullmatch(name) else literal(name)


def _block(opens: str, lines: Sequence[str], closes: str, depth: int) -> str:
    if not lines:
        return opens + closes
    inner = "".join("\t" * (depth + 1) + line + ",\n" for line in lines)
    return opens + "\n" + inner + "\t" * depth + closes
