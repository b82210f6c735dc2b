"""The words of a recipe file as a pydantic model, and the value that they make."""

import re
from dataclasses import replace
from datetime import time
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from connector.domain import model
from connector.domain.model import Channel, Missed, Stage, StepKind
from connector.specs.edge import Strict, Texts, words_of
from connector.specs.templates import WORDS as TEMPLATE_WORDS
from connector.specs.templates import Name, TemplateName, TemplateWords

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])\Z", re.ASCII)
_OFFSET = re.compile(r"H(?:([+-])([1-9][0-9]{0,2}))?\Z", re.ASCII)
_DURATION = re.compile(r"P(?:([0-9]{1,3})D)?(?:T(?:([0-9]{1,3})H)?(?:([0-9]{1,4})M)?)?\Z", re.ASCII)
MAX_OFFSET_DAYS = 366
MAX_ISSUE_DAYS = 28  # an invoice is never issued before the last one of the same charge is due


def read_time(text: str) -> time:
    """An hour and minute of local time.

    >>> read_time("09:00")
    datetime.time(9, 0)
    """
    found = _TIME.match(text)
    if not found:
        raise ValueError('a time is written "HH:MM" in quotes, from "00:00" to "23:59"')
    return time(int(found[1]), int(found[2]))


def read_offset(text: str) -> int:
    """Days from the due date.

    >>> read_offset("H-7"), read_offset("H"), read_offset("H+14")
    (-7, 0, 14)
    """
    found = _OFFSET.match(text)
    if not found:
        raise ValueError("an offset is written H-7, H or H+14: days from the due date")
    days = int((found[1] or "") + (found[2] or "0"))
    if abs(days) > MAX_OFFSET_DAYS:
        raise ValueError(f"an offset lies within {MAX_OFFSET_DAYS} days of the due date")
    return days


def read_issue(text: str) -> int:
    """How many days before its due date a recurring charge's invoice is issued.

    >>> read_issue("H-7"), read_issue("H")
    (7, 0)
    """
    days = -read_offset(text)
    if not 0 <= days <= MAX_ISSUE_DAYS:
        raise ValueError(
            f"an invoice is issued on H, or up to {MAX_ISSUE_DAYS} days before: H-{MAX_ISSUE_DAYS}"
        )
    return days


def read_minutes(text: str) -> int:
    """The minutes of an ISO 8601 duration.

    >>> read_minutes("PT4H"), read_minutes("P1DT30M")
    (240, 1470)
    """
    found = _DURATION.match(text)
    if not found or not any(found.groups()):
        raise ValueError("a duration is written PT30M, PT4H or P1D")
    days, hours, minutes = (int(part or 0) for part in found.groups())
    total = days * 1440 + hours * 60 + minutes
    if not 1 <= total <= 14 * 1440:
        raise ValueError("a duration lies between one minute and 14 days")
    return total


def _reads(reader: Any) -> AfterValidator:
    """Checks the text and keeps it: the data of a recipe stays what was written."""

    def check(text: str) -> str:
        reader(text)
        return text

    return AfterValidator(check)


At = Annotated[str, _reads(read_time)]
Offset = Annotated[str, _reads(read_offset)]
IssueDay = Annotated[str, _reads(read_issue)]
Duration = Annotated[str, _reads(read_minutes)]
Reason = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
ChannelWord = Literal["whatsapp", "sms"]


class StepLine(Strict):
    when: Literal["issue"] | None = None
    offset: Offset | None = None
    template: TemplateName | None = None
    task: Literal["needs_human"] | None = None
    reason: Reason | None = None
    at: At | None = None
    missed: Literal["collapse", "send_next_window", "skip_after"] = "collapse"
    skip_after_minutes: int | None = Field(default=None, ge=1, le=20_160)
    channel: ChannelWord | None = None

    @model_validator(mode="after")
    def _is_one_thing(self) -> "StepLine":
        if (self.when is None) == (self.offset is None):
            raise ValueError("a step has either `when: issue` or an `offset`")
        if (self.template is None) == (self.task is None):
            raise ValueError("a step has either a `template` or a `task`")
        if (self.task is None) != (self.reason is None):
            raise ValueError("a task has a `reason`, a message has none")
        if self.task is not None and self.channel is not None:
            raise ValueError("a task has no `channel`")
        if (self.missed == "skip_after") != (self.skip_after_minutes is not None):
            raise ValueError("`missed: skip_after` and `skip_after_minutes` go together")
        return self

    @property
    def days(self) -> int | None:
        return None if self.offset is None else read_offset(self.offset)

    @property
    def stage(self) -> Stage:
        days = self.days
        if days is None:
            return Stage.CREATED
        if days == 0:
            return Stage.DUE
        return Stage.PRE_DUE if days < 0 else Stage.OVERDUE


class OnPaid(Strict):
    template: TemplateName
    partial_template: TemplateName | None = None


