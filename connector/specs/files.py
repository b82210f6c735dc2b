"""Reads spec files strictly and keeps every fault with its file and place, so that all are told at once."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource

from connector.specs.formats import format_checker

META_DIR = "meta"
HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class SpecFault:
    """One thing that is wrong; `place` is a JSON pointer, or line and column where nothing could be read."""

    where: str
    place: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.where}:{self.place}: {self.sentence}"


class SpecFaults(Exception):
    """The specs cannot be used; `faults` holds every fault of every file."""

    def __init__(self, faults: Iterable[object]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def default_dirs() -> tuple[Path, Path]:
    """The folders of specs and recipes: beside the package in the repository, inside it in the wheel."""
    package = HERE.parent
    inside = package / "_data"
    root = inside if (inside / "specs").is_dir() else package.parent
    return root / "specs", root / "recipes"


def pointer(*parts: object) -> str:
    """A JSON pointer.

    >>> pointer("input", "properties", "a/b")
    '/input/properties/a~1b'
    """
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


class _Refused(ValueError):
    """Something that JSON readers disagree on: a key twice, NaN."""


def _pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
    built: dict[str, Any] = {}
    for key, value in found:
        if key in built:
            raise _Refused(f"the key `{key}` is written twice.")
        built[key] = value
    return built


def _constant(name: str) -> Any:
    raise _Refused(f"{name} is not JSON.")


@dataclass(slots=True)
class SpecFiles:
    """The files of one specs folder, checked against its meta-schemas; `faults` grows as they are read."""

    root: Path
    faults: list[SpecFault] = field(default_factory=list)
    _validators: dict[str, Draft202012Validator] = field(default_factory=dict)
    _registry: Registry[Any] | None = None

    def fault(self, path: Path, place: str, sentence: str) -> None:
        self.faults.append(SpecFault(self.name_of(path), place or "/", sentence))

    def name_of(self, path: Path) -> str:
        """`specs/actions/mark_paid.json`, or the whole path of a file that lies elsewhere."""
        return str(path.relative_to(self.root.parent)) if path.is_relative_to(self.root.parent) else str(path)

    def read(self, path: Path, kind: str) -> Any | None:
        """The file's data when it fits its meta-schema, else None with the faults kept."""
        data = self._parsed(path)
        if data is None:
            return None
        validator = self._meta(kind)
        errors = [] if validator is None else sorted(validator.iter_errors(data), key=lambda e: e.json_path)
        for error in errors:
            for place, sentence in _told(error):
                self.fault(path, place, sentence)
        return None if errors or validator is None else data

    def folder(self, folder: Path, kind: str) -> Iterator[tuple[Path, Any]]:
        """Every JSON file of a folder that fits; its `name` must be the file's own."""
        for path in sorted(folder.glob("*.json")):
            data = self.read(path, kind)
            if data is None:
                continue
            if data["name"] != path.stem:
                self.fault(path, "/name", f"the name is `{data['name']}`, the file says `{path.stem}`.")
                continue
            yield path, data

    def check_meta(self) -> None:
        """The meta-schemas themselves fit the JSON Schema draft; costly, so for tests and doctor only."""
        for path in sorted((self.root / META_DIR).glob("*.json")):
            data = self._parsed(path)
            if data is None:
                continue
            validator = Draft202012Validator(Draft202012Validator.META_SCHEMA)
            for error in validator.iter_errors(data):
                self.fault(path, pointer(*error.absolute_path), error.message)

    def _parsed(self, path: Path) -> Any | None:
        try:
            text = path.read_text(encoding="utf-8")
            return json.loads(text, object_pairs_hook=_pairs, parse_constant=_constant)
        except FileNotFoundError:
            self.fault(path, "/", "the file is missing.")
        except UnicodeDecodeError:
            self.fault(path, "/", "the file is not UTF-8 text.")
        except json.JSONDecodeError as problem:
            self.fault(path, f"line {problem.lineno} column {problem.colno}", f"not JSON: {problem.msg}.")
        except _Refused as problem:
            self.fault(path, "/", str(problem))
        return None

    def _meta(self, kind: str) -> Draft202012Validator | None:
        if kind not in self._validators:
            registry = self._meta_registry()
            uri = f"urn:tagih:meta:{kind}"
            if uri not in registry:
                self.fault(self.root / META_DIR / f"{kind}.json", "/", "the meta-schema is missing.")
                return None
            self._validators[kind] = Draft202012Validator(
                {"$ref": uri}, registry=registry, format_checker=format_checker()
            )
        return self._validators[kind]

    def _meta_registry(self) -> Registry[Any]:
        if self._registry is None:
            found = (self._parsed(path) for path in sorted((self.root / META_DIR).glob("*.json")))
            resources = [Resource.from_contents(data) for data in found if data is not None]
            empty: Registry[Any] = Registry()
            self._registry = empty.with_resources((r.id() or "", r) for r in resources).crawl()
        return self._registry


def _told(error: ValidationError) -> list[tuple[str, str]]:
    """(place, sentence) of a meta-schema's error; an unknown key is pointed at itself."""
    here = tuple(error.absolute_path)
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        schema: Any = error.schema
        known = schema.get("properties", {})
        odd = [key for key in error.instance if key not in known]
        return [(pointer(*here, key), f"the key `{key}` is not known here.") for key in odd]
    if error.validator == "propertyNames" or (error.parent and error.parent.validator == "propertyNames"):
        return [(pointer(*here, error.instance), f"`{error.instance}` is not a name: {error.message}.")]
    if error.validator == "anyOf" and error.context:
        deepest = max(error.context, key=lambda inner: len(inner.absolute_path))
        if deepest.absolute_path != error.absolute_path:
            return _told(deepest)
    return [(pointer(*here), f"{error.message}.")]
