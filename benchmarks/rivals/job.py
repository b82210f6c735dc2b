"""The reminder job as the other queues run it: one job, one message, on PostgreSQL, with the product's HTTP client.

Two sizes of it. `bare`: mark as sending, post, mark as sent. `whole`: what Tagih does for each message as well
(read the facts, ask permission, render the template, commit the intent, record message and event), in as few
statements as SQL allows and with Tagih's own rules, so that only the queue differs.
"""

import asyncio
import json
import os
import threading
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import psycopg

from benchmarks.places import MORNING
from connector.app import read_catalog
from connector.clock import to_ms
from connector.domain import model, permission
from connector.domain import templates as wording
from connector.ids import UlidIds
from connector.providers import SenderConfig, load_providers
from connector.specs.templates import template_from_body
from connector.store import schema
from connector.store.rows import value_of
from connector.worker.outgoing import Answer, Outgoing

CONNECTIONS = 16  # to the database
IN_FLIGHT = 64
NOW_MS = to_ms(MORNING)
WEEK_MS = 7 * 86_400_000

SENDING = "UPDATE steps SET state = 'sending', attempt = attempt + 1 WHERE id = %s"
SENT = "UPDATE steps SET state = 'sent' WHERE id = %s"
FACTS = f"""
SELECT s.*, i.*, c.*, a.*, b.*, q.state,
    (SELECT max(p."on") FROM promises p WHERE p.invoice_id = i.id AND p.state = 'open'),
    EXISTS (SELECT 1 FROM cases k WHERE k.state = 'open' AND (k.invoice_id = i.id OR k.customer_id = c.id)),
    EXISTS (SELECT 1 FROM consents n WHERE n.customer_id = c.id AND NOT n.allowed),
    (SELECT count(*) FROM messages m WHERE m.address_id = a.id AND m.permission = 'reminder'
        AND m.status <> 'failed' AND m.intent_at > {NOW_MS - WEEK_MS}),
    (SELECT count(*) FROM steps o WHERE o.sequence_id = s.sequence_id AND o.permission = 'reminder'
        AND o.state IN ('sending', 'sent', 'unknown'))
FROM steps s JOIN invoices i ON i.id = s.invoice_id JOIN customers c ON c.id = i.customer_id
    JOIN addresses a ON a.id = s.address_id JOIN sequences q ON q.id = s.sequence_id CROSS JOIN business b
WHERE s.id = %s AND s.state = 'planned'
"""
INTENT = """
WITH step AS (
    UPDATE steps SET state = 'sending', attempt = attempt + 1, message_id = %(id)s
    WHERE id = %(step)s AND state = 'planned' RETURNING *
), message AS (
    INSERT INTO messages (id, address_id, customer_id, sequence_id, channel, provider, sender_id, stage, permission,
        template, language, text, status, rank, attempt, intent_at, intent_at_m, also_delivered)
    SELECT %(id)s, address_id, customer_id, sequence_id, channel, 'whatsapp_cloud', 'wa:0', stage, permission,
        template, %(language)s, %(text)s, 'sending', 0, attempt, %(now)s, %(now)s, false FROM step RETURNING id
)
INSERT INTO message_items (message_id, step_id, invoice_id)
SELECT %(id)s, step.id, step.invoice_id FROM step JOIN message ON true
"""
RECORD = """
WITH message AS (
    UPDATE messages SET status = 'sent', rank = 1, provider_id = %(theirs)s, sent_at = %(now)s WHERE id = %(id)s
), step AS (
    UPDATE steps SET state = 'sent', updated_at = %(now)s WHERE id = %(step)s RETURNING *
)
INSERT INTO events (id, type, occurred_at, known_at, customer_id, invoice_id, once_key, data, created_at_m)
SELECT %(event)s, 'message_sent', %(now)s, %(now)s, customer_id, invoice_id, %(once)s, %(data)s, %(now)s FROM step
"""


@dataclass(slots=True)
class Tally:
    """When the first job began and how far they have come."""

    count: int
    done: int = 0
    began: float = 0.0
    cpu: float = 0.0
    ended: threading.Event = field(default_factory=threading.Event)
    seconds: float = 0.0
    guard: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        with self.guard:
            if not self.began:
                self.began, self.cpu = time.perf_counter(), time.process_time()

    def finish(self) -> None:
        with self.guard:
            self.done += 1
            if self.done == self.count:
                self.seconds = time.perf_counter() - self.began
                self.cpu = time.process_time() - self.cpu
                self.ended.set()

    def result(self) -> dict[str, float]:
        return {"rate": self.count / self.seconds, "cpu_us": self.cpu / self.count * 1e6}


