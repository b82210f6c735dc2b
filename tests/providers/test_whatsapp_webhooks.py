"""Meta's webhooks: every real body parses, every item is met, nothing raises, nothing forged passes."""

import hashlib
import hmac
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.model import Inbound, MessageStatus, Notice, OutcomeKind, StatusUpdate
from connector.providers import Provider
from connector.providers.error_table import ErrorTable
from connector.providers.signatures import usable_secrets
from connector.providers.whatsapp_cloud import WhatsAppCloud, challenge

BODIES = Path(__file__).resolve().parents[3] / "shared" / "contracts" / "whatsapp" / "webhooks"
SECRET = b"app-secret-of-the-test"
NOW = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)


@pytest.fixture
def cloud(providers: dict[str, Provider]) -> Provider:
    return providers["whatsapp_cloud"]


def body(*changes: dict[str, Any], entry: str = "777") -> bytes:
    return json.dumps(
        {"object": "whatsapp_business_account", "entry": [{"id": entry, "changes": list(changes)}]}
    ).encode()


def change(number: str = "111", field: str = "messages", **value: Any) -> dict[str, Any]:
    metadata = {"metadata": {"phone_number_id": number}}
    return {"field": field, "value": {**metadata, **value}}


def status(word: str = "delivered", **more: Any) -> dict[str, Any]:
    return {
        "id": "wamid.A",
        "status": word,
        "timestamp": "1764291600",
        "recipient_id": "6281234567890",
        **more,
    }


def text(body: str = "halo", **more: Any) -> dict[str, Any]:
    return {
        "id": "wamid.T",
        "from": "6281234567890",
        "timestamp": "1764291600",
        "type": "text",
        "text": {"body": body},
        **more,
    }


def _real() -> list[Any]:
    files = sorted(BODIES.glob("*.json"))
    missing = pytest.param(None, marks=pytest.mark.skip(reason="the contracts folder is not here"))
    return [pytest.param(path, id=path.stem) for path in files] or [missing]


@pytest.mark.parametrize("path", _real())
def test_a_real_body_parses_whole(cloud: Provider, path: Path) -> None:
    raw = path.read_bytes()

    found = cloud.read_webhook(raw, received_at=NOW)

    items = [
        item
        for entry in json.loads(raw)["entry"]
        for change in entry["changes"]
        for key in ("statuses", "messages")
        if change.get("field", "messages") == "messages"
        for item in change["value"].get(key, [])
    ]
    assert len(found) >= max(len(items), 1)
    assert not [u for u in found if isinstance(u, Notice) and u.topic in ("unparsed", "unknown_status")]
    known = {"text", "button", "image", "document", "audio", "video", "sticker"}
    expected = sum(1 for item in items if item.get("type") in known)
    assert sum(isinstance(u, Inbound) for u in found) >= expected


def test_a_thousand_updates_in_one_body(cloud: Provider) -> None:
    changes = [
        change(
            statuses=[
                status(id=f"wamid.{n}", biz_opaque_callback_data=f"msg_{n}")
                for n in range(start, start + 100)
            ]
        )
        for start in range(0, 1000, 100)
    ]

    before = time.process_time()
    found = cloud.read_webhook(body(*changes))
    took_s = time.process_time() - before

    assert [u.token for u in found if isinstance(u, StatusUpdate)] == [f"msg_{n}" for n in range(1000)]
    assert took_s < 0.5


def test_every_status_word(cloud: Provider) -> None:
    words = ["sent", "delivered", "read", "played", "failed", "warning"]

    found = cloud.read_webhook(body(change(statuses=[status(word) for word in words])))

    assert [u.status if isinstance(u, StatusUpdate) else u.topic for u in found] == [  # type: ignore[union-attr]
        MessageStatus.SENT,
        MessageStatus.DELIVERED,
        MessageStatus.READ,
        MessageStatus.READ,
        MessageStatus.FAILED,
        "unknown_status",
    ]


