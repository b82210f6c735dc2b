"""Plays the scenes in a world of their own and answers whether everything that they claim was true."""

import time

from connector.demo import cast
from connector.demo.screen import Screen
from connector.demo.words import WORDS
from connector.domain.texts import format_date_long, format_time


def run(lang: str, *, colour: bool = False) -> int:
    """The exit code: 0 when every check of the story holds."""
    began = time.monotonic()
    words, screen = WORDS[lang], Screen(colour=colour)
    day = f"{format_date_long(cast.START.date(), lang)}, {format_time(cast.START)}"
    screen.title(words["title"], words["opening"].format(business=cast.BUSINESS, day=day))
    # Here, so that the title stands on the screen while the engine is loaded.
    from connector.demo.scenes import SCENES
    from connector.demo.stage import NotSo, Stage
    from connector.demo.world import world

    try:
        with world(cast.START, lang, words["payment_details"]) as made:
            stage = Stage(made, screen, lang)
            for scene in SCENES:
                scene(stage)
    except NotSo as claim:
        screen.space()
        screen.verdict(words["failed"].format(check=claim), good=False)
        return 1
    screen.space()
    seconds = f"{time.monotonic() - began:.0f}"
    screen.say(words["checked"].format(count=stage.checks, seconds=seconds))
    screen.say(words["next"])
    return 0
