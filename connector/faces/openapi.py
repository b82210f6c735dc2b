"""OpenAPI 3.1 as a file, for tools that import a document instead of an address."""

from collections.abc import Mapping

from connector.faces.shapes import as_json
from connector.specs.catalog import Catalog
from connector.specs.openapi import openapi_of

TITLE = "OpenAPI 3.1"
SERVER = "http://127.0.0.1:8080"


def files(catalog: Catalog, version: str) -> Mapping[str, str]:
    """The document of a live server: nothing of the sandbox is in it."""
    document = openapi_of(catalog, version=version, public_url=SERVER, sandbox=False, virtual=False)
    return {"docs/openapi.json": as_json(document)}
