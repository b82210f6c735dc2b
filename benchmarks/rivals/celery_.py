"""Celery with 16 threads and late acknowledgement; broker: Redis when there is a server, else PostgreSQL."""

import json
import sys
import threading

from celery import Celery

from benchmarks.places import wait_for_go
from benchmarks.rivals.job import InThread

WORKERS = 16


def main() -> None:
    given = json.loads(sys.argv[1])
    work = InThread(given)
    broker = given["redis"] or f"sqla+{given['url']}"
    app = Celery("bench", broker=broker)
    app.conf.update(
        worker_redirect_stdouts=False,
        task_acks_late=True,
        task_ignore_result=True,
        worker_prefetch_multiplier=4,
    )

    @app.task(name="send")
    def send(step_id: str) -> None:
        work.run(step_id)

    for step_id in work.job.step_ids():
        send.delay(step_id)
    wait_for_go()
    threading.Thread(target=work.end_process).start()
    app.worker_main(
        ["worker", "-P", "threads", "-c", str(WORKERS), "-l", "ERROR", "--without-gossip", "--without-mingle"]
    )


if __name__ == "__main__":
    main()
