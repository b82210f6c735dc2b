"""The catalogue and its lists: specs, OpenAPI, drop-downs, the connection test."""

from typing import Any

from flask import Blueprint, Response, request

from connector.domain.problems import NotFound, Unavailable, required
from connector.specs.openapi import openapi_of
from connector.store import business
from connector.web.access import caller, need
from connector.web.actions import as_json
from connector.web.languages import Languages
from connector.web.masking import masked_label
from connector.web.services import Services

LONGEST_QUERY = 100
OF_PEOPLE = frozenset({"cases", "customers", "invoices", "promises"})


def routes(services: Services, languages: Languages) -> Blueprint:
    """What a platform asks before it can offer anything."""
    door = Blueprint("catalogue", __name__)
    document: list[str] = []  # made on the first request and kept: the catalogue does not change

    @door.get("/openapi.json")
    def openapi() -> Response:
        if not document:
            made = openapi_of(
                services.catalog,
                version=services.version,
                public_url=services.public_url,
                sandbox=services.is_sandbox,
                virtual=services.store.virtual,
            )
            document.append(as_json(made))
        return Response(document[0], content_type="application/json")

    @door.get("/v1/specs")
    def specs() -> dict[str, Any]:
        caller()
        return services.catalog.overview()

    @door.get("/v1/specs/actions/<name>")
    def action(name: str) -> dict[str, Any]:
        found = services.catalog.actions.get(name)
        if found is None:
            raise NotFound("action_unknown", params={"name": name[:60]})
        return dict(found.raw)

    @door.get("/v1/specs/triggers/<name>")
    def trigger(name: str) -> dict[str, Any]:
        found = services.catalog.triggers.get(name)
        if found is None:
            raise NotFound("trigger_unknown", params={"name": name[:60]})
        return dict(found.raw)

    @door.get("/v1/me")
    def me() -> dict[str, Any]:
        key = caller()
        with services.store.read() as tx:
            owner = business.get(tx)
        if owner is None:
            raise Unavailable("not_ready", params={"what": "the business is not set up"})
        return {
            "business_id": owner.id,
            "business_name": owner.name,
            "mode": services.mode,
            "version": services.version,
            "preset": key.preset,
        }

    @door.get("/v1/options/<name>")
    def options(name: str) -> Response:
        key = need("read")
        found = _options(services, name, languages.of_request())
        if key.pii != "full" and name in OF_PEOPLE:
            found = [{**choice, "label": masked_label(choice["label"])} for choice in found]
        return Response(as_json(found), content_type="application/json")

    return door


def _options(services: Services, name: str, language: str) -> Any:
    if name == "template_fields" and services.template_fields is not None:
        template = request.args.get("template", "")
        if not template:
            raise required("template")
        with services.store.read() as tx:
            return services.template_fields(tx, template)
    typed = request.args.get("q", "")[:LONGEST_QUERY]
    fixed = services.catalog.lists.get(name)
    if fixed is not None:
        labels = {key: words[language] for key, words in fixed.items()}
        wanted = typed.casefold()
        return [
            {"id": k, "label": label} for k, label in labels.items() if wanted in f"{k} {label}".casefold()
        ]
    found = services.options.get(name)
    if found is None:
        raise NotFound("options_unknown", params={"name": name[:60]})
    with services.store.read() as tx:
        return found(tx, typed)
