"""A message's approved wording as a value, and its rendering: `{{name}}` is replaced, nothing more."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from connector.domain.model import Button, Permission, Stage
from connector.domain.problems import Invalid
from connector.domain.sms import segments, to_gsm7
from connector.domain.texts import SHORT_MONTHS
from connector.domain.values import customer_values, statement_values, values_for
from connector.domain.variables import Kind, clean, says_where_to_pay, suspicious, variable

__all__ = [
    "PAY_LABEL",
    "PLACEHOLDER",
    "PROMISE_DATES",
    "Param",
    "Rendered",
    "Template",
    "Wording",
    "customer_values",
    "meta_template_body",
    "promise_buttons",
    "render",
    "statement_values",
    "suspicious",
    "suspicious_names",
    "url_suffix",
    "values_for",
]

PLACEHOLDER = re.compile(r"\{\{([a-z][a-z0-9_]*)\}\}", re.ASCII)
PAY_LABEL = {"id": "Lihat & bayar", "en": "View & pay"}
PROMISE_DATES = "promise_dates"
TTL_SECONDS = (
    43_200  # Meta keeps an undelivered utility message for 30 days unless told; 12 h is its longest choice
)


@dataclass(frozen=True, slots=True)
class Param:
    """A variable of one template, with its longest values and an example for the reviewer."""

    name: str
    max: int
    sms_max: int
    sample: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Wording:
    """One language of a template. The first SMS text whose variables are there and that fits is used."""

    body: str
    footer: str | None = None
    buttons: tuple[Button, ...] = ()
    sms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """An immutable version of a message's wording in every language that it is offered in."""

    name: str
    version: str
    category: str  # utility or marketing
    stage: Stage
    permission: Permission
    params: tuple[Param, ...]
    languages: Mapping[str, Wording]
    title: Mapping[str, str]
    reply: bool = False  # sent as free text inside the 24-hour window
    pay_button: bool = False  # a URL button, when the invoice has a pay link
    buttons_from: str | None = None  # PROMISE_DATES: buttons are made when the message is
    document: bool = False  # the invoice's PDF stands above the text, when there is one


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message ready for a channel. `text` is the body; `whole` is what the customer sees."""

    template: str
    language: str
    text: str
    params: tuple[tuple[str, str], ...]  # named, in the order of the body
    buttons: tuple[Button, ...]
    footer: str | None
    sms: str | None
    pay_url: str | None

    @property
    def whole(self) -> str:
        return self.text if self.footer is None else f"{self.text}\n\n{self.footer}"


@lru_cache(maxsize=1024)
def names_in(text: str) -> tuple[str, ...]:
    """The variables of a text in order, each once.

    >>> names_in("Halo {{customer_name}}, {{amount}} dan {{amount}}.")
    ('customer_name', 'amount')
    """
    return tuple(dict.fromkeys(PLACEHOLDER.findall(text)))


def render(
    template: Template,
    language: str,
    values: Mapping[str, str],
    *,
    buttons: Sequence[Button] = (),
    with_sms: bool = True,
) -> Rendered:
    """The message in the nearest language. Refuses a variable without a value.

    `with_sms=False` leaves the SMS text out: counting its segments costs as much as all the rest.
    """
    spoken = language if language in template.languages else next(iter(template.languages))
    wording = template.languages[spoken]
    params = {param.name: param for param in template.params}
    wanted = names_in(wording.body)
    missing = [name for name in wanted if name not in values or name not in params]
    if missing:
        raise Invalid(
            "template_variables_missing", params={"template": template.name, "names": ", ".join(missing)}
        )
    filled = tuple((name, _fit(values[name], params[name], sms=False)) for name in wanted)
    link = values.get("pay_link", "").strip()
    return Rendered(
        template=template.name,
        language=spoken,
        text=_fill(wording.body, dict(filled)),
        params=filled,
        buttons=tuple(buttons) if template.buttons_from else wording.buttons,
        footer=wording.footer,
        sms=_sms(wording.sms, params, values) if with_sms else None,
        pay_url=link if template.pay_button and link else None,
    )


def _fill(text: str, values: Mapping[str, str]) -> str:
    """One pass, so that a value which holds `{{amount}}` stays what it is: text."""
    return PLACEHOLDER.sub(lambda found: values[found[1]], text)


def _fit(value: str, param: Param, *, sms: bool) -> str:
    known = variable(param.name)
    longest = param.sms_max if sms else param.max
    if known is None or known.kind in (Kind.FREE, Kind.OWN, Kind.METHOD):
        return clean(value, longest)
    return clean(value)


def _sms(texts: Iterable[str], params: Mapping[str, Param], values: Mapping[str, str]) -> str | None:
    """The first text that is complete and fits into one SMS, else the shortest complete one."""
    complete: list[str] = []
    for text in texts:
        names = names_in(text)
        if any(not values.get(name, "").strip() or name not in params for name in names):
            continue
        filled = to_gsm7(_fill(text, {name: _fit(values[name], params[name], sms=True) for name in names}))
        if segments(filled).count == 1:
            return filled
        complete.append(filled)
    return min(complete, key=len, default=None)


_JUDGES: Mapping[Kind, Callable[[str], object]] = {
    Kind.FREE: suspicious,
    Kind.REFERENCE: lambda value: suspicious(value, long_digits=True),
    Kind.METHOD: says_where_to_pay,
}


def suspicious_names(template: Template, values: Mapping[str, str]) -> tuple[str, ...]:
    """The variables of this template whose value looks like a payment instruction: such a message is held."""
    found = []
    for param in template.params:
        known = variable(param.name)
        kind = known.kind if known else Kind.FREE
        value = values.get(param.name, "")
        judge = _JUDGES.get(kind)
        if judge is not None and judge(value):
            found.append(param.name)
    return tuple(found)


def promise_buttons(days: Sequence[date], language: str) -> tuple[Button, ...]:
    """Up to three dates to choose from.

    >>> promise_buttons([date(2026, 12, 25)], "id")
    (Button(id='promise:2026-12-25', title='25 Des'),)
    """
    months = SHORT_MONTHS["en" if language == "en" else "id"]
    return tuple(
        Button(f"promise:{day.isoformat()}", f"{day.day} {months[day.month - 1]}") for day in days[:3]
    )


def url_suffix(pay_url: str | None, pay_host: str | None) -> str | None:
    """What follows the fixed part of the pay button's address; None when the link lies on another host.

    >>> url_suffix("https://pay.example.com/i/a1B2", "pay.example.com")
    'i/a1B2'
    """
    if not pay_url or not pay_host:
        return None
    base = f"https://{pay_host.removeprefix('https://').rstrip('/')}/"
    return pay_url[len(base) :] or None if pay_url.startswith(base) else None


def variant_name(name: str, *, pay: bool, document: bool) -> str:
    """The name of a shape at Meta: a button and a header are part of it, and are never optional.

    >>> variant_name("invoice_created", pay=True, document=True)
    'invoice_created_pay_pdf'
    """
    return f"{name}{'_pay' if pay else ''}{'_pdf' if document else ''}"


def meta_template_body(
    template: Template, language: str, *, pay_host: str | None = None, document: bool = False
) -> dict[str, Any]:
    """The body with which Meta creates this template in one language.

    With `pay_host` the shape has a pay button first, with `document` a PDF on top: templates of their own,
    `<name>_pay`, `<name>_pdf` and `<name>_pay_pdf`.
    """
    wording = template.languages[language]
    components: list[dict[str, Any]] = [_body_component(template, wording, language)]
    with_document = document and template.document
    if with_document:
        # The handle of a sample comes from Meta's resumable upload; whoever submits the template puts it in.
        header = {"type": "HEADER", "format": "DOCUMENT", "example": {"header_handle": ["sample.pdf"]}}
        components.insert(0, header)
    if wording.footer:
        components.append({"type": "FOOTER", "text": wording.footer})
    buttons: list[dict[str, Any]] = []
    with_pay = template.pay_button and pay_host is not None
    if with_pay:
        base = f"https://{(pay_host or '').removeprefix('https://').rstrip('/')}/"
        buttons.append(
            # The variable of a URL button stays positional even when the body's are named.
            {
                "type": "URL",
                "text": PAY_LABEL[language],
                "url": base + "{{1}}",
                "example": [base + "i/a1B2c3"],
            }
        )
    buttons += [{"type": "QUICK_REPLY", "text": button.title} for button in wording.buttons]
    if buttons:
        components.append({"type": "BUTTONS", "buttons": buttons})
    return {
        "name": variant_name(template.name, pay=with_pay, document=with_document),
        "language": language,
        "category": template.category.upper(),
        "parameter_format": "NAMED",
        "message_send_ttl_seconds": TTL_SECONDS,
        "components": components,
    }


def _body_component(template: Template, wording: Wording, language: str) -> dict[str, Any]:
    samples = {param.name: param.sample for param in template.params}
    examples = [{"param_name": name, "example": samples[name][language]} for name in names_in(wording.body)]
    component: dict[str, Any] = {"type": "BODY", "text": wording.body}
    if examples:
        component["example"] = {"body_text_named_params": examples}
    return component
