"""Tables that only grow: triggers of the database itself refuse UPDATE, DELETE and TRUNCATE.

They are made with the tables; a migration that makes such a table runs `statements()` after it.
"""

from dataclasses import dataclass

import sqlalchemy as sa


@dataclass(frozen=True, slots=True)
class Guard:
    """`kept` is an SQL condition on OLD: while it holds, the row may not be deleted either."""

    table: str
    kept: str


GUARDS: list[Guard] = []


def guard(table: sa.Table, *, kept: str) -> None:
    """From its making on the table refuses changes, and deletions while `kept` holds."""
    made = Guard(table.name, kept)
    GUARDS.append(made)
    for dialect in ("sqlite", "postgresql"):
        for text in _of(made, dialect):
            ddl: sa.DDL = sa.DDL(text)  # type: ignore[no-untyped-call]
            sa.event.listen(table, "after_create", ddl.execute_if(dialect=dialect))


def statements(dialect: str) -> list[str]:
    """Everything that a migration has to say after it has made the tables."""
    return [text for made in GUARDS for text in _of(made, dialect)]


def _of(made: Guard, dialect: str) -> list[str]:
    name, kept = made.table, made.kept
    refusal = f"{name} is append-only"
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {name}_no_update BEFORE UPDATE ON {name} "
            f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END",
            f"CREATE TRIGGER {name}_no_delete BEFORE DELETE ON {name} WHEN {kept} "
            f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END",
        ]
    return [
        f"CREATE FUNCTION {name}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'DELETE' THEN IF NOT ({kept}) THEN RETURN OLD; END IF; END IF; "
        f"RAISE EXCEPTION '{refusal}'; END $$",
        f"CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE ON {name} "
        f"FOR EACH ROW EXECUTE FUNCTION {name}_refuse()",
        f"CREATE TRIGGER {name}_no_truncate BEFORE TRUNCATE ON {name} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {name}_refuse()",
    ]
