"""The sentences of refusals and reasons, in both languages, and a problem as RFC 9457 tells it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector.domain.problems import FieldError, Problem
from connector.specs.files import SpecFiles
from connector.specs.spoken import spoken

MOST_SENTENCES = 3
_HOLE = re.compile(r"\{([a-z_][a-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class ProblemSpec:
    """One code of specs/problems.json; the sentences hold {params}."""

    code: str
    status: int
    retryable: bool
    title: Mapping[str, str]
    detail: Mapping[str, str]
    remedy: Mapping[str, str]

    def sentence(self, language: str = "en", params: Mapping[str, Any] | None = None) -> str:
        """What is wrong."""
        return fill(self.detail[_known(language)], spoken(params or {}, language))

    def advice(self, language: str = "en", params: Mapping[str, Any] | None = None) -> str:
        """What to do next."""
        return fill(self.remedy[_known(language)], spoken(params or {}, language))


@dataclass(frozen=True, slots=True)
class ReasonSpec:
    """One code of specs/reasons.json: why a message waits or never leaves; what would have to change."""

    code: str
    kind: str  # later, no, held or note
    sentence: Mapping[str, str]
    remedy: Mapping[str, str]


def fill(sentence: str, params: Mapping[str, Any]) -> str:
    """The sentence with its holes filled; a hole without a value becomes an ellipsis, never an error.

    >>> fill("{amount} is more than {limit}.", {"amount": "Rp2"})
    'Rp2 is more than ….'
    """
    return _HOLE.sub(lambda hole: str(params.get(hole.group(1), "…")), sentence).rstrip()


def holes(sentence: str) -> set[str]:
    """The names of the holes of a sentence."""
    return set(_HOLE.findall(sentence))


def _known(language: str) -> str:
    return "id" if language.startswith("id") else "en"


def read_problems(files: SpecFiles) -> dict[str, ProblemSpec]:
    """Every code; a sentence that has other holes in Indonesian than in English is a fault."""
    path = files.root / "problems.json"
    found: dict[str, ProblemSpec] = {}
    for code, said in (files.read(path, "problem") or {}).items():
        for part in ("detail", "remedy"):
            if holes(said[part]["id"]) != holes(said[part]["en"]):
                files.fault(
                    path, f"/{code}/{part}", "the Indonesian sentence has other {holes} than the English."
                )
        found[code] = ProblemSpec(code=code, **said)
    return found


def read_reasons(files: SpecFiles) -> dict[str, ReasonSpec]:
    """Every reason code."""
    found = files.read(files.root / "reasons.json", "reason") or {}
    return {code: ReasonSpec(code=code, **said) for code, said in found.items()}


def problem_body(
    problem: Problem, specs: Mapping[str, ProblemSpec], *, language: str = "en", request_id: str | None = None
) -> dict[str, Any]:
    """The body of `application/problem+json`; `detail` ends with the remedy."""
    spec = specs.get(problem.code)
    if spec is None:
        title, detail, status, retryable = problem.code, problem.code, problem.status, problem.retryable
    else:
        title = spec.title[_known(language)]
        detail = f"{_said(problem, spec, language)} {spec.advice(language, problem.params)}"
        status, retryable = spec.status, spec.retryable
    return {
        "type": f"urn:tagih:problem:{problem.code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": problem.code,
        "errors": [
            _error(error, {**problem.params, **(error.params or {})}, specs, language)
            for error in problem.errors
        ],
        "retryable": retryable,
        "request_id": request_id,
    }


def _said(problem: Problem, spec: ProblemSpec, language: str) -> str:
    """What is wrong: the fields' own sentences where they have any, for those know more than the whole."""
    told = dict.fromkeys(error.detail for error in problem.errors if error.detail)
    if told and all(error.code == problem.code for error in problem.errors):
        return " ".join(list(told)[:MOST_SENTENCES])
    return spec.sentence(language, problem.params)


def _error(
    error: FieldError, params: Mapping[str, Any], specs: Mapping[str, ProblemSpec], language: str
) -> dict[str, Any]:
    spec = specs.get(error.code)
    detail = error.detail
    if detail is None and spec is not None:
        detail = spec.sentence(language, {**params, "field": error.field})
    return {"field": error.field, "code": error.code, "detail": detail}
