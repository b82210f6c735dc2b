"""What is wrong with an action's input, field by field, in sentences for people.

A personal value is never echoed. Null and blank text mean not given: a flow maps an event's unknown key, a
sheet its empty cell.
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema.exceptions import ValidationError

from connector.specs.formats import format_checker
from connector.specs.problems import ProblemSpec
from connector.specs.quick import QUICK

MOST_UNKNOWN = 20
_ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

_KINDS: dict[str, tuple[str, str]] = {
    "string": ("teks", "text"),
    "integer": ("bilangan bulat", "a whole number"),
    "number": ("angka", "a number"),
    "boolean": ("true atau false", "true or false"),
    "object": ("sebuah objek", "an object"),
    "array": ("sebuah daftar", "a list"),
}
_FORMATS: dict[str, tuple[str, str]] = {
    "email": ("alamat email", "an email address"),
    "uri": ("alamat yang dimulai dengan https://", "an address that begins with https://"),
    "date-time": (
        "waktu dengan zona, misalnya 2026-12-05T09:00:00+07:00",
        "an instant such as 2026-12-05T09:00:00+07:00",
    ),
    "month": ("bulan, misalnya 2026-12", "a month such as 2026-12"),
}
# The validator's keyword to what it asks for, in both languages.
_LIMITS: dict[str, tuple[str, str]] = {
    "minLength": ("teks dengan paling sedikit {n} huruf", "at least {n} characters"),
    "maxLength": ("teks dengan paling banyak {n} huruf", "at most {n} characters"),
    "minimum": ("angka, paling kecil {n}", "{n} or more"),
    "maximum": ("angka, paling besar {n}", "{n} or less"),
    "minItems": ("daftar dengan paling sedikit {n} isi", "a list of {n} or more"),
    "maxItems": ("daftar dengan paling banyak {n} isi", "a list of at most {n}"),
    "maxProperties": ("objek dengan paling banyak {n} kolom", "at most {n} fields"),
    "pattern": ("teks berbentuk {n}", "text of the form {n}"),
    "const": ("{n}", "{n}"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One field's fault: where (dotted), a sentence, and a code of specs/problems.json."""

    path: str
    message: str
    code: str


@dataclass(frozen=True, slots=True)
class InputCheck:
    """The compiled check of one action's input."""

    schema: Mapping[str, Any]
    problems: Mapping[str, ProblemSpec]
    validator: Any

    @classmethod
    def of(cls, schema: Mapping[str, Any], problems: Mapping[str, ProblemSpec]) -> "InputCheck":
        return cls(schema, problems, QUICK(schema, format_checker=format_checker()))

    def faults(self, data: Any, language: str = "en") -> list[Fault]:
        """Every fault, in the order of the fields; none when the input fits."""
        cleaned = given(data, self.schema["properties"]) if isinstance(data, dict) else data
        found: dict[tuple[str, str], Fault] = {}
        for path, code, params in self._found(cleaned, language):
            sentence = (
                self.problems[code].sentence(language, {"field": path, **params})
                if code in self.problems
                else code
            )
            found.setdefault((path, code), Fault(path, sentence, code))
        order = {name: place for place, name in enumerate(self.schema["properties"])}
        return sorted(found.values(), key=lambda fault: order.get(fault.path.split(".")[0], len(order)))

    def _found(self, data: Any, language: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
        for error in self.validator.iter_errors(data):
            yield from _explained(error, language)
        for path in _odd_text(data):
            yield path, "text_invalid", {}
        if isinstance(data, dict):
            for name, value in data.items():
                money = self.schema["properties"].get(name, {}).get("x-money")
                if money and isinstance(value, float):
                    yield name, "amount_fraction", {}


def given(data: Mapping[str, Any], properties: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The input without what means not given: null, and text that is blank.

    >>> given({"invoice": "A3", "note": "  ", "until": None, "allowed": False})
    {'invoice': 'A3', 'allowed': False}

    Where a whole number is asked, one with a point is the whole number that JSON Schema takes it for; money
    with a point stays what it is, and is refused.

    >>> given({"due_day": 11.0}, {"due_day": {"type": ["integer", "null"]}})
    {'due_day': 11}
    """
    kept = {k: v for k, v in data.items() if v is not None and not (isinstance(v, str) and not v.strip())}
    return {k: int(v) if _whole(v, (properties or {}).get(k, {})) else v for k, v in kept.items()}


def _whole(value: Any, schema: Mapping[str, Any]) -> bool:
    asked = schema.get("type", ())
    counts = "integer" in ([asked] if isinstance(asked, str) else asked) and not schema.get("x-money")
    return counts and isinstance(value, float) and value.is_integer()


def _explained(error: ValidationError, language: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    path = ".".join(str(part) for part in error.absolute_path)
    kind = str(error.validator)
    schema: Any = error.schema
    asked: Any = error.validator_value
    instance: Any = error.instance
    if kind == "required":
        for name in asked:
            if name not in instance:
                yield _under(path, name), "field_required", {}
    elif kind == "additionalProperties" and schema.get("additionalProperties") is False:
        unknown = [str(name)[:60] for name in instance if name not in schema.get("properties", {})]
        for name in unknown[:MOST_UNKNOWN]:  # each is compared with every name that there is
            yield _under(path, name), "field_unknown", {"similar": _similar(name, schema, language)}
    elif kind == "anyOf":
        names = [choice["required"][0] for choice in asked]
        yield names[0], "one_of_required", {"names": (" atau " if language == "id" else " or ").join(names)}
    elif kind == "format" and asked == "date":
        yield path, "date_invalid", {}
    elif schema.get("x-money") and isinstance(instance, float):
        return  # told as amount_fraction
    else:
        yield path, "field_invalid", {"expected": _expected(error, language)}


def _under(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _similar(name: str, schema: Mapping[str, Any], language: str) -> str:
    known = list(schema.get("properties", {}))
    ends = [one for one in known if one.endswith(f"_{name.lower()}")]  # phone -> customer_phone
    close = ends[:1] or difflib.get_close_matches(name, known, n=1)
    if not close:
        return ""
    return f"Maksudnya {close[0]}?" if language == "id" else f"Did you mean {close[0]}?"


def _expected(error: ValidationError, language: str) -> str:
    """What would fit; only the spec's own words, never the value that came."""
    side = 0 if language == "id" else 1
    kind = str(error.validator)
    asked: Any = error.validator_value
    if kind == "type":
        kinds = [k for k in (asked if isinstance(asked, list) else [asked]) if k != "null"]
        return (" atau ", " or ")[side].join(_KINDS[k][side] for k in kinds)
    if kind == "enum":
        return ("salah satu dari ", "one of ")[side] + ", ".join(str(v) for v in asked if v is not None)
    if kind == "format":
        return _FORMATS[asked][side] if asked in _FORMATS else str(asked)
    if kind in _LIMITS:
        return _LIMITS[kind][side].replace("{n}", str(asked))
    return ("nilai lain", "another value")[side]


def _odd_text(data: Any, path: str = "") -> Iterator[str]:
    """Where text holds control characters or half a surrogate pair, which no database keeps."""
    if isinstance(data, str):
        if _ODD.search(data):
            yield path
    elif isinstance(data, dict):
        for key, value in data.items():
            if isinstance(key, str) and _ODD.search(key):
                yield path or "body"
            else:
                yield from _odd_text(value, _under(path, str(key)))
    elif isinstance(data, list):
        for place, value in enumerate(data):
            yield from _odd_text(value, _under(path, str(place)))
