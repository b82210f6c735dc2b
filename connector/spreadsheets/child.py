"""The short-lived process that reads one spreadsheet: limited memory and time, no network, no other program.

It reads the file from its standard input and answers JSON lines on its output: what the file is, each row,
and how many there were; or a problem. Whatever kills it kills nobody else.
"""

import json
import resource
import signal
import sys
from collections.abc import Iterator
from typing import IO, Any

from connector.domain.problems import Problem
from connector.spreadsheets.delimited import decode, read_delimited
from connector.spreadsheets.kinds import Kind, kind_of
from connector.spreadsheets.limits import CPU_S, MAX_ANSWER, MEMORY, too_complex
from connector.spreadsheets.table import Row, to_wire
from connector.spreadsheets.workbook import read_workbook

FORBIDDEN = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "ctypes.")


def confine() -> None:
    """Takes from this process what reading a file does not need."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    sys.addaudithook(_refuse)


def _refuse(event: str, _: tuple[Any, ...]) -> None:
    if event.startswith(FORBIDDEN):
        raise PermissionError(event)


def answer(data: bytes) -> Iterator[Any]:
    """What to say about a file, one JSON value a line."""
    kind = kind_of(data)
    if kind is Kind.XLSX:
        rows, facts = read_workbook(data)
    else:
        rows, facts = read_delimited(decode(data)), {}
    yield {"kind": kind, **facts}
    for row in rows:
        yield _wire(row)
    yield {"rows": len(rows)}


def _wire(row: Row) -> list[Any]:
    return [row.line, [to_wire(cell) for cell in row.cells]]


def main(source: IO[bytes], out: IO[str]) -> None:
    try:
        written = 0
        for value in answer(source.read()):
            text = json.dumps(value, ensure_ascii=True, allow_nan=False)
            written += len(text) + 1
            if written > MAX_ANSWER:
                raise too_complex("text")
            out.write(text + "\n")
    except Problem as problem:
        out.write(json.dumps({"problem": problem.code, "params": problem.params}) + "\n")
    except MemoryError:
        out.write('{"problem": "file_too_complex", "params": {"what": "memory"}}\n')
    out.flush()


if __name__ == "__main__":
    confine()
    main(sys.stdin.buffer, sys.stdout)
