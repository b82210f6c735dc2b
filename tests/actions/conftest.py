"""Kost Melati on both databases: its sample is loaded once for each kind and copied for each test."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from connector.actions.sample import load_sample
from connector.clock import FixedClock
from connector.specs import Catalog, load
from connector.store import schema
from connector.store.db import Store

from .shop import MORNING, ROOT, Shop


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load(ROOT / "specs", ROOT / "recipes")


def _fill(url: str, catalog: Catalog) -> None:
    store = Store(url, clock=FixedClock(MORNING))
    load_sample(store, catalog)
    store.close()


@pytest.fixture(scope="session")
def sqlite_shop(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, catalog: Catalog) -> Path:
    path = tmp_path_factory.mktemp("shop") / "tagih.db"
    shutil.copyfile(sqlite_template, path)
    _fill(f"sqlite:///{path}", catalog)
    return path


@pytest.fixture(scope="session")
def postgres_shop(postgres_admin: sa.Engine, catalog: Catalog) -> Iterator[str]:
    name = "tagih_shop"
    with postgres_admin.connect() as conn:
        conn.exec_driver_sql(f"CREATE DATABASE {name}")
    url = postgres_admin.url.set(database=name).render_as_string(hide_password=False)
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    schema.metadata.create_all(engine)
    engine.dispose()
    _fill(url, catalog)
    yield name
    with postgres_admin.connect() as conn:
        conn.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def shop_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A copy of the filled database, once on each kind."""
    if request.param == "sqlite":
        path = tmp_path / "tagih.db"
        shutil.copyfile(request.getfixturevalue("sqlite_shop"), path)
        yield f"sqlite:///{path}"
        return
    template = request.getfixturevalue("postgres_shop")
    admin: sa.Engine = request.getfixturevalue("postgres_admin")
    name = f"{template}_copy"
    with admin.connect() as conn:
        conn.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield admin.url.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as conn:
        conn.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def shop(shop_url: str, open_store: Callable[..., Store], clock: FixedClock, catalog: Catalog) -> Shop:
    """Kost Melati with its tenants at 08:00 on 28 November 2026."""
    return Shop(open_store(shop_url), clock, catalog)


@pytest.fixture
def act(shop: Shop) -> Callable[..., dict[str, Any]]:
    """Runs an action as the API does: `act("mark_paid", invoice="A3-2026-12")`."""
    return shop.act
