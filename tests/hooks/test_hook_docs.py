"""What docs/webhooks.md tells people to copy does what it says."""

import json
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from hooks.house import House
from hooks.receiver import Receiver

from connector.domain import signing

TEXT = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
SECRET = signing.secret_text(b"k" * 32)
BODY = '{"summary":"Siti: lunas é"}'.encode()
NODE = shutil.which("node")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    assert found is not None
    return found[1]


def in_python(secret: str, headers: dict[str, str], body: bytes) -> bool:
    scope: dict[str, Any] = {}
    exec(block("python"), scope)
    return bool(scope["is_ours"](secret, headers, body))


def in_javascript(secret: str, headers: dict[str, str], body: bytes) -> bool:
    asked = json.dumps([secret, headers, body.decode()])
    code = f"{block('js')}; console.log(isOurs(...{asked}))"
    assert NODE is not None
    said = subprocess.run([NODE, "-e", code], capture_output=True, text=True, timeout=30, check=True)
    return said.stdout.strip() == "true"


@pytest.mark.parametrize("is_ours", [in_python, *([in_javascript] if NODE else [])])
def test_the_code_that_verifies_believes_ours_and_nothing_else(is_ours: Any) -> None:
    now = int(time.time())
    headers = signing.headers(["whsec_" + "QUJD" * 8, SECRET], "evt_1", now, BODY)
    old = signing.headers([SECRET], "evt_1", now - 600, BODY)

    assert is_ours(SECRET, headers, BODY)
    assert not is_ours(SECRET, headers, BODY + b" ")
    assert not is_ours(SECRET, {**headers, "webhook-id": "evt_2"}, BODY)
    assert not is_ours(SECRET, old, BODY)


def test_the_calls_of_the_page_are_answered(house: House, receiver: Receiver) -> None:
    bodies = [json.loads(found) for found in re.findall(r"-d '(\{.*?\})'", TEXT)]
    wish, replay = bodies

    made = house.call("POST", "", wish).json()
    again = house.call("POST", f"/{made['id']}/replay", replay)
    by_number = house.call("POST", f"/{made['id']}/replay", {"from_event_number": 4812})

    assert made["result"] == "created" and made["secret"].startswith("whsec_")
    assert made["quiet"] in TEXT
    assert (again.status_code, by_number.status_code) == (200, 200)


def test_every_field_of_a_subscription_is_on_the_page(house: House) -> None:
    document = house.client.get("/openapi.json").json()
    body = document["paths"]["/v1/webhooks"]["post"]["requestBody"]["content"]["application/json"]["schema"]

    assert [name for name in body["properties"] if f"`{name}`" not in TEXT] == []
