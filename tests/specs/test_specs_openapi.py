"""The OpenAPI document is valid 3.1 and says what the catalogue says."""

import json
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from connector.specs import Catalog
from connector.specs.openapi import openapi_of


def made(catalog: Catalog, **options: bool) -> dict[str, Any]:
    return openapi_of(catalog, version="0.1.0", public_url="http://127.0.0.1:8080/", **options)


@pytest.mark.parametrize("sandbox", [True, False])
def test_the_document_is_valid(catalog: Catalog, sandbox: bool) -> None:
    document = json.loads(json.dumps(made(catalog, sandbox=sandbox, virtual=sandbox)))

    errors = list(OpenAPIV31SpecValidator(document).iter_errors())

    assert errors == []


def test_every_action_is_an_operation_with_its_example(catalog: Catalog) -> None:
    paths = made(catalog)["paths"]

    for name, action in catalog.actions.items():
        operation = paths[f"/v1/actions/{name}"]["post"]
        body = operation["requestBody"]["content"]["application/json"]
        assert body["example"] == action.example["input"]
        assert body["schema"]["additionalProperties"] is False
        assert bool(operation.get("parameters")) is action.changes
        assert operation["responses"]["default"] == {"$ref": "#/components/responses/Problem"}


def test_every_trigger_is_a_webhook_with_its_sample(catalog: Catalog) -> None:
    webhooks = made(catalog)["webhooks"]

    samples = {
        name: hook["post"]["requestBody"]["content"]["application/json"]["example"]
        for name, hook in webhooks.items()
    }

    assert samples == {name: trigger.sample for name, trigger in catalog.triggers.items()}


def test_the_card_stands_once_and_is_referred_to(catalog: Catalog) -> None:
    document = made(catalog)
    ref = {"$ref": "#/components/schemas/InvoiceCard"}

    answer = document["paths"]["/v1/actions/mark_paid"]["post"]["responses"]["200"]["content"]
    schema = answer["application/json"]["schema"]

    assert schema["allOf"][0] == ref
    assert "customer_name" not in schema["allOf"][1]["properties"]
    assert "payment_id" in schema["allOf"][1]["required"]
    assert "customer_name" in document["components"]["schemas"]["InvoiceCard"]["required"]
    assert "$defs" not in json.dumps(document) and "x-base" not in json.dumps(document)


def test_the_sandbox_is_absent_when_live(catalog: Catalog) -> None:
    live = made(catalog, sandbox=False, virtual=False)["paths"]
    virtual = made(catalog, sandbox=False, virtual=True)["paths"]

    assert not [path for path in live if path.startswith("/v1/sandbox")]
    assert [path for path in virtual if path.startswith("/v1/sandbox")] == ["/v1/sandbox/clock"]


def test_only_doors_that_prove_themselves_otherwise_are_open(catalog: Catalog) -> None:
    paths = made(catalog)["paths"]

    open_paths = {path for path, verbs in paths.items() for op in verbs.values() if op.get("security") == []}

    doors = {"/in/{source}", "/in/{source}/{connection}"}
    assert open_paths == {"/openapi.json", "/healthz", "/readyz", "/metrics"} | doors


def test_operation_ids_are_unique(catalog: Catalog) -> None:
    ids = [op["operationId"] for verbs in made(catalog)["paths"].values() for op in verbs.values()]

    assert len(ids) == len(set(ids))
