"""Recipes over HTTP: bring one in as YAML, list them, see what one would do."""

from typing import Any

from flask import Blueprint, request

from connector.actions.simulating import simulate
from connector.domain.problems import Invalid, Problem
from connector.store import recipes
from connector.web.access import need
from connector.web.actions import run_action
from connector.web.body import read_bytes, read_json
from connector.web.languages import Languages
from connector.web.services import Services

YAML_BYTES = 64 * 1024
YAML_TYPES = frozenset({"text/yaml", "text/x-yaml", "application/yaml", "application/x-yaml", "text/plain"})


def routes(services: Services, languages: Languages) -> Blueprint:
    """`/v1/recipes`."""
    door = Blueprint("recipes", __name__)

    @door.post("/v1/recipes")
    def bring_in() -> dict[str, Any]:
        key = need("recipes", "import_recipe")
        raw = read_bytes(request, YAML_BYTES)
        if request.mimetype not in YAML_TYPES:
            raise Problem("unsupported_media_type")
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            raise Invalid("text_invalid", field="text") from None
        dry_run = request.args.get("dry_run") == "true"
        return run_action(
            services, "import_recipe", {"text": text}, key, languages.of_request(), dry_run=dry_run
        )

    @door.get("/v1/recipes")
    def listed() -> dict[str, Any]:
        need("read")
        with services.store.read() as tx:
            found = recipes.active_recipes(tx)
        items = [
            {
                "name": recipe.name,
                "version": recipe.version,
                "origin": recipe.origin.value,
                "title": _title(recipe.body, languages.of_request()),
                "text": recipe.text,
            }
            for recipe in found
        ]
        return {"items": items, "next": None}

    @door.post("/v1/recipes/<name>/simulate")
    def try_out(name: str) -> dict[str, Any]:
        need("read")
        given = read_json(request)
        unknown = set(given) - {"due_date", "amount"}
        if unknown:
            raise Invalid("field_unknown", field=sorted(unknown)[0][:60], params={"similar": ""})
        for field in given:
            if not isinstance(given[field], str | int) or isinstance(given[field], bool):
                raise Invalid("field_invalid", field=field, params={"expected": "a text"})
        if not isinstance(given.get("due_date", ""), str):
            raise Invalid("date_invalid", field="due_date")
        return simulate(
            services.store,
            services.catalog,
            name[:80],
            given,
            mode=services.mode,
            public_url=services.public_url,
        )

    return door


def _title(body: dict[str, Any], language: str) -> str | None:
    titles = body.get("title")
    return titles.get(language) if isinstance(titles, dict) else None
