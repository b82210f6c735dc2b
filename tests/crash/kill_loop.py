"""The crash test: a full load, every process killed at every commit boundary and at random.

    .venv/bin/python tests/crash/kill_loop.py --database sqlite          one run, its verdict as JSON
    .venv/bin/python tests/crash/kill_loop.py --report                   all four runs, benchmarks/CRASH.md

1. Provider (its own process and database), web and workers are forked from this process; sockets stay here.
2. Storm: messages come due in waves; each life of a worker or of web ends at the next place of the list, or
   at a random instant. Unknown outcomes are held for longer than the storm.
3. End: the last lives die while they settle holds; then all go on, with a hold of seconds, until nothing
   waits.
4. The verdict is counted in SQL from the provider's books and ours.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from socket import socket
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
for folder in (HERE, HERE.parent, ROOT):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from children import House, NoonClock  # noqa: E402
from judging import Counts, judge, planted, wrong_requests  # noqa: E402
from plans import Load, web_plans, worker_plans  # noqa: E402
from storm import Storm  # noqa: E402

from benchmarks import seed  # noqa: E402
from connector import serving  # noqa: E402
from connector.app import read_catalog  # noqa: E402
from connector.settings import Settings  # noqa: E402
from connector.specs import Catalog  # noqa: E402
from connector.store import emulator as provider_rows  # noqa: E402
from connector.store import migrate  # noqa: E402

# Faults of the provider: (kind or code, rate, seconds).
FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "lost_answer", "rate": 0.01},
    {"code": "131016", "rate": 0.02},
    {"code": "131000", "rate": 0.01},
    {"kind": "late", "rate": 0.2, "seconds": 0.4},
    {"kind": "duplicate", "rate": 0.2},
    {"kind": "out_of_order", "rate": 0.2},
)


@dataclass(slots=True)
class Verdict:
    """What a run showed."""

    database: str
    load: Load
    counts: Counts
    planted: dict[str, Counts]
    kills: dict[str, int]
    unreached: list[str]
    wrong_requests: list[str]  # by Meta's own schema
    crashes: list[str]  # processes that ended by themselves: an exception nobody caught
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        return {
            "database": self.database,
            "messages": self.load.messages,
            "workers": self.load.workers,
            "naive": self.load.naive,
            "counts": self.counts.as_dict(),
            "planted": {name: counts.as_dict() for name, counts in self.planted.items()},
            "kills": self.kills,
            "unreached": self.unreached,
            "wrong_requests": self.wrong_requests,
            "crashes": self.crashes,
            "seconds": round(self.seconds, 1),
        }


def play(load: Load, database_url: str, home: Path, catalog: Catalog) -> Verdict:
    """One run in a fresh folder on an empty database."""
    rng = random.Random(load.seed)
    begun = time.monotonic()
    with ExitStack() as stack:
        provider_door = stack.enter_context(serving.listen("127.0.0.1", 0))
        web_door = stack.enter_context(serving.listen("127.0.0.1", 0))
        house = _house(load, database_url, home, catalog, provider_door, web_door)
        _found(house)
        storm = Storm(house, load, home / "log", worker_plans(load, rng), web_plans(load, rng))
        try:
            storm.rage()
            storm.settle()
        finally:
            storm.end()
    return Verdict(
        database=database_url.partition(":")[0].partition("+")[0],
        load=load,
        counts=judge(house.provider_url, database_url),
        planted=planted(house.provider_url, database_url, home),
        kills=storm.kills,
        unreached=storm.unreached,
        wrong_requests=wrong_requests(house.provider_url),
        crashes=storm.crashes,
        seconds=time.monotonic() - begun,
    )


def _house(
    load: Load, database_url: str, home: Path, catalog: Catalog, provider_door: socket, web_door: socket
) -> House:
    env = {
        "TAGIH_DATABASE_URL": database_url,
        "TAGIH_BIND": f"127.0.0.1:{web_door.getsockname()[1]}",
        "TAGIH_API_KEY": "crash-admin-key-0123456789",
        "TAGIH_RELATIONSHIP": "first_party",
        "TAGIH_WHATSAPP_TOKEN": "crash-token-0123456789",
        "TAGIH_WHATSAPP_PHONE_NUMBER_ID": "100000000000001",
        "TAGIH_WHATSAPP_WABA_ID": "200000000000002",
        "TAGIH_WHATSAPP_APP_SECRET": "crash-app-secret-0123456789",
        "TAGIH_WHATSAPP_VERIFY_TOKEN": "crash-verify-token-0123456789",
        "TAGIH_WHATSAPP_BASE_URL": f"http://127.0.0.1:{provider_door.getsockname()[1]}/emulator",
    }
    settings = Settings.load(env, home)
    provider_url = f"sqlite:///{home / 'provider.db'}"
    return House(settings, catalog, NoonClock.make(), provider_url, provider_door, web_door, load.naive)


def _found(house: House) -> None:
    """Both databases with their first rows; every connection is closed before the first fork."""
    migrate.upgrade(house.settings.database_url)
    with closing(house.store()) as store:
        seed.prepare(store, house.catalog)
    provider_rows.open_own(house.provider_url).close()
    with closing(house.provider_store()) as store, store.write() as tx:
        for fault in FAULTS:
            provider_rows.add_fault(tx, {"provider": "whatsapp_cloud", **fault})


# --- command line -------------------------------------------------------------------------------------------


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", default="sqlite", help="sqlite, postgresql (throw-away ones), or a URL")
    parser.add_argument("--messages", type=int, default=3000)
    parser.add_argument("--workers", type=int, help="default: 1 on SQLite, 2 on PostgreSQL")
    parser.add_argument("--random-kills", type=int, default=8)
    parser.add_argument("--naive", action="store_true", help="retry when the lease is over, asking nobody")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--home", type=Path, help="keep the databases and the log here")
    parser.add_argument("--report", action="store_true", help="all four runs into benchmarks/CRASH.md")
    given = parser.parse_args()
    load = Load(given.messages, given.workers or 1, given.naive, given.random_kills, given.seed)
    catalog = read_catalog()
    if given.report:
        from report import write

        verdicts = [
            one_run(replace(load, naive=naive, workers=workers), database, given.home, catalog)
            for naive in (False, True)
            for database, workers in (("sqlite", 1), ("postgresql", 2))
        ]
        write(ROOT / "benchmarks" / "CRASH.md", [v.as_dict() for v in verdicts])
        return 0 if all(v.counts.is_once for v in verdicts if not v.load.naive) else 1
    if given.workers is None and not given.database.startswith("sqlite"):
        load = replace(load, workers=2)
    print(json.dumps(one_run(load, given.database, given.home, catalog).as_dict(), indent=1))
    return 0


def one_run(load: Load, database: str, home: Path | None, catalog: Catalog) -> Verdict:
    """One run on the named kind of database, in the given folder or in one that is removed afterwards."""
    with ExitStack() as stack:
        root = home or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tagih-crash-")))
        folder = Path(tempfile.mkdtemp(prefix="naive-" if load.naive else "run-", dir=root))
        if database == "sqlite":
            return play(load, f"sqlite:///{folder / 'tagih.db'}", folder, catalog)
        if database == "postgresql":
            from cluster import postgres  # type: ignore[import-not-found]

            return play(load, stack.enter_context(postgres()), folder, catalog)
        return play(load, database, folder, catalog)


if __name__ == "__main__":
    sys.exit(main())
