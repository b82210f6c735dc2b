"""A boarding house whose years pass quickly: the real engine on a real database, with a provider in the process."""

import asyncio
import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ports import free_port
from world import KEY, World, catalog, prepare

from connector import app as composition
from connector.actions.context import Context
from connector.actions.run import context
from connector.providers import HttpRequest
from connector.settings import Settings
from connector.store import digests, queue, schema
from connector.store.inbox import InboxWriter
from connector.worker.outgoing import Answer, Outgoing

# No second channel: there is nobody here who tells that a message was delivered.
RECIPE = """
recipe: roster
title: {id: "Sewa", en: "Rent"}
description: {id: "Tagihan, satu pengingat, hari jatuh tempo, satu sesudahnya.", en: "The invoice and three reminders."}
policy: id-smb
at: "09:00"
steps:
  - {when: issue, template: invoice_created}
  - {offset: H-3, template: payment_reminder}
  - {offset: H, template: due_today}
  - {offset: H+3, template: overdue_notice}
on_paid: {template: payment_received, partial_template: payment_partial}
"""


@dataclass(frozen=True, slots=True)
class Sent:
    """One message as the provider got it."""

    id: str
    at: datetime
    phone: str
    template: str
    text: str


class Provider(Outgoing):
    """Accepts everything, and keeps it."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Sent] = []
        self.now: Any = None

    async def send(self, request: HttpRequest, *, limit: int = 0) -> Answer:
        body = json.loads(request.body)
        template = body.get("template", {})
        text = json.dumps(template.get("components", body.get("text")), ensure_ascii=False)
        wamid = f"wamid.{len(self.sent) + 1}"
        phone = "+" + body["to"].lstrip("+")
        self.sent.append(Sent(wamid, self.now(), phone, template.get("name", "text"), text))
        answer = {"messages": [{"id": wamid, "message_status": "accepted"}]}
        return Answer(200, {}, json.dumps(answer).encode())


class House(World):
    provider: Provider
    inbox: InboxWriter
    _heard: int = 0

    def people_answer(self) -> None:
        """Phones show that they live: messages arrive, and who is asked for the first time in months says yes."""
        fresh = self.provider.sent[self._heard :]
        self._heard = len(self.provider.sent)
        asked = {sent.phone for sent in fresh if sent.template == "neutral_hello"}
        newest = {sent.phone: sent for sent in fresh}
        at = str(int(self.now.timestamp()))
        statuses = [
            {"id": s.id, "status": "delivered", "timestamp": at, "recipient_id": s.phone[1:]}
            for s in newest.values()
        ]
        yes = {"payload": "number_right", "text": "Ya, benar"}
        messages = [
            {"from": phone[1:], "id": f"wamid.{phone}.{at}", "timestamp": at, "type": "button", "button": yes}
            for phone in sorted(asked)
        ]
        told = (("statuses", statuses), ("messages", messages))
        for what, items in told:
            for start in range(0, len(items), 50):
                self.inbox.put("whatsapp_cloud", self._body(what, items[start : start + 50]))
        self._pairs_are_rested()
        self.settle()

    def _pairs_are_rested(self) -> None:
        """WhatsApp's pair limit runs on real seconds; months that pass within one would wait for minutes."""
        with self.store.write() as tx:
            tx.conn.execute(schema.addresses.update().values(pair_tokens=45.0, pair_at=tx.machine_ms))

    def _body(self, what: str, items: list[Any]) -> bytes:
        number = self.app.settings.whatsapp.phone_number_id
        value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": number}, what: items}
        change = {"field": "messages", "value": value}
        entry = {"id": self.app.settings.whatsapp.waba_id, "changes": [change]}
        return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()

    def digest_sleeps(self) -> None:
        """Three thousand mornings with the owner's digest would be most of the work, and prove nothing here."""
        with self.store.write() as tx:
            for step in self.rows(schema.steps, schema.steps.c.key == digests.KEY):
                queue.move(tx, [(step.id, step.due_at + 40 * 365 * 86_400_000, "asleep")])

    @contextmanager
    def together(self) -> Iterator[Context]:
        """Several actions in one transaction, as an import runs them."""
        with self.store.write() as tx:
            yield context(tx, self.app.catalog, "test", settle_seconds=0, mode="sandbox")


@contextmanager
def house(home: Path, database_url: str, start: datetime) -> Iterator[House]:
    """Opens the house on an empty database whose tables exist."""
    settings = Settings.load(
        {
            "TAGIH_DATABASE_URL": database_url,
            "TAGIH_BIND": f"127.0.0.1:{free_port()}",
            "TAGIH_CLOCK": f"virtual:{start.isoformat()}",
            "TAGIH_API_KEY": KEY,
            "TAGIH_BUSINESS_NAME": "Kost Melati",
        },
        home,
    )
    looks = gc.get_threshold()
    gc.set_threshold(composition.COLLECT_EVERY, 20, 20)  # as the worker of `tagih serve` does
    app = composition.build(settings, catalog())
    prepare(app, sample=False)
    loop = asyncio.new_event_loop()
    provider = Provider()
    try:
        worker = composition.make_worker(app, provider)
        worker.speak = None
        worker.boot()
        opened = House(app, worker, loop)
        opened.provider = provider
        opened.inbox = InboxWriter(app.store)
        provider.now = lambda: opened.now
        opened.act("import_recipe", text=RECIPE)
        opened.digest_sleeps()
        yield opened
        opened.inbox.close()
    finally:
        gc.set_threshold(*looks)
        loop.close()
        app.store.close()
