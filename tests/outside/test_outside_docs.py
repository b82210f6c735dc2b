"""The pages that people copy from do what they say, on a running Tagih."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from running import KEY, Home

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"```(bash|json)\n(.*?)```", re.DOTALL)


@pytest.fixture
def home(make_home: Callable[..., Home]) -> Home:
    return make_home().serve()


def steps(page: str) -> list[tuple[str, dict[str, Any] | None]]:
    """Each block to run, with what the page shows of its answer."""
    found: list[tuple[str, dict[str, Any] | None]] = []
    for language, text in BLOCK.findall(page):
        if language == "bash":
            found.append((text, None))
        else:
            found[-1] = (found[-1][0], json.loads(text))
    return found


def test_the_page_on_plain_http_runs_from_top_to_bottom(home: Home) -> None:
    page = (DOCS / "http.md").read_text(encoding="utf-8")
    prelude, shown = "", []

    for code, promised in steps(page):
        if promised is None:  # names that the next blocks use; the address and the key are the test's own
            prelude += code if "TAGIH_URL=" not in code else f"TAGIH_URL={home.url}\nTAGIH_KEY={KEY}\n"
            continue
        said = subprocess.run(
            ["bash", "-euc", prelude + code], capture_output=True, text=True, timeout=30, check=True
        )
        answer = json.loads(said.stdout)
        shown.append({name: answer.get(name) for name in promised} == promised or (code, answer, promised))

    assert len(shown) >= 7
    assert [one for one in shown if one is not True] == []
    assert home.in_the_log("Rina Wulandari") == []


def test_the_key_of_the_page_on_power_automate_shows_flows_whole_people(home: Home) -> None:
    page = (DOCS / "power-automate" / "README.md").read_text(encoding="utf-8")
    [made] = re.findall(r"```\n\s+(\.venv/bin/tagih .*)\n", page)
    listed, revoked = re.findall(r"`(\.venv/bin/tagih keys (?:list|revoke).*?)`", page)

    def typed(command: str) -> str:
        assert command.startswith(".venv/bin/tagih ") and command.endswith(" --home .tagih")
        return home.done(*command.removesuffix(" --home .tagih").split()[1:])

    flow = home.client(typed(made).strip())
    people = {"customer_name": "Rina Wulandari", "customer_phone": "081290001111", "recipe": None}
    wish = {**people, "invoice_number": "PA-1", "amount": "150000", "due_date": "2026-12-05"}
    answer = flow.post("/v1/actions/create_invoice", json=wish).json()
    hook = flow.post("/v1/webhooks/events/invoice_paid", json={"url": "https://a.logic.azure.com/x"}).json()
    [id] = re.findall(r"^(key_\w+) +power-automate +power_automate +valid", typed(listed), re.MULTILINE)
    typed(revoked.replace("ID", id))

    assert (answer["customer_name"], answer["customer_phone"]) == ("Rina Wulandari", "+6281290001111")
    assert hook["pii"] == "full"
    assert flow.get("/v1/me").status_code == 401


def test_what_power_automate_is_told_to_call_is_there(home: Home) -> None:
    definition = json.loads((DOCS / "power-automate" / "apiDefinition.swagger.json").read_bytes())
    url = "https://prod-11.southeastasia.logic.azure.com/workflows/1/triggers/on/run?sig=x"
    client = home.client()
    triggers = [path for path in definition["paths"] if path.startswith("/v1/webhooks/events/")]

    made = [client.post(path, json={"url": url}) for path in triggers]
    ended = [client.delete(answer.headers["Location"].removeprefix(home.url)) for answer in made]

    assert len(triggers) > 20
    assert {answer.status_code for answer in made} == {201}
    assert {answer.json()["result"] for answer in ended} == {"deleted"}
    assert {(answer.status_code) for answer in ended} == {200}
    choices = re.findall(r'"operationId": "ListChoices".*?"parameters": (\{.*?\})', json.dumps(definition))
    lists = {json.loads(found)["list"] for found in choices if '"list"' in found}
    assert lists and {client.get(f"/v1/options/{name}").status_code for name in lists} == {200}
