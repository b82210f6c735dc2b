"""Reads a query string: each name once, numbers as such."""

from flask import Flask, request

from connector.domain.problems import Invalid

LARGEST = 2**63 - 1


def guard(app: Flask) -> None:
    """Which of two values is meant nobody can know: none of our parameters is a list."""

    @app.before_request
    def _each_name_once() -> None:
        if not request.query_string or not request.path.startswith("/v1/"):
            return
        for name, values in request.args.lists():
            if len(values) > 1:
                raise Invalid("field_invalid", field=name[:100], params={"expected": "one value"})


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
