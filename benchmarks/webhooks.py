"""How many signed webhooks a second are on the disk and answered, over HTTP, by the real web process."""

from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.places import Child, folder
from benchmarks.results import Figure, Section
from benchmarks.sizes import Sizes
from benchmarks.tagih import APP_SECRET, PHONE_NUMBER_ID, Tagih
from connector.store import schema
from connector.store.db import Store

HOW = (
    "`tagih web` on SQLite (WAL, synchronous=FULL); a client in its own process posts status webhooks of about 400 "
    "bytes, each signed and different, over 32 keep-alive connections. A webhook counts when its 200 has come, and the "
    "rows in the inbox must be as many as the answers. At a fixed rate the delay counts from the instant at which "
    "the webhook was due."
)

WHY = (
    "gunicorn's threads share one interpreter, and the hand-over of a request between them costs more than the "
    "signature and the commit together; the client takes its share of the same cores."
)


def measure(sizes: Sizes, server_url: str) -> Section:
    """Flat out, then at a rate, each on a new home; for information also with the worker applying them."""
    flat = [absorb("web", sizes.webhook_seconds) for _ in range(sizes.runs)]
    calm = [absorb("web", sizes.webhook_seconds, rate=sizes.webhook_rate) for _ in range(sizes.runs)]
    both = [absorb("serve", sizes.webhook_seconds) for _ in range(sizes.runs)]
    rate = sizes.webhook_rate
    figures = (
        Figure("absorbed, web process", "1/s", [r["rate"] for r in flat], aim=3000, least=1400, why=WHY),
        Figure("p99 of that", "ms", [r["p99_ms"] for r in flat]),
        Figure(
            f"p99 at {rate}/s", "ms", [r["p99_ms"] for r in calm], aim=250, least=250, less_is_better=True
        ),
        Figure(f"longest at {rate}/s", "ms", [r["max_ms"] for r in calm]),
        Figure("absorbed while the worker applies them (`tagih serve`)", "1/s", [r["rate"] for r in both]),
        Figure("p99 of that", "ms", [r["p99_ms"] for r in both]),
    )
    return Section("Webhooks absorbed", HOW, figures)


def absorb(command: str, seconds: float, *, rate: int | None = None) -> dict[str, Any]:
    """One home, one load; the rows are counted against the answers."""
    with folder() as home:
        tagih = Tagih(home)
        tagih.run("migrate")
        given = {
            "port": tagih.port,
            "path": "/in/whatsapp_cloud",
            "secret": APP_SECRET,
            "phone_number_id": PHONE_NUMBER_ID,
            "seconds": seconds,
            "rate": rate,
            "first": 0,
        }
        with tagih.running(command), Child("benchmarks.load", given) as client:
            client.go()
            result = client.result()
        _judge(home, tagih.database_url, int(result["answers"]))
    return result


def _judge(home: Path, url: str, answers: int) -> None:
    with closing(Store(url)) as store, store.read() as tx:
        rows = tx.conn.execute(sa.select(sa.func.count()).select_from(schema.inbox)).scalar_one()
    if rows != answers:
        raise RuntimeError(f"{answers} webhooks were answered 200, {rows} are in the inbox of {home.name}")
