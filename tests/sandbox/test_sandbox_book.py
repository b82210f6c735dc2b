"""The emulator fills shipped templates in with what was really sent."""

import pytest

from connector.sandbox.book import of_catalog
from connector.sandbox.emulator import Book
from connector.specs import Catalog, default_dirs, load


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load(*default_dirs())


@pytest.fixture(scope="module")
def book(catalog: Catalog) -> Book:
    return of_catalog(catalog)


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_shipped_template_is_filled_in(catalog: Catalog, book: Book, language: str) -> None:
    for name, file in catalog.templates.items():
        values = {param.name: param.sample[language] for param in file.template.params}

        rendered = book(name, language, values)

        assert rendered is not None and "{{" not in rendered.text
        assert values == {} or any(value in rendered.text for value in values.values())


def test_what_it_does_not_know_it_does_not_guess(catalog: Catalog, book: Book) -> None:
    name = next(name for name, file in catalog.templates.items() if file.template.params)

    assert book("no_such_template", "id", {}) is None
    assert book(name, "id", {}) is None
