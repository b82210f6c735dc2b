"""JSON Schema as ever, with a short road for long lists of flat objects: a sheet of five thousand rows.

The validator descends into each cell with objects of its own, which costs more than all that Sync Rows does with
the row. An item that a plain function finds in order is passed over; every other one goes the long road, so that
each fault is still told by the validator.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.validators import extend

Test = Callable[[Any], bool]
_SILENT = {"title", "description"}  # keywords that check nothing; so do those of our own, x-...
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "null": (type(None),),
    "number": (int, float),
}


def _items(validator: Any, items: Any, instance: Any, schema: Mapping[str, Any]) -> Iterator[Any]:
    """The keyword `items`, which passes over what is quickly seen to be in order."""
    test = flat_test(items) if isinstance(instance, list) and "prefixItems" not in schema else None
    if test is None:
        yield from _slow_items(validator, items, instance, schema)
        return
    for place, item in enumerate(instance):
        if not test(item):
            yield from validator.descend(instance=item, schema=items, path=place)


_slow_items = Draft202012Validator.VALIDATORS["items"]
QUICK: Any = extend(Draft202012Validator, {"items": _items})  # type: ignore[no-untyped-call]


def flat_test(schema: Any) -> Test | None:
    """A function that is true only for objects which fit this schema; None when the schema says more than it knows.

    >>> test = flat_test({"type": "object", "additionalProperties": {"type": ["string", "null"], "maxLength": 3}})
    >>> test({"a": "abc", "b": None}), test({"a": "abcd"}), test({"a": 1})
    (True, False, False)
    """
    if not isinstance(schema, dict) or schema.get("type") != "object":
        return None
    known = {"type", "maxProperties", "propertyNames", "additionalProperties"}
    names, values = schema.get("propertyNames", {}), schema.get("additionalProperties")
    if _more(schema, known) or _more(names, {"maxLength"}) or not isinstance(values, dict):
        return None
    told = values.get("type")
    types = [told] if isinstance(told, str) else told
    if _more(values, {"type", "maxLength"}) or not types or not set(types) <= set(_TYPES):
        return None
    kinds = frozenset(kind for name in types for kind in _TYPES[name])
    most, longest_name = schema.get("maxProperties", _ANY), names.get("maxLength", _ANY)
    longest = values.get("maxLength", _ANY)

    def test(item: Any) -> bool:
        if type(item) is not dict or len(item) > most:
            return False
        for name, value in item.items():
            if type(name) is not str or len(name) > longest_name or type(value) not in kinds:
                return False
            if type(value) is str and len(value) > longest:
                return False
        return True

    return test


_ANY = 1 << 62


def _more(schema: Any, known: set[str]) -> bool:
    """Whether the schema has keywords beyond those that are known."""
    if not isinstance(schema, dict):
        return True
    return any(key not in known and key not in _SILENT and not key.startswith("x-") for key in schema)
