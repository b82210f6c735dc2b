"""`tagih audit`: whether the record of who did what is still as it was written."""

import sys
from pathlib import Path

import click

from connector.commands.surroundings import home_option, load_settings


@click.group("audit")
def command() -> None:
    """Check the record of who did what."""


@command.command("verify")
@click.option(
    "--against",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A backup: its newest link must still be in the chain, so that a cut tail shows.",
)
@click.option("--head", help="What a morning's digest said, as NUMBER:HASH: it must still be in the chain.")
@home_option
def verify(against: Path | None, head: str | None, home: Path | None) -> None:
    """Walk the hash chain; name the first row that was changed or removed, and end with 1."""
    from connector.commands.starting import open_store
    from connector.store import audit_chain

    written = None if head is None else audit_chain.Head.read(head)
    if head is not None and written is None:
        raise click.UsageError("--head is written NUMBER:HASH, as the digest says it")
    store = open_store(load_settings(home))
    with store.write() as tx:
        audit_chain.seal_all(tx)
    with store.read() as tx:
        found = audit_chain.verify(tx)
        kept = written if against is None else audit_chain.head_of_file(against)
        lost = [h for h in (written, kept) if h is not None and not audit_chain.holds(tx, h)]
    store.close()
    if found.bad_row is not None:
        click.echo(
            f"BROKEN at audit row {found.bad_row}: {found.why}. {found.rows} rows before it are sound."
        )
        sys.exit(1)
    if lost:
        where = against if against is not None and lost[-1] is kept else "the digest"
        click.echo(f"BROKEN: link {lost[-1]} of {where} is not in this chain; rows were cut off or replaced.")
        sys.exit(1)
    cut = f", links up to {found.cut_before} removed by retention" if found.cut_before else ""
    click.echo(f"Sound: {found.rows} rows{cut}. Head {found.head}")