@pytest.mark.parametrize(
    ("errors", "kind", "code"),
    [
        ([{"code": 131026, "title": "x"}], OutcomeKind.UNDELIVERABLE, "131026"),
        ([{"code": "131049"}], OutcomeKind.UNDELIVERABLE, "131049"),
        ([{"code": 424242}], OutcomeKind.REFUSED, "424242"),
        ([], OutcomeKind.REFUSED, None),
        ("nonsense", OutcomeKind.REFUSED, None),
    ],
)
def test_a_failed_status_means_what_its_code_means(
    cloud: Provider, errors: Any, kind: OutcomeKind, code: str | None
) -> None:
    [update] = cloud.read_webhook(body(change(statuses=[status("failed", errors=errors)])))

    assert isinstance(update, StatusUpdate) and update.outcome is not None
    assert (update.outcome.kind, update.outcome.code) == (kind, code)


def test_what_people_send(cloud: Provider) -> None:
    button = {
        "type": "button",
        "button": {"payload": "paid:1", "text": "Sudah"},
        "context": {"id": "wamid.O"},
    }
    reply = {
        "type": "interactive",
        "interactive": {"type": "button_reply", "button_reply": {"id": "b", "title": "B"}},
    }
    chosen = {
        "type": "interactive",
        "interactive": {"type": "list_reply", "list_reply": {"id": "l", "title": "L"}},
    }
    image = {"type": "image", "image": {"id": "m1", "mime_type": "image/jpeg", "caption": "bukti"}}
    reaction = {"type": "reaction", "reaction": {"message_id": "wamid.O", "emoji": "👍"}}
    items = [text(), *(text(**more) for more in (button, reply, chosen, image, reaction, {"type": "poll"}))]
    contacts = [{"wa_id": "6281234567890", "profile": {"name": "Siti"}}]

    found = [
        u
        for u in cloud.read_webhook(body(change(messages=items, contacts=contacts)))
        if isinstance(u, Inbound)
    ]

    assert [u.kind for u in found] == ["text", "button", "button", "button", "media", "other", "other"]
    assert [u.button_id for u in found[1:4]] == ["paid:1", "b", "l"]
    assert (found[1].in_answer_to, found[5].in_answer_to) == ("wamid.O", "wamid.O")
    assert (found[4].media_id, found[4].media_type, found[4].text) == ("m1", "image/jpeg", "bukti")
    assert {u.phone for u in found} == {"+6281234567890"} and {u.profile_name for u in found} == {"Siti"}


@pytest.mark.parametrize("sender", ["", "US.1349120865", None, 62812])
def test_a_person_without_a_number_is_still_heard(cloud: Provider, sender: Any) -> None:
    [update] = cloud.read_webhook(body(change(messages=[text(**{"from": sender})])))

    assert isinstance(update, Inbound) and update.phone is None


def test_a_changed_number_is_a_notice(cloud: Provider) -> None:
    item = text(type="system", system={"type": "user_changed_number", "wa_id": "6281111111111"})

    [update] = cloud.read_webhook(body(change(messages=[item])))

    assert isinstance(update, Notice) and update.topic == "phone_changed"
    assert update.data == {"phone": "+6281234567890", "new_phone": "+6281111111111"}


def test_the_owners_own_message_is_no_reply(cloud: Provider) -> None:
    [update] = cloud.read_webhook(body(change(field="smb_message_echoes", message_echoes=[text()])))

    assert isinstance(update, Notice) and update.topic == "business_echo"


def test_a_foreign_sender_changes_nothing(cloud: Provider) -> None:
    raw = body(
        change("111", statuses=[status()]),
        change("999", statuses=[status()], messages=[text()]),
        {"field": "messages", "value": {"messages": [text()]}},
        {"field": "message_template_status_update", "value": {"event": "APPROVED"}},
    )

    found = cloud.read_webhook(raw, own=frozenset({"111"}), accounts=frozenset({"888"}))

    assert isinstance(found[0], StatusUpdate)
    assert [u.topic for u in found[1:] if isinstance(u, Notice)] == ["foreign_sender"] * 3
    ours = cloud.read_webhook(raw, own=frozenset({"111"}), accounts=frozenset({"777"}))
    assert isinstance(ours[3], Notice) and ours[3].topic == "template_status"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"7",
        b'"x"',
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 70 + b"1" + b"}" * 70,
        b'{"entry":1}',
        b'{"entry":[1,null,{"changes":{}},{"changes":[null,{"value":[]}]}]}',
        b'{"entry":[],"entry":[]}',
        b'{"entry":NaN}',
        b'{"entry":' + b"9" * 10_000 + b"}",
        body(change(statuses=[None, 1, {}, {"status": ["x"]}], messages=[{"type": {}}, {"type": "text"}])),
        body(change(messages=[text(text=None), text(context=[]), text(type="button", button="x")])),
        body(change(statuses=[status(timestamp="9" * 30), status(timestamp=None), status(timestamp="-1")])),
    ],
)
def test_odd_shapes_are_noticed_and_never_raise(cloud: Provider, raw: bytes) -> None:
    found = cloud.read_webhook(raw, received_at=NOW)

    assert found
    for update in found:
        repr(update).encode()


