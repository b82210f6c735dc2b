"""The filters of a subscription as fields of a trigger, for the platforms with one trigger for each event."""

from collections.abc import Iterator
from dataclasses import dataclass

from connector.faces.shapes import Schema
from connector.specs import hooks
from connector.specs.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter: of every trigger, or of one."""

    name: str
    label: str
    help: str
    trigger: str | None = None
    options: str | None = None


_FILTERS = (
    Filter(
        "days_overdue", "Days Overdue", "Only at these days after the due date.", trigger="invoice_overdue"
    ),
    Filter("reasons", "Reasons", "Only for these reasons.", trigger="needs_human", options="case_reasons"),
    Filter("only_tags", "Only With Tags", "Only what bears one of these words in its extra field `tag`."),
    Filter(
        "only_recipes", "Only With Recipes", "Only invoices with one of these recipes.", options="recipes"
    ),
    Filter(
        "quiet",
        "Quiet Hours",
        "What happens then waits until they are over; safety passes. Blank: `21:00-07:00`. Never: `off`.",
    ),
    Filter(
        "language", "Language of Texts", "Of the summary and other texts. Blank: the business's language."
    ),
)


def filters_of(catalog: Catalog, trigger: str) -> Iterator[tuple[Filter, Schema]]:
    """The filters that a trigger has, each with its schema as a field of a form."""
    schemas = hooks.wanted(catalog)["properties"]
    for one in _FILTERS:
        if one.trigger in (None, trigger):
            yield one, {**schemas[one.name], "title": one.label, "description": one.help}
