"""Spreadsheets over HTTP: upload, look, apply, undo, fetch what was refused."""

from datetime import date
from pathlib import PurePath
from typing import Any

from flask import Blueprint, Response, request

from connector.actions import import_publishing, import_undo, imports
from connector.actions.imports import Reading
from connector.domain.problems import Invalid, Problem, TooLarge, required
from connector.spreadsheets.limits import MAX_FILE
from connector.store.keys import Key
from connector.web.access import need
from connector.web.actions import as_json
from connector.web.body import read_json
from connector.web.languages import Languages
from connector.web.masking import masked, masked_text
from connector.web.services import Services

FORM_ROOM = 64 * 1024  # the other parts of the form


def routes(services: Services, languages: Languages) -> Blueprint:
    """`/v1/imports`."""
    door = Blueprint("imports", __name__)
    store, catalog = services.store, services.catalog

    @door.post("/v1/imports")
    def upload() -> Response:
        key = need("imports")
        data, file_name = _file()
        preview = imports.stage_file(
            store,
            catalog,
            data,
            list_name=request.form.get("list") or PurePath(file_name).stem,
            file_name=file_name,
            reading=_reading(),
            language=languages.of_request(),
        )
        return _shown(preview, key)

    @door.get("/v1/imports/<import_id>")
    def look(import_id: str) -> Response:
        key = need("imports")
        return _shown(imports.preview(store, catalog, import_id, language=languages.of_request()), key)

    @door.post("/v1/imports/<import_id>/apply")
    def publish(import_id: str) -> Response:
        key = need("imports")
        body = read_json(request)
        answer = import_publishing.publish(
            store,
            catalog,
            import_id,
            actor=f"key:{key.id}",
            settle_seconds=services.settle_seconds,
            mode=services.mode,
            public_url=services.public_url,
            **_wishes(body),
        )
        return _shown(answer, key)

    @door.post("/v1/imports/<import_id>/undo")
    def undo(import_id: str) -> Response:
        key = need("imports")
        answer = import_undo.undo(
            store,
            catalog,
            import_id,
            actor=f"key:{key.id}",
            settle_seconds=services.settle_seconds,
            mode=services.mode,
            public_url=services.public_url,
        )
        return _shown(answer, key)

    @door.get("/v1/imports/<import_id>/rejected.csv")
    def rejected(import_id: str) -> Response:
        key = need("imports")
        text = imports.rejected(store, catalog, import_id, language=languages.of_request())
        response = Response(
            text if key.pii == "full" else masked_text(text), content_type="text/csv; charset=utf-8"
        )
        response.headers["Content-Disposition"] = 'attachment; filename="rejected.csv"'
        return response

    @door.delete("/v1/imports/<import_id>")
    def drop(import_id: str) -> Response:
        need("imports")
        imports.drop(store, import_id)
        return Response(as_json({"result": "deleted"}), content_type="application/json")

    return door


def _shown(answer: dict[str, Any], key: Key) -> Response:
    body = answer if key.pii == "full" else masked(answer)
    return Response(as_json(body), content_type="application/json")


def _file() -> tuple[bytes, str]:
    if "Content-Encoding" in request.headers:
        raise Problem("unsupported_media_type")
    if request.mimetype != "multipart/form-data":
        raise Problem("unsupported_media_type")
    request.max_content_length = MAX_FILE + FORM_ROOM
    if request.content_length is not None and request.content_length > MAX_FILE + FORM_ROOM:
        raise TooLarge("file_too_large", params={"limit": f"{MAX_FILE // 1024 // 1024} MB"})
    given = request.files.get("file")
    if given is None:
        raise required("file")
    return given.read(), given.filename or "upload"


def _reading() -> Reading:
    """How to read the file; what the form does not say comes from the business."""
    today, order = request.form.get("today"), request.form.get("date_order")
    if order not in (None, "DMY", "MDY"):
        raise Invalid("field_invalid", field="date_order", params={"expected": "DMY or MDY"})
    try:
        day = date.fromisoformat(today) if today else None
    except ValueError:
        raise Invalid("date_invalid", field="today") from None
    country, currency = request.form.get("country"), request.form.get("currency")
    return Reading(
        today=day,
        country=country.strip().upper() if country else None,
        currency=currency.strip().upper() if currency else None,
        date_order=order,
    )


def _wishes(body: dict[str, Any]) -> dict[str, Any]:
    """`accept`, `preview_version` and `start` of an apply, checked."""
    unknown = sorted(set(body) - {"accept", "preview_version", "start"})
    if unknown:
        raise Invalid("field_unknown", field=unknown[0][:60], params={"similar": ""})
    accept, start = body.get("accept", "all"), body.get("start", False)
    version = body.get("preview_version")
    lines = isinstance(accept, list) and all(type(line) is int for line in accept)
    if accept != "all" and not lines:
        raise Invalid("field_invalid", field="accept", params={"expected": '"all" or a list of lines'})
    if not isinstance(start, bool):
        raise Invalid("field_invalid", field="start", params={"expected": "true or false"})
    if not isinstance(version, str) or not version:
        raise required("preview_version")
    return {"accept": None if accept == "all" else accept, "start": start, "preview_version": version}
