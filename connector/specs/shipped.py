"""Recipes and templates from their folders, those of TAGIH_EXTRA_DIR laid over the shipped ones."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connector.domain.model import Policy
from connector.specs.recipes import load_recipes
from connector.specs.templates import load_templates

TEMPLATES_DIR = "templates"


def read_shipped(
    recipes_dir: Path, extra_dir: Path | None, policies: Mapping[str, Policy]
) -> tuple[dict[str, Any], dict[str, Any], list[object]]:
    """(recipes, templates, faults); a file of the extra folder shadows the shipped one of its name."""
    folders = [recipes_dir] if extra_dir is None else [recipes_dir, extra_dir / "recipes"]
    templates: dict[str, Any] = {}
    recipes: dict[str, Any] = {}
    faults: list[object] = []
    for folder in folders:
        found, wrong = load_templates(folder / TEMPLATES_DIR)
        templates |= found
        faults += wrong
    for folder in folders:
        read, wrong = load_recipes(folder, policies, templates)
        recipes |= read
        faults += wrong
    return recipes, templates, faults
