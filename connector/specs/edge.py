"""From pydantic's complaints to faults that a person can act on: place, plain words, likely spelling."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from connector.specs.yaml_files import Document, Fault, Path

MOST_FAULTS = 50


class Strict(BaseModel):
    """A part of a shared file: unknown words are faults, and "1" is not 1."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Texts(Strict):
    """A sentence in both languages."""

    id: str
    en: str


def faults_of(error: ValidationError, document: Document, known: Iterable[str]) -> list[Fault]:
    """One fault for each complaint, in the order of the file; a file of rubbish is told fifty."""
    words = tuple(known)
    problems = error.errors(include_url=False, include_input=False)
    found = [_fault(problem, document, words) for problem in problems[:MOST_FAULTS]]
    return sorted(set(found), key=lambda fault: (fault.line, fault.column, fault.sentence))


def words_of(*models: type[BaseModel]) -> tuple[str, ...]:
    """Every field name of these models: what a misspelt word is compared with."""
    return tuple(dict.fromkeys(name for model in models for name in model.model_fields))


def _fault(problem: Mapping[str, Any], document: Document, words: tuple[str, ...]) -> Fault:
    path: Path = tuple(part for part in problem["loc"] if part != "[key]")
    name = str(path[-1]) if path else ""
    kind = problem["type"]
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(name, words, n=1)
        hint = f" Did you mean `{near[0]}`?" if near else ""
        return document.fault(path, f"`{name[:40]}` is not known here.{hint}")
    if kind == "missing":
        return document.fault(path[:-1], f"`{name}` is missing.")
    message = str(problem["msg"]).removeprefix("Value error, ")
    sentence = message[:1].lower() + message[1:]
    return document.fault(path, f"`{name}`: {sentence}." if name else f"{sentence}.")
