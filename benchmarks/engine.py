"""One worker of Tagih as a process: sends everything that is due and says how long it took.

python -m benchmarks.engine '{"url": ..., "port": ..., "shift_s": ..., "name": ..., "alone": ...}'
"""

import asyncio
import json
import resource
import sys
import time
from datetime import timedelta
from typing import Any

from benchmarks.places import Shifted, wait_for_go
from connector import app as composition
from connector.providers import SenderConfig, load_providers
from connector.store import agenda
from connector.store.db import Store
from connector.worker.loop import SenderSetup, Worker, WorkerConfig
from connector.worker.outgoing import Outgoing

SENDERS = 4
RATE = 1000.0  # of each sender, in messages per second


def setups(port: int) -> tuple[SenderSetup, ...]:
    """Four numbers at the provider of the benchmark."""
    return tuple(
        SenderSetup(
            SenderConfig(
                id=f"wa:{n}",
                external_id=str(n),
                base_url=f"http://127.0.0.1:{port}",
                secrets={"token": "bench"},
            ),
            provider="whatsapp_cloud",
            channel="whatsapp",
            rate=RATE,
        )
        for n in range(SENDERS)
    )


async def _work(given: dict[str, Any]) -> dict[str, float]:
    catalog = composition.read_catalog()
    store = Store(given["url"], clock=Shifted(given["shift_s"]))
    config = WorkerConfig(
        name=given["name"],
        live=False,
        hold=timedelta(minutes=15),
        senders=setups(given["port"]),
        own={},
        allow=frozenset(),
        policies=catalog.policies,
        alone=given["alone"],
    )
    async with Outgoing(allow=[f"127.0.0.1:{given['port']}"], connections=config.connections) as outgoing:
        worker = Worker(store, config, load_providers(catalog.providers), outgoing)
        worker.boot()
        composition.settle_collector()
        wait_for_go()
        began, used = time.perf_counter(), time.process_time()
        while await worker.turn() or _due(store):
            continue
        seconds, cpu = time.perf_counter() - began, time.process_time() - used
    return {
        "seconds": seconds,
        "cpu_s": cpu,
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _due(store: Store) -> bool:
    """Something waits for a sender's bucket; real time fills it."""
    with store.read() as tx:
        due = agenda.look(tx).messages
    if due:
        time.sleep(0.002)
    return due


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_work(json.loads(sys.argv[1])))))
