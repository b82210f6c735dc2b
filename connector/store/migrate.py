"""Brings the schema up to date in one explicit transaction; refuses a database newer than the program.

Alembic is imported only inside the functions: it costs a quarter of a second and 39 MB, so `serve` runs it in
a short-lived child.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from connector.store.db import Store, sqlite_path

HERE = Path(__file__).parent / "migrations"


class NewerSchema(RuntimeError):
    """The database was written by a newer Tagih; running an older one on it could lose facts."""


def _config(url: str) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["url"] = url
    return config


def head() -> str:
    """The newest revision that this program knows."""
    from alembic.script import ScriptDirectory

    revision = ScriptDirectory.from_config(_config("")).get_current_head()
    if revision is None:
        raise RuntimeError("no migrations were shipped")
    return revision


def current(url: str) -> str | None:
    """The database's revision, or None when it is new."""
    engine = sa.create_engine(make_url(url))
    try:
        with engine.connect() as conn:
            if not sa.inspect(conn).has_table("alembic_version"):
                return None
            return conn.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    finally:
        engine.dispose()


def upgrade(url: str, *, backup_to: Path | None = None) -> str:
    """Migrates to the newest revision and answers it; backs an existing SQLite file up first.

    Raises NewerSchema when the database knows a revision that this program does not.
    """
    from alembic import command
    from alembic.script import ScriptDirectory

    newest, present = head(), current(url)
    if present == newest:
        return newest
    if present is not None:
        known = {s.revision for s in ScriptDirectory.from_config(_config(url)).walk_revisions()}
        if present not in known:
            raise NewerSchema(
                f"The database is at revision {present}, which this version of Tagih does not know. "
                "Start the newer version, or restore the backup that was made before the upgrade."
            )
        if backup_to is not None and sqlite_path(url) is not None:
            backup(url, backup_to)
    command.upgrade(_config(url), "head")
    return newest


def backup(url: str, target: Path) -> Path:
    """Copies a live SQLite database with its online backup API; the copy is readable by its owner only."""
    import sqlite3

    source = sqlite_path(url)
    if source is None:
        raise ValueError("PostgreSQL is backed up with pg_dump")
    target.touch(mode=0o600)
    with sqlite3.connect(source) as old, sqlite3.connect(target) as new:
        old.backup(new)
    old.close()
    new.close()
    return target


def backup_name(home: Path) -> Path:
    """Where the copy before an upgrade goes: `before-upgrade-20261128T010203Z.db` in the home."""
    return home / f"before-upgrade-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.db"


def prepare(store: Store) -> None:
    """Puts the one control row in place."""
    from connector.store import schema

    with store.write() as tx:
        if tx.conn.execute(sa.select(schema.control.c.id)).first() is None:
            tx.conn.execute(
                schema.control.insert().values(
                    id=1,
                    power_on=True,
                    clock_mode="virtual" if store.virtual else "system",
                    next_event_number=1,
                )
            )


def newest_file() -> str:
    """The newest revision by its file's name (`0001_first.py`), without importing Alembic.

    A test holds it against Alembic's own answer.
    """
    return max(path.stem.partition("_")[0] for path in (HERE / "versions").glob("[0-9]*.py"))
