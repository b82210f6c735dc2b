"""All routes of the sandbox, for the web process and for the emulator alone."""

from collections.abc import Callable

from flask import Blueprint

from connector.sandbox.control import Guard, View, make_control
from connector.sandbox.emulator import Emulator, Settings
from connector.sandbox.graph import make_gateways
from connector.sandbox.phones import make_phones
from connector.store.db import Store


def _unguarded(_scope: str) -> Callable[[View], View]:
    return lambda view: view


def make_blueprints(store: Store, settings: Settings, guard: Guard = _unguarded) -> tuple[Blueprint, ...]:
    """Gateways, calls and phones. `guard(scope)` wraps each call below /v1."""
    return (
        make_gateways(Emulator(store, settings)),
        make_control(store, guard, settings),
        make_phones(store, settings),
    )
