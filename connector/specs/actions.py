"""Action specs: what may be asked for, and what is answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connector.specs.completion import (
    DRY_RUN,
    DRY_RUN_WORDS,
    Shared,
    complete_input,
    complete_output,
    without_words,
)
from connector.specs.files import SpecFiles


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action. `raw` is the completed spec as `/v1/specs/actions/{name}` answers it."""

    name: str
    title: str
    description: str
    noun: str
    kind: str  # change or read
    scope: str
    idempotency: str  # natural, key or business
    business_fields: tuple[str, ...]  # what names the act when idempotency is business
    input: Mapping[str, Any]
    output: Mapping[str, Any]
    example: Mapping[str, Any]
    errors: tuple[str, ...]
    emits: tuple[str, ...]
    results: tuple[str, ...]
    surfaces: tuple[str, ...]
    i18n: Mapping[str, Any]
    raw: Mapping[str, Any]

    @property
    def changes(self) -> bool:
        return self.kind == "change"


def read_actions(files: SpecFiles, shared: Shared) -> dict[str, ActionSpec]:
    """Every action of specs/actions that fits its meta-schema, completed."""
    folder = files.root / "actions"
    return {data["name"]: _action(files, path, data, shared) for path, data in files.folder(folder, "action")}


def _action(files: SpecFiles, path: Path, data: dict[str, Any], shared: Shared) -> ActionSpec:
    given, words = without_words(complete_input(files, path, data, shared))
    answer, _ = without_words(complete_output(files, path, ("output",), data["output"], shared))
    if data["kind"] == "change":
        words["dry_run"] = DRY_RUN_WORDS
        answer["properties"] = {**answer["properties"], "dry_run": {**DRY_RUN, "type": "boolean"}}
    indonesian = data["i18n"]["id"]
    i18n = {"id": {**indonesian, "fields": {**words, **indonesian.get("fields", {})}}}
    business = data["idempotency"]["business"] if isinstance(data["idempotency"], dict) else []
    raw = {k: v for k, v in data.items() if k != "$schema"}
    return ActionSpec(
        name=data["name"],
        title=data["title"],
        description=data["description"],
        noun=data["noun"],
        kind=data["kind"],
        scope=data["scope"],
        idempotency="business" if business else data["idempotency"],
        business_fields=tuple(business),
        input=given,
        output=answer,
        example=data["example"],
        errors=tuple(data["errors"]),
        emits=tuple(data["emits"]),
        results=tuple(data.get("results", ())),
        surfaces=tuple(data["surfaces"]),
        i18n=i18n,
        raw={**raw, "input": given, "output": answer, "i18n": i18n},
    )
