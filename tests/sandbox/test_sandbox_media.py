"""The emulator's files: what a person sends lies where Graph would have it, for whoever has the token."""

import base64

import pytest
from flask import Flask

from connector.domain.files import type_of
from connector.domain.problems import Invalid
from connector.sandbox.control import file_given, typed_given
from connector.sandbox.emulator import Settings
from connector.sandbox.graph_rules import Refusal, read_message
from connector.sandbox.media import media_file
from connector.sandbox.replies import Typed, reply
from connector.sandbox.standalone import make_app
from connector.store import control
from connector.store.db import Store

PHONE = "+6281234567890"
SETTINGS = Settings(app_secret=b"a" * 16, sms_secret=b"b" * 16, token="graph-token")
BEARER = {"Authorization": "Bearer graph-token"}


@pytest.fixture
def app(store: Store) -> Flask:
    with store.write() as tx:
        control.ensure(tx)
    return make_app(store, SETTINGS)


def test_a_file_comes_in_two_steps_and_only_with_the_token(app: Flask, store: Store) -> None:
    given = {
        "file_name": "bukti.pdf",
        "mime_type": "application/pdf",
        "content": base64.b64encode(b"PK").decode(),
    }
    with store.write() as tx:
        reply(tx, Typed(PHONE, media="document", file=given), SETTINGS)
    client = app.test_client()

    place = client.get("/emulator/v23.0/media-1", headers=BEARER).json
    body = client.get(place["url"], headers=BEARER)

    assert (place["mime_type"], place["file_size"]) == ("application/pdf", 2)
    assert body.data == b"PK"
    assert "attachment" in body.headers["Content-Disposition"]
    assert client.get("/emulator/v23.0/media-1").status_code == 400
    assert client.get(place["url"]).status_code == 404
    assert client.get("/emulator/v23.0/media-99", headers=BEARER).status_code == 400
    assert client.get("/emulator/v23.0/x", headers=BEARER).status_code == 400


def test_a_person_without_a_file_of_their_own_sends_a_real_small_one() -> None:
    assert type_of(media_file("image", None).body) == "image/jpeg"
    assert type_of(media_file("document", None).body) == "application/pdf"


def test_what_is_no_base64_is_refused() -> None:
    with pytest.raises(Invalid):
        file_given({"type": "image", "content": "%%%"})
    assert typed_given({"phone": PHONE, "media": {"type": "image"}}).file is None


def _message(parameters: list[object]) -> dict[str, object]:
    header = {"type": "header", "parameters": parameters}
    template = {"name": "invoice_created_pdf", "language": {"code": "id"}, "components": [header]}
    return {"messaging_product": "whatsapp", "to": PHONE, "type": "template", "template": template}


def test_a_documents_header_is_taken_whole_or_refused_as_graph_does() -> None:
    whole = {"type": "document", "document": {"link": "https://t.example/f/1", "filename": "a.pdf"}}

    assert read_message(_message([whole])).document == {"link": "https://t.example/f/1", "name": "a.pdf"}
    for wrong in ([], [{"type": "image"}], [{"type": "document", "document": {"link": "ftp://x"}}]):
        with pytest.raises(Refusal):
            read_message(_message(wrong))
