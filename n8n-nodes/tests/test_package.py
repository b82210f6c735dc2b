"""What n8n asks of a verified community node, by its own linter, its own scanner and its written rules."""

import json
import re
import subprocess
import tarfile
from pathlib import Path

from install import Place
from real import NODES, kept, packed

README = (NODES / "README.md").read_text()


def said(place: Place, name: str, *command: str, cwd: Path = NODES) -> str:
    """What a tool said of these sources; asked once for the same sources and tools."""
    before = kept(place) / name
    if before.exists():
        return before.read_text()
    done = subprocess.run(
        list(command),
        cwd=cwd,
        env=place.environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    before.write_text(done.stdout)
    return done.stdout


def test_the_linter_in_strict_mode_finds_nothing(place: Place) -> None:
    assert json.loads((NODES / "package.json").read_text())["n8n"]["strict"] is True
    assert "error" not in said(place, "lint", "npm", "run", "--silent", "lint")


def test_the_scanner_finds_nothing_in_sources_and_package(place: Place, tmp_path: Path) -> None:
    with tarfile.open(packed(place)) as archive:
        archive.extractall(tmp_path, filter="data")
    sources = tmp_path / "sources"
    sources.mkdir()
    for name in (
        "nodes",
        "credentials",
        "icons",
        "package.json",
        "README.md",
    ):  # without node_modules beside them
        (sources / name).symlink_to(NODES / name)

    found = said(
        place, "scan", "node", "scan.mjs", str(sources), str(tmp_path / "package"), cwd=place.root / "scan"
    )

    assert [one["passed"] for one in json.loads(found)] == [True, True], found


def test_the_package_brings_nothing_along(place: Place) -> None:
    package = json.loads((NODES / "package.json").read_text())
    with tarfile.open(packed(place)) as archive:
        names = archive.getnames()

    assert "dependencies" not in package and package["peerDependencies"] == {"n8n-workflow": "*"}
    assert not {"prepare", "preinstall", "install", "postinstall"} & set(package["scripts"])
    assert {name.split("/")[1] for name in names} == {"dist", "package.json", "README.md"}
    for name in ("Tagih.node.json", "TagihTrigger.node.json"):
        assert f"package/dist/nodes/Tagih/{name}" in names
    assert {"package/dist/icons/tagih.svg", "package/dist/icons/tagih.dark.svg"} <= set(names)


def test_the_readme_has_what_a_reviewer_looks_for() -> None:
    for part in ("Installation", "Credentials", "Operations", "Example workflows", "Compatibility"):
        assert re.search(rf"^## {part}$", README, re.MULTILINE), part
    for file in (NODES / "examples").glob("*.json"):
        assert f"examples/{file.name}" in README, file.name
