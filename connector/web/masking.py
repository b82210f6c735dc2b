"""Masks personal values in answers for keys that may not see them."""

import re
from typing import Any

_PHONE = re.compile(r"\+?\d{8,15}")
_PII_KEYS = ("phone", "email", "chat_url", "new_phone")


def masked(value: Any, *, fields: frozenset[str] = frozenset(), key: str = "") -> Any:
    """The same answer with phones and e-mail addresses shortened; `fields` are the keys marked x-pii.

    >>> masked({"customer_phone": "+6281234567890", "amount": "1500000"})
    {'customer_phone': '+62812****7890', 'amount': '1500000'}
    """
    if isinstance(value, dict):
        return {name: masked(item, fields=fields, key=name) for name, item in value.items()}
    if isinstance(value, list):
        return [masked(item, fields=fields, key=key) for item in value]
    if isinstance(value, str) and (key in fields or key.endswith(_PII_KEYS)):
        return _short(value)
    return value


def masked_text(text: str) -> str:
    """A text in which whatever looks like a phone number is shortened."""
    return _PHONE.sub(lambda found: _phone(found.group()), text)


def _short(text: str) -> str:
    if "@" in text:
        name, _, host = text.rpartition("@")
        return f"{name[:1]}***@{host}"
    shorter, phones = _PHONE.subn(lambda found: _phone(found.group()), text)
    return shorter if phones else text[:1] + "***" if text else text


def _phone(digits: str) -> str:
    """Country and operator stay readable, as do the last four digits.

    >>> _phone("+6281234567890")
    '+62812****7890'
    """
    shown = 6 if digits.startswith("+") else 5
    return f"{digits[: min(shown, len(digits) - 6)]}****{digits[-4:]}"


def pii_fields(schema: Any) -> frozenset[str]:
    """The keys of a JSON Schema that are marked `x-pii`, at any depth."""
    found: set[str] = set()
    if isinstance(schema, dict):
        properties = schema.get("properties")
        if isinstance(properties, dict):
            found |= {
                name for name, item in properties.items() if isinstance(item, dict) and item.get("x-pii")
            }
        for item in schema.values():
            found |= pii_fields(item)
    elif isinstance(schema, list):
        for item in schema:
            found |= pii_fields(item)
    return frozenset(found)
