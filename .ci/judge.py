"""Reads pytest's JUnit report: no test may be skipped, those of the shared contracts least of all."""

import sys
import xml.etree.ElementTree as tree  # our own report, not foreign input
from pathlib import Path


def judge(report: Path) -> list[str]:
    """Every reason to refuse the run."""
    if not report.is_file():
        return ["pytest wrote no report"]
    cases = list(tree.parse(report).iter("testcase"))
    faults = [
        f"skipped: {case.get('classname')}::{case.get('name')} ({skipped.get('message', '')[:120]})"
        for case in cases
        if (skipped := case.find("skipped")) is not None
    ]
    if not cases:
        faults.append("no test ran")
    return faults


if __name__ == "__main__":
    found = judge(Path(sys.argv[1]))
    sys.stdout.write("".join(f"{fault}\n" for fault in found))
    sys.exit(bool(found))
