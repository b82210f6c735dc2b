"""The small parts that an OpenAPI document is made of."""

from typing import Any

Schema = dict[str, Any]
ANY: Schema = {"type": "object"}
TEXT: Schema = {"type": "string"}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
BIGGEST = 2**63 - 1


def answers(schema: Schema, *, example: Any = None, status: str = "200") -> Schema:
    """The good answer and, for all else, the problem."""
    content: Schema = {"schema": schema}
    if example is not None:
        content["example"] = example
    return {
        status: {"description": "Done.", "content": {"application/json": content}},
        "default": {"$ref": "#/components/responses/Problem"},
    }


def read(id: str, title: str, tag: str, schema: Schema, *parameters: Schema) -> Schema:
    operation: Schema = {"operationId": id, "summary": title, "tags": [tag], "responses": answers(schema)}
    if parameters:
        operation["parameters"] = list(parameters)
    return operation


def write(
    id: str,
    title: str,
    tag: str,
    body: Schema | None,
    schema: Schema,
    *parameters: Schema,
    example: Any = None,
    media: str = "application/json",
    required: bool = True,
) -> Schema:
    operation = read(id, title, tag, schema, *parameters)
    if body is not None:
        operation["requestBody"] = taken(body, example=example, media=media, required=required)
    return operation


def created(operation: Schema) -> Schema:
    """The same answer as 201, with the address of what was made in `Location`."""
    said = operation["responses"]["200"]
    location = {"description": "Where it is read and ended.", "schema": TEXT}
    made = {**said, "headers": {"Location": location}}
    return {**operation, "responses": {"201": made, "default": operation["responses"]["default"]}}


def taken(
    schema: Schema, *, example: Any = None, media: str = "application/json", required: bool = True
) -> Schema:
    """The body that a request brings."""
    content: Schema = {"schema": schema}
    if example is not None:
        content["example"] = example
    return {"required": required, "content": {media: content}}


def without_key(operation: Schema) -> Schema:
    """No key is asked for."""
    return {**operation, "security": []}


def in_path(name: str, values: list[str] | None, *, example: str | None = None) -> Schema:
    schema: Schema = {"type": "string", "enum": values} if values else {"type": "string", "minLength": 1}
    return {"name": name, "in": "path", "required": True, "schema": schema, **_example(example)}


def in_query(name: str, schema: Schema, *, example: str | None = None) -> Schema:
    return {"name": name, "in": "query", "required": False, "schema": schema, **_example(example)}


def _example(example: str | None) -> Schema:
    return {} if example is None else {"example": example}


def object_of(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def page_of(item: Schema, next: Schema) -> Schema:
    return object_of(items={"type": "array", "items": item}, next=next)
