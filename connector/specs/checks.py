"""What one file alone cannot show: names that must exist elsewhere, examples that must fit."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from connector.specs.actions import ActionSpec
from connector.specs.catalog import Catalog
from connector.specs.files import SpecFiles, pointer
from connector.specs.formats import format_checker
from connector.specs.triggers import TriggerSpec

# Drop-downs whose values come from the database or from a library; the fixed ones are in specs/lists.json.
LIVE_LISTS = frozenset(
    {
        "recipes",
        "templates",
        "template_fields",
        "invoices",
        "lists",
        "customers",
        "cases",
        "claims",
        "plans",
        "promises",
        "charges",
        "zones",
        "reasons",
    }
)
_SMALL = frozenset(
    {"a", "an", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"}
)
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9']*")


def check_catalog(
    files: SpecFiles,
    catalog: Catalog,
    *,
    has_function: Callable[[str], bool] | None = None,
    options: Collection[str] | None = None,
) -> None:
    """Adds every fault that shows only across files; `has_function`, `options` are what the code offers."""
    lists = set(LIVE_LISTS if options is None else options) | set(catalog.lists)
    for action in catalog.actions.values():
        path = files.root / "actions" / f"{action.name}.json"
        _check_title(files, path, action.title)
        _check_names(files, path, "emits", action.emits, catalog.triggers, "trigger")
        _check_names(files, path, "errors", action.errors, catalog.problems, "problem")
        _check_input(files, path, action, lists)
        _check_example(files, path, action, catalog)
        if has_function is not None and not has_function(action.name):
            files.fault(path, "/name", f"there is no function `{action.name}` in connector/actions.")
    for trigger in catalog.triggers.values():
        path = files.root / "triggers" / f"{trigger.name}.json"
        _check_title(files, path, trigger.title)
        _check_sample(files, path, trigger, catalog)
    _check_tasks(files, catalog)
    for name, preset in catalog.presets.items():
        path = files.root / "presets.json"
        for place, action_name in enumerate(preset.actions or ()):
            if action_name not in catalog.actions:
                files.fault(path, pointer(name, "actions", place), f"there is no action `{action_name}`.")


def _check_tasks(files: SpecFiles, catalog: Catalog) -> None:
    """A task opens a case: its reason must be one that people can read."""
    known = catalog.lists.get("case_reasons", {})
    for name, recipe in catalog.recipes.items():
        for step in recipe.recipe.steps:
            if step.reason is not None and step.reason not in known:
                sentence = f"the recipe `{name}` gives a case's reason that is not listed: `{step.reason}`."
                files.fault(files.root / "lists.json", pointer("case_reasons", step.reason), sentence)


def check_schemas(files: SpecFiles, catalog: Catalog) -> None:
    """Adds a fault for every completed schema that is no JSON Schema; costly: for tests and doctor only."""
    schemas: list[tuple[str, str, Mapping[str, Any]]] = []
    for action in catalog.actions.values():
        name = f"actions/{action.name}.json"
        schemas += [(name, "input", action.input), (name, "output", action.output)]
    for trigger in catalog.triggers.values():
        schemas.append((f"triggers/{trigger.name}.json", "payload", trigger.payload))
    judge = Draft202012Validator(Draft202012Validator.META_SCHEMA)
    for name, part, schema in schemas:
        for error in judge.iter_errors(schema):
            files.fault(files.root / name, pointer(part, *error.absolute_path), f"{error.message}.")


def is_title_case(title: str) -> bool:
    """Every word begins with a capital but the small ones inside.

    >>> is_title_case("Create or Update Invoice"), is_title_case("Record payment")
    (True, False)
    """
    words = _WORD.findall(title)
    inner = words[1:-1] if len(words) > 2 else []
    return bool(words) and all(w[0].isupper() or (w in _SMALL and w in inner) for w in words)


def _check_title(files: SpecFiles, path: Path, title: str, place: str = "/title") -> None:
    if not is_title_case(title):
        files.fault(path, place, f"`{title}` is not in Title Case.")


def _check_names(
    files: SpecFiles, path: Path, part: str, names: Iterable[str], known: Mapping[str, Any], noun: str
) -> None:
    for place, name in enumerate(names):
        if name not in known:
            files.fault(path, pointer(part, place), f"there is no {noun} `{name}`.")


def _check_input(files: SpecFiles, path: Path, action: ActionSpec, lists: set[str]) -> None:
    properties = action.input["properties"]
    wanted = [*action.input["required"], *action.business_fields]
    wanted += [name for choice in action.input.get("anyOf", ()) for name in choice["required"]]
    for name in wanted:
        if name not in properties:
            files.fault(
                path, "/input/required", f"`{name}` is asked for, but it is not among the properties."
            )
    for name, schema in properties.items():
        place = pointer("input", "properties", name)
        if not schema.get("title") or not schema.get("description"):
            files.fault(path, place, "an input needs a title and a description.")
        else:
            _check_title(files, path, schema["title"], place + "/title")
        if name not in action.i18n["id"]["fields"]:
            files.fault(path, place, "an input needs its words in Indonesian (x-id, or i18n.id.fields).")
        follows = schema.get("x-fields")
        if follows is not None and follows["from"] not in properties:
            files.fault(path, place + "/x-fields/from", f"there is no input `{follows['from']}`.")
        for used in filter(None, (schema.get("x-options"), follows and follows["list"])):
            if used not in lists:
                files.fault(path, place, f"there is no drop-down list `{used}`.")


def _check_example(files: SpecFiles, path: Path, action: ActionSpec, catalog: Catalog) -> None:
    example = action.example
    for fault in catalog.faults(action.name, example["input"]):
        files.fault(path, pointer("example", "input", *fault.path.split(".")), fault.message)
    _check_fits(files, path, ("example", "output"), example["output"], action.output)
    result = example["output"].get("result")
    if action.results and result is not None and result not in action.results:
        files.fault(path, "/example/output/result", f"`{result}` is not among the results.")
    _check_reasons(files, path, ("example", "output"), example["output"], catalog)


def _check_sample(files: SpecFiles, path: Path, trigger: TriggerSpec, catalog: Catalog) -> None:
    _check_fits(files, path, ("sample",), trigger.sample, trigger.payload)
    for name in trigger.once_per:
        if name not in trigger.payload["properties"]:
            files.fault(path, "/once_per", f"there is no key `{name}` in the payload.")
    _check_reasons(files, path, ("sample",), trigger.sample, catalog)


def _check_fits(
    files: SpecFiles, path: Path, at: tuple[str, ...], value: Mapping[str, Any], schema: Mapping[str, Any]
) -> None:
    for error in Draft202012Validator(schema, format_checker=format_checker()).iter_errors(value):
        files.fault(path, pointer(*at, *error.absolute_path), f"{error.message}.")
    for key in value:
        extra = key.startswith("extra_") and "patternProperties" in schema
        if key not in schema["properties"] and not extra:
            files.fault(path, pointer(*at, key), f"the key `{key}` is not in the schema.")


def _check_reasons(
    files: SpecFiles, path: Path, at: tuple[str, ...], value: Mapping[str, Any], catalog: Catalog
) -> None:
    reason = value.get("hold_reason")
    if reason is not None and reason not in catalog.reasons:
        files.fault(path, pointer(*at, "hold_reason"), f"there is no reason `{reason}`.")
