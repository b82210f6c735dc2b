"""docs/zapier-fields.md: every step of Zapier with its fields, told as the editor shows them."""

from collections.abc import Mapping, Sequence
from typing import Any

_HEAD = """# Zapier, field by field
Made from `specs/` by `make generate`; do not edit it here. How to set it up: [zapier.md](zapier.md). `*` marks what is
required; what stands in italics lies under "More Options".
"""
_PARTS = (("triggers", "Triggers"), ("creates", "Actions"), ("searches", "Searches"))
Made = Mapping[str, Mapping[str, dict[str, Any]]]


def page(made: Made) -> str:
    """The whole page."""
    parts = [_HEAD]
    for kind, title in _PARTS:
        parts.append(f"## {title}\n")
        parts += [_step(kind, operation["definition"]) for operation in made[kind].values()]
    parts.append("## Search or create\n")
    for operation in made["searchOrCreates"].values():
        known = operation["definition"]
        parts.append(f"**{known['display']['label']}** · `{known['search']}` + `{known['create']}`\n")
    return "\n".join(parts).rstrip() + "\n"


def _step(kind: str, definition: Mapping[str, Any]) -> str:
    display, operation = definition["display"], definition["operation"]
    lines = [f"### {display['label']}", f"`{definition['key']}` · {display['description']}", ""]
    rows = [row for field in operation["inputFields"] for row in _rows(field)]
    lines += [_table(("Field", "Key", "Kind", "What it means"), rows), ""]
    if kind != "triggers":
        outputs = ", ".join(f"`{field['key']}`" for field in operation["outputFields"])
        lines += [f"Gives: {outputs}.", ""]
    return "\n".join(lines)


def _rows(field: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    label = f"{field['label']}{'*' if field.get('required') else ''}"
    shown = f"*{label}*" if field.get("group") else label
    rows = [(shown, f"`{field['key']}`", _kind(field), field.get("helpText", ""))]
    for child in field.get("children", ()):
        rows += [(f"— {name}", key, kind, text) for name, key, kind, text in _rows(child)]
    return rows


def _kind(field: Mapping[str, Any]) -> str:
    if "children" in field:
        return "line items"
    if "choices" in field:
        kind = ", ".join(f"`{choice['value']}`" for choice in field["choices"])
    elif "dynamic" in field:
        kind = "drop-down"
    else:
        kind = "pairs" if field.get("dict") else str(field["type"])
    return f"several: {kind}" if field.get("list") else kind


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in row)} |" for row in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
