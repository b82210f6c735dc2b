"""`tagih backup FILE`: a whole copy of the database while everything runs."""

from pathlib import Path

import click

from connector.commands.surroundings import home_option, load_settings, refuse

_PG_DUMP = "PostgreSQL has its own tool: pg_dump --format=custom --file=FILE DATABASE"


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@home_option
def command(file: Path, home: Path | None) -> None:
    """Copy the database while it runs.

    The copy holds no secret.key: keep that file apart, without it the stored secrets cannot be read.
    """
    from connector.commands.starting import open_store
    from connector.store import audit_chain, migrate, soundness

    settings = load_settings(home)
    if settings.database_path is None:
        refuse(_PG_DUMP)
    if file.exists():
        refuse(f"{file} exists already; a backup never overwrites anything")
    if not file.absolute().parent.is_dir():
        refuse(f"Folder {file.absolute().parent} does not exist; make it first")
    if not settings.database_path.exists():
        refuse(f"{settings.database_path} does not exist; nothing to copy")
    store = open_store(settings)
    with store.write() as tx:  # the copy carries the chain's head: a tail cut off later shows against it
        audit_chain.seal_all(tx)
        head = audit_chain.head(tx)
    store.close()
    migrate.backup(settings.database_url, file)
    verdict, rows = soundness.of_copy(file)
    if verdict != "ok":
        refuse(f"{file} is damaged: {verdict}")
    click.echo(f"{file}: {file.stat().st_size:,} bytes, {rows} invoices, checked. Audit head {head}")
