"""Runs the measurements and writes RESULTS.md: `python -m benchmarks [NAME ...] [--tiny] [--to FILE]`."""

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import beside, book, footprint, future, sending, webhooks
from benchmarks.places import server, surroundings
from benchmarks.results import Section, number, page
from benchmarks.sizes import TINY, Sizes

RESULTS = Path(__file__).with_name("RESULTS.md")
MEASURES: dict[str, Callable[[Sizes, str], Section]] = {
    "sending": sending.measure,
    "webhooks": webhooks.measure,
    "beside": beside.measure,
    "future": future.measure,
    "book": book.measure,
    "footprint": footprint.measure,
}


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measures; writes RESULTS.md.")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"any of {', '.join(MEASURES)}; all by default"
    )
    parser.add_argument("--tiny", action="store_true", help="only to see that everything still runs")
    parser.add_argument("--to", type=Path, help="the page; RESULTS.md when everything is measured")
    given = parser.parse_args(arguments)
    if unknown := set(given.names) - set(MEASURES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    names = given.names or list(MEASURES)
    to = given.to or (RESULTS if not given.names and not given.tiny else None)
    with server() as url:
        head = surroundings(url)
        began = time.monotonic()
        sections = [_measured(name, TINY if given.tiny else Sizes(), url) for name in names]
    command = " ".join(["python -m benchmarks", *given.names, *(["--tiny"] if given.tiny else [])])
    head += [
        ("load average after", " ".join(f"{load:.2f}" for load in os.getloadavg())),
        ("command", f"`{command}` in {time.monotonic() - began:.0f} s"),
    ]
    if to is not None:
        to.write_text(page(sections, head), encoding="utf-8")
        print(f"written: {to}")


def _measured(name: str, sizes: Sizes, url: str) -> Section:
    print(f"{name} ...", flush=True)
    section = MEASURES[name](sizes, url)
    for figure in section.figures:
        print(f"  {figure.verdict:5} {number(figure.value):>9} {figure.unit:5} {figure.name}", flush=True)
    return section


if __name__ == "__main__":
    main(sys.argv[1:])
