"""Plain HTTP and Power Automate mean the same by the same words as n8n, Zapier and the sheet, whose own tests play
these wishes in the platforms themselves."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from same_calls import WISHES, Wish, meant
from world import KEY, catalog, world

ROOT = Path(__file__).parents[2]
Json = dict[str, Any]

_DAY = "a day is a day here: nothing stands between the caller and the server, which says what it wants"
# What a face cannot say, with the fields that the server then names.
UNSAID: dict[str, dict[str, tuple[str, set[str]]]] = {
    "http": {
        "figures where text is meant": (
            "JSON is taken at its word: 1234 is a figure, and a phone is text",
            {"customer_phone", "invoice_number", "customer_ref"},
        ),
        "a day with a time": (_DAY, {"due_date"}),
        "a promise with a number and an instant": (_DAY, {"invoice", "promise_date"}),
    },
    "power-automate": {
        "a day with a time": (_DAY, {"due_date"}),
        "a promise with a number and an instant": (_DAY, {"promise_date"}),
    },
}


def by_http(wish: Wish) -> tuple[str, str, Json]:
    """As docs/http.md tells it."""
    return "POST", f"/v1/actions/{wish.action}", wish.given


def by_power_automate(wish: Wish) -> tuple[str, str, Json]:
    """As a flow calls a custom connector: all that it knows is the definition, whose types it casts to."""
    definition = json.loads((ROOT / "docs/power-automate/apiDefinition.swagger.json").read_bytes())
    calls = {
        call["operationId"]: (method, path, call)
        for path, methods in definition["paths"].items()
        for method, call in methods.items()
        if method in ("get", "post", "delete")
    }
    method, path, call = calls["".join(word.capitalize() for word in wish.action.split("_"))]
    [body] = [one for one in call["parameters"] if one["in"] == "body"]
    return method.upper(), path, _cast(wish.given, body["schema"])


def _cast(value: Any, schema: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        own, other = schema.get("properties", {}), schema.get("additionalProperties", {})
        assert set(value) <= set(own) or other, "the definition has no such field"
        return {name: _cast(one, own.get(name, other)) for name, one in value.items()}
    if isinstance(value, list):
        return [_cast(one, schema["items"]) for one in value]
    return str(value) if schema.get("type") == "string" and type(value) is int else value


@pytest.mark.parametrize(("face", "call"), [("http", by_http), ("power-automate", by_power_automate)])
def test_the_same_words_arrive_as_the_same_call(
    face: str, call: Any, tmp_path: Path, sqlite_url: str
) -> None:
    unsaid, wrong = UNSAID[face], {}
    assert set(unsaid) < {wish.name for wish in WISHES}

    with world(tmp_path, sqlite_url, sample=True) as opened:
        headers = {"Authorization": f"Bearer {KEY}", "Accept-Language": "en"}
        with httpx.Client(
            base_url=opened.app.settings.local_url, headers=headers, trust_env=False, timeout=60
        ) as client:
            for wish in WISHES:
                method, path, body = call(wish)
                answer = client.request(method, path, json=body)
                if wish.name in unsaid:
                    named = {fault["field"] for fault in answer.json()["errors"]}
                    fits = answer.status_code == 422 and named == unsaid[wish.name][1]
                    if fits:  # so the next wishes find what this one would have made
                        fits = client.request(method, path, json=wish.sent).status_code == 200
                else:
                    sent = meant(wish.action, body, catalog()) == meant(wish.action, wish.sent, catalog())
                    fits = sent and answer.status_code == 200
                if not fits:
                    wrong[wish.name] = (body, answer.text)

    assert wrong == {}
