"""No queue at all: the job itself, 64 at a time. What is above this, a queue cannot reach with this job."""

import asyncio
import json
import sys

from benchmarks.places import wait_for_go
from benchmarks.rivals.job import IN_FLIGHT, Job


async def main() -> None:
    async with Job(json.loads(sys.argv[1])) as job:
        waiting = iter(job.step_ids())

        async def one_after_another() -> None:
            for step_id in waiting:
                await job.run(step_id)

        wait_for_go()
        await asyncio.gather(*(one_after_another() for _ in range(IN_FLIGHT)))
        print(json.dumps(job.tally.result()))


if __name__ == "__main__":
    asyncio.run(main())
