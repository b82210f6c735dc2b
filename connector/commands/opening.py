"""Opens the database of a home for one command, with everything joined, and shows refusals as sentences."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from connector import app
from connector.commands.speaking import of_business
from connector.commands.starting import ready
from connector.commands.surroundings import load_settings, refuse
from connector.domain.problems import Problem
from connector.home import HomeFault, env_file, home_of
from connector.settings import DATABASE_FILE
from connector.specs import Catalog, problem_body


@contextmanager
def opened(home: Path | None, *, only_look: bool = False) -> Iterator[app.App]:
    """The joined parts on the database itself; a refusal is printed with its remedy.

    Who only looks leaves nothing behind: where nothing was ever started, they look at a passing database.
    """
    with ExitStack() as stack:
        if only_look and _is_new(env := _environment(home), home):
            passing = stack.enter_context(tempfile.TemporaryDirectory(prefix="tagih-look-"))
            settings = load_settings(Path(passing), begins=True, env=env)
            ready(settings, passing=True)
        else:
            settings = load_settings(home)
            ready(settings)
        built = app.build(settings)
        stack.callback(built.store.close)
        try:
            yield built
        except Problem as problem:
            refuse(*sentences(built.catalog, problem, of_business(built.store)))


def _environment(home: Path | None) -> dict[str, str]:
    """What the settings of this home are read from, without making the home."""
    try:
        return {**env_file(home_of(os.environ, home)), **os.environ}
    except HomeFault as fault:
        refuse(str(fault))


def _is_new(env: Mapping[str, str], home: Path | None) -> bool:
    """Whether this home has no database: neither its own nor one that its settings name."""
    named = {"TAGIH_DATABASE_URL", "TAGIH_DATABASE_URL_FILE"} & set(env)
    return not named and not (home_of(env, home) / DATABASE_FILE).exists()


def sentences(catalog: Catalog, problem: Problem, language: str = "en") -> list[str]:
    """A refusal as the terminal shows it: title, detail, and each field of which the detail says nothing."""
    body = problem_body(problem, catalog.problems, language=language)
    detail = str(body.get("detail") or "")
    lines = [f"{body['title']} ({body['code']})", detail]
    told = [(e.get("field"), e.get("detail") or e.get("code")) for e in body.get("errors") or ()]
    lines += [f"  {field}: {said}" for field, said in told if str(said) not in detail]
    return [line for line in lines if line]
