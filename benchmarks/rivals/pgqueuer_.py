"""pgqueuer on PostgreSQL: jobs are fetched 100 at a time and run concurrently in one loop.

With asyncpg: on psycopg its watcher of notifications holds the connection, which makes it ten times slower.
"""

import asyncio
import json
import sys

import asyncpg
from pgqueuer import PgQueuer
from pgqueuer.db import AsyncpgDriver
from pgqueuer.models import Job as Queued

from benchmarks.places import wait_for_go
from benchmarks.rivals.job import Job

BATCH = 100


async def main() -> None:
    async with Job(json.loads(sys.argv[1])) as job:
        conn = await asyncpg.connect(job.dsn)
        queue = PgQueuer(AsyncpgDriver(conn))
        await queue.qm.queries.install()

        @queue.entrypoint("send")
        async def send(queued: Queued) -> None:
            assert queued.payload is not None
            await job.run(queued.payload.decode())

        ids = job.step_ids()
        await queue.qm.queries.enqueue(["send"] * len(ids), [i.encode() for i in ids], [0] * len(ids))
        wait_for_go()
        running = asyncio.create_task(queue.run(batch_size=BATCH))
        await asyncio.to_thread(job.tally.ended.wait)
        print(json.dumps(job.tally.result()), flush=True)
        queue.shutdown.set()
        await running
        await conn.close()


if __name__ == "__main__":
    asyncio.run(main())
