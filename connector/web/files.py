"""Files over HTTP: upload with a key, download with a key, or for some days by a signed link that only reads."""

from typing import Any

from flask import Blueprint, Response, request

from connector.actions import documents
from connector.domain.files import MEDIA_LARGEST, FileState, shown_name, told_name
from connector.domain.problems import NotFound, Problem, TooLarge, required
from connector.store import files
from connector.web.access import need
from connector.web.actions import as_json
from connector.web.services import Services

FORM_ROOM = 64 * 1024  # the other parts of the form
# Whatever the bytes are, a browser neither guesses their type, nor shows them, nor runs anything in them (T-42).
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
}


def routes(services: Services) -> Blueprint:
    """`/v1/files` and `/f/{token}`."""
    door = Blueprint("files", __name__)
    store, links = services.store, services.file_links

    @door.post("/v1/files")
    def upload() -> Response:
        key = need("invoices")
        body, name = _file()
        kept = documents.upload(store, body, name=told_name(name), by=f"key:{key.id}")
        answer = {"result": "created", "file_id": kept.id, "file_type": kept.media_type, "size": kept.size}
        return Response(as_json(answer), content_type="application/json")

    @door.get("/v1/files/<file_id>")
    def download(file_id: str) -> Response:
        need("read_pii")
        return _bytes(file_id)

    @door.get("/f/<token>")
    def by_link(token: str) -> Response:
        # One answer for a wrong, an old and a forged token, and for a file that is gone (T-29).
        return _bytes(links.read(token) if links is not None else None)

    def _bytes(file_id: str | None) -> Response:
        with store.read() as tx:
            found = files.by_id(tx, file_id) if file_id else None
            is_here = found is not None and found.state is FileState.READY
            body = files.body_of(tx, found.id) if found is not None and is_here else None
        if found is None or body is None or found.media_type is None:
            raise NotFound("file_not_found")
        response = Response(body, content_type=found.media_type)
        response.headers.update(HEADERS)
        name = shown_name(found.id, found.media_type)
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    return door


def _file() -> tuple[bytes, str | None]:
    if "Content-Encoding" in request.headers or request.mimetype != "multipart/form-data":
        raise Problem("unsupported_media_type")
    limit = MEDIA_LARGEST + FORM_ROOM
    request.max_content_length = limit
    if request.content_length is not None and request.content_length > limit:
        raise TooLarge("file_too_large", params={"limit": f"{MEDIA_LARGEST // 1024 // 1024} MB"})
    given: Any = request.files.get("file")
    if given is None:
        raise required("file")
    try:
        return given.read(), given.filename
    finally:
        given.close()  # a large upload lies in a temporary file
