"""Reads numbers from a query string."""

from flask import request

from connector.domain.problems import Invalid

LARGEST = 2**63 - 1


def whole_number(name: str, default: int, *, least: int, most: int = LARGEST) -> int:
    """A whole number of the query; anything else is the caller's fault, named."""
    text = request.args.get(name)
    if text is None or text == "":
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 19 and least <= int(text) <= most):
        raise Invalid(
            "field_invalid", field=name, params={"expected": f"a whole number from {least} to {most}"}
        )
    return int(text)