def test_lone_surrogates_and_nul_become_storable(cloud: Provider) -> None:
    raw = body(change(messages=[text("PLACE")])).replace(b"PLACE", b"a\\ud800b\\u0000c \\ud83d\\ude4f")

    [update] = cloud.read_webhook(raw)

    assert isinstance(update, Inbound)
    assert update.text == "a\ufffdb\ufffdc 🙏"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["failed", "text", "1"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "statuses",
                    "messages",
                    "status",
                    "id",
                    "type",
                    "errors",
                    "code",
                    "text",
                    "from",
                    "timestamp",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(value=JSON)
def test_no_value_raises(value: Any) -> None:
    cloud = WhatsAppCloud(ErrorTable({}))
    raw = json.dumps({"entry": [{"changes": [{"field": "messages", "value": value}]}]}).encode()

    assert cloud.read_webhook(raw)


def signed(raw: bytes, secret: bytes = SECRET) -> str:
    return "sha256=" + hmac.new(secret, raw, hashlib.sha256).hexdigest()


def test_any_of_the_secrets_verifies(cloud: Provider) -> None:
    raw = b'{"entry":[]}'
    header = {"x-hub-signature-256": signed(raw)}

    assert cloud.verify(header, raw, [SECRET])
    assert cloud.verify(header, raw, [b"new-secret-after-rotation", SECRET])
    assert not cloud.verify(header, raw + b" ", [SECRET])
    assert not cloud.verify(header, raw, [b"another-secret"])


@pytest.mark.parametrize("secret", [b"", b" ", b"short", b"1234567"])
def test_an_empty_or_short_secret_never_verifies(cloud: Provider, secret: bytes) -> None:
    raw = b"{}"

    assert not cloud.verify({"X-Hub-Signature-256": signed(raw, secret)}, raw, [secret])


@pytest.mark.parametrize(
    "header",
    ["", "sha256=", "sha256", "é", "sha256=é", "\ud800", "a" * 1_000_000, "sha1=abc", "sha256=" + "0" * 64],
)
def test_an_odd_header_is_refused(cloud: Provider, header: str) -> None:
    assert not cloud.verify({"X-Hub-Signature-256": header}, b"{}", [SECRET])
    assert not cloud.verify({}, b"{}", [SECRET])


@pytest.mark.parametrize(
    ("text", "usable"),
    [
        (None, ()),
        ("", ()),
        (" , ,", ()),
        ("abcdefgh,", (b"abcdefgh",)),
        ("seven77", ()),
        (" first-one , second-two ", (b"first-one", b"second-two")),
    ],
)
def test_only_usable_secrets_are_kept(text: str | None, usable: tuple[bytes, ...]) -> None:
    assert usable_secrets(text) == usable


def asked(**changes: str) -> dict[str, str]:
    given = {"mode": "subscribe", "verify_token": "token-éx", "challenge": "1158201444"}
    return {f"hub.{key}": value for key, value in {**given, **changes}.items()}


def test_the_challenge_is_answered_with_digits_only() -> None:
    assert challenge(asked(), "token-éx") == "1158201444"
    assert challenge(asked(challenge="<script>"), "token-éx") is None
    assert challenge(asked(challenge="١٢٣"), "token-éx") is None
    assert challenge(asked(challenge=""), "token-éx") is None
    assert challenge(asked(mode="unsubscribe"), "token-éx") is None
    assert challenge(asked(verify_token="other"), "token-éx") is None
    assert challenge(asked(verify_token=""), "") is None
    assert challenge({}, "token-éx") is None
