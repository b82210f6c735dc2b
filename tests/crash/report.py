"""Writes benchmarks/CRASH.md from the verdicts of the crash test."""

import os
import platform
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

COMMAND = ".venv/bin/python tests/crash/kill_loop.py --report"
_HEAD = f"""# Once, under SIGKILL

Written by `{COMMAND}`; `tests/crash/test_kill.py` asserts the same with every `make test`.

Web, workers and provider are processes of their own. The real web process and the real workers run with
live settings against the emulator, which has its own database, loses the answer to 1 % of the messages it
accepted, refuses 3 % (131016, 131000) and tells its statuses late, twice and in the wrong order. Web and
workers are killed with SIGKILL on both sides of each commit of the send path, before, during and after the
call to the provider, at random, and all at once as in a power cut. Afterwards everything runs until nothing
waits, and SQL counts what the provider accepted for each phone. "Intents" are the calls that were committed
before they were made; "resent" are steps whose first call was proved never to have arrived.

The naive retry is the same program without the asking: what did not come back when its lease is over (at once
after the restart of a lone worker, 3 s with two of them) goes again, and statuses mean nothing to the queue.
"""


def write(to: Path, verdicts: Sequence[dict[str, Any]]) -> None:
    """The whole report; an older one is replaced."""
    parts = [_HEAD, _machine(), *_table(verdicts), *_planted(verdicts), *_kills(verdicts), ""]
    to.write_text("\n".join(parts), encoding="utf-8")


def _machine() -> str:
    return (
        f"Machine: {os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}.\n"
    )


def _table(verdicts: Sequence[dict[str, Any]]) -> list[str]:
    titles = "Way, Database, Workers, Messages, Kills, Intents, Resent, Accepted, Doubled, Lost, Seconds"
    lines = [_row(titles.split(", ")), "|" + "---|" * 11]
    for v in verdicts:
        way = "naive lease retry" if v["naive"] else "Tagih: intent, hold, status"
        c = v["counts"]
        cells = [way, v["database"], v["workers"], c["meant"], sum(v["kills"].values()), c["intents"]]
        cells += [c["resent"], c["accepted"], f"**{c['doubled']}**", f"**{c['lost']}**", v["seconds"]]
        lines.append(_row(cells))
    return lines


def _row(cells: Sequence[object]) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _planted(verdicts: Sequence[dict[str, Any]]) -> list[str]:
    lines = ["", "The count itself is tried on copies of the provider's database:", ""]
    for v in verdicts:
        if not v["naive"]:
            found = [
                f"{what}: {counts['doubled']} doubled, {counts['lost']} lost"
                for what, counts in (
                    ("one message planted", v["planted"]["double"]),
                    ("one taken out", v["planted"]["loss"]),
                )
            ]
            lines.append(f"- {v['database']}: {'; '.join(found)}.")
    return lines


def _kills(verdicts: Sequence[dict[str, Any]]) -> list[str]:
    kept = [v for v in verdicts if not v["naive"]]
    titles = ["Place", *(v["database"] for v in kept)]
    lines = ["", "Where they died:", "", _row(titles), "|" + "---|" * len(titles)]
    for place in sorted({place for v in kept for place in v["kills"]}):
        lines.append(_row([place, *(v["kills"].get(place, 0) for v in kept)]))
    return lines
