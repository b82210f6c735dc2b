"""All routes of the sandbox, for the web process and for the emulator alone."""

from typing import Any

from flask import Blueprint

from connector.sandbox.control import Guard, make_control
from connector.sandbox.emulator import Emulator, Settings
from connector.sandbox.graph import make_gateways
from connector.sandbox.phones import make_phones
from connector.store.db import Store


def _unguarded(view: Any) -> Any:
    return view


def make_blueprints(
    store: Store, settings: Settings, guard: Guard[Any] = _unguarded
) -> tuple[Blueprint, ...]:
    """Gateways, calls and phones. `guard` wraps the calls below /v1 where the door asks for no key."""
    return (
        make_gateways(Emulator(store, settings)),
        make_control(store, guard, settings),
        make_phones(store, settings),
    )
