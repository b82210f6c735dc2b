"""A spreadsheet file as a table, read in a process of its own so that no file can harm this one."""

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import connector
from connector.domain.problems import Invalid, TooLarge
from connector.spreadsheets.limits import MAX_ANSWER, MAX_FILE, WALL_S, too_complex
from connector.spreadsheets.table import Row, Table, from_wire

# Nothing of our environment goes along: it holds secrets. lxml, if somebody installed it, stays out.
ENVIRONMENT = {
    "PYTHONPATH": str(Path(connector.__file__).resolve().parents[1]),
    "PYTHONDONTWRITEBYTECODE": "1",
    "OPENPYXL_LXML": "False",
}
COMMAND = (sys.executable, "-P", "-m", "connector.spreadsheets.child")


def read_table(data: bytes) -> Table:
    """The table of a CSV or XLSX file; a file that is too big, too clever or none of the two is refused."""
    if not data:
        raise Invalid("file_empty", field="file")
    if len(data) > MAX_FILE:
        raise TooLarge("file_too_large", field="file", params={"limit": f"{MAX_FILE // 1024 // 1024} MB"})
    answer, ended = _ask_child(data)
    lines = answer.split(b"\n")
    if ended != 0 and not lines[0].startswith(b'{"problem"'):
        # 1 is Python's own way to say that an exception was not expected: the file is broken, not big.
        raise Invalid("file_unreadable", field="file") if ended == 1 else too_complex("time or memory")
    return _table([json.loads(line) for line in lines if line])


def _ask_child(data: bytes) -> tuple[bytes, int]:
    """The child's answer and how it ended; one that takes too long, or talks too much, is killed."""
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        with subprocess.Popen(
            COMMAND,
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=ENVIRONMENT,
            cwd="/",
            close_fds=True,
        ) as child:
            timer = threading.Timer(WALL_S, child.kill)
            timer.start()
            try:
                assert child.stdout is not None
                answer = child.stdout.read(MAX_ANSWER + 1024)
                if len(answer) > MAX_ANSWER + 1023:
                    child.kill()
                return answer, child.wait()
            finally:
                timer.cancel()
                child.kill()


def _table(values: list[Any]) -> Table:
    for value in (values[0], values[-1]) if values else ():
        if isinstance(value, dict) and "problem" in value:
            raise Invalid(str(value["problem"]), field="file", params=value.get("params"))
    if len(values) < 2 or not isinstance(values[-1], dict) or values[-1].get("rows") != len(values) - 2:
        raise too_complex("time or memory")  # it was stopped in the middle
    facts = values[0]
    rows = tuple(_rows(values[1:-1]))
    if not rows:
        raise Invalid("file_empty", field="file")
    return Table(
        rows,
        kind=facts["kind"],
        sheet=facts.get("sheet"),
        other_sheets=tuple(facts.get("other_sheets", ())),
        merged=frozenset(facts.get("merged", ())),
    )


def _rows(values: Iterable[Any]) -> Iterable[Row]:
    for line, cells in values:
        yield Row(line, tuple(from_wire(cell) for cell in cells))
