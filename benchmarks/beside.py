"""The same reminder job beside pgqueuer, Procrastinate, Huey and Celery, all on one PostgreSQL."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from importlib.util import find_spec
from typing import Any

import sqlalchemy as sa

from benchmarks import seed, sending
from benchmarks.places import Child, Shifted, database, folder, free_port, provider, taken
from benchmarks.results import Figure, Section
from benchmarks.sizes import Sizes
from connector import app as composition
from connector.clock import to_ms
from connector.store import schema
from connector.store.db import Store

RIVALS = ("pgqueuer", "procrastinate", "huey", "celery")
HOW = (
    "One worker process, one message a job, PostgreSQL with fsync, a provider that answers at once, Tagih's own HTTP "
    "client for all. `bare`: mark as sending, post, mark as sent. `whole`: what Tagih does for every message as well "
    "(facts, permission, template, committed intent, record, event) with Tagih's own rules, in three statements. "
    "`no queue` is the job alone, 64 at a time. Seconds from the first job's start to the last one's end, "
    "enqueueing not counted. The scripts lie in `benchmarks/rivals/`."
)

WHY = (
    "Tagih saves the queue's own statements and commits in groups, but its engine also does what the rivals' job "
    "leaves out (buckets of sender and address, grouping, missed and true now, completion, the events' numbers), and "
    "on two cores the database competes with the worker."
)


def measure(sizes: Sizes, server_url: str) -> Section:
    """Both sizes of the job on every queue that is installed; Tagih only knows the whole one."""
    installed = [name for name in RIVALS if find_spec(name)]
    ours = [sending.run_once(server_url, sizes.jobs) for _ in range(sizes.runs)]
    figures = []
    fastest: dict[str, float] = {}
    with redis() as broker:
        for size in ("whole", "bare"):
            for name in ("none", *installed):
                results = [
                    run_once(server_url, name, sizes.jobs, whole=size == "whole", redis=broker)
                    for _ in range(sizes.runs)
                ]
                shown = "no queue" if name == "none" else _title(name, broker)
                cpu = sum(r["cpu_us"] for r in results) / len(results)
                figure = Figure(
                    f"{shown}, {size} job", "1/s", [r["rate"] for r in results], note=f"{cpu:,.0f} us CPU"
                )
                figures.append(figure)
                if name != "none":
                    fastest[size] = max(fastest.get(size, 0.0), figure.value)
    rates = [run.rate for run in ours]
    head = [Figure("Tagih, whole job", "1/s", rates, note=f"{ours[0].cpu_us:,.0f} us CPU")]
    for size, rate in fastest.items():
        times = [ours_rate / rate for ours_rate in rates]
        bound = 2.0 if size == "whole" else None
        name = f"Tagih's whole job over the fastest rival's {size} one"
        head.append(Figure(name, "times", times, aim=bound, least=bound, why=WHY))
    return Section("The same job beside other queues", HOW, [*head, *figures], _remarks(installed, broker))


def _remarks(installed: list[str], broker: str | None) -> list[str]:
    remarks = [
        "Huey deletes a job when it takes it: a killed worker loses it. The others give a job again later."
    ]
    if "celery" in installed and broker is None:
        remarks.append(
            "No redis-server was found, so Celery's broker is its SQLAlchemy transport on PostgreSQL."
        )
    if missing := [name for name in RIVALS if name not in installed]:
        remarks.append(f"Not installed, not measured: {', '.join(missing)}.")
    return remarks


def _title(name: str, broker: str | None) -> str:
    return {"celery": f"Celery ({'Redis' if broker else 'SQLAlchemy transport'})"}.get(name, name)


def run_once(server_url: str, name: str, count: int, *, whole: bool, redis: str | None) -> dict[str, Any]:
    """One queue in a new database; both sides are counted."""
    with ExitStack() as stack:
        url = stack.enter_context(database(server_url))
        port = stack.enter_context(provider())
        store = stack.enter_context(closing(Store(url, clock=Shifted.begun_now())))
        seed.prepare(store, catalog := composition.read_catalog())
        seed.invoices(store, catalog, count, due_at=store.now(), steps_each=3)
        with store.write() as tx:
            due = to_ms(tx.now)
        script = name if name == "none" else f"{name}_"
        given = {"url": url, "port": port, "count": count, "whole": whole, "due": due, "redis": redis}
        child = stack.enter_context(Child(f"benchmarks.rivals.{script}", given))
        child.go()
        result = child.result()
        _judge(store, name, port, count)
    return result


def _judge(store: Store, name: str, port: int, count: int) -> None:
    steps = schema.steps
    with store.read() as tx:
        query = sa.select(sa.func.count()).select_from(steps).where(steps.c.state == "sent")
        sent = tx.conn.execute(query).scalar_one()
    if not sent == taken(port) == count:
        raise RuntimeError(f"{name}: {count} jobs, {sent} done, the provider took {taken(port)}")


@contextmanager
def redis() -> Iterator[str | None]:
    """The URL of a Redis of our own, or None when there is no redis-server on this machine."""
    binary = shutil.which("redis-server")
    if binary is None:
        yield None
        return
    port = free_port()
    with folder() as home:
        command = [
            binary,
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--dir",
            str(home),
            "--appendonly",
            "yes",
        ]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            time.sleep(0.5)
            try:
                yield f"redis://127.0.0.1:{port}/0"
            finally:
                process.terminate()
