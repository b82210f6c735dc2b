"""Masks personal values in answers for keys that may not see them.

A person is named in more places than the key that says so: in summaries, results, message texts. Whoever is
named under a key marked `name` is therefore shortened wherever else the same answer speaks of them.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_PHONE = re.compile(r"\+?\d{8,15}")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_WORD = re.compile(r"[^\W\d_]{2,}")
# Keys whose ends say what they hold, where no spec marks them (an import's preview, an error).
_NUMBERS = ("phone", "chat_url")
_MAILS = ("email",)
_NAMES = ("customer_name", "contact_name")
_TEXTS = ("text", "summary", "label", "note", "detail")

Kinds = Mapping[str, str]  # key -> what its spec says under x-pii: name, phone, email, words


def masked(value: Any, kinds: Kinds | None = None) -> Any:
    """The same answer with people shortened everywhere; `kinds` are the keys marked x-pii.

    >>> masked({"customer_name": "Siti", "customer_phone": "+6281234567890", "summary": "Siti: lunas."})
    {'customer_name': 'S***', 'customer_phone': '+62812****7890', 'summary': 'S***: lunas.'}
    >>> masked({"chat_url": "https://wa.me/6281234567890"})
    {'chat_url': None}
    """
    known = kinds or {}
    names = sorted(set(_names(value, known)), key=len, reverse=True)
    people = re.compile("|".join(map(re.escape, names))) if names else None
    return _masked(value, known, people, "")


def _masked(value: Any, kinds: Kinds, people: re.Pattern[str] | None, key: str) -> Any:
    if isinstance(value, dict):
        return {name: _masked(item, kinds, people, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_masked(item, kinds, people, key) for item in value]
    if not isinstance(value, str) or not value:
        return value
    if key.endswith("chat_url"):
        return None  # a shortened number is a link to nobody
    kind = _kind(key, kinds)
    if kind in ("name", "words"):
        return _initial(value)
    if kind is not None:
        return _contact(value)
    shown = people.sub(lambda found: _initial(found.group()), value) if people else value
    return masked_text(shown) if key.endswith(_TEXTS) else shown


def _kind(key: str, kinds: Kinds) -> str | None:
    marked = kinds.get(key)
    if marked is None:
        if key.endswith(_NUMBERS):
            return "phone"
        if key.endswith(_MAILS):
            return "email"
        return "name" if key in _NAMES else None
    return marked


def _names(value: Any, kinds: Kinds, key: str = "") -> Iterator[str]:
    """Whoever this answer names; one letter is nobody."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _names(item, kinds, name)
    elif isinstance(value, list):
        for item in value:
            yield from _names(item, kinds, key)
    elif isinstance(value, str) and len(value) > 1 and _kind(key, kinds) == "name":
        yield value


def masked_text(text: str) -> str:
    """A text in which whatever looks like a phone number or a mail address is shortened."""
    shown = _MAIL.sub(lambda found: _contact(found.group()), text)
    return _PHONE.sub(lambda found: _phone(found.group()), shown)


def masked_label(text: str) -> str:
    """A choice of a list of people: numbers stay, of each word its first letter.

    >>> masked_label("A3-2026-12 · Siti Rahma")
    'A3-2026-12 · S*** R***'
    """
    return masked_text(_WORD.sub(lambda found: _initial(found.group()), text))


def _initial(text: str) -> str:
    return f"{text[:1]}***"


def _contact(text: str) -> str:
    if "@" in text:
        name, _, host = text.rpartition("@")
        return f"{name[:1]}***@{host}"
    shorter, phones = _PHONE.subn(lambda found: _phone(found.group()), text)
    return shorter if phones else _initial(text)


def _phone(digits: str) -> str:
    """Country and operator stay readable, as do the last four digits.

    >>> _phone("+6281234567890")
    '+62812****7890'
    """
    shown = 6 if digits.startswith("+") else 5
    return f"{digits[: min(shown, len(digits) - 6)]}****{digits[-4:]}"


def pii_kinds(schema: Any) -> dict[str, str]:
    """The keys of a JSON Schema that are marked `x-pii`, at any depth, with what they hold."""
    found: dict[str, str] = {}
    if isinstance(schema, dict):
        properties = schema.get("properties")
        if isinstance(properties, dict):
            for name, item in properties.items():
                if isinstance(item, dict) and item.get("x-pii"):
                    found[name] = item["x-pii"] if isinstance(item["x-pii"], str) else "name"
        for item in schema.values():
            found |= pii_kinds(item)
    elif isinstance(schema, list):
        for item in schema:
            found |= pii_kinds(item)
    return found
