"""Whether a database file is whole: SQLite's own quick check, of the live file and of a copy."""

import sqlite3
from pathlib import Path

from connector.store.db import Tx


def verdict(tx: Tx) -> str:
    """`ok`, or what SQLite found wrong; PostgreSQL checks its own pages."""
    if tx.dialect != "sqlite":
        return "ok"
    return str(tx.conn.exec_driver_sql("PRAGMA quick_check").scalar_one())


def of_copy(copy: Path) -> tuple[str, int]:
    """The verdict on a backup, and how many invoices it holds."""
    conn = sqlite3.connect(f"file:{copy}?mode=ro", uri=True)
    try:
        found = str(conn.execute("PRAGMA quick_check").fetchone()[0])
        return found, int(conn.execute("SELECT count(*) FROM invoices").fetchone()[0])
    finally:
        conn.close()
