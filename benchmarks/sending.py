"""How many due reminders leave in a second, from the plan to the recorded answer of the provider."""

from contextlib import ExitStack, closing
from statistics import median

import sqlalchemy as sa

from benchmarks import seed
from benchmarks.places import Child, Shifted, database, provider, sqlite, taken
from benchmarks.results import Figure, Section
from benchmarks.sizes import Sizes
from connector import app as composition
from connector.store import schema
from connector.store.db import Store

SLOW_S = 0.2
HOW = (
    "Each customer has one reminder due now and two to come. The worker claims it, asks for permission, renders it, "
    "commits the intent, posts it to a provider in another process, and records answer and event. Four senders of "
    "1,000/s each. Seconds from the first claim until the last answer is committed; nothing may be sent twice."
)


def measure(sizes: Sizes, server_url: str) -> Section:
    """Embedded and on PostgreSQL, with a provider that answers at once and one that takes 200 ms."""
    instant = [run_once(None, sizes.messages) for _ in range(sizes.runs)]
    slow = [run_once(None, sizes.messages, delay_s=SLOW_S) for _ in range(sizes.runs)]
    one = [run_once(server_url, sizes.messages) for _ in range(sizes.runs)]
    two = [run_once(server_url, sizes.messages, workers=2) for _ in range(sizes.runs)]
    cpu = [run.cpu_us for run in instant]
    why = (
        f"the worker is one thread of Python and a message costs it {median(cpu):,.0f} us of CPU (about a quarter of "
        "that is the HTTP client); a second core does not help it. PostgreSQL takes more workers."
    )
    figures = (
        Figure("SQLite, instant provider", "1/s", [r.rate for r in instant], aim=3000, least=1000, why=why),
        Figure("SQLite, provider of 200 ms", "1/s", [r.rate for r in slow], aim=1000, least=800, why=why),
        Figure("PostgreSQL, 1 worker, instant provider", "1/s", [r.rate for r in one]),
        Figure("PostgreSQL, 2 workers, instant provider", "1/s", [r.rate for r in two]),
        Figure("CPU of the worker for one message, SQLite", "us", cpu),
    )
    remarks = [
        "Provider, workers and PostgreSQL share the cores of this machine: with two cores a second worker only takes "
        "from the first one."
    ]
    return Section("Due reminders sent", HOW, figures, remarks)


class Run:
    """One run's outcome."""

    def __init__(self, count: int, results: list[dict[str, float]]) -> None:
        self.rate = count / max(r["seconds"] for r in results)
        self.cpu_us = sum(r["cpu_s"] for r in results) / count * 1e6
        self.rss_mb = max(r["rss_mb"] for r in results)


def run_once(server_url: str | None, count: int, *, workers: int = 1, delay_s: float = 0.0) -> Run:
    """Seeds a new database, lets the workers send it all, counts on both sides."""
    with ExitStack() as stack:
        url = stack.enter_context(database(server_url) if server_url else sqlite())
        port = stack.enter_context(provider(delay_s))
        clock = Shifted.begun_now()
        catalog = composition.read_catalog()
        store = stack.enter_context(closing(Store(url, clock=clock)))
        seed.prepare(store, catalog)
        seed.invoices(store, catalog, count, due_at=store.now(), steps_each=3)
        given = {"url": url, "port": port, "shift_s": clock.shift_s, "alone": server_url is None}
        children = [
            stack.enter_context(Child("benchmarks.engine", {**given, "name": f"bench-{n}"}))
            for n in range(workers)
        ]
        for child in children:
            child.go()
        results = [child.result() for child in children]
        _judge(store, port, count)
    return Run(count, results)


def _judge(store: Store, port: int, count: int) -> None:
    """Every due step is sent and the provider took each message once."""
    steps = schema.steps
    with store.read() as tx:
        query = sa.select(sa.func.count()).select_from(steps).where(steps.c.state == "sent")
        sent = tx.conn.execute(query).scalar_one()
    if not sent == taken(port) == count:
        raise RuntimeError(f"{count} were due, {sent} are sent, the provider took {taken(port)}")
