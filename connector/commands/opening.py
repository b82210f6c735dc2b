"""Opens the database of a home for one command, with everything joined, and shows refusals as sentences."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connector import app
from connector.commands.starting import ready
from connector.commands.surroundings import load_settings, refuse
from connector.domain.problems import Problem
from connector.specs import Catalog, problem_body


@contextmanager
def opened(home: Path | None) -> Iterator[app.App]:
    """The joined parts on the database itself; a refusal is printed with its remedy."""
    settings = load_settings(home)
    ready(settings)
    built = app.build(settings)
    try:
        yield built
    except Problem as problem:
        refuse(*sentences(built.catalog, problem))
    finally:
        built.store.close()


def sentences(catalog: Catalog, problem: Problem) -> list[str]:
    """A refusal as the terminal shows it: title, detail and each field."""
    body = problem_body(problem, catalog.problems)
    lines = [f"{body['title']} ({body['code']})", str(body.get("detail") or "")]
    lines += [f"  {e.get('field')}: {e.get('detail') or e.get('code')}" for e in body.get("errors") or ()]
    return [line for line in lines if line]