class Job:
    """Open inside a running loop; `run(step_id)` is the whole job."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.given = given
        self.tally = Tally(given["count"])
        self.dsn = given["url"].replace("postgresql+psycopg://", "postgresql://")
        self._work = self._whole if given["whole"] else self._bare
        self._stack = AsyncExitStack()
        catalog = read_catalog()
        self._policy = catalog.recipes["kost"].recipe.policy
        self._templates = {n: template_from_body(f.body, f.version) for n, f in catalog.templates.items()}
        self._provider = load_providers(catalog.providers)["whatsapp_cloud"]
        base = f"http://127.0.0.1:{given['port']}"
        self._sender = SenderConfig(id="wa:0", external_id="0", base_url=base, secrets={"token": "bench"})
        self._ids = UlidIds()

    async def __aenter__(self) -> Self:
        host = f"127.0.0.1:{self.given['port']}"
        self._http = await self._stack.enter_async_context(Outgoing(allow=[host], connections=512))
        self._idle: asyncio.LifoQueue[psycopg.AsyncConnection[Any]] = asyncio.LifoQueue()
        for _ in range(CONNECTIONS):
            conn = await psycopg.AsyncConnection.connect(self.dsn, autocommit=True)
            self._stack.push_async_callback(conn.close)
            self._idle.put_nowait(conn)
        return self

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        conn = await self._idle.get()
        try:
            yield conn
        finally:
            self._idle.put_nowait(conn)

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    def step_ids(self) -> list[str]:
        """The due steps, to be put into the queue."""
        with psycopg.connect(self.dsn) as conn:
            rows = conn.execute(
                "SELECT id FROM steps WHERE state = 'planned' AND due_at <= %s", [self.given["due"]]
            )
            return [row[0] for row in rows]

    async def run(self, step_id: str) -> None:
        self.tally.start()
        await self._work(step_id)
        self.tally.finish()

    async def _bare(self, step_id: str) -> None:
        async with self._connection() as conn:
            await conn.execute(SENDING, [step_id])
        await self._post(
            model.OutgoingMessage(
                step_id, "+6281200000000", "", "id", "overdue_notice", (("amount", "Rp1.500.000"),)
            )
        )
        async with self._connection() as conn:
            await conn.execute(SENT, [step_id])

    async def _whole(self, step_id: str) -> None:
        async with self._connection() as conn:
            row = await (await conn.execute(FACTS, [step_id])).fetchone()
        if row is None:
            raise LookupError(step_id)
        message = self._composed(row, token := self._ids.new("msg"))
        known = {"id": token, "step": step_id, "now": NOW_MS}
        async with self._connection() as conn:
            await conn.execute(INTENT, {**known, "language": message.language, "text": message.text})
        theirs = await self._post(message)
        data = {
            "message_id": token,
            "channel": "whatsapp",
            "template": message.template,
            "provider": "whatsapp_cloud",
        }
        told = {
            "event": self._ids.new("evt"),
            "once": f"message_sent:{token}:{step_id}",
            "data": json.dumps(data),
        }
        async with self._connection() as conn:
            await conn.execute(RECORD, {**known, **told, "theirs": theirs})

    async def _post(self, message: model.OutgoingMessage) -> str | None:
        answer = await self._http.send(self._provider.build(message, self._sender))
        assert isinstance(answer, Answer)
        outcome = self._provider.read_answer(answer.status, answer.headers, answer.body)
        assert outcome.kind is model.OutcomeKind.ACCEPTED
        return outcome.provider_id

    def _composed(self, row: tuple[Any, ...], token: str) -> model.OutgoingMessage:
        """Tagih's own rules over the facts of one message."""
        step_row, invoice_row, customer_row, address, business_row, rest = _parts(row)
        step, invoice = value_of(model.Step, step_row), value_of(model.Invoice, invoice_row)
        customer, business = value_of(model.Customer, customer_row), value_of(model.Business, business_row)
        state, promise, case, withdrawn, week, cycle = rest
        facts = permission.ContactFacts(
            zone=customer.zone or invoice.zone or business.zone,
            invoice_status=invoice.status,
            hold_reason=invoice.hold_reason,
            sequence_state=model.SequenceState(state),
            opted_out=address["opted_out_at"] is not None,
            consent_withdrawn=withdrawn,
            channel=step.channel,
            address_state=model.AddressState(address["state"]),
            promise_until=promise,
            case_open="case" if case else None,
            settles_at=invoice.settles_at,
            reminders_in_cycle=cycle,
            reminders_7_days=week,
        )
        answer = permission.may_contact(step.permission, step.stage, self._policy, facts, MORNING)
        assert isinstance(answer, permission.Yes)
        template = self._templates[step.template or ""]
        values = wording.values_for(invoice, customer, business, business.language, today=MORNING.date())
        assert not wording.suspicious_names(template, values)
        rendered = wording.render(template, business.language, values, with_sms=False)
        return model.OutgoingMessage(
            token,
            address["phone"],
            rendered.whole,
            rendered.language,
            template=template.name,
            params=rendered.params,
            buttons=rendered.buttons,
        )


_TABLES = (schema.steps, schema.invoices, schema.customers, schema.addresses, schema.business)


def _parts(row: tuple[Any, ...]) -> list[Any]:
    """The row cut into one mapping for each table and what is left."""
    found: list[Any] = []
    start = 0
    for table in _TABLES:
        names = table.c.keys()
        found.append(dict(zip(names, row[start : start + len(names)], strict=True)))
        start += len(names)
    return [*found, row[start:]]


class InThread:
    """The job for queues whose workers are threads: its loop runs in one thread, the workers wait for it."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.job = Job(given)
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        asyncio.run_coroutine_threadsafe(self.job.__aenter__(), self._loop).result()

    def run(self, step_id: str) -> None:
        asyncio.run_coroutine_threadsafe(self.job.run(step_id), self._loop).result()

    def end_process(self) -> None:
        """Tells the result and ends at once: some consumers take seconds to stop."""
        self.job.tally.ended.wait()
        print("\n" + json.dumps(self.job.tally.result()), flush=True)
        os._exit(0)
