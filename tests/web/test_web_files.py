"""Files over HTTP: four types in, a download out, nothing to look into."""

import io

import pytest
from web_face import Caller, make_key

from connector.store.db import Store

PDF = b"%PDF-1.7 ..."


def upload(caller: Caller, body: bytes, name: str = "INV-1.pdf"):
    return caller.post("/v1/files", data={"file": (io.BytesIO(body), name)})


def test_an_upload_comes_back_as_it_was(admin: Caller) -> None:
    kept = upload(admin, PDF)

    assert kept.status_code == 200
    assert (kept.json["result"], kept.json["file_type"], kept.json["size"]) == (
        "created",
        "application/pdf",
        12,
    )
    found = admin.get(f"/v1/files/{kept.json['file_id']}")
    assert (found.status_code, found.data, found.mimetype) == (200, PDF, "application/pdf")
    assert "attachment" in found.headers["Content-Disposition"]
    assert "INV-1" not in found.headers["Content-Disposition"]
    assert found.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize("body", [b"<svg/>", b"PK\x03\x04", b"x"])
def test_another_type_is_refused_with_what_to_do(admin: Caller, body: bytes) -> None:
    refused = upload(admin, body, "bukti.pdf")

    assert (refused.status_code, refused.json["code"]) == (415, "file_refused")


def test_an_empty_a_missing_and_a_large_file_are_refused(admin: Caller) -> None:
    assert upload(admin, b"").json["code"] == "file_empty"
    assert admin.post("/v1/files", data={"x": "1"}, content_type="multipart/form-data").json["code"] == (
        "field_required"
    )
    assert admin.post("/v1/files", {"file": "x"}).json["code"] == "unsupported_media_type"
    declared = {"CONTENT_LENGTH": str(17 * 1024 * 1024)}
    large = admin.post("/v1/files", data={"file": (io.BytesIO(PDF), "a.pdf")}, environ_overrides=declared)
    assert (large.status_code, large.json["code"]) == (413, "file_too_large")


def test_a_key_without_personal_data_downloads_nothing(admin: Caller, store: Store) -> None:
    kept = upload(admin, PDF).json["file_id"]
    reader = Caller(admin.client, make_key(store, "read").secret)

    assert reader.get(f"/v1/files/{kept}").status_code == 403
    assert upload(reader, PDF).status_code == 403
    assert admin.client.get(f"/v1/files/{kept}").status_code == 401
    assert admin.get("/v1/files/file_unknown").json["code"] == "file_not_found"


def test_without_links_every_token_is_unknown(admin: Caller) -> None:
    assert admin.client.get("/f/x.1.y").status_code == 404
