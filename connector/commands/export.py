"""`tagih export`: the specs as the files of another platform."""

import sys
from pathlib import Path

import click

from connector import __version__


@click.command("export")
@click.argument("face", metavar="NAME")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Write below this folder.")
@click.option("--check", is_flag=True, help="Write nothing; end with 1 when a file there is stale.")
def command(face: str, out: Path | None, check: bool) -> None:
    """Write the specs as another platform's files: openapi, n8n, zapier and others; `all` for every one."""
    from connector.app import read_catalog
    from connector.commands.surroundings import refuse
    from connector.faces import faces

    known = faces()
    if face != "all" and face not in known:
        refuse(f"There is no platform {face}; take one of: {', '.join(known)}, all")
    catalog = read_catalog()
    files: dict[str, str] = {}
    for one in known.values() if face == "all" else [known[face]]:
        files |= one.files(catalog, __version__)
    if check:
        _check(files, out or Path())
    elif out is not None:
        _write(files, out)
    elif len(files) == 1:
        click.echo(next(iter(files.values())), nl=False)
    else:
        refuse(f"{face} has {len(files)} files: say where with --out FOLDER")


def _write(files: dict[str, str], out: Path) -> None:
    for name, text in files.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o644)  # they are read by other tools, and hold nothing private
        click.echo(path)


def _check(files: dict[str, str], out: Path) -> None:
    """Says which generated files are not what the specs say now."""
    stale = [
        name
        for name, text in files.items()
        if not (out / name).exists() or (out / name).read_text(encoding="utf-8") != text
    ]
    for name in stale:
        click.echo(f"{name} is stale: make generate", err=True)
    sys.exit(1 if stale else 0)
