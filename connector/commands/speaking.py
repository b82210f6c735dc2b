"""In which language the terminal speaks: the business's own; before there is one, the terminal's."""

from collections.abc import Mapping

import click

from connector.commands.surroundings import language_of_terminal
from connector.store import business
from connector.store.db import Store

Words = Mapping[str, str]  # language -> sentence
YES, NO = frozenset({"y", "ya", "yes"}), frozenset({"", "n", "no", "t", "tidak"})
_ANSWERS: Words = {"id": "y/T", "en": "y/N"}
_AGAIN: Words = {"id": "Jawab y (ya) atau t (tidak).", "en": "Answer y (yes) or n (no)."}
NOTHING_DONE: Words = {"id": "Tidak ada yang diubah.", "en": "Nothing was changed."}


def of_business(store: Store) -> str:
    """The business's own: whoever types the command reads what its people read."""
    with store.read() as tx:
        own = business.get(tx)
    return language_of_terminal() if own is None else "en" if own.language == "en" else "id"


def agreed(question: str, language: str, *, otherwise: Words = NOTHING_DONE) -> bool | None:
    """Asks until the answer is a yes or a no in either language; no is the default, and says what that means.

    None: nobody answered (no terminal, Ctrl-C), which a script must be able to tell from a no.
    """
    answer: bool | None = None
    try:
        while True:
            typed = click.prompt(f"{question} [{_ANSWERS[language]}]", default="", show_default=False)
            if typed.strip().lower() in YES:
                return True
            if typed.strip().lower() in NO:
                answer = False
                break
            click.echo(_AGAIN[language])
    except click.Abort:  # Ctrl-C, or nobody is there to answer
        click.echo()
    click.echo(otherwise[language])
    return answer
