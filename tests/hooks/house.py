"""What a test of the outgoing events holds: the world, its HTTP door, and what it says of subscriptions."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
from world import KEY, World

from connector.store import keys, schema
from connector.store.db import Row


@dataclass
class House:
    world: World
    client: httpx.Client

    @classmethod
    @contextmanager
    def of(cls, made: World) -> Iterator["House"]:
        with httpx.Client(
            base_url=made.app.settings.local_url,
            headers={"Authorization": f"Bearer {KEY}", "Accept-Language": "en"},
            timeout=20,
            trust_env=False,
        ) as client:
            yield cls(made, client)

    # --- over HTTP ------------------------------------------------------------------------------------------

    def call(self, verb: str, path: str, body: Any = None, *, key: str | None = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return self.client.request(verb, f"/v1/webhooks{path}", json=body, headers=headers)

    def subscribe(self, url: str, *events: str, key: str | None = None, **more: Any) -> dict[str, Any]:
        """A subscription to these events; at any hour, unless the test says otherwise."""
        body = {"url": url, "events": list(events or TYPES), "quiet": "off", **more}
        answer = self.call("POST", "", body, key=key)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        self.world.settle()
        return found

    def look(self, id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.call("GET", f"/{id}").json()
        return found

    def log(self, id: str, **query: Any) -> list[dict[str, Any]]:
        """Every line, the oldest first."""
        found: list[dict[str, Any]] = []
        after: str | None = None
        while True:
            asked = {"limit": 200, **query, **({"after": after} if after else {})}
            page = self.client.get(f"/v1/webhooks/{id}/deliveries", params=asked).json()
            found += page["items"]
            after = page["next"]
            if after is None:
                return found[::-1]

    def cursor(self, type: str | None = None) -> list[dict[str, Any]]:
        """The same events as whoever follows by cursor reads them."""
        query: dict[str, Any] = {"limit": 200, **({"type": type} if type else {})}
        found: list[dict[str, Any]] = []
        after: int | None = 0
        while after is not None:
            page = self.client.get("/v1/events", params={**query, "after": after}).json()
            found += page["items"]
            after = page["next"]
        return found

    def key(self, *scopes: str, pii: str = "full", hosts: list[str] | None = None) -> keys.MadeKey:
        """A key of its own, perhaps bound to hosts."""
        with self.world.store.write() as tx:
            return keys.create_key(
                tx, label="flow", scopes=scopes or ("hooks", "read"), pii=pii, hook_hosts=hosts
            )

    def age_failures(self, **length: float) -> None:
        """As if every failure so far were older by so much: five days of hourly tries are long to walk."""
        back = timedelta(**length) // timedelta(milliseconds=1)
        subscriptions, deliveries = schema.subscriptions, schema.deliveries
        with self.world.store.write() as tx:
            since = subscriptions.c.failing_since - back
            tx.conn.execute(subscriptions.update().values(failing_since=since))
            tx.conn.execute(deliveries.update().values(first_at=deliveries.c.first_at - back))

    # --- what is there --------------------------------------------------------------------------------------

    def deliveries(self) -> list[Row[Any]]:
        return self.world.rows(schema.deliveries)

    def tell(self, *numbers: str, **more: Any) -> None:
        """Makes an event `invoice_created` for each number."""
        for number in numbers:
            self.world.invoice(number, customer_phone=None, recipe=None, **more)
        self.world.settle()


TYPES = (
    "invoice_created",
    "message_sent",
    "message_delivered",
    "message_read",
    "invoice_paid",
    "payment_received",
)
