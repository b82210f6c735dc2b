"""`tagih import FILE`: a spreadsheet as a difference, published when a person has seen it."""

import json
import shlex
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from connector.commands.speaking import agreed, of_business
from connector.commands.surroundings import at_home, home_option, need_home, program, table
from connector.domain.listdiff import RowAction
from connector.domain.listwords import ACTIONS, words_of

SHOWN_ROWS = 40
EXIT_UNANSWERED = 1


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
@click.option(
    "--date-order", type=click.Choice(["DMY", "MDY"]), help="Of 05/12/2026. Default: the day first."
)
@click.option("--yes", is_flag=True, help="Publish without asking; rows to look at twice stay out.")
@click.option("--yes-all", is_flag=True, help="Publish without asking, with the rows to look at twice.")
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
    date_order: str | None,
    yes: bool,
    yes_all: bool,
    start: bool,
    home: Path | None,
) -> None:
    """Read a spreadsheet of invoices or a roster of tenants, show the difference, publish it."""
    from connector.actions import imports
    from connector.actions.import_publishing import publish
    from connector.commands.opening import opened

    need_home(home)  # a preview of an empty house would only look right
    yes = yes or yes_all
    only_look = dry_run or (as_json and not yes)
    with opened(home, only_look=only_look) as built:
        settings, store, catalog = built.settings, built.store, built.catalog
        reading = imports.Reading(
            today.date() if today else None, country or settings.country, currency, date_order
        )
        preview = imports.stage_file(
            store,
            catalog,
            file.read_bytes(),
            list_name=list_name or file.stem,
            file_name=file.name,
            reading=reading,
            language=(language := of_business(store)),
        )
        words, again = _WORDS[language], _again(file, list_name, home)
        click.echo(_as_json(preview) if as_json else _difference(preview, language))
        wish = only_look or yes or agreed(words["ask"], language)
        if only_look or not wish:
            imports.drop(store, preview["import_id"])
            if dry_run and not as_json and any(row["action"] in _DOES for row in preview["rows"]):
                click.echo(words["apply"].format(again=again))
            if wish is None:  # nobody was there to agree: a script must not take this for done
                sys.exit(EXIT_UNANSWERED)
            return
        twice = [item["line"] for item in preview["suspicious"]]
        lines = ", ".join(map(str, twice))
        take_all = yes_all or (
            bool(twice)
            and not yes
            and bool(agreed(words["ask_twice"].format(lines=lines), language, otherwise=_LEFT))
        )
        # Naming a line is the yes that some changes need: a payment taken back, another number.
        accept = [row["line"] for row in preview["rows"] if take_all or row["line"] not in twice]
        done = publish(
            store,
            catalog,
            preview["import_id"],
            actor="terminal",
            settle_seconds=settings.settle_seconds,
            mode=settings.mode,
            preview_version=preview["preview_version"],
            accept=accept if twice else None,
            start=start,
            public_url=settings.public_url,
        )
    told = [done["result_text"]]
    told += [words["left"].format(lines=lines)] if twice and not take_all else []
    told += [words["start"].format(again=again)] if not done["started"] else []
    click.echo("\n".join(told), err=as_json)


def _again(file: Path, list_name: str | None, home: Path | None) -> str:
    """The command to type next, without the options that were for looking only."""
    named = f" --list {shlex.quote(list_name)}" if list_name else ""
    return f"{program()} import {shlex.quote(str(file))}{at_home(home)}{named}"


def _as_json(preview: dict[str, Any]) -> str:
    """The shape that scripts rely on; see DESIGN's outer contract."""
    shown = {key: preview[key] for key in ("list", "preview_version", "rows", "missing", "suspicious")}
    return json.dumps(shown, ensure_ascii=False, indent=2)


