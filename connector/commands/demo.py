"""`tagih demo`: the whole story on a virtual clock, in seconds."""

import io
import os
import sys

import click


@click.command("demo")
@click.option(
    "--lang", type=click.Choice(["id", "en"]), default="id", show_default=True, help="Language of the story."
)
def command(lang: str) -> None:
    """Play the whole story on a virtual clock and end."""
    from connector import demo

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without UTF-8 shows ? for the frames
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    sys.exit(demo.run(lang, colour=colour))
