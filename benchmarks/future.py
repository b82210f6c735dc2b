"""What a million steps of the future cost a claim of the present."""

import time
from contextlib import closing
from dataclasses import dataclass
from statistics import median

from benchmarks import seed
from benchmarks.places import Shifted, database, sqlite
from benchmarks.results import Figure, Section
from benchmarks.sizes import Sizes
from connector import app as composition
from connector.specs import Catalog
from connector.store import senders
from connector.store.db import Store
from connector.worker.claiming import Claimer
from connector.worker.composing import Composer

STEPS_EACH = 5
HOW = (
    "The worker's own claim (ask what is due, lock, judge, render, commit the intents) of 200 messages at a time, "
    "first with nothing else in the tables, then with the future invoices of five steps each planned from a month "
    "on. Each run is the median of its claims."
)


def measure(sizes: Sizes, server_url: str) -> Section:
    """On both databases; SQLite is what the promise was made for, but both must keep it."""
    figures: list[Figure] = []
    steps = sizes.future_invoices * STEPS_EACH
    for title, address in (("SQLite", None), ("PostgreSQL", server_url)):
        before, after, seconds = compare(address, sizes)
        slower = [(late / early - 1) * 100 for early, late in zip(before, after, strict=True)]
        name = f"{title}: slower with {steps:,} future steps"
        figures += [
            Figure(name, "%", slower, aim=20, least=20, less_is_better=True),
            Figure(f"{title}: one claim, empty tables", "ms", [ms * 1000 for ms in before]),
            Figure(f"{title}: one claim, full tables", "ms", [ms * 1000 for ms in after]),
            Figure(f"{title}: planning the future", "s", [seconds]),
        ]
    return Section("A million future steps", HOW, figures)


def compare(server_url: str | None, sizes: Sizes) -> tuple[list[float], list[float], float]:
    """Seconds of a claim before and after, and how long it took to plan the future."""
    with (
        database(server_url) if server_url else sqlite() as url,
        closing(Store(url, clock=Shifted.begun_now())) as store,
    ):
        bench = _Bench(store, composition.read_catalog(), sizes)
        seed.prepare(store, bench.catalog)
        before = [bench.run() for _ in range(sizes.runs)]
        began = time.perf_counter()
        seed.future(store, bench.catalog, sizes.future_invoices, steps_each=STEPS_EACH)
        seconds = time.perf_counter() - began
        after = [bench.run() for _ in range(sizes.runs)]
    return before, after, seconds


@dataclass(slots=True)
class _Bench:
    store: Store
    catalog: Catalog
    sizes: Sizes
    seeded: int = 0

    def run(self) -> float:
        """Median seconds of one claim, its commit included; the due reminders are seeded beforehand."""
        count = self.sizes.claim * self.sizes.claims
        seed.invoices(self.store, self.catalog, count, due_at=self.store.now(), first=self.seeded)
        self.seeded += count
        claimer = Claimer(Composer(self.catalog.policies, frozenset({"whatsapp"})), "bench", False)
        with self.store.write() as tx:
            senders.ensure(
                tx, sender_id="wa:0", provider="whatsapp_cloud", channel="whatsapp", external_id="0", rate=1e6
            )
        return median(self._claim(claimer) for _ in range(self.sizes.claims))

    def _claim(self, claimer: Claimer) -> float:
        began = time.perf_counter()
        with self.store.write() as tx:
            claimed = claimer.claim(tx, room=self.sizes.claim)
        seconds = time.perf_counter() - began
        if len(claimed.sendables) != self.sizes.claim:
            raise RuntimeError(f"a claim found {len(claimed.sendables)} messages")
        return seconds
