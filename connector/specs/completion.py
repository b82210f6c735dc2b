"""Completes the short schemas of spec files into whole JSON Schemas, from the shared keys and blocks.

A key that a spec names without saying more means what specs/shared/fields.json says it means, so that the
same key has the same title, type and meaning as input, as output and in an event.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connector.specs.files import SpecFiles, pointer

DRY_RUN: dict[str, Any] = {
    "title": "Dry Run",
    "description": "True answers what would happen and changes nothing.",
    "type": ["boolean", "null"],
    "x-advanced": True,
}
DRY_RUN_WORDS = {
    "title": "Uji coba",
    "description": "Benar menjawab apa yang akan terjadi tanpa mengubah apa pun.",
}
EXTRA = {"^extra_[a-z0-9_]+$": {"type": ["string", "number", "boolean", "null"]}}


@dataclass(slots=True)
class Shared:
    """What specs/shared holds: the keys of inputs and outputs, and the blocks that many specs begin with."""

    inputs: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    blocks: dict[str, dict[str, Any]] = field(default_factory=dict)  # name -> completed properties
    titles: dict[str, str] = field(default_factory=dict)


def read_shared(files: SpecFiles) -> Shared:
    """The shared keys and blocks; a block's keys are completed like any other output."""
    shared = Shared()
    path = files.root / "shared" / "fields.json"
    keys = files.read(path, "fields")
    if keys is not None:
        shared.inputs, shared.outputs = keys["input"], keys["output"]
    for block_path in sorted(path.parent.glob("*.json")):
        if block_path == path:
            continue
        data = files.read(block_path, "shared")
        if data is not None:
            found = _keys(files, block_path, ("properties",), data["properties"], shared, shared.outputs)
            shared.blocks[data["name"]], shared.titles[data["name"]] = found, data["title"]
    return shared


def complete_input(files: SpecFiles, path: Path, data: dict[str, Any], shared: Shared) -> dict[str, Any]:
    """The whole input schema: closed, null wherever a key may be left out, `dry_run` where it changes."""
    body = data["input"]
    known = _keys(files, path, ("input", "properties"), body["properties"], shared, shared.inputs)
    required = list(body.get("required", []))
    properties = {k: v if k in required else _nullable(v) for k, v in known.items()}
    if data["kind"] == "change":
        properties["dry_run"] = dict(DRY_RUN)
    whole: dict[str, Any] = {"type": "object", "properties": properties, "required": required}
    if "x-any-of" in body:
        whole["anyOf"] = [{"required": [name]} for name in body["x-any-of"]]
    whole["additionalProperties"] = False
    return whole


def complete_output(
    files: SpecFiles, path: Path, at: tuple[str, ...], body: Mapping[str, Any], shared: Shared
) -> dict[str, Any]:
    """The whole output schema: the block's keys first, every key always there but those named optional."""
    own = _keys(files, path, (*at, "properties"), body["properties"], shared, shared.outputs)
    base = _block(files, path, at, body, shared)
    optional = set(body.get("optional", []))
    properties = {**base, **own}
    whole: dict[str, Any] = {"type": "object"}
    if "x-base" in body:
        whole["x-base"] = body["x-base"]
    whole["properties"] = properties
    whole["required"] = [name for name in properties if name not in optional]
    return whole


def _block(
    files: SpecFiles, path: Path, at: tuple[str, ...], body: Mapping[str, Any], shared: Shared
) -> dict[str, Any]:
    name = body.get("x-base")
    if name is not None and name not in shared.blocks:
        files.fault(path, pointer(*at, "x-base"), f"there is no block specs/shared/{name}.json.")
    return shared.blocks.get(name, {}) if name is not None else {}


def _keys(
    files: SpecFiles,
    path: Path,
    at: tuple[str, ...],
    own: Mapping[str, Any],
    shared: Shared,
    known: Mapping[str, Any],
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, said in own.items():
        whole = {**known.get(name, {}), **said}
        if "type" not in whole and "x-base" not in whole:
            sentence = f"the key `{name}` says no type, and specs/shared/fields.json does not know it."
            files.fault(path, pointer(*at, name), sentence)
            continue
        found[name] = _nested(files, path, (*at, name), whole, shared)
    return found


def _nested(
    files: SpecFiles, path: Path, at: tuple[str, ...], whole: dict[str, Any], shared: Shared
) -> dict[str, Any]:
    """Objects inside: every key that they name is always there, and they may begin with a block too."""
    if "items" in whole:
        return {**whole, "items": _nested(files, path, (*at, "items"), whole["items"], shared)}
    if "x-base" in whole or ("properties" in whole and "required" not in whole):
        body = {"properties": {}, **whole}
        return {**whole, **complete_output(files, path, at, body, shared)}
    return whole


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """Null means not given: a flow maps an event's unknown key straight into an input."""
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if "null" in kinds:
        return schema
    looser = {**schema, "type": [*kinds, "null"]}
    if "enum" in schema:
        looser["enum"] = [*schema["enum"], None]
    return looser


def without_words(schema: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The schema without the Indonesian words of its keys, and those words by key."""
    words = {k: v["x-id"] for k, v in schema["properties"].items() if "x-id" in v}
    plain = {k: {n: p for n, p in v.items() if n != "x-id"} for k, v in schema["properties"].items()}
    return {**schema, "properties": plain}, words
