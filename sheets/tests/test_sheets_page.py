"""sheets/README.md: what it tells to type, to paste and to choose is there, and its steps work in their order."""

import json
import re
from collections.abc import Callable
from typing import Any

from conftest import README, ROOT, commands
from running import Home

SHEETS = ROOT / "sheets"
SCRIPT = {path.name: path.read_text(encoding="utf-8") for path in SHEETS.glob("*.js")}
SOURCE = "\n".join(SCRIPT.values())
Play = Callable[..., dict[str, Any]]


def english(play: Play) -> dict[str, str]:
    """What menu, sidebar and cells say to an English reader."""
    words: dict[str, str] = play(["tagihState"], locale="en_GB")["answers"][0]["words"]
    return words


def constant(name: str) -> str:
    [value] = re.findall(rf"const {name} = ([^;]+);", SOURCE)
    return str(value)


def ids(home: Home) -> set[str]:
    return {line.split()[0] for line in home.done("keys", "list").splitlines()[1:]}


def test_its_commands_run(home: Home) -> None:
    [made, listed, revoked] = commands()
    before = ids(home)

    key = home.done(*made).split()[0]
    shown = {line.split()[0] for line in home.done(*listed).splitlines()[1:]}
    [ours] = shown - before
    worked = home.client(key).get("/v1/me").status_code
    home.done(*(ours if word == "ID" else word for word in revoked))

    assert (worked, home.client(key).get("/v1/me").status_code) == (200, 401)
    targets = re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.M)
    assert set(re.findall(r"`make ([a-z-]+)`", README)) == {"test-sheets"} <= set(targets)


def test_the_files_settings_and_functions_that_it_names_are_there() -> None:
    files = set(re.findall(r"`([A-Za-z]\w*\.(?:html|xlsx|json|js))`", README))
    links = set(re.findall(r"\]\((\.\.?/[^)]+)\)", README))
    settings = set(re.findall(r"`(TAGIH_[A-Z_]+)`", README))
    formulas = set(re.findall(r"`=(\w+)", README))

    opened = {f"{page}.html" for page in re.findall(r"createHtmlOutputFromFile\('(\w+)'\)", SOURCE)}
    assert opened == {path.name for path in SHEETS.glob("*.html")}
    assert files == opened | {"template.xlsx"}
    assert all((SHEETS / name).is_file() for name in files | {"appsscript.json"} if name in README)
    assert links and all((SHEETS / link).exists() for link in links)
    told = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert settings and all(f"`{name}`" in told for name in settings)
    assert formulas == set(re.findall(r"@customfunction\s+\*/\s+function (\w+)", SOURCE))


def test_the_menu_is_told_line_by_line(play: Play) -> None:
    said = english(play)
    menu = re.findall(r"addItem\(tagihWord_\('(\w+)'\)", SCRIPT["Menu.js"])
    entries = {re.sub(r" \(.*\)|…", "", said[name]) for name in menu}
    table = README.split("| menu |")[1].split("\n\n")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| ")]
    listed = {re.sub(r" \(.*\)", "", name).strip() for row in rows for name in re.split(r", ", row)}
    chosen = set(re.findall(r"[Mm]enu Tagih, \"?([A-Z][a-z ]+)", README))

    assert listed == entries - {"Turn off the daily send"}  # which needs no words
    assert chosen and chosen <= entries
    assert said["owner_key_missing"].startswith("Formulas use the key of this file's owner")
    assert "Formulas use the key of this file's owner" in README


def test_the_columns_and_figures_are_those_of_the_script() -> None:
    [columns] = re.findall(r"Columns that it writes: ([a-z, ]+)\.", README)
    own = json.loads(constant("TAGIH_COLUMNS"))

    assert columns.split(", ") == [heading.split(": ")[1].split(" · ")[-1] for heading in own.values()]
    assert "six attempts, ten minutes apart" in README
    assert (constant("TAGIH_RESUMES"), constant("TAGIH_RESUME_MS")) == ("6", "10 * 60 * 1000")
    assert "a minute later" in README and constant("TAGIH_PAUSE_MS") == "60 * 1000"
    assert "five minutes old" in README and constant("TAGIH_FRESH_S") == "300"
    assert "between 7 and 8" in README and "atHour(7)" in SCRIPT["Menu.js"]


def test_its_steps_lead_to_a_first_message(play: Play, home: Home, key: str) -> None:
    [line] = re.findall(r"Headings are yours: (.*?) or their English words", README)
    headings = re.findall(r'"([^"]+)"', line)
    row = ["Rini Halaman", "0812-9002-3344", "1.500.000", "2026-12-05", "SPAGE-1", "Sewa kamar", ""]
    given: dict[str, Any] = {"document": {"TAGIH_LIST": "sheet-page"}}

    connected = play(
        ["tagihConnect", {"url": home.url, "key": key, "list": "sheet-page"}], user={}, locale="en_GB"
    )
    user = connected["properties"]["user"]
    kept = play(["tagihSendSelected"], sheet=[headings, row], user=user, **given)
    going = play(["tagihStart"], sheet=kept["cells"], user=user, says_yes=True, **given)
    shown = play(["TAGIH_STATUS", "SPAGE-1"], user=user, book_locale="en_US")

    assert connected["answers"][0]["text"].startswith("Connected to Kost Melati.")
    assert "Belum ada pesan yang berangkat" in kept["toasts"][-1]
    cells = dict(zip(*going["cells"], strict=False))
    assert cells["Tagih: status"] == "open" and cells["Tagih: berikutnya · next send"]
    assert shown["answers"][0].startswith("Open · ")
    assert home.act("get_invoice", invoice="SPAGE-1")["next_step_at"]
