"""T-42: media from customers is a page, a program, or something else that staff must not open."""

import base64
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from threats.conftest import SITI, Guarded
from world import KEY, at

from connector import app as composition
from connector.sandbox.control import person_does, typed_given
from connector.store import files, schema

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
APK = b"PK\x03\x04" + b"\x00" * 60


def send(home: Guarded, sort: str, body: bytes, name: str, mime: str) -> Any:
    """A customer sends a file; answers its row."""
    media = {"type": sort, "file_name": name, "mime_type": mime, "content": base64.b64encode(body).decode()}
    with home.world.store.write() as tx:
        person_does(
            tx, typed_given({"phone": SITI, "media": media}), composition.emulator_settings(home.world.app)
        )
    home.world.settle()
    return home.world.rows(schema.files)[-1]


def get(home: Guarded, path: str, key: str | None = None) -> tuple[int, dict[str, str], bytes]:
    base = home.world.app.settings.public_url
    request = urllib.request.Request(base + path, headers={"Authorization": f"Bearer {key}"} if key else {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, dict(refused.headers), refused.read()


@pytest.fixture
def house(home: Guarded) -> Iterator[Guarded]:
    home.world.invoice()
    home.world.advance(at("2026-11-28 10:00"))
    yield home


@pytest.mark.parametrize(
    ("sort", "body", "name", "mime"),
    [
        ("image", SVG, "a.png", "image/png"),
        ("document", APK, "bukti.pdf", "application/pdf"),
    ],
)
def test_t42_what_is_no_photo_and_no_pdf_is_refused_and_the_case_says_why(
    house: Guarded, sort: str, body: bytes, name: str, mime: str
) -> None:
    file = send(house, sort, body, name, mime)

    assert (file.state, file.reason) == ("refused", "file_refused")
    assert house.world.rows(schema.file_bodies) == []
    assert get(house, f"/v1/files/{file.id}", KEY)[0] == 404
    assert get(house, _path(house, file.id))[0] == 404
    case = house.cases("file_refused")[0]
    assert mime in case.note and "PDF" in case.note
    assert house.world.act("get_invoice", invoice="T-1")["invoice_status"] == "open"


def _path(home: Guarded, file_id: str) -> str:
    return (
        composition.file_links(home.world.app).link(file_id).removeprefix(home.world.app.settings.public_url)
    )


def test_t42_a_real_photo_is_kept_and_served_only_as_a_download(house: Guarded) -> None:
    file = send(house, "image", PNG, "rahasia siti.html", "text/html")

    status, headers, body = get(house, f"/v1/files/{file.id}", KEY)

    assert (file.state, file.media_type, file.size) == ("ready", "image/png", len(PNG))
    assert (status, body, headers["Content-Type"]) == (200, PNG, "image/png")
    assert headers["Content-Disposition"] == f'attachment; filename="{file.id}.png"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["Cache-Control"] == "private, no-store"
    assert get(house, f"/v1/files/{file.id}")[0] == 401


def test_t42_the_proof_is_told_with_the_reply_and_changes_no_money(house: Guarded) -> None:
    file = send(house, "document", b"%PDF-1.4 bukti", "bukti transfer.pdf", "application/pdf")
    told = composition.services_of(house.world.app)

    with house.world.store.read() as tx:
        event = next(e for e in house.world.events("inbound_reply"))
        payload = told.event_payloads(tx, [event._mapping])[0]
        kept = files.of_reply(tx, payload["reply_id"])

    assert kept is not None and kept.id == file.id == payload["file_id"]
    assert (payload["file_name"], payload["file_type"]) == ("bukti transfer.pdf", "application/pdf")
    path = payload["file_url"].removeprefix(house.world.app.settings.public_url)
    assert get(house, path)[2] == b"%PDF-1.4 bukti"
    assert house.world.act("get_invoice", invoice="T-1")["amount_due"] == "1500000"


def test_t42_a_wrong_an_old_and_a_forged_link_get_one_answer(house: Guarded) -> None:
    file = send(house, "image", PNG, "a.png", "image/png")
    links = composition.file_links(house.world.app)
    good = _path(house, file.id)
    name, ends, signature = good.removeprefix("/f/").split(".")

    forged = [
        f"/f/{name}.{ends}.{'A' * 22}",
        f"/f/{name}.{int(ends, 16) + 9:x}.{signature}",
        f"/f/{name}.1.{links._sign(name, '1')}",
        "/f/x",
        f"/f/file_unknown.{ends}.{links._sign('file_unknown', ends)}",
    ]

    assert get(house, good)[0] == 200
    answers = [get(house, path) for path in forged]
    assert {status for status, _, _ in answers} == {404}
    before = house.world.rows(schema.files)
    for _ in range(3):
        get(house, good)
    assert house.world.rows(schema.files) == before


def test_t42_the_network_may_be_away_and_the_proof_comes_later(house: Guarded) -> None:
    house.world.fault(kind="network", rate=1)
    file = send(house, "image", PNG, "a.png", "image/png")
    assert file.state == "waiting"

    house.world.no_faults()
    house.world.advance(at("2026-11-28 11:00"))

    assert house.world.rows(schema.files)[-1].state == "ready"
