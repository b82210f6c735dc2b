"""`tagih migrate`: the database brought up to date, without starting anything."""

from pathlib import Path

import click

from connector.commands.surroundings import home_option, load_settings, refuse


@click.command("migrate")
@home_option
def command(home: Path | None) -> None:
    """Bring the database up to date."""
    from connector.commands.starting import prepare
    from connector.store import migrate
    from connector.supervisor import Refused

    settings = load_settings(home, begins=True)
    try:
        prepare(settings)
    except Refused as reason:
        refuse(str(reason))
    click.echo(f"The database is at revision {migrate.current(settings.database_url)}.")
