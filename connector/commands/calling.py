"""Calls a running Tagih over HTTP with a key that lives only as long as the command."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from connector.commands.starting import open_store, presets
from connector.commands.surroundings import at_home, program, refuse
from connector.home import address_of
from connector.settings import Settings
from connector.store import keys

KEY_LIVES = timedelta(minutes=10)


@contextmanager
def server(settings: Settings, home: Path | None = None) -> Iterator[httpx.Client]:
    """A client of the server of this home; whoever may read its database may have a key."""
    store = open_store(settings)
    with store.write() as tx:
        made = keys.create_key(
            tx,
            label="command line",
            scopes=presets()["admin"].scopes,
            pii="full",
            expires_at=tx.machine + KEY_LIVES,
            made_by="terminal",
        )
    headers = {"Authorization": f"Bearer {made.secret}"}
    address = (address_of(settings.home) or settings.local_url) + settings.path_prefix
    try:
        with httpx.Client(base_url=address, headers=headers, timeout=60, trust_env=False) as client:
            yield client
    except httpx.TransportError as failed:
        refuse(
            f"No Tagih answers at {address} ({failed.__class__.__name__}); "
            f"start it with {program()} serve{at_home(home)}"
        )
    finally:
        with store.write() as tx:
            keys.revoke_key(tx, made.key.id)
        store.close()


def answer(response: httpx.Response) -> dict[str, Any]:
    """The body of a good answer; a problem is printed with its remedy and ends the program."""
    body: dict[str, Any] = response.json() if "json" in response.headers.get("content-type", "") else {}
    if not response.is_success:
        refuse(*_problem(response, body))
    return body


def _problem(response: httpx.Response, body: dict[str, Any]) -> list[str]:
    lines = [f"{body.get('title', response.reason_phrase)} ({body.get('code', response.status_code)})"]
    lines += [body["detail"]] if body.get("detail") else []
    lines += [
        f"  {error.get('field')}: {error.get('detail') or error.get('code')}"
        for error in body.get("errors", ())
    ]
    return lines
