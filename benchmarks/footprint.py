"""How much memory the whole tree of `tagih serve` takes, and how soon it is ready."""

import time
from contextlib import closing
from pathlib import Path

from benchmarks import seed
from benchmarks.places import folder
from benchmarks.results import Figure, Section
from benchmarks.sizes import Sizes
from benchmarks.tagih import Tagih
from connector import app as composition
from connector.store.db import Store

HOW = (
    "`tagih serve` on a home that is migrated already and holds the invoices, each with five planned steps. Ready: "
    "`/readyz` answers 200 (database, migrations, a sign of life from the worker), from the start of the command. "
    "PSS of parent, web process and worker (`/proc/PID/smaps_rollup`), after a round of calls to the API."
)
MEMORY = "most of it is imported code, shared by the three processes as far as the fork goes."
START = (
    "one process imports everything (SQLAlchemy, aiohttp, Flask, pydantic) while a child checks the schema."
)
CALLS = ("/v1/me", "/openapi.json", "/v1/options/recipes", "/metrics", "/docs")
SETTLE_S = 2.0


def measure(sizes: Sizes, server_url: str) -> Section:
    """Starts the tree a few times on one home."""
    with folder() as home:
        tagih = Tagih(home)
        tagih.run("migrate")
        _fill(tagih, sizes.invoices)
        ready, idle, used = [], [], []
        for _ in range(sizes.runs):
            with tagih.running("serve") as (pid, seconds):
                ready.append(seconds)
                time.sleep(SETTLE_S)
                idle.append(pss_mb(pid))
                for path in CALLS * 20:
                    tagih.get(path)
                used.append(pss_mb(pid))
    figures = (
        Figure(
            f"PSS with {sizes.invoices:,} invoices, after calls",
            "MB",
            used,
            aim=100,
            least=150,
            less_is_better=True,
            why=MEMORY,
        ),
        Figure("PSS before the calls", "MB", idle),
        Figure("start to ready", "s", ready, aim=1, least=2, less_is_better=True, why=START),
    )
    return Section("Memory and start", HOW, figures)


def _fill(tagih: Tagih, count: int) -> None:
    with closing(Store(tagih.database_url)) as store:
        seed.future(store, composition.read_catalog(), count, steps_each=5)


def pss_mb(pid: int) -> float:
    """The proportional memory of a process and all that descend from it."""
    return sum(_pss_kb(found) for found in _tree(pid)) / 1024


def _tree(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(found for child in children for found in _tree(int(child)))]


def _pss_kb(pid: int) -> int:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
