"""What Graph refuses in a message: the shape rules that Meta documents, as far as we send such messages."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_BAD_PARAMETER = re.compile(r"[\n\t]| {5,}")


class Refusal(Exception):
    """A Graph error code and what is wrong; `detail` never repeats a value."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Message:
    """A message body that Graph would take."""

    phone: str
    token: str | None
    text: str
    template: str | None = None
    language: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    payloads: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    document: Mapping[str, str] | None = None  # {link, name} above the text


def phone_in(value: Any) -> str | None:
    """E.164 of what was given as recipient, or None.

    >>> phone_in("+62 812-3456-7890"), phone_in("siti")
    ('+6281234567890', None)
    """
    if not isinstance(value, str):
        return None
    digits = re.sub(r"[\s\-()]", "", value).removeprefix("+")
    return "+" + digits if digits.isascii() and digits.isdigit() and 7 <= len(digits) <= 15 else None


def read_message(body: dict[str, Any]) -> Message:
    """The message, or `Refusal`."""
    if body.get("messaging_product") != "whatsapp":
        raise Refusal("100", "The parameter messaging_product is required.")
    phone = phone_in(body.get("to"))
    if phone is None:
        raise Refusal("131009" if body.get("to") else "131008", "The parameter to is not a phone number.")
    token = body.get("biz_opaque_callback_data")
    if token is not None and (not isinstance(token, str) or len(token) > 512):
        raise Refusal("100", "biz_opaque_callback_data takes 512 characters.")
    sort = body.get("type", "text")
    if sort == "template":
        return _template(_part(body, "template"), phone, token)
    if sort == "interactive":
        return _interactive(_part(body, "interactive"), phone, token)
    if sort in ("image", "document"):
        return _media(_part(body, sort), sort, phone, token)
    if sort == "text":
        return Message(phone, token, _text(_part(body, "text").get("body"), 4096, "text.body"))
    raise Refusal("131051", "The emulator knows text, image, document, template and interactive messages.")


def _media(part: dict[str, Any], sort: str, phone: str, token: str | None) -> Message:
    """A file beside free words. Meta gives up on a link that is no address; a picture has no name."""
    link = _text(part.get("link"), 2000, f"{sort}.link")
    if not link.startswith(("https://", "http://")):
        raise Refusal("131009", f"The parameter {sort}.link is not an address.")
    if sort == "image" and "filename" in part:
        raise Refusal("100", "An image has no filename.")
    caption = _text(part["caption"], 1024, f"{sort}.caption") if "caption" in part else ""
    name = _text(part.get("filename") or sort, 240, f"{sort}.filename")
    return Message(phone, token, caption, document={"link": link, "name": name})


def _part(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    part = body.get(name)
    if not isinstance(part, dict):
        raise Refusal("131008", f"The parameter {name} is required.")
    return part


def _text(value: Any, limit: int, name: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Refusal("131008", f"The parameter {name} is required.")
    if len(value) > limit:
        raise Refusal("131009", f"The parameter {name} takes {limit} characters.")
    return value


def _template(template: dict[str, Any], phone: str, token: str | None) -> Message:
    name = _text(template.get("name"), 512, "template.name")
    language = _text(_part(template, "language").get("code"), 15, "template.language.code")
    if not re.fullmatch(r"[a-z0-9_]+", name):
        raise Refusal("132001", "The template name does not exist.")
    values: dict[str, str] = {}
    payloads: list[str] = []
    document: Mapping[str, str] | None = None
    components = template.get("components") or []
    if not isinstance(components, list):
        raise Refusal("100", "template.components is a list.")
    for component in components:
        sort = str(component.get("type", "")).lower() if isinstance(component, dict) else ""
        if sort not in ("header", "body", "button"):
            raise Refusal("100", "A component is header, body or button.")
        if sort == "header":
            document = _header(component)
        if sort == "body":
            values.update(_parameters(component))
        if sort == "button":
            payloads.extend(_payloads(component))
    listing = "\n".join([f"[{name}]", *(f"{key}: {value}" for key, value in values.items())])
    return Message(phone, token, listing, name, language, values, tuple(payloads), document=document)


def _header(component: dict[str, Any]) -> Mapping[str, str]:
    """The document of a header. Meta takes a public https link; the emulator's neighbours have http."""
    parameters = component.get("parameters")
    first = parameters[0] if isinstance(parameters, list) and len(parameters) == 1 else None
    if not isinstance(first, dict) or first.get("type") != "document":
        raise Refusal("132012", "The emulator takes one document in a header.")
    document = _part(first, "document")
    link = _text(document.get("link"), 2000, "document.link")
    if not link.startswith(("https://", "http://")):
        raise Refusal("131009", "The parameter document.link is not an address.")
    return {"link": link, "name": _text(document.get("filename"), 240, "document.filename")}


def _parameters(component: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for index, parameter in enumerate(component.get("parameters") or []):
        if not isinstance(parameter, dict) or parameter.get("type") != "text":
            raise Refusal("132012", "The emulator takes text parameters in a body.")
        text = parameter.get("text")
        if not isinstance(text, str):
            raise Refusal("132012", "A parameter has no text.")
        if not text or _BAD_PARAMETER.search(text):
            raise Refusal("132018", "A parameter is empty or has a line break, a tab or many spaces.")
        found[str(parameter.get("parameter_name", index + 1))] = text
    return found


def _payloads(component: dict[str, Any]) -> list[str]:
    if str(component.get("index", "")) not in {str(number) for number in range(10)}:
        raise Refusal("100", "A button has an index from 0 to 9.")
    if component.get("sub_type") not in ("quick_reply", "url"):
        raise Refusal("100", "The emulator takes quick_reply and url buttons.")
    parameters = component.get("parameters")
    first = parameters[0] if isinstance(parameters, list) and parameters else None
    if not isinstance(first, dict):
        raise Refusal("131008", "A button has no parameter.")
    if component["sub_type"] == "url":
        _text(first.get("text"), 2000, "button.text")
        return []
    return [_text(first.get("payload"), 256, "button.payload")]


def _interactive(interactive: dict[str, Any], phone: str, token: str | None) -> Message:
    if interactive.get("type") != "button":
        raise Refusal("131009", "The emulator takes reply buttons.")
    text = _text(_part(interactive, "body").get("text"), 1024, "interactive.body.text")
    buttons = _part(interactive, "action").get("buttons")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise Refusal("131009", "There are one to three buttons.")
    replies = [_part(button, "reply") for button in buttons if isinstance(button, dict)]
    payloads = tuple(_text(reply.get("id"), 256, "reply.id") for reply in replies)
    titles = tuple(_text(reply.get("title"), 20, "reply.title") for reply in replies)
    if len(set(titles)) != len(titles):
        raise Refusal("131009", "Each button has its own title.")
    return Message(phone, token, text, payloads=payloads, titles=titles)
