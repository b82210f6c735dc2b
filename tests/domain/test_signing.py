"""Standard Webhooks signatures: ours are what the published vector says and what another reading believes."""

import json
from pathlib import Path

import pytest
from hooks.receiver import believes
from hypothesis import given
from hypothesis import strategies as st

from connector.domain import signing

VECTORS = Path(__file__).parents[3] / "shared" / "contracts" / "sources" / "standard_webhooks"


@pytest.mark.parametrize("name", ["01-sign-vector", "02-secret-without-prefix", "04-multi-signature"])
def test_the_published_vectors(name: str) -> None:
    if not VECTORS.is_dir():
        pytest.skip("../shared/contracts is absent: the outside truth is not in the repository")
    case = json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))
    given = case["request"]["headers"]

    made = signing.signature(
        case["verify"]["secret"],
        given["webhook-id"],
        int(given["webhook-timestamp"]),
        case["request"]["body"].encode(),
    )

    assert made in given["webhook-signature"].split(" ")


@given(st.binary(min_size=24, max_size=64), st.text(max_size=200), st.integers(1, 2**33))
def test_another_reading_of_the_standard_believes_ours(key: bytes, text: str, at: int) -> None:
    body = text.encode("utf-8", "replace")
    secret = signing.secret_text(key)

    headers = signing.headers([secret], "evt_1", at, body)

    assert believes(secret, headers, body, now=at)
    assert not believes(secret, headers, body + b" ", now=at)
    assert not believes(signing.secret_text(key[::-1] + b"x"), headers, body, now=at)
    assert not believes(secret, headers, body, now=at + 301)
    assert not believes(secret, {**headers, "webhook-id": "evt_2"}, body, now=at)


def test_while_a_secret_is_changed_both_are_believed() -> None:
    old, new = (signing.secret_text(bytes([n]) * 32) for n in (1, 2))

    headers = signing.headers([new, old], "evt_1", 1_700_000_000, b"{}")

    assert all(believes(secret, headers, b"{}", now=1_700_000_000) for secret in (old, new))
