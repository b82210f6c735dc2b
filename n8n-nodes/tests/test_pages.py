"""docs/n8n.md and README.md say what is there: their commands work, their names exist, their flows run."""

import json
import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from conftest import ROOT
from install import Place
from real import NODES, Json, N8n, packed, tagih, trigger
from running import Home, until
from test_trigger import hooks_of

README = (NODES / "README.md").read_text(encoding="utf-8")
FIRST_FLOW = (ROOT / "docs" / "n8n.md").read_text(encoding="utf-8")
PAGES = {NODES / "README.md": README, ROOT / "docs" / "n8n.md": FIRST_FLOW}
GENERATED = {path.name: path.read_text() for path in (NODES / "nodes/Tagih/generated").glob("*.ts")}
SOURCES = "".join(path.read_text() for path in NODES.glob("nodes/**/*.ts"))
SPOKEN = "\n".join(PAGES.values())

# What the pages set in italics and n8n itself calls so.
OF_N8N = {"Execute step", "Loop Over Items"}


def blocks(page: str) -> list[str]:
    """The lines of the code blocks, what follows a # left out."""
    found = re.findall(r"^\s*```\w*\n(.*?)^\s*```", page, re.MULTILINE | re.DOTALL)
    return [line.split(" #")[0].strip() for block in found for line in block.splitlines() if line.strip()]


def named(kind: str) -> set[str]:
    """The values that generated and written files give to a key."""
    return set(re.findall(rf"{kind}: '((?:[^'\\]|\\.)+)'", SOURCES))


def titles(file: str) -> dict[str, str]:
    """What a person reads, and what is sent for it."""
    return dict(re.findall(r"name: '([^']+)',\s+value: '([^']+)'", GENERATED[file]))


def test_the_commands_that_make_a_key_make_one_that_fits(home: Home) -> None:
    lines = [line for page in PAGES.values() for line in blocks(page) if "tagih " in line]

    for line in lines:
        words = shlex.split(line)
        assert words[0] == ".venv/bin/tagih" and words[-2:] == ["--home", ".tagih"], line
        made = home.done(*words[1:-2]).split()[0]
        me = home.client(made).get("/v1/me")
        assert (me.status_code, me.json()["preset"]) == (200, "n8n"), line
    assert len(lines) == 2


def test_the_commands_that_put_the_node_into_n8n_do(place: Place, tmp_path: Path) -> None:
    lines = [line for line in blocks(README) if not line.startswith(".venv")]
    build, *rest = lines
    scripts = json.loads((NODES / "package.json").read_text())["scripts"]
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / packed(place).name).write_bytes(packed(place).read_bytes())

    for line in rest:
        subprocess.run(
            ["bash", "-euc", line],
            cwd=tmp_path / "here",
            env={**os.environ, "HOME": str(tmp_path)},
            check=True,
        )

    assert build == "npm ci && npm run build && npm pack" and "build" in scripts
    # The first words of the build, by the npm of whoever reads the page: the lock must name every platform.
    for name in ("package.json", "package-lock.json"):
        (tmp_path / "here" / name).write_bytes((NODES / name).read_bytes())
    dry = ["npm", "ci", "--dry-run", "--ignore-scripts"]
    subprocess.run(dry, cwd=tmp_path / "here", check=True, capture_output=True)
    unpacked = tmp_path / ".n8n/nodes/node_modules/n8n-nodes-tagih"
    assert json.loads((unpacked / "package.json").read_text())["name"] == "n8n-nodes-tagih"
    assert (unpacked / "dist/nodes/Tagih/Tagih.node.js").exists()


def test_every_other_command_and_setting_exists() -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    settings = (ROOT / "docs" / "settings.md").read_text()
    code = [*re.findall(r"`([^`\n]+)`", SPOKEN), *blocks(FIRST_FLOW)]

    made = {line.removeprefix("make ") for line in code if line.startswith("make ")}
    set_in = {name for line in code for name in re.findall(r"\bTAGIH_[A-Z_]+\b", line)}

    assert {"run", "test-n8n"} <= made <= targets
    assert set_in and all(f"`{name}`" in settings for name in set_in), set_in


def test_the_table_of_operations_is_what_the_node_has() -> None:
    told = {
        resource: set(operations.split(", "))
        for resource, operations in re.findall(
            r"^\| (\w+) \| (.+) \|$", README.split("## Operations")[1].split("\n\n")[0], re.MULTILINE
        )
        if resource != "Resource"
    }
    there = {
        title: set(re.findall(r"name: '([^']+)',\s+value: '[^']+',\s+action: '", GENERATED[f"{value}.ts"]))
        for title, value in titles("index.ts").items()
    }

    assert told == there


def test_every_name_in_italics_is_on_the_screen() -> None:
    shown = named("displayName") | named("name") | OF_N8N
    told = set(re.findall(r"(?<![*\w])\*([A-Z][^*\n]+)\*(?![*\w])", SPOKEN))
    told -= {name for name in told if name.startswith("Kak, ")}  # what a person writes

    assert len(told) >= 6
    assert told <= shown, told - shown


def test_every_field_and_result_that_is_named_exists() -> None:
    reference = (ROOT / "docs" / "reference.md").read_text() + (ROOT / "docs" / "webhooks.md").read_text()
    known = reference + SOURCES + "".join(path.read_text() for path in (ROOT / "specs").rglob("*.json"))
    told = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", SPOKEN))

    assert len(told) > 10
    assert {word for word in told if not re.search(rf"\b{word}\b", known)} == set()


