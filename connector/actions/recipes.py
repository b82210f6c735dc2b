"""Actions on recipes."""

from typing import Any

from connector.actions.context import Context
from connector.domain.model import Origin
from connector.domain.problems import FieldError, Invalid
from connector.domain.results import sentence
from connector.specs.recipes import RecipeFaults, parse_recipe
from connector.specs.templates import TemplateFile, template_from_body
from connector.store import recipes


def import_recipe(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """Stores a recipe as the user's own new version; running sequences keep the one that they pinned."""
    stored = recipes.active_templates(ctx.tx)
    known = {
        name: TemplateFile(name, t.version, t.body, template_from_body(t.body, t.version))
        for name, t in stored.items()
    }
    try:
        file = parse_recipe(given["text"], policies=ctx.catalog.policies, templates=known, where="text")
    except RecipeFaults as problem:
        found = [str(fault) for fault in problem.faults]
        raise Invalid(
            "recipe_invalid",
            params={"field": "text", "faults": " ".join(found[:10])},
            errors=[FieldError("text", "recipe_invalid", sentence) for sentence in found[:50]],
        ) from None
    before = recipes.active_recipe(ctx.tx, file.name)
    for template in file.templates.values():
        recipes.add_template(ctx.tx, template.name, template.version, template.body, Origin.USER)
    fresh = recipes.add_recipe(ctx.tx, file.name, file.version, file.body, file.text, Origin.USER)
    result = "unchanged" if not fresh else "updated" if before else "created"
    return {
        "result": result,
        "result_text": sentence(result, ctx.language, {"subject": file.name}),
        "recipe_name": file.name,
        "recipe_version": file.version,
    }
