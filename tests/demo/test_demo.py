"""The demo as a user runs it; and the count that ends it, which sees a planted loss and a planted double."""

import os
import re
import string
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from world import World, at, world

from connector.demo import cast
from connector.demo.words import WORDS
from connector.store import schema
from connector.store.tally import Tally, tally

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "demo.md").read_text(encoding="utf-8")
LIMIT_S = 10  # of processor time: a person waits 20 s at most, and a busy machine stretches only the wait
PHONES = [tenant.e164.removeprefix("+62") for tenant in cast.TENANTS]


def python(*arguments: str, **env: str) -> "subprocess.CompletedProcess[str]":
    """A process of its own, without any setting of ours but those given."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("TAGIH_")}
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**plain, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **env},
        timeout=120,
        check=False,
    )


def demo(lang: str, **env: str) -> "subprocess.CompletedProcess[str]":
    return python("-c", "from connector.cli import main; main()", "demo", "--lang", lang, **env)


@pytest.fixture(scope="module", params=["id", "en"])
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """(language, what was printed) of one run whose caller has live settings of its own."""
    lang, temporary = request.param, tmp_path_factory.mktemp("temporary")
    before = os.times()
    done = demo(
        lang, TMPDIR=str(temporary), TAGIH_WHATSAPP_TOKEN="a-live-token", TAGIH_HOME=str(temporary / "home")
    )
    after = os.times()
    took = after.children_user + after.children_system - before.children_user - before.children_system

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert done.stderr == ""
    assert took < LIMIT_S
    assert list(temporary.iterdir()) == []  # the home was thrown away, and the caller's was not touched
    return lang, done.stdout


def test_the_demo_tells_eight_scenes_and_ends_with_its_count(played: tuple[str, str]) -> None:
    lang, said = played

    scenes = re.findall(r"(?m)^(\d)\. (.+?) ─+$", said)
    assert [int(number) for number, _ in scenes] == list(range(1, 9))
    verdict = {"id": "0 hilang, 0 ganda", "en": "0 lost, 0 doubled"}[lang]
    assert f"   {verdict}\n" in said


def test_the_demo_shows_what_the_engine_sent(played: tuple[str, str]) -> None:
    lang, said = played

    for kind in ("blackout_recovered", "promise_made", "promise_kept", "promise_broken", "needs_human"):
        assert f"→ {kind}: " in said
    assert WORDS[lang]["budi_words"] in said.split(WORDS[lang]["case_thread"])[1]
    buttons = {"id": "[Sudah bayar]  [Butuh waktu]", "en": "[Already paid]  [Need more time]"}[lang]
    assert said.count(buttons) >= 4
    assert ("[10 Des]" if lang == "id" else "[10 Dec]") in said


def test_the_demo_fits_a_terminal_and_is_plain_when_it_is_read_by_a_program(played: tuple[str, str]) -> None:
    _, said = played

    assert max(len(line) for line in said.splitlines()) <= 100
    assert "\x1b" not in said
    assert "\n\n\n" not in said
    assert "Traceback" not in said


def test_the_demo_shows_no_whole_phone_number(played: tuple[str, str]) -> None:
    _, said = played

    digits = re.sub(r"[^\d\n]", "", said)
    assert [phone for phone in PHONES if phone in digits] == []
    assert "0812-****-7890" in said


def test_the_document_shows_what_the_demo_says(played: tuple[str, str]) -> None:
    lang, said = played
    if lang == "id":
        assert "tagih demo" in DOCUMENT
        return
    shown = DOCUMENT.split("```text\n")[1].split("```")[0].splitlines()

    missing = [line for line in shown if line.strip() and line not in said and "seconds." not in line]

    assert missing == []


def test_a_claim_that_does_not_hold_fails_the_demo() -> None:
    lie = (
        "from connector import demo; from connector.demo import scenes;"
        "scenes.SCENES = (lambda stage: stage.check('the moon is green', False),);"
        "raise SystemExit(demo.run('en'))"
    )

    done = python("-c", lie)

    assert done.returncode == 1
    assert "This did not happen: the moon is green." in done.stdout


def test_both_languages_have_the_same_words_with_the_same_gaps() -> None:
    gaps = {
        lang: {
            key: sorted({name for _, name, _, _ in string.Formatter().parse(text) if name})
            for key, text in words.items()
        }
        for lang, words in WORDS.items()
    }

    assert gaps["id"] == gaps["en"]


# --- the count ----------------------------------------------------------------------------------------------


@pytest.fixture
def kost(tmp_path: Path, database_url: str):
    """Two people who have had their invoice, by the provider's books and by ours."""
    with world(tmp_path / "home", database_url) as made:
        made.invoice()
        made.invoice("T-2", customer_name="Budi Uji", customer_phone="081290002222")
        made.advance(at("2026-11-28 10:00"))
        yield made


def counted(kost: World) -> Tally:
    with kost.store.read() as tx:
        return tally(tx)


def test_what_went_once_is_neither_lost_nor_doubled(kost: World) -> None:
    assert counted(kost) == Tally(accepted=2, lost=0, doubled=0, held=0)


def test_a_planted_loss_is_seen(kost: World) -> None:
    table = schema.emu_messages
    with kost.store.write() as tx:
        tx.conn.execute(table.delete().where(table.c.phone == "+6281290002222"))

    assert counted(kost) == Tally(accepted=1, lost=1, doubled=0, held=0)


def test_a_planted_double_is_seen(kost: World) -> None:
    table = schema.emu_messages
    with kost.store.write() as tx:
        row = tx.conn.execute(sa.select(table).where(table.c.phone == "+6281290002222")).one()
        tx.conn.execute(table.insert().values({**row._mapping, "id": "wamid.PLANTED"}))

    assert counted(kost) == Tally(accepted=3, lost=0, doubled=1, held=0)


def test_a_step_whose_time_passed_without_a_word_is_lost(kost: World) -> None:
    with kost.store.write() as tx:
        steps = schema.steps
        tx.conn.execute(
            steps.update()
            .where(steps.c.key == "H-3", steps.c.channel == "whatsapp")
            .values(planned_for=tx.now_ms)
        )

    assert counted(kost).lost == 2
