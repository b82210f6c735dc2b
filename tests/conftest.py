"""What every test may ask for: a store on both databases, fresh and empty, and a clock that stands still."""

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from cluster import postgres
from hypothesis import HealthCheck, settings
from sqlalchemy.engine import make_url

from connector.app import settle_collector
from connector.clock import FixedClock
from connector.store import schema
from connector.store.db import Store

# A law of the product says nothing of the speed of the machine; what must be fast has a test of its own.
settings.register_profile("tagih", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tagih")

DATABASES = ("sqlite", "postgresql")
_numbers = itertools.count(1)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow tests begin first, so that no process is left alone with one at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    """Like a process of ours: what lives by now is not looked through again and again."""
    settle_collector()


@pytest.fixture
def clock() -> FixedClock:
    """Saturday 28 November 2026, 08:00 in Jakarta: the morning on which the samples play."""
    return FixedClock(datetime(2026, 11, 28, 1, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """One server per test process, so that xdist's workers never share one."""
    with postgres() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_admin(postgres_server: str) -> Iterator[sa.Engine]:
    """An autocommit engine on the server's own database: it makes and drops the others."""
    engine = sa.create_engine(postgres_server, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    yield engine
    engine.dispose()


def _name() -> str:
    return f"tagih_test_{os.getpid()}_{next(_numbers)}"


def _created(admin: sa.Engine, template: str | None = None) -> str:
    """The URL of a new database."""
    name = _name()
    with admin.connect() as conn:
        conn.exec_driver_sql(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
    return admin.url.set(database=name).render_as_string(hide_password=False)


def _dropped(admin: sa.Engine, url: str) -> None:
    with admin.connect() as conn:
        conn.exec_driver_sql(f"DROP DATABASE IF EXISTS {make_url(url).database} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres_template(postgres_admin: sa.Engine) -> Iterator[str]:
    """A database with the tables in it; copying it takes a tenth of the time of making them."""
    url = _created(postgres_admin)
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    schema.metadata.create_all(engine)
    engine.dispose()
    yield str(make_url(url).database)
    _dropped(postgres_admin, url)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "tagih.db"
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.pool.NullPool)
    schema.metadata.create_all(engine)
    engine.dispose()
    return path


@pytest.fixture
def empty_postgres_url(postgres_admin: sa.Engine) -> Iterator[str]:
    """A database without any table: for migrations."""
    url = _created(postgres_admin)
    yield url
    _dropped(postgres_admin, url)


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'empty.db'}"


@pytest.fixture(params=DATABASES)
def empty_database_url(request: pytest.FixtureRequest) -> str:
    """A database without any table, once on each kind."""
    url: str = request.getfixturevalue(
        "empty_sqlite_url" if request.param == "sqlite" else "empty_postgres_url"
    )
    return url


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    path = tmp_path / "tagih.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres_admin: sa.Engine, postgres_template: str) -> Iterator[str]:
    url = _created(postgres_admin, postgres_template)
    yield url
    _dropped(postgres_admin, url)


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database with the tables and no rows, once on each kind."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
def open_store(clock: FixedClock) -> Iterator[Callable[..., Store]]:
    """Opens stores and closes them when the test is over: `open_store(url, virtual=True)`."""
    opened: list[Store] = []

    def open_one(url: str, **options: object) -> Store:
        store = Store(url, **{"clock": clock, "key": b"a key of the tests", **options})  # type: ignore[arg-type]
        opened.append(store)
        return store

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture
def store(database_url: str, open_store: Callable[..., Store]) -> Store:
    """An empty store, once on SQLite and once on PostgreSQL."""
    return open_store(database_url)


@pytest.fixture
def sqlite_store(sqlite_url: str, open_store: Callable[..., Store]) -> Store:
    return open_store(sqlite_url)


@pytest.fixture
def postgres_store(postgres_url: str, open_store: Callable[..., Store]) -> Store:
    return open_store(postgres_url)
