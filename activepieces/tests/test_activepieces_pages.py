"""The pages: what they tell people to type and to choose is there."""

import json
import re

from conftest import ACTIONS, PACKAGE, ROOT, TRIGGERS, Piece

PAGE = (ROOT / "docs" / "activepieces.md").read_text()
README = (PACKAGE / "README.md").read_text()
MANIFEST = json.loads((PACKAGE / "package.json").read_text())


def test_every_command_that_they_tell_exists() -> None:
    for page in (PAGE, README):
        assert set(re.findall(r"^npm run (\w+)", page, re.M)) == {"build"}
        assert f"`{MANIFEST['name']}-{MANIFEST['version']}.tgz`" in page
        assert "npm ci\nnpm run build\nnpm pack ./dist\n```" in page
    assert {"build", "check", "bundle"} == set(MANIFEST["scripts"])


def test_the_readme_names_every_file_of_the_shell() -> None:
    there = {path.name for path in (PACKAGE / "src").glob("*.ts")} - {"definitions.ts", "modules.d.ts"}

    assert there <= set(re.findall(r"`src/(\w+\.ts)`", README))


def test_the_steps_and_fields_that_they_name_are_there(piece: Piece) -> None:
    told = piece.done("metadata")
    titles = {one["displayName"]: one for kind in ("actions", "triggers") for one in told[kind].values()}
    labels = {prop["displayName"] for prop in titles["Create or Update Invoice"]["props"].values()}
    section = PAGE.split("## 5.")[1].split("## ")[0]
    fields = {row.split("|")[1].strip() for row in section.splitlines() if row.startswith("| ")} - {"field"}
    keyed = {one.title for one in ACTIONS.values() if one.idempotency == "key"}
    [named] = re.findall(r"what sends or splits \((.*?)\)", PAGE)

    assert set(re.findall(r"\*\*([A-Z][A-Za-z ]+)\*\*[,;.]", section)) <= set(titles)
    assert fields <= labels and "PDF" in labels
    assert set(named.split(", ")) == keyed
    assert f"{len(ACTIONS)} actions and {len(TRIGGERS)} triggers" in PAGE
    for label in ("Deduplication Key", "Variables"):
        assert label in PAGE and label in {
            prop["displayName"] for prop in titles["Send Template"]["props"].values()
        }
    assert "Quiet Hours" in {prop["displayName"] for prop in titles["Person Needed"]["props"].values()}


def test_the_first_flow_of_the_page_works(piece: Piece) -> None:
    row = {
        "customer_name": "Rini Uji",
        "amount": "Rp 1,5jt",
        "due_date": "2026-12-05",
        "customer_phone": "0812-9001-3344",
        "invoice_number": "APPAGE-1",
    }

    tried = piece.act("create_invoice", **row, dry_run=True)
    made = piece.act("create_invoice", **row)

    assert tried["result"] == made["result"] == "created"
    assert made["next_step_text"] or made["why_not_text"]
