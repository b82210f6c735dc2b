"""A web face on a real database, with a small catalogue and actions of its own."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from web_face import SECRET, VERIFY_TOKEN, Actions, Caller, SignedDoor, make_key, small_catalog

from connector.actions import options
from connector.actions.payloads import event_payloads
from connector.actions.run import run_action
from connector.domain.model import Business
from connector.providers.signatures import usable_secrets
from connector.providers.whatsapp_cloud import challenge
from connector.specs import Catalog, default_dirs, load
from connector.store import business, control, recipes
from connector.store.db import Store
from connector.store.secrets import Vault
from connector.web.app import make_web
from connector.web.services import Door, Hooks, Limits, Services


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return small_catalog()


@pytest.fixture
def actions() -> Actions:
    return Actions()


@pytest.fixture
def services(store: Store, catalog: Catalog, actions: Actions) -> Services:
    with store.write() as tx:
        control.ensure(tx)
        business.create(
            tx,
            Business(
                id="biz_melati",
                name="Kost Melati",
                language="id",
                zone="Asia/Jakarta",
                country="ID",
                currency="IDR",
                relationship="first_party",
                payment_details=None,
                office_hours=None,
                pay_host=None,
            ),
        )
    provider: Any = SignedDoor()
    return Services(
        store=store,
        catalog=catalog,
        mode="sandbox",
        version="0.1.0",
        public_url="https://tagih.kostmelati.example",
        settle_seconds=0,
        run_action=actions.run,
        event_payloads=lambda tx, rows: [
            {"event_id": row["id"], "event_number": row["number"]} for row in rows
        ],
        is_migrated=lambda: True,
        doors={
            "whatsapp_cloud": Door(provider, usable_secrets(SECRET), VERIFY_TOKEN, challenge),
            "keyless": Door(provider, usable_secrets(" ,short,")),
        },
        options={"recipe": lambda tx, q: [{"id": f"kost{q}", "label": "Kost"}]},
        template_fields=lambda tx, template: {"type": "object", "title": template},
        limits=Limits(refused_burst=20.0, refused_rate=0.001),
        hooks=Hooks(Vault(SECRET)),
    )


@pytest.fixture
def make_app(services: Services) -> Iterator[Callable[..., Flask]]:
    made: list[Flask] = []

    def make(**changes: Any) -> Flask:
        app = make_web(replace(services, **changes))
        made.append(app)
        return app

    yield make
    for app in made:
        app.extensions["tagih.inbox"].close()


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app()


@pytest.fixture
def admin(app: Flask, store: Store) -> Caller:
    return Caller(app.test_client(), make_key(store, preset="admin").secret)


@pytest.fixture(scope="session")
def real_catalog() -> Catalog:
    return load(*default_dirs())


@pytest.fixture
def real(make_app: Callable[..., Flask], services: Services, store: Store, real_catalog: Catalog) -> Caller:
    """The face with the real specs and actions: an admin's client."""
    with store.write() as tx:
        recipes.seed(tx, real_catalog)
    app = make_app(
        catalog=real_catalog,
        run_action=run_action,
        event_payloads=event_payloads,
        options=options.LISTS,
        template_fields=options.template_fields,
    )
    return Caller(app.test_client(), make_key(store, preset="admin").secret)
