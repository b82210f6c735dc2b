"""`tagih import FILE`: a spreadsheet as a difference, published when a person has seen it."""

import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from connector.commands.surroundings import home_option, table
from connector.domain.listwords import ACTIONS, words_of
from connector.store import business
from connector.store.db import Store

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
            language=(language := _language(store)),
        )
        click.echo(_as_json(preview) if as_json else _difference(preview, language))
        if only_look or not (yes or click.confirm(_WORDS[language]["ask"])):
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


def _language(store: Store) -> str:
    """The business's own: whoever types the command reads what its people read."""
    with store.read() as tx:
        own = business.get(tx)
    return "en" if own is not None and own.language == "en" else "id"


def _as_json(preview: dict[str, Any]) -> str:
    """The shape that scripts rely on; see DESIGN's outer contract."""
    shown = {key: preview[key] for key in ("list", "preview_version", "rows", "missing", "suspicious")}
    return json.dumps(shown, ensure_ascii=False, indent=2)


_HEAD = {
    "id": ("BARIS", "APA", "NAMA", "JUMLAH", "JATUH TEMPO", "PERUBAHAN"),
    "en": ("LINE", "WHAT", "NAME", "AMOUNT", "DUE", "CHANGE"),
}
_WORDS = {
    "id": {
        "more": "... dan {count} baris lagi",
        "gone": "Tidak ada lagi di berkas (tidak berarti lunas): {who}",
        "twice": "Lihat lagi: baris {detail}",
        "none": "tidak ada baris",
        "ask": "Terapkan?",
    },
    "en": {
        "more": "... and {count} more",
        "gone": "No longer in the file (which never means paid): {who}",
        "twice": "Look twice: line {detail}",
        "none": "no rows",
        "ask": "Publish this?",
    },
}
NAME_WIDTH = 28


def _difference(preview: dict[str, Any], language: str) -> str:
    """The rows that matter with what changes from what to what; then what is wrong, and one line of counts."""
    words = _WORDS[language]
    told = [row for row in preview["rows"] if row["action"] != "unchanged"]
    lines = [table([_HEAD[language], *map(_line, told[:SHOWN_ROWS])])] if told else []
    if len(told) > SHOWN_ROWS:
        lines.append(words["more"].format(count=len(told) - SHOWN_ROWS))
    refused = [row for row in told if row["errors"]]
    lines += [_refused(row) for row in refused[:SHOWN_ROWS]]
    lines += [words["gone"].format(who=_who(gone)) for gone in preview["missing_rows"]]
    lines += [words["twice"].format(detail=item["detail"]) for item in preview["suspicious"]]
    lines += [preview["summary_text"]] if preview["summary_text"] and told else []
    lines.append(f"{preview['list']}: {_counted(preview, language) or words['none']}")
    return "\n".join(lines)


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    name = row["customer_name"] or "-"
    shown = name if len(name) <= NAME_WIDTH else name[: NAME_WIDTH - 3] + "..."
    cells = (row["action_text"], shown, row["amount_text"] or "-", row["due_date_text"] or "-")
    return str(row["line"]), *cells, row["changes_text"] or ""


def _refused(row: dict[str, Any]) -> str:
    return f"{row['line']}: " + " ".join(error["detail"] for error in row["errors"])


def _who(gone: dict[str, Any]) -> str:
    name = gone["customer_name"]
    return f"{gone['number']} ({name})" if name else str(gone["number"])


def _counted(preview: dict[str, Any], language: str) -> str:
    counts = Counter(row["action"] for row in preview["rows"]) | Counter(missing=len(preview["missing"]))
    return ", ".join(
        f"{counts[action]} {words_of(ACTIONS, action, language)}" for action in ACTIONS if counts[action]
    )
