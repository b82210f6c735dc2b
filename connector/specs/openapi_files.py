"""What is brought as a file, as OpenAPI tells it: spreadsheets, recipes, documents."""

from typing import Any

from connector.domain.listdiff import Flag, RowAction
from connector.specs.catalog import Catalog
from connector.specs.openapi_parts import (
    ANY,
    TEXT,
    TEXT_OR_NULL,
    Schema,
    in_path,
    object_of,
    page_of,
    read,
    write,
)

LINE: Schema = {"type": "integer", "minimum": 0}
COUNTS: Schema = {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}}
STATE: Schema = {"enum": ["staging", "ready", "applying", "applied", "undone"]}
NEXT: Schema = {"type": ["string", "null"]}


def imports_and_recipes(catalog: Catalog) -> dict[str, Any]:
    """`/v1/imports`, `/v1/recipes` and `/v1/files`."""
    return {**_imports(), **_recipes(catalog), **_documents()}


def _documents() -> dict[str, Any]:
    form = {
        "type": "object",
        "properties": {
            "file": {
                "type": "string",
                "format": "binary",
                "description": "JPEG, PNG, WebP or PDF, at most 16 MB; an invoice's PDF at most 5 MB.",
            }
        },
        "required": ["file"],
    }
    kept = object_of(
        result={"const": "created"}, file_id=TEXT, file_type=TEXT, size={"type": "integer", "minimum": 1}
    )
    download = read("read_file", "Download a File", "files", TEXT, in_path("id", None))
    binary: Schema = {"type": "string", "format": "binary"}
    types = ("application/pdf", "image/jpeg", "image/png", "image/webp")
    download["responses"]["200"]["content"] = {name: {"schema": binary} for name in types}
    return {
        "/v1/files": {
            "post": write("create_file", "Upload a File", "files", form, kept, media="multipart/form-data")
        },
        "/v1/files/{id}": {"get": download},
    }


def _imports() -> dict[str, Any]:
    by_id = in_path("id", None)
    upload = write(
        "create_import", "Upload a Spreadsheet", "imports", _form(), _preview(), media="multipart/form-data"
    )
    apply = write("apply_import", "Apply a Preview", "imports", _wishes(), _applied(), by_id)
    gone = object_of(result={"const": "deleted"})
    undone = object_of(
        result={"const": "undone"}, import_id=TEXT, list=TEXT, invoices={"type": "integer", "minimum": 0}
    )
    rejected = read("import_rejected", "Download Refused Rows", "imports", TEXT, by_id)
    rejected["responses"]["200"]["content"] = {"text/csv": {"schema": TEXT}}
    return {
        "/v1/imports": {"post": upload},
        "/v1/imports/{id}": {
            "get": read("read_import", "Read a Preview", "imports", _preview(), by_id),
            "delete": read("delete_import", "Delete a Preview", "imports", gone, by_id),
        },
        "/v1/imports/{id}/apply": {"post": apply},
        "/v1/imports/{id}/undo": {
            "post": write("undo_import", "Undo an Import", "imports", None, undone, by_id)
        },
        "/v1/imports/{id}/rejected.csv": {"get": rejected},
    }


def _form() -> Schema:
    return {
        "type": "object",
        "properties": {
            "file": {"type": "string", "format": "binary", "description": "CSV or XLSX, at most 20 MB."},
            "list": {**TEXT, "description": "The list that the file renews. Default: its name."},
            "today": {"type": "string", "format": "date"},
            "country": {**TEXT, "description": "How local phone numbers are read, like ID."},
            "currency": {**TEXT, "description": "Of amounts without one, like IDR."},
            "date_order": {"enum": ["DMY", "MDY"]},
        },
        "required": ["file"],
    }


def _wishes() -> Schema:
    lines = {"type": "array", "items": {"type": "integer"}, "maxItems": 100_000}
    return {
        "type": "object",
        "properties": {
            "accept": {"anyOf": [{"const": "all"}, lines], "description": "Lines of the file, or all."},
            "preview_version": {**TEXT, "minLength": 1, "description": "Of the preview that was seen."},
            "start": {"type": "boolean", "description": "Lets the messages of a list's first import go."},
        },
        "required": ["preview_version"],
        "additionalProperties": False,
    }


def _fault() -> Schema:
    return object_of(field=TEXT, code=TEXT, detail=TEXT_OR_NULL)


def _preview() -> Schema:
    row = object_of(
        line=LINE,
        ok={"type": "boolean"},
        action={"enum": [action.value for action in RowAction]},
        number=TEXT_OR_NULL,
        invoice={"type": ["object", "null"]},
        errors={"type": "array", "items": _fault()},
        changes={"type": "array", "items": TEXT},
        flags={"type": "array", "items": {"enum": [*(flag.value for flag in Flag), "suspicious_value"]}},
        newly_paid={"type": "boolean"},
        result=TEXT_OR_NULL,
    )
    odd = object_of(line=LINE, invoice=TEXT_OR_NULL, flags={"type": "array", "items": TEXT}, detail=TEXT)
    return object_of(
        import_id=TEXT,
        list=TEXT,
        state=STATE,
        preview_version=TEXT_OR_NULL,
        rows={"type": "array", "items": row},
        missing={"type": "array", "items": TEXT},
        suspicious={"type": "array", "items": odd},
        counts=COUNTS,
        first_import={"type": "boolean"},
    )


def _applied() -> Schema:
    row = object_of(
        line=LINE,
        result=TEXT_OR_NULL,
        invoice_number=TEXT_OR_NULL,
        invoice_id=TEXT_OR_NULL,
        errors={"type": "array", "items": _fault()},
    )
    return object_of(
        result={"const": "applied"},
        result_text=TEXT,
        import_id=TEXT,
        list=TEXT,
        state=STATE,
        counts=COUNTS,
        started={"type": "boolean"},
        rows={"type": "array", "items": row},
    )


def _recipes(catalog: Catalog) -> dict[str, Any]:
    yaml: Schema = {"type": "string", "minLength": 1, "description": "A recipe in YAML, at most 64 kB."}
    bring_in = catalog.actions.get("import_recipe")
    kept = ANY if bring_in is None else dict(bring_in.output)
    example = None if bring_in is None else bring_in.example["input"]["text"]
    put = write(
        "put_recipe", "Import a Recipe", "recipes", yaml, kept, example=example, media="application/yaml"
    )
    shown = object_of(
        name=TEXT, version=TEXT, origin={"enum": ["shipped", "user"]}, title=TEXT_OR_NULL, text=TEXT
    )
    made_up: Schema = {
        "type": "object",
        "properties": {
            "due_date": {"type": "string", "pattern": r"^(\d{4}-\d{2}-\d{2})?$"},
            "amount": {"type": ["string", "integer"]},
        },
        "additionalProperties": False,
    }
    told = object_of(
        recipe=TEXT,
        recipe_version=TEXT,
        due_date=TEXT,
        amount_text=TEXT,
        steps={"type": "array", "items": ANY},
    )
    simulate = write(
        "simulate_recipe",
        "See What a Recipe Does",
        "recipes",
        made_up,
        told,
        in_path("name", None, example="kost"),
        example={"due_date": "2026-12-05", "amount": "1500000"},
        required=False,
    )
    listed = read("recipes", "List Recipes", "recipes", page_of(shown, NEXT))
    return {
        "/v1/recipes": {"get": listed, "post": put},
        "/v1/recipes/{name}/simulate": {"post": simulate},
    }
