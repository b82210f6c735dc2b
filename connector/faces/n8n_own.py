"""n8n: what is no action of ours but an operation there: sending and then waiting for the answer, getting a file."""

from typing import Any

from connector.faces.typescript import Code

WAIT = "sendAndWait"  # n8n itself knows an operation of this name: the URL that wakes it bears a signature
FILE = "file"
_SHOW_WAIT = {"resource": ["message"], "operation": [WAIT]}
_LIST_HELP = (
    "Choose from the list, or specify an ID using an "
    '<a href="https://docs.n8n.io/code/expressions/">expression</a>'
)


def wait_operation() -> dict[str, Any]:
    return {
        "name": "Send and Wait for Reply",
        "value": WAIT,
        "action": "Send and wait for reply",
        "description": "Sends a text or a template; this run sleeps until the customer answers or the time is over",
    }


def wait_fields(mapper: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of Send and Wait; `mapper` shows the variables of the chosen template."""
    return [
        {
            "displayName": "Customer",
            "name": "customer",
            "required": True,
            "type": "string",
            "default": "",
            "description": "The customer's own reference, phone number or ID",
            **_shown(),
        },
        {
            "displayName": "Send",
            "name": "sendAs",
            "type": "options",
            "options": [
                {
                    "name": "Free Text",
                    "value": "text",
                    "description": "Within 24 hours after the customer's own message",
                },
                {"name": "Template", "value": "template", "description": "At any time its permission allows"},
            ],
            "default": "text",
            **_shown(),
        },
        {
            "displayName": "Text",
            "name": "text",
            "required": True,
            "type": "string",
            "typeOptions": {"rows": 4},
            "default": "",
            "description": "What the customer will read",
            **_shown(sendAs=["text"]),
        },
        {
            "displayName": "Template Name or ID",
            "name": "template",
            "required": True,
            "type": "options",
            "typeOptions": {"loadOptionsMethod": "getTemplates"},
            "default": "",
            "description": f"The template to send. {_LIST_HELP}.",
            **_shown(sendAs=["template"]),
        },
        {
            "displayName": "Variables",
            "name": "variables",
            **{key: value for key, value in mapper.items() if key != "routing"},
            **_shown(sendAs=["template"]),
        },
        *_limits(),
        {
            "displayName": "Additional Fields",
            "name": "additionalFields",
            "type": "collection",
            "placeholder": "Add Field",
            "default": {},
            **_shown(),
            "options": _more(),
        },
    ]


def _limits() -> list[dict[str, Any]]:
    units = [("Days", "days"), ("Hours", "hours"), ("Minutes", "minutes")]
    return [
        {
            "displayName": "Wait At Most",
            "name": "waitAmount",
            "type": "number",
            "typeOptions": {"minValue": 0.1},
            "default": 2,
            "description": "The time after which the run goes on without an answer, with timed_out true",
            **_shown(),
        },
        {
            "displayName": "Unit",
            "name": "waitUnit",
            "type": "options",
            "options": [{"name": name, "value": value} for name, value in units],
            "default": "days",
            **_shown(),
        },
    ]


def _more() -> list[dict[str, Any]]:
    return [
        {
            "displayName": "Fallback Template Name or ID",
            "name": "fallback_template",
            "type": "options",
            "typeOptions": {"loadOptionsMethod": "getTemplates"},
            "default": "",
            "description": "The template that goes instead when the 24 hours of free messages are over. "
            f"{_LIST_HELP}.",
        },
        {
            "displayName": "Invoice",
            "name": "invoice",
            "type": "string",
            "default": "",
            "description": "The number or ID of the invoice that a template speaks of",
        },
    ]


def _shown(**more: list[str]) -> dict[str, Any]:
    return {"displayOptions": {"show": {**_SHOW_WAIT, **more}}}


def file_fields() -> list[dict[str, Any]]:
    """The resource File."""
    show = {"displayOptions": {"show": {"resource": [FILE]}}}
    download = {
        "name": "Download",
        "value": "download",
        "action": "Download file",
        "description": "Gets a proof of payment or another file that a customer sent, as binary data",
        "routing": {
            "request": {
                "method": "GET",
                "url": '=/v1/files/{{ encodeURIComponent($parameter["fileId"]) }}',
                "encoding": "arraybuffer",
                "json": False,
                "headers": {"Accept": "*/*"},
                "ignoreHttpStatusErrors": True,
            },
            "output": {"postReceive": [Code("downloaded")]},
        },
    }
    return [
        {
            "displayName": "Operation",
            "name": "operation",
            "type": "options",
            "noDataExpression": True,
            **show,
            "options": [download],
            "default": "download",
        },
        {
            "displayName": "File ID",
            "name": "fileId",
            "required": True,
            "type": "string",
            "default": "",
            "placeholder": "={{ $json.file_id }}",
            "description": "The file_id of a reply, or the proof_file_id of a payment claim",
            **show,
        },
        {
            "displayName": "Put Output File in Field",
            "name": "binaryProperty",
            "required": True,
            "type": "string",
            "default": "data",
            "hint": "The name of the output binary field to put the file in",
            **show,
        },
    ]
