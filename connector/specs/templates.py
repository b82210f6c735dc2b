"""Template files: checked wording in both languages, as immutable versions named by their content."""

import hashlib
import json
import pathlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from connector.domain.lint import lint_template
from connector.domain.model import Button, Permission, Stage
from connector.domain.templates import PROMISE_DATES, Param, Template, Wording
from connector.domain.variables import variable
from connector.specs.edge import Strict, Texts, faults_of, words_of
from connector.specs.yaml_files import Document, Fault, Path, YamlFault, read_yaml

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]
# Meta takes no hyphen in the name of a template.
TemplateName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
ButtonId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
_PERMISSION_OF = {
    "created": "notice",
    "pre_due": "reminder",
    "due": "reminder",
    "overdue": "reminder",
    "receipt": "notice",
}


class ParamLine(Strict):
    sample: Texts
    max: int | None = Field(default=None, ge=1, le=500)
    sms_max: int | None = Field(default=None, ge=1, le=100)


class ButtonLine(Strict):
    id: ButtonId
    title: str


class LanguageLines(Strict):
    body: str
    footer: str | None = None
    buttons: list[ButtonLine] = Field(default_factory=list, max_length=3)
    sms: list[str] = Field(default_factory=list, max_length=4)


class TemplateWords(Strict):
    """What a template says about itself; a recipe's inline template has the same words."""

    title: Texts
    category: Literal["utility", "marketing"]
    stage: Literal["created", "pre_due", "due", "overdue", "receipt", "other"]
    permission: Literal["reminder", "notice", "reply"]
    params: dict[str, ParamLine] = Field(max_length=20)
    languages: dict[Literal["id", "en"], LanguageLines]
    reply: bool = False
    pay_button: bool = False
    buttons_from: Literal["promise_dates"] | None = None
    document: bool = False

    @model_validator(mode="after")
    def _agrees(self) -> "TemplateWords":
        """The stage decides the permission: a reminder cannot call itself a notice and pass the caps."""
        needed = _PERMISSION_OF.get(self.stage)
        if needed is not None and self.permission != needed:
            raise ValueError(f"stage {self.stage} needs permission {needed}")
        if self.reply and self.permission != "reply":
            raise ValueError("reply: true needs permission reply")
        if self.document and self.reply:
            raise ValueError("document: true needs a template, not a reply")
        return self


class TemplateLines(TemplateWords):
    template: TemplateName


WORDS = words_of(TemplateLines, LanguageLines, ParamLine, ButtonLine)


@dataclass(frozen=True, slots=True)
class TemplateFile:
    """A checked template: its data, which the store keeps, and its value, which the domain renders."""

    name: str
    version: str
    body: dict[str, Any]
    template: Template


class TemplateFaults(Exception):
    """The template may not be used; every fault has its place."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


def content_hash(body: Mapping[str, Any]) -> str:
    """The version of a file: the same content is the same version on every machine.

    >>> content_hash({"b": 1, "a": 2}) == content_hash({"a": 2, "b": 1})
    True
    """
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]


def parse_template(text: str, *, where: str) -> TemplateFile:
    """The template in this text. Raises TemplateFaults with everything that is wrong."""
    try:
        document = read_yaml(text, where)
    except YamlFault as problem:
        raise TemplateFaults([problem.fault]) from None
    try:
        lines = TemplateLines.model_validate(document.data)
    except ValidationError as error:
        raise TemplateFaults(faults_of(error, document, WORDS)) from None
    file = _file(lines.template, lines, document.data)
    faults = lint_faults(file.template, document, ())
    if faults:
        raise TemplateFaults(faults)
    return file


def inline_template(name: str, words: TemplateWords, body: Mapping[str, Any]) -> TemplateFile:
    """A recipe's own template, under the name that the recipe gives it."""
    return _file(name, words, {"template": name, **body})


def template_from_body(body: Mapping[str, Any], version: str) -> Template:
    """The value of a version that was checked before it was stored."""
    lines = TemplateLines.model_validate(body)
    return _template(lines.template, version, lines)


def load_templates(directory: pathlib.Path) -> tuple[dict[str, TemplateFile], list[Fault]]:
    """Every template file of a directory by name, and every fault of every file."""
    found: dict[str, TemplateFile] = {}
    faults: list[Fault] = []
    for path in sorted(directory.glob("*.yaml")):
        where = f"{directory.name}/{path.name}"
        try:
            file = parse_template(path.read_text(encoding="utf-8"), where=where)
        except TemplateFaults as problem:
            faults += problem.faults
            continue
        except UnicodeDecodeError:
            faults.append(Fault(where, 1, 1, "the file is not UTF-8 text."))
            continue
        if file.name != path.stem:
            faults.append(Fault(where, 1, 1, f"the template is named `{file.name}`; so must its file be."))
        found[file.name] = file
    return found, faults


def lint_faults(template: Template, document: Document, base: Path) -> list[Fault]:
    """The wording lint's findings at their places in the file; `base` is where the template stands in it."""
    faults = []
    for finding in lint_template(template):
        steps = (int(part) if part.isdigit() else part for part in finding.place.split("."))
        faults.append(document.fault((*base, *steps), f"{finding.code}: {finding.sentence['en']}"))
    return faults


def _file(name: str, words: TemplateWords, body: Mapping[str, Any]) -> TemplateFile:
    version = content_hash(body)
    return TemplateFile(name, version, dict(body), _template(name, version, words))


def _template(name: str, version: str, words: TemplateWords) -> Template:
    return Template(
        name=name,
        version=version,
        category=words.category,
        stage=Stage(words.stage),
        permission=Permission(words.permission),
        params=tuple(_param(key, line) for key, line in words.params.items()),
        languages={language: _wording(words.languages[language]) for language in _in_order(words)},
        title={"id": words.title.id, "en": words.title.en},
        reply=words.reply,
        pay_button=words.pay_button,
        buttons_from=PROMISE_DATES if words.buttons_from else None,
        document=words.document,
    )


def _in_order(words: TemplateWords) -> list[Literal["id", "en"]]:
    ordered: list[Literal["id", "en"]] = ["id", "en"]
    return [language for language in ordered if language in words.languages]


def _param(name: str, line: ParamLine) -> Param:
    """The limits of the catalogue, which a file may only tighten."""
    known = variable(name)
    longest = known.max if known else 80
    sms_longest = known.sms_max if known else 30
    return Param(
        name=name,
        max=min(line.max or longest, longest),
        sms_max=min(line.sms_max or sms_longest, sms_longest),
        sample={"id": line.sample.id, "en": line.sample.en},
    )


def _wording(lines: LanguageLines) -> Wording:
    return Wording(
        body=lines.body.strip(),
        footer=lines.footer,
        buttons=tuple(Button(line.id, line.title) for line in lines.buttons),
        sms=tuple(text.strip() for text in lines.sms),
    )
