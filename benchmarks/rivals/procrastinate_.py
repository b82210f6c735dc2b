"""Procrastinate on PostgreSQL: one worker with 64 concurrent jobs."""

import asyncio
import json
import sys

from procrastinate import App, PsycopgConnector

from benchmarks.places import wait_for_go
from benchmarks.rivals.job import IN_FLIGHT, Job


async def main() -> None:
    async with Job(json.loads(sys.argv[1])) as job:
        app = App(connector=PsycopgConnector(conninfo=job.dsn))

        @app.task(name="send")
        async def send(step_id: str) -> None:
            await job.run(step_id)

        async with app.open_async():
            await app.schema_manager.apply_schema_async()
            await send.batch_defer_async(*({"step_id": step_id} for step_id in job.step_ids()))
            wait_for_go()
            await app.run_worker_async(wait=False, concurrency=IN_FLIGHT, install_signal_handlers=False)
        print(json.dumps(job.tally.result()))


if __name__ == "__main__":
    asyncio.run(main())
