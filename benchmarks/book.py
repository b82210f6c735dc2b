"""A large book, and a large sheet: what a list, a search, the summary and an import cost then."""

import os
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

from benchmarks import seed
from benchmarks.places import Shifted, database, sqlite
from benchmarks.results import Figure, Section
from benchmarks.sizes import Sizes
from connector import app as composition
from connector.actions.run import run_action
from connector.specs import Catalog
from connector.store.db import Store

AIM_MS, LEAST_MS = 50, 100
AIM_S, LEAST_S = 3, 6
TRIES = 7  # of each question; the fastest counts for a run, so that only the question is measured
HOW = (
    "A book of {invoices:,} invoices of as many customers: nine in ten paid, three in four of the others overdue, "
    "one in a hundred with a tag of its own, one customer in a hundred with another. Each question is asked as an "
    "action, with its answer as it leaves. The rows of Sync Rows are new, each of another customer; `silent` is a "
    "first import, `started` plans every reminder."
)
QUESTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "find_invoices, the first 50": ("find_invoices", {}),
    "find_invoices, overdue": ("find_invoices", {"status": "overdue"}),
    "find_invoices, paid": ("find_invoices", {"status": "paid"}),
    "find_invoices, by tag": ("find_invoices", {"tag": "deposit"}),
    "find_invoices, by the customer's tag": ("find_invoices", {"tag": "vip"}),
    "find_invoices, by a tag that nobody has": ("find_invoices", {"tag": "nobody"}),
    "find_invoices, by an own field": ("find_invoices", {"extra": {"room": "B77"}}),
    "find_invoices, by due days": ("find_invoices", {"due_from": "2026-11-01", "due_to": "2026-11-02"}),
    "find_invoices, of a customer": ("find_invoices", {"customer": "R5000077"}),
    "get_summary, today": ("get_summary", {}),
    "get_summary, this month": ("get_summary", {"period": "month"}),
    "get_summary, with a tag": ("get_summary", {"period": "month", "tag": "vip"}),
    "get_invoice, one card": ("get_invoice", {"invoice": "B-5000077"}),
}


def measure(sizes: Sizes, server_url: str) -> Section:
    """On both databases."""
    figures: list[Figure] = []
    for title, address in (("SQLite", None), ("PostgreSQL", server_url)):
        with (
            database(address) if address else sqlite() as url,
            closing(Store(url, clock=Shifted.begun_now())) as store,
        ):
            catalog = composition.read_catalog()
            seed.prepare(store, catalog)
            ask = _asker(store, catalog)
            figures += [
                _sync(title, name, ask, sizes, start=name == "started") for name in ("silent", "started")
            ]
            began = time.perf_counter()
            seed.book(store, catalog, sizes.book_invoices)
            figures.append(
                Figure(f"{title}: filling the book", "s", [time.perf_counter() - began] * sizes.runs)
            )
            for name, (action, given) in QUESTIONS.items():
                runs = [_fastest(ask, action, given) for _ in range(sizes.runs)]
                figures.append(
                    Figure(f"{title}: {name}", "ms", runs, aim=AIM_MS, least=LEAST_MS, less_is_better=True)
                )
    return Section("A large book", HOW.format(invoices=sizes.book_invoices), figures)


Ask = Callable[[str, dict[str, Any]], dict[str, Any]]


def _asker(store: Store, catalog: Catalog) -> Ask:
    def ask(action: str, given: dict[str, Any]) -> dict[str, Any]:
        return run_action(store, catalog, action, given, "bench", settle_seconds=300, mode="sandbox")

    return ask


def _fastest(ask: Ask, action: str, given: dict[str, Any]) -> float:
    seconds = []
    for _ in range(TRIES):
        began = time.perf_counter()
        ask(action, given)
        seconds.append(time.perf_counter() - began)
    return min(seconds) * 1000


def _sync(title: str, name: str, ask: Ask, sizes: Sizes, *, start: bool) -> Figure:
    """Sync Rows of so many new rows, each run under a list of its own."""
    runs, cpu = [], []
    for run in range(sizes.runs):
        rows = [_row(name, run, n) for n in range(sizes.sheet_rows)]
        given = {"list": f"{name}-{run}", "rows": rows, "first_import_quiet": not start}
        began, used = time.perf_counter(), os.times().user
        answer = ask("import_rows", given)
        runs.append(time.perf_counter() - began)
        cpu.append(os.times().user - used)
        if answer["new"] != sizes.sheet_rows:
            raise RuntimeError(f"Sync Rows took {answer['new']} of {sizes.sheet_rows} rows")
    note = f"processor time {min(cpu):.1f} s"
    what = f"{title}: Sync Rows of {sizes.sheet_rows:,} rows, {name}"
    return Figure(what, "s", runs, aim=AIM_S, least=LEAST_S, less_is_better=True, note=note)


def _row(name: str, run: int, n: int) -> dict[str, Any]:
    number = (1 if name == "silent" else 5) * 1_000_000 + run * 100_000 + n
    return {
        "row": n + 2,
        "nama": f"Pelanggan {number}",
        "no_wa": f"0813-{number:07d}",
        "sewa": "1.500.000",
        "jatuh_tempo": f"2026-12-{1 + n % 28:02d}",
        "no invoice": f"S-{number}",
        "keterangan": f"Sewa kamar {n}",
        "lunas": "",
    }
