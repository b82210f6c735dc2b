"""Spreadsheets: imports, their rows and the lists that they keep."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, Text
from sqlalchemy.types import JSON

from connector.store.schema.base import Id, Instant, metadata

imports = Table(
    "imports",
    metadata,
    Column("id", Id, primary_key=True),
    Column("list_name", String(120), nullable=False, index=True),
    Column("state", String(12), nullable=False),  # staging, ready, applied, undone, deleted
    Column("preview_version", String(64)),
    Column("file_name", Text),
    Column("options", JSON, nullable=False),
    Column("counts", JSON, nullable=False),
    Column("started", Boolean, nullable=False),  # the list's messages may go
    Column("created_at", Instant, nullable=False),
    Column("applied_at", Instant),
)

import_rows = Table(
    "import_rows",
    metadata,
    Column("import_id", Id, ForeignKey("imports.id"), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("action", String(12), nullable=False),  # new, changed, newly_paid, unchanged, missing, refused
    Column("invoice_id", Id),
    Column("number", String(120)),
    Column("fields", JSON, nullable=False),
    Column("before", JSON),
    Column("errors", JSON, nullable=False),
    Column("raw", JSON, nullable=False),
    Column("result", String(20)),
)

lists = Table(
    "lists",
    metadata,
    Column("name", String(120), primary_key=True),
    Column("started_at", Instant),
    Column("synced_at", Instant),  # when its rows were last heard
    Column("rhythm_ms", Instant),  # the usual time between two syncs
    Column("created_at", Instant, nullable=False),
)
