"""The `tagih` command. Each subcommand is a module of `connector.commands`, imported when it is called."""

import importlib
import sys

import click

from connector import __version__
from connector.settings import close_files_to_others

# name -> what it does in one line; the module is connector/commands/<name>.py with a function `command`.
COMMANDS: dict[str, str] = {
    "serve": "Run everything: the web process and the worker.",
    "web": "Run the web process alone.",
    "worker": "Run the worker alone.",
    "emulator": "Run the sandbox's phones and providers alone, for other systems to talk to.",
    "setup": "Name the business and say how it is paid; --sample loads sample data.",
    "demo": "Play the whole story on a virtual clock and end.",
    "sandbox": "Move the virtual clock, cut the power, plant faults, type a customer's reply.",
    "import": "Read a spreadsheet of invoices or a roster of tenants, show the difference, publish it.",
    "recipe": "Bring in, check, list and try recipes.",
    "export": "Write the specs as another platform's files: openapi, n8n, zapier and others; `all` for every one.",
    "keys": "Make, list and revoke API keys.",
    "destinations": "Look at where money goes, approve it, retire it.",
    "doctor": "Check settings, database, locks, clock and disk.",
    "migrate": "Bring the database up to date.",
    "backup": "Copy the database while it runs.",
    "audit": "Check the record of who did what.",
}


class LazyCommands(click.Group):
    """Knows its subcommands by name and imports the one that is asked for, so that --help is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"connector.commands.{module_of(name)}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def module_of(name: str) -> str:
    """The module of a subcommand: `import` is a word of Python, so its module is `import_file`."""
    return "import_file" if name == "import" else name


@click.group(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tagih")
def main() -> None:
    """Tagih makes sure that each customer gets the right message about a bill, at a decent hour, once.

    Settings come from the environment and from tagih.env in the home folder; see docs/settings.md.
    """
    close_files_to_others()


if __name__ == "__main__":
    sys.exit(main())