def test_what_the_table_of_stumbles_quotes_is_really_said() -> None:
    table = README.split("## When something does not work")[1].split("\n## ")[0]
    problems = json.loads((ROOT / "specs" / "problems.json").read_text())
    ours = SOURCES + json.dumps(problems) + (NODES / "credentials" / "TagihApi.credentials.ts").read_text()
    of_n8n = {"The service refused the connection"}

    symptoms = re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE)
    quoted = {text for symptom in symptoms for text in re.findall(r'"([^"]+)"', symptom)}

    assert len(quoted) >= 5
    assert {text for text in quoted - of_n8n if text not in ours} == set()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_link_leads_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", PAGES[path]):
        home = "https://github.com/tagih/tagih/blob/main/"
        if target.startswith("http") and not target.startswith(home):
            continue
        file, _, anchor = target.removeprefix(home).partition("#")
        found = (ROOT / file if target.startswith(home) else path.parent / file) if file else path
        assert found.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", found.read_text(), re.MULTILINE)
            assert anchor in {_anchor(heading) for heading in headings}, target


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def test_the_flows_of_the_page_are_those_that_the_tests_run() -> None:
    """The page's last line: its first flow runs below, the two others are examples that test_examples plays."""
    assert FIRST_FLOW.rstrip().endswith("The flows of this page are run in a real n8n by `make test-n8n`.")
    played = (Path(__file__).parent / "test_examples.py").read_text()
    examples = re.findall(r"examples/([\w-]+\.json)", FIRST_FLOW)

    assert sorted(set(examples)) == ["ask-and-wait.json", "sheet-to-whatsapp.json"]
    for file in examples:
        assert f'played("{file}"' in played.replace("\n        ", ""), file
    headings = re.search(r"Headings: ([^;]+);", FIRST_FLOW)
    assert headings
    sheet = json.loads((NODES / "examples" / "sheet-to-whatsapp.json").read_text())
    for heading in headings[1].split(", "):
        assert heading in json.dumps(sheet) + played, heading


def _chosen(page: str) -> Json:
    """What a page says to choose: the event, the resource and the operation, by their titles."""
    event = re.search(r"Events: ([A-Z]\w+(?: [A-Z]\w+)*)", page)
    step = re.search(r"Resource (\w+), Operation (\w+ \w+)", page)
    assert event and step, page
    resource = titles("index.ts")[step[1]]
    return {
        "event": titles("events.ts")[event[1]],
        "resource": resource,
        "operation": titles(f"{resource}.ts")[step[2]],
    }


def test_the_first_flow_of_both_pages_answers_a_reply(n8n: N8n, home: Home, credential: Json) -> None:
    assert _chosen(README) == _chosen(FIRST_FLOW)
    chosen = _chosen(README)
    event = chosen.pop("event")
    customer = re.search(r"Customer `(\{\{[^`]+\}\})`, Text `([^`]+)`", README)
    words = re.search(r"Write as Siti: \*([^*]+)\*", FIRST_FLOW)
    phones = re.search(r"http://127\.0\.0\.1:8080(/sandbox/phones)", FIRST_FLOW)
    assert customer and words and phones
    assert httpx.get(home.url + phones[1], trust_env=False, follow_redirects=True).status_code == 200
    siti = home.act("find_customer", customer="A3")
    assert siti["customer_name"].startswith("Siti ")
    flow = n8n.workflow(
        "first flow",
        [
            trigger(credential, [event], quiet=""),
            tagih(credential, **chosen, customer=f"={customer[1]}", text=customer[2]),
        ],
    )
    until(lambda: hooks_of(home, n8n.url), 20, n8n.tail)

    home.client().post(
        "/v1/sandbox/reply", json={"phone": siti["customer_phone"], "text": words[1]}
    ).raise_for_status()
    home.advance("PT1M")
    n8n.ended(flow)
    home.advance("PT1M")
    n8n.deactivate(flow)
    until(lambda: hooks_of(home, n8n.url) == [], 20, n8n.tail)

    phone = home.client().get(f"/v1/sandbox/phones/{siti['customer_phone']}").json()["items"]
    assert customer[2] in [one["text"] for one in phone]


def test_the_node_is_published_with_provenance_and_with_no_more_rights_than_that() -> None:
    document: dict[str, Any] = yaml.safe_load(
        (ROOT / ".github" / "workflows" / "publish-n8n.yml").read_text()
    )
    [job] = document["jobs"].values()
    runs = [step["run"] for step in job["steps"] if "run" in step]

    assert document["on"] == {"push": {"tags": ["n8n-v*"]}}
    assert document["permissions"] == {}
    assert job["permissions"] == {"contents": "read", "id-token": "write"}
    assert job["defaults"]["run"]["working-directory"] == NODES.relative_to(ROOT).as_posix()
    assert [line for line in runs if line.startswith("npm ")] == [
        "npm ci",
        "npm run lint",
        "npm run build",
        "npm publish --provenance --access public",
    ]
    package = json.loads((NODES / "package.json").read_text())
    assert {"lint", "build"} <= set(package["scripts"])
    assert package["repository"]["directory"] == NODES.name
    assert "`n8n-v*`" in README and "publish-n8n.yml" in README
