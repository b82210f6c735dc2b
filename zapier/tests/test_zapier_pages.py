"""The pages: what they tell people to type and to choose is there."""

import re

from conftest import APP, ROOT, Zap, written

PAGE = (ROOT / "docs" / "zapier.md").read_text()
README = (APP / "README.md").read_text()


def labels() -> dict[str, set[str]]:
    """The labels of each step's fields by the step's own label."""
    steps = [
        one["definition"] for kind in ("creates", "searches", "triggers") for one in written(kind).values()
    ]
    return {
        step["display"]["label"]: {field["label"] for field in step["operation"]["inputFields"]}
        for step in steps
    }


def test_every_command_that_they_tell_exists() -> None:
    told = set(re.findall(r"npx zapier-platform ([a-z:]+)", PAGE + README))
    known = APP / "node_modules" / "zapier-platform-cli" / "src" / "oclif" / "commands"

    assert {"login", "register", "push", "migrate", "users:add"} <= told
    for command in told:
        assert (known / f"{command.replace(':', '/')}.js").is_file(), command
    assert "audience: Flags" in (known / "register.js").read_text()


def test_the_steps_and_fields_that_they_name_are_there() -> None:
    known = labels()
    bold = set(re.findall(r"\*\*([A-Z][A-Za-z ]+)\*\*[,;.:]?", PAGE)) - {
        "Tagih",
        "Once",
        "Documents",
        "Triggers",
    }
    section = PAGE.split("## 5.")[1].split("## ")[0]
    fields = {row.split("|")[1].strip() for row in section.splitlines() if row.startswith("| ")} - {"field"}

    assert {"Create or Update Invoice", "Invoice Status Changed", "Person Needed", "Find Invoice"} <= bold
    assert {name for name in bold if name in known} >= {name for name in bold if name.istitle()}
    assert {field.split(", ")[-1] for field in fields} <= known["Create or Update Invoice"]
    for label in ("Stop the Zap on These Results", "Deduplication Key"):
        assert label in PAGE and label in known["Send Message"]


def test_the_first_zap_of_the_page_works(zap: Zap) -> None:
    row = {
        "customer_name": "Rini Uji",
        "amount": "Rp 1,5jt",
        "due_date": "2026-12-05",
        "customer_phone": "0812-9001-3344",
        "invoice_number": "ZPAGE-1",
    }

    tried = zap.create("create_invoice", **row, dry_run=True)
    made = zap.create("create_invoice", **row)

    assert tried["result"] == made["result"] == "created"
    assert made["next_step_text"] or made["why_not_text"]
