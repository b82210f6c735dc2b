"""The home folder of one business: its environment file and the secrets made for it, closed to others."""

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ENV_FILE = "tagih.env"
ADDRESS_FILE = "web.address"
DEFAULT_HOME = Path("~/.tagih")


class HomeFault(Exception):
    """A home that cannot be used; the message says why and what to do."""


def home_of(env: Mapping[str, str], given: Path | str | None = None) -> Path:
    """The home folder: as given on the command line, else `TAGIH_HOME`, else ~/.tagih."""
    return Path(given or env.get("TAGIH_HOME", "").strip() or DEFAULT_HOME).expanduser().absolute()


def make_home(home: Path) -> None:
    """Makes the folder, closed to others; one that is there already keeps its mode."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise HomeFault(
            f"TAGIH_HOME: {home} cannot be made ({fault.strerror}); give a folder you may write"
        ) from fault


def env_file(home: Path) -> dict[str, str]:
    """The settings of `tagih.env`: `NAME=value` lines; blank lines and lines with # are comments."""
    path = home / ENV_FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as fault:
        raise HomeFault(f"{path}: cannot be read ({fault})") from fault
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        entry = line.strip()
        if not entry or entry.startswith("#"):
            continue
        name, equals, value = entry.removeprefix("export ").partition("=")
        if not equals or not name.strip().isidentifier():
            raise HomeFault(f"{path}:{number}: write NAME=value")
        found[name.strip()] = _unquoted(value.strip())
    return found


@contextmanager
def reached_at(home: Path, url: str) -> Iterator[None]:
    """Keeps beside the database where its web process answers, for as long as it runs.

    A later command finds it there, whatever TAGIH_BIND was set to when it started.
    """
    path = home / ADDRESS_FILE
    path.write_text(url + "\n", encoding="utf-8")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def address_of(home: Path) -> str | None:
    """Where the web process of this home answers; after a kill what it said last."""
    return _read(home / ADDRESS_FILE)


def _unquoted(value: str) -> str:
    """The value without one pair of surrounding quotes.

    >>> _unquoted('"Kost Melati"')
    'Kost Melati'
    """
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return value


def kept_secret(home: Path, name: str) -> str:
    """The random secret of this home under that name: made once, in a 0600 file, never in the database."""
    path = home / name
    found = _read(path)
    if found:
        return found
    make_home(home)
    made = secrets.token_urlsafe(32)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process of this home was faster, or the file is empty after a power cut
        found = _read(path)
        if found:
            return found
        raise HomeFault(
            f"{path}: is empty; delete it, or put the former secret back from your notes"
        ) from None
    except OSError as fault:
        raise HomeFault(f"{path}: cannot be made ({fault.strerror})") from fault
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(made + "\n")
        file.flush()
        os.fsync(file.fileno())
    return made


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as fault:
        raise HomeFault(f"{path}: cannot be read ({fault})") from fault
