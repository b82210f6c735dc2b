"""Huey on PostgreSQL: 16 worker threads of one consumer. (Its row is deleted at dequeue: a kill loses the job.)"""

import json
import sys
import threading

from huey import PostgresHuey

from benchmarks.places import wait_for_go
from benchmarks.rivals.job import InThread

WORKERS = 16


def main() -> None:
    work = InThread(json.loads(sys.argv[1]))
    queue = PostgresHuey("bench", dsn=work.job.dsn, results=False)

    @queue.task(name="send")
    def send(step_id: str) -> None:
        work.run(step_id)

    for step_id in work.job.step_ids():
        send(step_id)
    wait_for_go()
    threading.Thread(target=work.end_process).start()
    queue.create_consumer(workers=WORKERS, periodic=False, check_worker_health=False).run()


if __name__ == "__main__":
    main()
