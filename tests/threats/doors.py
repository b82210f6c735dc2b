"""A caller at the real HTTP door of a world, with a key of its own."""

from typing import Any

from threats.conftest import Guarded
from werkzeug.test import TestResponse

from connector import app as composition
from connector.commands.starting import presets
from connector.store import keys


class Door:
    def __init__(self, home: Guarded, preset: str = "admin", *, sources: list[str] | None = None) -> None:
        kind = presets()[preset]
        with home.world.store.write() as tx:
            made = keys.create_key(
                tx,
                label=preset,
                scopes=kind.scopes,
                pii=kind.pii,
                preset=preset,
                actions=kind.actions,
                sources=sources,
            )
        self.key = made.key
        self._headers = {"Authorization": f"Bearer {made.secret}"}
        self._client = composition.make_web_app(home.world.app.settings, home.world.app).test_client()

    def act(self, action: str, /, *, key: str | None = None, **body: Any) -> TestResponse:
        more = {} if key is None else {"Idempotency-Key": key}
        return self._client.post(f"/v1/actions/{action}", json=body, headers=self._headers | more)

    def raw(self, action: str, body: bytes) -> TestResponse:
        sort = {"Content-Type": "application/json"}
        return self._client.post(f"/v1/actions/{action}", data=body, headers=self._headers | sort)

    def get(self, path: str) -> TestResponse:
        return self._client.get(path, headers=self._headers)

    def post(self, path: str, **body: Any) -> TestResponse:
        return self._client.post(path, json=body, headers=self._headers)


def code(answer: TestResponse) -> str:
    return str(answer.get_json()["code"])
