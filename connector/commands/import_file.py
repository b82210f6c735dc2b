"""`tagih import FILE`: a spreadsheet as a difference, published when a person has seen it."""

import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from connector.commands.surroundings import home_option, table

SHOWN_ROWS = 40


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--list", "list_name", help="The list that this file renews. Default: the file's name.")
@click.option("--dry-run", is_flag=True, help="Only show the difference.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print the difference as JSON; publishes only with --yes."
)
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="Read the dates as if today were this day.")
@click.option("--country", metavar="ID", help="How local phone numbers are read. Default: TAGIH_COUNTRY.")
@click.option("--currency", metavar="IDR", help="Of amounts without one. Default: the business's.")
@click.option("--yes", is_flag=True, help="Publish without asking.")
@click.option("--start", is_flag=True, help="Let the messages of a list's first import go.")
@home_option
def command(
    file: Path,
    list_name: str | None,
    dry_run: bool,
    as_json: bool,
    today: datetime | None,
    country: str | None,
    currency: str | None,
    yes: bool,
    start: bool,
    home: Path | None,
) -> None:
    """Read a spreadsheet of invoices, show the difference, publish it."""
    from connector.actions import imports
    from connector.actions.import_publishing import publish
    from connector.commands.opening import opened

    only_look = dry_run or (as_json and not yes)
    with opened(home, only_look=only_look) as built:
        settings, store, catalog = built.settings, built.store, built.catalog
        reading = imports.Reading(today.date() if today else None, country or settings.country, currency)
        preview = imports.stage_file(
            store,
            catalog,
            file.read_bytes(),
            list_name=list_name or file.stem,
            file_name=file.name,
            reading=reading,
        )
        click.echo(_as_json(preview) if as_json else _difference(preview))
        if only_look or not (yes or click.confirm("Publish this?")):
            imports.drop(store, preview["import_id"])
            return
        done = publish(
            store,
            catalog,
            preview["import_id"],
            actor="terminal",
            settle_seconds=settings.settle_seconds,
            mode=settings.mode,
            preview_version=preview["preview_version"],
            start=start,
            public_url=settings.public_url,
        )
    click.echo(done["result_text"], err=as_json)


def _as_json(preview: dict[str, Any]) -> str:
    """The shape that scripts rely on; see DESIGN's outer contract."""
    shown = {key: preview[key] for key in ("list", "preview_version", "rows", "missing", "suspicious")}
    return json.dumps(shown, ensure_ascii=False, indent=2)


def _difference(preview: dict[str, Any]) -> str:
    """The rows that matter, then one line of counts."""
    rows = preview["rows"]
    counts = Counter(row["action"] for row in rows)
    told = [row for row in rows if row["action"] != "unchanged"]
    lines = [table([("LINE", "WHAT", "INVOICE", "WHY"), *map(_line, told[:SHOWN_ROWS])])] if told else []
    if len(told) > SHOWN_ROWS:
        lines.append(f"... and {len(told) - SHOWN_ROWS} more")
    lines += [f"no longer in the file: {number}" for number in preview["missing"]]
    lines += [f"look twice: {item['detail']}" for item in preview["suspicious"]]
    counted = ", ".join(f"{count} {action.replace('_', ' ')}" for action, count in sorted(counts.items()))
    lines.append(f"{preview['list']}: {counted or 'no rows'}, {len(preview['missing'])} missing")
    return "\n".join(lines)


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    why = "; ".join(f"{e.get('field')}: {e.get('detail') or e.get('code')}" for e in row.get("errors") or ())
    return str(row["line"]), row["action"].replace("_", " "), str(row["number"] or "-"), why
