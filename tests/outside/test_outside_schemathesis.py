"""schemathesis with an admin key over the document of a running Tagih: it keeps what the document says."""

import hmac
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from running import APP_SECRET, KEY, VERIFY_TOKEN, Home, until

HERE = Path(__file__).parent
SECONDS = 60
# A well-formed phone may not exist, a well-formed id may be nobody's: that is a refusal in order. And who
# sends hundreds of wrong keys is answered 429, not 401: test_outside_bad_input looks at the keys.
NOT_FOR_US = "positive_data_acceptance,ignored_auth,missing_required_header"
# A body that is larger than the document allows is refused by its size.
CONFIG = """
[checks]
negative_data_rejection.expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 414, 415, 422, 428, 429, 431]
"""
LIST = "Nama,No HP,Jumlah,Jatuh Tempo,No Tagihan\n{name},0812{number},1500000,2026-12-05,{name}-1\nSalah,12,x,y,z\n"


def staged(home: Home, name: str) -> dict[str, Any]:
    """An import that waits, with one good row and one bad one."""
    text = LIST.format(name=name, number=f"{sum(map(ord, name)):08d}")
    answer = home.client().post("/v1/imports", files={"file": (f"{name}.csv", text.encode())})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def subscribed(home: Home, path: str) -> dict[str, Any]:
    """The path of a subscription to a place that does not exist."""
    wish = {"url": f"https://n8n.invalid/{path}", "events": ["needs_human"]}
    answer = home.client().post("/v1/webhooks", json=wish)
    assert answer.status_code == 200, answer.text
    return {"id": answer.json()["id"]}


def hook_cases(home: Home) -> dict[str, list[dict[str, Any]]]:
    """The same for subscriptions."""
    here, gone = {"path_parameters": subscribed(home, "a")}, {"path_parameters": subscribed(home, "b")}

    def of(body: dict[str, Any]) -> list[dict[str, Any]]:
        return [{**here, "media_type": "application/json", "body": body}]

    one = "/v1/webhooks/{id}"
    return {
        f"GET {one}": [here],
        f"PATCH {one}": of({"quiet": "off"}),
        f"DELETE {one}": [gone],
        f"POST {one}/test": of({}),
        f"POST {one}/rotate-secret": [here],
        f"GET {one}/deliveries": [here],
        f"POST {one}/replay": of({"from_event_number": 1}),
    }


def good_cases(home: Home) -> dict[str, list[dict[str, Any]]]:
    """One case for each operation whose good request no document can know."""
    look, drop, apply, undo = (staged(home, name) for name in ("Look", "Drop", "Apply", "Undo"))
    seen = {"accept": "all", "preview_version": undo["preview_version"]}
    assert home.client().post(f"/v1/imports/{undo['import_id']}/apply", json=seen).status_code == 200
    signed = {"x-hub-signature-256": "sha256=" + hmac.new(APP_SECRET.encode(), b"{}", "sha256").hexdigest()}
    subscribe = {"hub.mode": "subscribe", "hub.verify_token": VERIFY_TOKEN, "hub.challenge": "12345"}
    door = {"source": "whatsapp_cloud"}
    json_body = {"media_type": "application/json", "headers": signed, "body": {}}
    sheet = {"file": LIST.format(name="Sent", number="11112222"), "list": "sent"}

    def of(found: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
        return [{"path_parameters": {"id": found["import_id"]}, **more}]

    kept = home.client().post("/v1/files", files={"file": ("a.pdf", b"%PDF-1.7")}).json()["file_id"]
    return {
        **hook_cases(home),
        "POST /v1/files": [{"media_type": "multipart/form-data", "body": {"file": "%PDF-1.7"}}],
        "GET /v1/files/{id}": [{"path_parameters": {"id": kept}}],
        "POST /v1/imports": [{"media_type": "multipart/form-data", "body": sheet}],
        "GET /v1/imports/{id}": of(look),
        "GET /v1/imports/{id}/rejected.csv": of(look),
        "DELETE /v1/imports/{id}": of(drop),
        "POST /v1/imports/{id}/undo": of(undo),
        "POST /v1/imports/{id}/apply": of(
            apply, media_type="application/json", body={"preview_version": apply["preview_version"]}
        ),
        "GET /in/{source}": [{"path_parameters": door, "query": subscribe}],
        "POST /in/{source}": [{"path_parameters": door, **json_body}],
        "POST /in/{source}/{connection}": [{"path_parameters": {**door, "connection": "one"}, **json_body}],
    }


def examine(home: Home, folder: Path) -> tuple[str, list[dict[str, Any]]]:
    """Runs schemathesis; answers what it said and each operation's scenarios."""
    (folder / "schemathesis.toml").write_text(CONFIG)
    (folder / "cases.json").write_text(json.dumps(good_cases(home)))
    report = folder / "report.ndjson"
    document = folder / "openapi.json"  # from a file: schemathesis does not try the address that it read from
    document.write_text(home.client().get("/openapi.json").text)
    command = [Path(sys.executable).parent / "schemathesis", "--no-color", "run", document, "--url", home.url]
    command += ["--header", f"Authorization: Bearer {KEY}", "--checks", "all", "--exclude-checks", NOT_FOR_US]
    command += ["--phases", "examples,coverage,fuzzing", "--max-examples", "10"]
    command += ["--workers", "1"]  # two at once meet in Python 3.11's ast.parse ("recursion depth mismatch")
    command += ["--seed", "1", "--max-time", str(SECONDS), "--request-timeout", "40"]
    command += ["--generation-database", "none"]
    command += ["--continue-on-failure", "--report", "ndjson", "--report-ndjson-path", str(report)]
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": str(HERE),
        "SCHEMATHESIS_HOOKS": "schemathesis_hooks",
        "TAGIH_GOOD_CASES": str(folder / "cases.json"),
    }
    ended = subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, timeout=200, check=False
    )
    lines = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
    return ended.stdout + ended.stderr, [
        line["ScenarioFinished"] for line in lines if "ScenarioFinished" in line
    ]


@pytest.mark.slow
def test_every_operation_keeps_its_word_and_was_reached(
    make_home: Callable[..., Home], tmp_path: Path
) -> None:
    home = make_home().serve()

    said, scenarios = examine(home, tmp_path)

    answers: dict[str, Counter[int]] = defaultdict(Counter)
    for scenario in scenarios:
        recorder = scenario["recorder"]
        for call in recorder.get("interactions", {}).values():
            answers[recorder["label"]][(call.get("response") or {}).get("status_code", 0)] += 1
    document = home.client().get("/openapi.json").json()
    every = {f"{verb.upper()} {path}" for path, verbs in document["paths"].items() for verb in verbs}
    broken = {label: dict(codes) for label, codes in answers.items() if any(not c or c >= 500 for c in codes)}
    unreached = [label for label in every if not any(200 <= code < 300 for code in answers[label])]
    assert broken == {}, said[-6000:]
    assert sorted(unreached) == [], said[-6000:]
    assert "Failures:" not in said, said[-20000:]
    many = sum(codes.total() for codes in answers.values())
    print("CALLS", many)
    assert many > 1500
    until(home.is_ready, 60)  # it may still walk to where its clock was sent