class PromiseLines(Strict):
    grace_days: int = Field(default=1, ge=0, le=14)
    max_days: int = Field(default=31, ge=1, le=366)
    ask: TemplateName | None = None
    confirm: TemplateName | None = None
    broken: TemplateName | None = None


class FallbackLines(Strict):
    channel: Literal["sms"]
    after: Duration
    unless: Literal["delivered", "read"] = "delivered"


class Limits(Strict):
    """Own caps in place of the policy's, within what can be called decent."""

    cap_per_cycle: int | None = Field(default=None, ge=1, le=14)
    cap_per_7_days: int | None = Field(default=None, ge=1, le=7)
    minimum_gap_hours: int | None = Field(default=None, ge=4, le=336)


class Window(Strict):
    """Own hours, which may only be narrower than the policy's."""

    opens: At
    closes: At


class RecipeLines(Strict):
    recipe: Name
    title: Texts
    description: Texts
    policy: Name
    limits: Limits = Limits()
    window: Window | None = None
    at: At = "09:00"
    issue: IssueDay = "H-7"
    late_after_minutes: int = Field(default=60, ge=5, le=1440)
    steps: list[StepLine] = Field(min_length=1, max_length=40)
    on_paid: OnPaid | None = None
    promise: PromiseLines | None = None
    fallback: FallbackLines | None = None
    first_contact: TemplateName | None = None
    unknown: Literal["resend_once", "person"] = "resend_once"
    claim_truce_hours: int = Field(default=48, ge=1, le=336)
    claim_truces: int = Field(default=2, ge=0, le=10)
    templates: dict[TemplateName, TemplateWords] = Field(default_factory=dict, max_length=20)


WORDS = (
    *words_of(RecipeLines, StepLine, OnPaid, PromiseLines, FallbackLines, Limits, Window),
    *TEMPLATE_WORDS,
)


def recipe_of(lines: RecipeLines, version: str, policy: model.Policy) -> model.Recipe:
    """The recipe's value. Raises ValueError when its own window is wider than the policy's."""
    steps = sorted((step_of(line, lines.at) for line in lines.steps), key=_in_plan)
    on_paid, promise = lines.on_paid, lines.promise or PromiseLines()
    return model.Recipe(
        name=lines.recipe,
        version=version,
        policy=_policy(lines, policy),
        steps=tuple(steps),
        receipt=on_paid.template if on_paid else None,
        receipt_partial=on_paid.partial_template if on_paid else None,
        promise_ask=promise.ask,
        promise_confirm=promise.confirm,
        promise_broken=promise.broken,
        first_contact=lines.first_contact,
        grace_days=promise.grace_days,
        promise_max_days=promise.max_days,
        late_after_minutes=lines.late_after_minutes,
        fallback=_fallback(lines.fallback),
        unknown=model.UnknownPolicy(lines.unknown),
        claim_truce_hours=lines.claim_truce_hours,
        claim_truces=lines.claim_truces,
        issue_days_before=read_issue(lines.issue),
    )


def step_of(line: StepLine, at: str) -> model.RecipeStep:
    """One line of the plan; `at` is the recipe's own hour."""
    days = line.days
    key = "created" if days is None else "H" if days == 0 else f"H{days:+d}"
    return model.RecipeStep(
        key=key if line.task is None else f"task:{key}",
        kind=StepKind.MESSAGE if line.task is None else StepKind.TASK,
        stage=line.stage,
        offset_days=days,
        at=read_time(line.at or at),
        template=line.template,
        reason=line.reason,
        channel=Channel(line.channel) if line.channel else None,
        missed=Missed(line.missed),
        skip_after_minutes=line.skip_after_minutes,
    )


def _in_plan(step: model.RecipeStep) -> tuple[bool, int, time, bool]:
    """Issue first, then by day and hour; a message before a task."""
    return (step.offset_days is not None, step.offset_days or 0, step.at, step.kind is StepKind.TASK)


def _policy(lines: RecipeLines, policy: model.Policy) -> model.Policy:
    caps = lines.limits.model_dump(exclude_none=True)
    if lines.window is None:
        return replace(policy, **caps)
    opens, closes = read_time(lines.window.opens), read_time(lines.window.closes)
    narrower = policy.window.opens <= opens < closes <= policy.window.closes
    if not narrower:
        hours = f"{policy.window.opens:%H:%M}-{policy.window.closes:%H:%M}"
        raise ValueError(f"a recipe's window lies within the policy's, {hours}.")
    return replace(policy, window=replace(policy.window, opens=opens, closes=closes), **caps)


def _fallback(lines: FallbackLines | None) -> model.Fallback | None:
    if lines is None:
        return None
    return model.Fallback(
        channel=Channel(lines.channel),
        after_minutes=read_minutes(lines.after),
        unless=model.MessageStatus(lines.unless),
    )
