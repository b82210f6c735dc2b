"""The catalogue: every spec by its name, checked, with the compiled checks of the inputs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.domain.model import Policy
from connector.domain.problems import FieldError, Problem, invalid
from connector.specs.actions import ActionSpec
from connector.specs.faults import Fault, InputCheck, given
from connector.specs.policies import PresetSpec
from connector.specs.problems import ProblemSpec, ReasonSpec, problem_body
from connector.specs.triggers import TriggerSpec


@dataclass(frozen=True, slots=True)
class Catalog:
    """What this server can do, can tell and will say. Read once, before the fork; never changed."""

    actions: Mapping[str, ActionSpec] = field(default_factory=dict)
    triggers: Mapping[str, TriggerSpec] = field(default_factory=dict)
    problems: Mapping[str, ProblemSpec] = field(default_factory=dict)
    reasons: Mapping[str, ReasonSpec] = field(default_factory=dict)
    policies: Mapping[str, Policy] = field(default_factory=dict)
    providers: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    presets: Mapping[str, PresetSpec] = field(default_factory=dict)
    lists: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    recipes: Mapping[str, Any] = field(default_factory=dict)
    templates: Mapping[str, Any] = field(default_factory=dict)
    blocks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # specs/shared, for OpenAPI
    block_titles: Mapping[str, str] = field(default_factory=dict)
    checks: Mapping[str, InputCheck] = field(default_factory=dict, repr=False)

    def faults(self, action: str, data: Any, language: str = "en") -> list[Fault]:
        """Every fault of an action's input; none when it fits."""
        return self.checks[action].faults(data, language)

    def given(self, action: str, data: Mapping[str, Any], language: str = "en") -> dict[str, Any]:
        """The input that fits, without nulls and blanks. Raises Invalid with every field's fault."""
        found = self.checks[action].faults(data, language)
        if found:
            raise invalid(FieldError(fault.path, fault.code, fault.message) for fault in found)
        return given(data, self.actions[action].input["properties"])

    def problem_body(
        self, problem: Problem, *, language: str = "en", request_id: str | None = None
    ) -> dict[str, Any]:
        """A refusal as RFC 9457 tells it."""
        return problem_body(problem, self.problems, language=language, request_id=request_id)

    def reason_text(self, code: str | None, language: str = "en") -> str | None:
        """The sentence of a reason code; a code that no spec knows is its own sentence."""
        if code is None:
            return None
        spec = self.reasons.get(code)
        return code if spec is None else spec.sentence["id" if language.startswith("id") else "en"]

    def overview(self) -> dict[str, Any]:
        """The body of `GET /v1/specs`."""
        return {
            "actions": [{"name": a.name, "title": a.title, "kind": a.kind} for a in self.actions.values()],
            "triggers": [{"name": t.name, "title": t.title} for t in self.triggers.values()],
        }
