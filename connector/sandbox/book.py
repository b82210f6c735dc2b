"""The templates that the emulator knows: the shipped ones, filled in with what was really sent."""

from collections.abc import Mapping

from connector.domain.problems import Problem
from connector.domain.templates import render
from connector.sandbox.emulator import Book, Rendered
from connector.specs import Catalog


def of_catalog(catalog: Catalog) -> Book:
    """A book of this installation's templates; a template that is not in it is shown as its values."""
    templates = {name: file.template for name, file in catalog.templates.items()}

    def fill(name: str, language: str, values: Mapping[str, str]) -> Rendered | None:
        # The variants with a pay button or a document say the same.
        template = templates.get(name.removesuffix("_pdf").removesuffix("_pay"))
        if template is None:
            return None
        try:
            rendered = render(template, language, values)
        except Problem:
            return None  # an older version with other variables
        return Rendered(rendered.whole, tuple(button.title for button in rendered.buttons))

    return fill
