"""Homes that really run, one for each kind of database, for as long as this process tests."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from running import SHARED, Home


@pytest.fixture(scope="session")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the sample data, in which nothing runs: copied, not used."""
    home = Home(tmp_path_factory.mktemp("sampled") / "home")
    home.done("setup", "--sample")
    return home.folder


@pytest.fixture
def make_home(tmp_path: Path, sampled: Path) -> Iterator[Callable[..., Home]]:
    """Makes homes with the sample data; what they run is over when the test is, and their logs are clean."""
    made: list[Home] = []

    def make(name: str = "home", *, sample: bool = True, **how: object) -> Home:
        folder = tmp_path / name
        if sample:
            shutil.copytree(sampled, folder)
        made.append(Home(folder, **how))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for home in made:
        home.stop()
    assert [line for home in made for line in home.in_the_log()] == []


@pytest.fixture(scope="session")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory, sampled: Path) -> Iterator[Home]:
    """A served sandbox with the sample data on SQLite, shared: a test there leaves the samples alone."""
    folder = tmp_path_factory.mktemp("served") / "sqlite"
    shutil.copytree(sampled, folder)
    home = Home(folder).serve()
    yield home
    home.stop()
    assert home.in_the_log() == []


@pytest.fixture(scope="session")
def on_postgresql(tmp_path_factory: pytest.TempPathFactory, postgres_admin: sa.Engine) -> Iterator[Home]:
    """The same on PostgreSQL."""
    folder = tmp_path_factory.mktemp("served") / "postgresql"
    name = f"tagih_outside_{os.getpid()}"
    with postgres_admin.connect() as conn:
        conn.exec_driver_sql(f"CREATE DATABASE {name}")
    url = postgres_admin.url.set(database=name).render_as_string(hide_password=False)
    home = Home(folder, database_url=url)
    home.done("setup", "--sample")
    home.serve()
    yield home
    home.stop()
    assert home.in_the_log() == []


@pytest.fixture(params=["sqlite", "postgresql"])
def served(request: pytest.FixtureRequest) -> Home:
    """The shared home, once on each kind of database."""
    home: Home = request.getfixturevalue(f"on_{request.param}")
    return home


@pytest.fixture(scope="session")
def contracts() -> Path:
    """The outside truth, or a skip with its reason."""
    if not (SHARED / "contracts").is_dir():
        pytest.skip("../shared/contracts is absent: the outside truth is not in the repository")
    return SHARED / "contracts"


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(request: pytest.FixtureRequest, make_home: Callable[..., Home]) -> Home:
    """A served home of this test alone, once on each kind of database, with the sample data."""
    if request.param == "sqlite":
        return make_home().serve()
    home: Home = make_home(sample=False, database_url=request.getfixturevalue("empty_postgres_url"))
    home.done("setup", "--sample")
    return home.serve()
