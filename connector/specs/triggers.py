"""Trigger specs: the events that flows start from."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connector.specs.completion import EXTRA, Shared, complete_output, without_words
from connector.specs.files import SpecFiles


@dataclass(frozen=True, slots=True)
class TriggerSpec:
    """One event. `keys` are all keys of its body in their order, `own_keys` those beside the common block."""

    name: str
    title: str
    description: str
    noun: str
    payload: Mapping[str, Any]
    sample: Mapping[str, Any]
    once_per: tuple[str, ...]
    own_keys: tuple[str, ...]
    surfaces: tuple[str, ...]
    i18n: Mapping[str, Any]
    raw: Mapping[str, Any]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self.payload["properties"])


def read_triggers(files: SpecFiles, shared: Shared) -> dict[str, TriggerSpec]:
    """Every trigger of specs/triggers that fits its meta-schema, completed."""
    folder = files.root / "triggers"
    return {
        data["name"]: _trigger(files, path, data, shared) for path, data in files.folder(folder, "trigger")
    }


def _trigger(files: SpecFiles, path: Path, data: dict[str, Any], shared: Shared) -> TriggerSpec:
    payload, _ = without_words(complete_output(files, path, ("payload",), data["payload"], shared))
    if "type" in payload["properties"]:
        kind = {**payload["properties"]["type"], "const": data["name"]}
        payload["properties"] = {**payload["properties"], "type": kind}
    payload["patternProperties"] = EXTRA
    raw = {k: v for k, v in data.items() if k != "$schema"}
    return TriggerSpec(
        name=data["name"],
        title=data["title"],
        description=data["description"],
        noun=data["noun"],
        payload=payload,
        sample=data["sample"],
        once_per=tuple(data["once_per"]),
        own_keys=tuple(data["payload"]["properties"]),
        surfaces=tuple(data["surfaces"]),
        i18n=data["i18n"],
        raw={**raw, "payload": payload},
    )
