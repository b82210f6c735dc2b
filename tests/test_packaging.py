"""What is installed is what was locked, the image is closed, and CI refuses a run that skipped something."""

import importlib.util
import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = ("runtime", "test", "bench")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def locked(name: str) -> dict[str, tuple[str, int]]:
    """Package -> (version, number of hashes)."""
    found: dict[str, tuple[str, int]] = {}
    text = (ROOT / "requirements" / f"{name}.lock").read_text().replace("\\\n", " ")
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            pinned = re.match(r"([a-z0-9._-]+)(?:\[[a-z,]+\])?==([^ ;]+)", line)
            assert pinned, f"not pinned: {line[:80]}"
            found[pinned[1]] = (pinned[2], line.count("--hash=sha256:"))
    return found


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=; ]", text)[0].lower().replace("_", "-") for text in requirements}


@pytest.mark.parametrize("name", LOCKS)
def test_everything_is_pinned_with_hashes_and_names_no_registry(name: str) -> None:
    packages = locked(name)

    assert len(packages) > 30
    assert [package for package, (_, hashes) in packages.items() if hashes == 0] == []
    assert not re.search(r"://|--index|--find-links", (ROOT / "requirements" / f"{name}.lock").read_text())


def test_the_locks_agree_with_each_other() -> None:
    runtime, test, bench = map(locked, LOCKS)

    assert {name: version for name, (version, _) in runtime.items() if test[name][0] != version} == {}
    assert {name: version for name, (version, _) in runtime.items() if bench[name][0] != version} == {}


def test_the_locks_hold_what_the_project_asks_for() -> None:
    extras = PROJECT["project"]["optional-dependencies"]

    assert names(PROJECT["project"]["dependencies"]) <= set(locked("runtime"))
    assert names(extras["test"] + extras["check"]) <= set(locked("test"))
    assert names(extras["bench"]) <= set(locked("bench"))


def test_the_locked_builder_is_the_one_that_the_project_asks_for() -> None:
    version = locked("runtime")["hatchling"][0]

    assert PROJECT["build-system"]["requires"] == [f"hatchling=={version}"]


def test_no_heavy_extra_sneaks_into_the_start() -> None:
    # jsonschema's format extra parses a grammar at import: 1.8 s and 15 MB, for formats we check ourselves.
    assert "rfc3987-syntax" not in locked("runtime")


def test_the_image_is_closed() -> None:
    text = (ROOT / "Dockerfile").read_text()

    assert text.count("FROM ") == 2
    assert re.search(r"^USER \d+$", text, re.MULTILINE)
    assert re.findall(r"^VOLUME (.+)$", text, re.MULTILINE) == ["/data"]
    assert "HEALTHCHECK" in text and "/healthz" in text
    assert "--require-hashes" in text


def test_only_what_the_image_needs_is_sent_to_its_builder() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)

    assert lines[1] == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == set(" ".join(copied).split())


def _judge() -> ModuleType:
    spec = importlib.util.spec_from_file_location("judge", ROOT / ".ci" / "judge.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GOOD = '<testcase classname="tests.providers.test_whatsapp_requests" name="a"/>'
SKIPPED = '<testcase classname="tests.x" name="b"><skipped message="no database"/></testcase>'


@pytest.mark.parametrize(
    ("cases", "faults"),
    [
        (GOOD, []),
        (GOOD + SKIPPED, ["skipped: tests.x::b (no database)"]),
        ("", ["no test ran"]),
    ],
)
def test_ci_refuses_skipped_tests_and_a_run_without_any(
    tmp_path: Path, cases: str, faults: list[str]
) -> None:
    report = tmp_path / "junit.xml"
    report.write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")

    assert _judge().judge(report) == faults
    assert _judge().judge(tmp_path / "none.xml") == ["pytest wrote no report"]