_HEAD = {
    "id": ("BARIS", "APA", "NAMA", "NOMOR WA", "JUMLAH", "JATUH TEMPO", "PERUBAHAN"),
    "en": ("LINE", "WHAT", "NAME", "NUMBER", "AMOUNT", "DUE", "CHANGE"),
}
_WORDS = {
    "id": {
        "more": "... dan {count} baris lagi",
        "gone": "Tidak ada lagi di berkas (tidak berarti lunas): {who}",
        "moved_out": "Tidak ada lagi di berkas (tagihannya tetap terbit sampai Anda menghentikannya): {who}",
        "twice": "Lihat lagi: baris {detail}",
        "none": "tidak ada baris",
        "ask": "Terapkan?",
        "ask_twice": "Termasuk yang perlu dilihat lagi (baris {lines})?",
        "left": "Belum diterapkan, perlu Anda lihat lagi: baris {lines}. Bila memang benar, tambahkan --yes-all.",
        "apply": "Belum ada yang diubah. Untuk menerapkannya: {again}",
        "start": "Agar pesannya berangkat: {again} --start",
    },
    "en": {
        "more": "... and {count} more",
        "gone": "No longer in the file (which never means paid): {who}",
        "moved_out": "No longer in the file (billed until you stop them): {who}",
        "twice": "Look twice: line {detail}",
        "none": "no rows",
        "ask": "Publish this?",
        "ask_twice": "With those to look at twice (line {lines})?",
        "left": "Not published, for you to look at twice: line {lines}. If it is right, add --yes-all.",
        "apply": "Nothing was changed yet. To publish it: {again}",
        "start": "To let its messages go: {again} --start",
    },
}
_DOES = frozenset({RowAction.NEW, RowAction.CHANGED, RowAction.NEWLY_PAID})
_LEFT = {
    "id": "Baris itu dibiarkan; yang lain diterapkan.",
    "en": "Those stay out; the others are published.",
}
NAME_WIDTH = 28


def _difference(preview: dict[str, Any], language: str) -> str:
    """The rows that matter with what changes from what to what; then what is wrong, and one line of counts."""
    words, is_roster = _WORDS[language], preview["shape"] == "roster"
    told = [row for row in preview["rows"] if row["action"] != "unchanged"]
    lines = [table([_HEAD[language], *(_line(row, language) for row in told[:SHOWN_ROWS])])] if told else []
    if len(told) > SHOWN_ROWS:
        lines.append(words["more"].format(count=len(told) - SHOWN_ROWS))
    refused = [row for row in told if row["errors"]]
    lines += [_refused(row) for row in refused[:SHOWN_ROWS]]
    gone = words["moved_out" if is_roster else "gone"]
    lines += [gone.format(who=_who(one)) for one in preview["missing_rows"]]
    lines += [words["twice"].format(detail=item["detail"]) for item in preview["suspicious"]]
    lines += [preview["summary_text"]] if preview["summary_text"] and (told or is_roster) else []
    lines.append(f"{preview['list']}: {_counted(preview, language) or words['none']}")
    return "\n".join(lines)


def _line(row: dict[str, Any], language: str) -> tuple[str, ...]:
    name = row["customer_name"] or "-"
    if "charge" in row and row["number"]:
        name = f"{row['number']} {name}"
    shown = name if len(name) <= NAME_WIDTH else name[: NAME_WIDTH - 3] + "..."
    held = row["invoice"] or row.get("charge") or {}
    phone = held.get("phone") or held.get("customer_phone") or "-"
    cells = (_what(row, language), shown, phone, row["amount_text"] or "-", row["due_date_text"] or "-")
    return str(row["line"]), *cells, row["changes_text"] or ""


def _what(row: dict[str, Any], language: str) -> str:
    """What happens to the row; one that comes in paid already says so."""
    said = str(row["action_text"])
    if row["action"] == RowAction.NEW and row["newly_paid"] and "charge" not in row:
        said += f", {words_of(ACTIONS, RowAction.NEWLY_PAID, language)}"
    return said


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
