"""Two plain pages made on the server: the first page and the catalogue. No script, no style in the page."""

import json
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, render_template

from connector.specs import ActionSpec, Catalog
from connector.store import business
from connector.web.figures import Figures
from connector.web.languages import Languages
from connector.web.services import Services

_LABELS = {
    "id": ("Tagihan", "Langkah terencana", "Pesan", "Urusan terbuka"),
    "en": ("Invoices", "Planned steps", "Messages", "Open cases"),
}


def routes(services: Services, languages: Languages, figures: Figures) -> Blueprint:
    """`/` and `/docs`."""
    door = Blueprint("pages", __name__)
    root = urlsplit(services.public_url).path.rstrip("/")

    def page(name: str, language: str, **values: Any) -> str:
        return render_template(
            name,
            language=language,
            root=root,
            sandbox=services.is_sandbox,
            version=services.version,
            **values,
        )

    @door.get("/")
    def landing() -> str:
        with services.store.read() as tx:
            owner = business.get(tx)
        found, _ = figures.read()
        language = languages.of_request()
        sums = (
            sum(found.invoices.values()),
            found.steps.get("planned", 0),
            sum(found.messages.values()),
            found.cases.get("open", 0),
        )
        return page(
            "landing.html",
            language,
            business=owner.name if owner else "Tagih",
            mode=services.mode,
            counts=list(zip(_LABELS[language], sums, strict=True)),
        )

    @door.get("/docs")
    def docs() -> str:
        language = languages.of_request()
        return page(
            "docs.html",
            language,
            actions=[_action(spec, language) for spec in services.catalog.actions.values()],
            triggers=_triggers(services.catalog),
        )

    return door


def _action(spec: ActionSpec, language: str) -> dict[str, Any]:
    words = spec.i18n.get("id", {}) if language == "id" else {}
    required = spec.input.get("required", ())
    return {
        "name": spec.name,
        "title": words.get("title", spec.title),
        "description": words.get("description", spec.description),
        "scope": spec.scope,
        "fields": [
            {
                "name": name,
                "required": name in required,
                "title": field.get("title", name),
                "description": field.get("description", ""),
            }
            for name, field in spec.input.get("properties", {}).items()
        ],
        "given": _pretty(spec.example["input"]),
        "answer": _pretty(spec.example["output"]),
    }


def _triggers(catalog: Catalog) -> list[dict[str, Any]]:
    return [
        {
            "name": spec.name,
            "title": spec.title,
            "description": spec.description,
            "sample": _pretty(spec.sample),
        }
        for spec in catalog.triggers.values()
    ]


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)
