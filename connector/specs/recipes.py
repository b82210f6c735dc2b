"""Recipe files: the plan of messages around a due date, checked against the known policies and templates."""

import pathlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from connector.domain import model
from connector.domain.model import Stage, StepKind
from connector.domain.templates import Template
from connector.specs.edge import faults_of
from connector.specs.recipe_lines import WORDS, RecipeLines, recipe_of, step_of
from connector.specs.templates import (
    TemplateFile,
    content_hash,
    inline_template,
    lint_faults,
)
from connector.specs.yaml_files import Document, Fault, Path, YamlFault, read_yaml

_STAGE_WORDS = {
    Stage.CREATED: "the new invoice",
    Stage.PRE_DUE: "the days before the due date",
    Stage.DUE: "the due day",
    Stage.OVERDUE: "the days after the due date",
    Stage.RECEIPT: "a received payment",
    Stage.OTHER: "answers and notices outside the plan",
}


@dataclass(frozen=True, slots=True)
class RecipeFile:
    """A checked recipe: text and data for the store, the value for the domain."""

    name: str
    version: str
    body: dict[str, Any]
    text: str
    recipe: model.Recipe
    templates: dict[str, TemplateFile] = field(default_factory=dict)  # its own, inline


class RecipeFaults(Exception):
    """The recipe may not be used; every fault has its place."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


def parse_recipe(
    text: str,
    *,
    policies: Mapping[str, model.Policy],
    templates: Mapping[str, TemplateFile],
    where: str,
) -> RecipeFile:
    """The recipe in this text. Raises RecipeFaults with everything that is wrong."""
    try:
        document = read_yaml(text, where)
    except YamlFault as problem:
        raise RecipeFaults([problem.fault]) from None
    if not isinstance(document.data, dict):
        raise RecipeFaults([Fault(where, 1, 1, "this is not a recipe; recipes/kost.yaml shows one")])
    try:
        lines = RecipeLines.model_validate(document.data)
    except ValidationError as error:
        raise RecipeFaults(faults_of(error, document, WORDS)) from None
    own = {
        name: inline_template(name, words, document.data["templates"][name])
        for name, words in lines.templates.items()
    }
    faults = [
        *(
            fault
            for name, file in own.items()
            for fault in lint_faults(file.template, document, ("templates", name))
        ),
        *_faults(lines, document, policies, {**templates, **own}),
    ]
    if faults:
        raise RecipeFaults(sorted(faults, key=lambda fault: (fault.line, fault.column)))
    version = content_hash(document.data)
    recipe = recipe_of(lines, version, policies[lines.policy])
    return RecipeFile(lines.recipe, version, document.data, text, recipe, own)


def recipe_from_body(
    body: Mapping[str, Any], version: str, policies: Mapping[str, model.Policy]
) -> model.Recipe:
    """The value of a version that was checked before it was stored."""
    lines = RecipeLines.model_validate(body)
    return recipe_of(lines, version, policies[lines.policy])


def load_recipes(
    directory: pathlib.Path,
    policies: Mapping[str, model.Policy],
    templates: Mapping[str, TemplateFile],
) -> tuple[dict[str, RecipeFile], list[Fault]]:
    """Every recipe file of a directory by name, and every fault of every file."""
    found: dict[str, RecipeFile] = {}
    faults: list[Fault] = []
    for path in sorted(directory.glob("*.yaml")):
        where = f"{directory.name}/{path.name}"
        try:
            text = path.read_text(encoding="utf-8")
            file = parse_recipe(text, policies=policies, templates=templates, where=where)
        except RecipeFaults as problem:
            faults += problem.faults
            continue
        except UnicodeDecodeError:
            faults.append(Fault(where, 1, 1, "the file is not UTF-8 text."))
            continue
        if file.name != path.stem:
            faults.append(Fault(where, 1, 1, f"the recipe is named `{file.name}`; so must its file be."))
        found[file.name] = file
    return found, faults


def _faults(
    lines: RecipeLines,
    document: Document,
    policies: Mapping[str, model.Policy],
    templates: Mapping[str, TemplateFile],
) -> Iterator[Fault]:
    """What the shape alone cannot tell: lost names, texts at the wrong time, plans over the cap."""
    policy = policies.get(lines.policy)
    if policy is None:
        known = ", ".join(sorted(policies))
        yield document.fault(("policy",), f"there is no policy `{lines.policy}`; known are {known}.")
    for path, name, stages in _templates_named(lines):
        file = templates.get(name)
        if file is None:
            yield document.fault(path, f"there is no template `{name}`.")
        elif file.template.stage not in stages:
            yield document.fault(path, _wrong_stage(file.template, stages))
    if policy is None:
        return
    try:
        recipe = recipe_of(lines, "draft", policy)
    except ValueError as problem:
        yield document.fault(("window",), f"{problem}")
        return
    yield from _plan_faults(lines, recipe, document)


def _plan_faults(lines: RecipeLines, recipe: model.Recipe, document: Document) -> Iterator[Fault]:
    seen: set[str] = set()
    reminders = 0
    for index, line in enumerate(lines.steps):
        step = step_of(line, lines.at)
        path: Path = ("steps", index)
        if step.key in seen:
            yield document.fault(path, f"the step {step.key} is written twice.")
        seen.add(step.key)
        if step.kind is not StepKind.MESSAGE:
            continue
        reminders += step.stage is not Stage.CREATED
        window = recipe.policy.notice_window if step.stage is Stage.CREATED else recipe.policy.window
        if not window.opens <= step.at < window.closes:
            hours = f"{window.opens:%H:%M}-{window.closes:%H:%M}"
            sentence = f"{step.key} at {step.at:%H:%M} is outside the window {hours}."
            yield document.fault((*path, "at") if line.at else ("at",), sentence)
    cap = recipe.policy.cap_per_cycle
    if reminders > cap:
        sentence = (
            f"{reminders} reminders are planned, but the policy allows {cap} in one cycle; see `limits`."
        )
        yield document.fault(("steps",), sentence)


def _templates_named(lines: RecipeLines) -> Iterator[tuple[Path, str, frozenset[Stage]]]:
    """Every template that the recipe names, with the stages whose text would be true there."""
    for index, step in enumerate(lines.steps):
        if step.template is not None:
            yield ("steps", index, "template"), step.template, frozenset({step.stage})
    if lines.on_paid is not None:
        yield ("on_paid", "template"), lines.on_paid.template, frozenset({Stage.RECEIPT})
        if lines.on_paid.partial_template is not None:
            yield ("on_paid", "partial_template"), lines.on_paid.partial_template, frozenset({Stage.RECEIPT})
    if lines.first_contact is not None:
        yield ("first_contact",), lines.first_contact, frozenset({Stage.OVERDUE})
    if lines.promise is not None:
        for word in ("ask", "confirm", "broken"):
            name = getattr(lines.promise, word)
            if name is not None:
                yield ("promise", word), name, frozenset({Stage.OTHER, Stage.OVERDUE})


def _wrong_stage(template: Template, stages: frozenset[Stage]) -> str:
    wanted = " or ".join(_STAGE_WORDS[stage] for stage in Stage if stage in stages)
    written = _STAGE_WORDS[template.stage]
    return f"`{template.name}` is written for {written}, and would not be true for {wanted}."
