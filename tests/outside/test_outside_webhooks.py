"""Real webhook bodies at the door of a running Tagih: all are taken, no forged one, and no row fails."""

import hashlib
import hmac
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx
from running import APP_SECRET, KEY, PHONE_NUMBER_ID, WABA_ID, Home, problem_of, until


def sign(raw: bytes, secret: str = APP_SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def post(home: Home, raw: bytes, signature: str | bytes | None, **headers: str) -> httpx.Response:
    given: dict[str, Any] = {"content-type": "application/json", **headers}
    if signature is not None:
        given["x-hub-signature-256"] = signature
    return home.client(None).post("/in/whatsapp_cloud", content=raw, headers=given)


def kept(home: Home, raws: Iterable[bytes]) -> dict[bytes, str]:
    """Of these bodies, those that the inbox holds, with their states."""
    wanted = set(raws)
    rows = home.rows("SELECT body, state FROM inbox ORDER BY id")
    return {bytes(row[0]): row[1] for row in rows if bytes(row[0]) in wanted}


def settled(home: Home, raws: Iterable[bytes]) -> Counter[str]:
    """How the rows of these bodies ended, when none of them is new any more."""
    wanted = set(raws)
    until(lambda: "new" not in kept(home, wanted).values(), within_s=30)
    return Counter(kept(home, wanted).values())


def bodies(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))]


def test_every_real_webhook_is_answered_200_kept_once_and_settled(served: Home, contracts: Path) -> None:
    folder = contracts / "whatsapp" / "webhooks"
    distinct = {json.dumps(body).encode() for body in bodies(folder)}
    judge = [sys.executable, contracts / "meta" / "contract.py", "webhooks"]
    door = ["--base-url", f"{served.url}/in/whatsapp_cloud", "--secret", APP_SECRET]

    first = subprocess.run([*judge, *door], capture_output=True, text=True, timeout=120, check=False)
    again = subprocess.run([*judge, *door], capture_output=True, text=True, timeout=120, check=False)

    assert (first.returncode, again.returncode) == (0, 0), first.stdout + again.stdout
    assert re.search(r"statuses \{200: \d+\}.*forged signature -> 401", first.stdout)
    ended = settled(served, distinct)
    assert ended.total() == len(distinct)
    assert "failed" not in ended, served.rows("SELECT error FROM inbox WHERE state = 'failed'")


def test_those_webhooks_about_our_own_number_are_applied_and_none_fails(
    served: Home, contracts: Path
) -> None:
    ids = set()
    for body in bodies(contracts / "whatsapp" / "webhooks"):
        mine = f'"phone_number_id": "{PHONE_NUMBER_ID}"'
        own = json.loads(re.sub(r'"phone_number_id": "\w*"', mine, json.dumps(body)))
        for entry in own.get("entry", []):
            entry["id"] = WABA_ID
        ids.add(signed := json.dumps(own).encode())

        answer = post(served, signed, sign(signed))

        assert answer.status_code == 200, answer.text

    ended = settled(served, ids)
    assert ended.total() == len(ids)
    assert "failed" not in ended, served.rows("SELECT error, body FROM inbox WHERE state = 'failed'")
    assert ended["applied"] > 20  # they were really ours, and not put aside as somebody else's
    assert served.is_ready()


def test_forged_signatures_are_refused_and_leave_nothing(served: Home) -> None:
    raw = b'{"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": []}]}'
    forged: list[str | bytes | None] = [
        None,
        "",
        "sha256=",
        "sha256=" + "0" * 64,
        sign(raw, "another-secret-0123456789"),
        sign(raw, ""),
        sign(raw + b" "),
        sign(raw).removeprefix("sha256="),
        "sha1=" + hmac.new(APP_SECRET.encode(), raw, "sha1").hexdigest(),
        "sha256=é".encode(),
        sign(raw) + "," + sign(raw),
    ]

    answers = [post(served, raw, signature) for signature in forged]

    assert [answer.status_code for answer in answers] == [401] * len(forged)
    assert {problem_of(answer)["code"] for answer in answers} == {"signature_invalid"}
    assert kept(served, [raw, raw + b" "]) == {}


def test_what_is_too_large_compressed_or_signed_for_another_door_is_refused(served: Home) -> None:
    small, large = b"{}", b" " * (4 * 1024 * 1024 + 1)

    too_large = post(served, large, sign(large))
    packed = post(served, small, sign(small), **{"content-encoding": "gzip"})
    signed = {"x-hub-signature-256": sign(small)}
    nowhere = served.client(None).post("/in/midtrans", content=small, headers=signed)

    problem_of(too_large, "body_too_large")
    problem_of(packed, "unsupported_media_type")
    problem_of(nowhere, "source_unknown")


def test_a_signed_body_that_nobody_can_read_is_kept_and_stops_nothing(served: Home) -> None:
    odd = [b"[" * 100_000, b"", b"\xff\xfe", b"null", b'{"entry": 5}', b'{"entry": [{"changes": [null, 7]}]}']
    odd += [b'{"a": NaN}', b'{"a": 1, "a": 2}', b'{"a": 1e1000000}', b'{"entry": "\\ud800"}']

    answers = [post(served, raw, sign(raw)).status_code for raw in odd]

    assert answers == [200] * len(odd)
    ended = settled(served, odd)
    assert ended.total() == len(odd)
    assert "failed" not in ended, served.rows("SELECT error FROM inbox WHERE state = 'failed'")
    assert served.is_ready()


def test_a_stranger_learns_nothing_from_the_confirmation_of_the_door(served: Home) -> None:
    stranger = served.client(None)
    guess = {"hub.mode": "subscribe", "hub.verify_token": "guess", "hub.challenge": "<script>"}

    guessed = stranger.get("/in/whatsapp_cloud", params=guess)
    unknown = stranger.get("/in/nobody")

    assert problem_of(guessed, "challenge_invalid")["status"] == 403
    problem_of(unknown, "source_unknown")
    assert KEY not in guessed.text + unknown.text
