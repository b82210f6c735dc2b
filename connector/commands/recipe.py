"""`tagih recipe`: recipes brought in, checked, listed, tried."""

import json
import shutil
import textwrap
from pathlib import Path

import click

from connector import specs
from connector.commands.surroundings import home_option, refuse, table
from connector.specs.recipes import RecipeFaults, parse_recipe

WIDTH = 10  # of the column that names the step
LONGEST_LINE = 96


@click.group("recipe")
def command() -> None:
    """Bring in, check, list and try recipes."""


@command.command("lint")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
def lint(files: tuple[Path, ...]) -> None:
    """Check recipe files without a database; every fault with its line."""
    catalog = specs.load(*specs.default_dirs())
    wrong = 0
    for file in files:
        try:
            text = file.read_text(encoding="utf-8")
            found = parse_recipe(
                text, policies=catalog.policies, templates=catalog.templates, where=str(file)
            )
        except RecipeFaults as faults:
            wrong += len(faults.faults)
            click.echo("\n".join(map(str, faults.faults)), err=True)
        except UnicodeDecodeError:
            wrong += 1
            click.echo(f"{file}: is no text in UTF-8", err=True)
        else:
            click.echo(f"{file}: {found.name}, version {found.version[:12]}, {len(found.recipe.steps)} steps")
    if wrong:
        refuse(f"{wrong} to mend.")


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@home_option
def import_(file: Path, dry_run: bool, home: Path | None) -> None:
    """Bring the recipe in FILE into the database, where it shadows a shipped one of its name."""
    from connector.actions.run import run_action
    from connector.commands.opening import opened

    with opened(home, only_look=dry_run) as built:
        settings = built.settings
        answer = run_action(
            built.store,
            built.catalog,
            "import_recipe",
            {"text": file.read_text(encoding="utf-8")},
            "terminal",
            settle_seconds=settings.settle_seconds,
            mode=settings.mode,
            dry_run=dry_run,
        )
    click.echo(answer["result_text"])


@command.command("list")
@home_option
def list_(home: Path | None) -> None:
    """Every recipe that may be used, and where it comes from."""
    from connector.commands.opening import opened
    from connector.store import recipes

    with opened(home, only_look=True) as built, built.store.read() as tx:
        found = recipes.active_recipes(tx)
    rows = [(recipe.name, recipe.version[:12], recipe.origin.value) for recipe in found]
    click.echo(table([("RECIPE", "VERSION", "ORIGIN"), *rows]))


@command.command("simulate")
@click.argument("name")
@click.option("--due", metavar="DATE", help="Due date of the made-up invoice. Default: in two weeks.")
@click.option("--amount", help="Its amount. Default: 1500000.")
@click.option("--json", "as_json", is_flag=True, help="The whole answer as JSON.")
@home_option
def simulate(name: str, due: str | None, amount: str | None, as_json: bool, home: Path | None) -> None:
    """Show who would get what, when, if the recipe NAME ran; nothing is sent, nothing remains."""
    from connector.actions import simulating
    from connector.commands.opening import opened

    given = {key: value for key, value in (("due_date", due), ("amount", amount)) if value}
    with opened(home, only_look=True) as built:
        settings = built.settings
        answer = simulating.simulate(
            built.store, built.catalog, name, given, mode=settings.mode, public_url=settings.public_url
        )
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
        return
    click.echo(f"{answer['recipe']}: {answer['amount_text']}, due {answer['due_date']}")
    for step in answer["steps"]:
        head = [str(step.get(key) or "") for key in ("step", "at_text", "channel")]
        click.echo("\n" + "  ".join([head[0].ljust(WIDTH), *head[1:]]).rstrip())
        if step.get("text"):
            click.echo(_beside(step["text"]))


def _beside(text: str) -> str:
    """A message in the column beside the steps' names, no wider than people like to read."""
    margin = " " * (WIDTH + 2)
    width = min(shutil.get_terminal_size().columns, LONGEST_LINE)
    lines = [
        textwrap.fill(line, width, initial_indent=margin, subsequent_indent=margin)
        for line in text.splitlines()
    ]
    return "\n".join(lines)
