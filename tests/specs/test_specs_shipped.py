"""Every shipped spec, data-driven: what DESIGN.md promises of all of them."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from spec_folder import SPECS

import connector
from connector.domain.model import Policy
from connector.specs import Catalog
from connector.specs.formats import format_checker
from connector.specs.problems import holes

ACTIONS = sorted(path.stem for path in (SPECS / "actions").glob("*.json"))
TRIGGERS = sorted(path.stem for path in (SPECS / "triggers").glob("*.json"))
PACKAGE = Path(connector.__file__).parent
CARD = [
    "result",
    "result_text",
    "invoice_id",
    "invoice_number",
    "invoice_status",
    "waiting_for",
    "customer_id",
    "customer_name",
    "customer_phone",
    "amount",
    "amount_due",
    "currency",
    "due_date",
    "days_overdue",
    "sequence_status",
    "hold_reason",
    "last_message_text",
    "next_step_at",
    "next_step_text",
    "why_not_text",
    "console_url",
]
COMMON = [
    "event_id",
    "type",
    "event_number",
    "occurred_at",
    "occurred_on",
    "late_minutes",
    "test",
    "business_id",
    "business_name",
    "summary",
    "customer_id",
    "customer_ref",
    "customer_name",
    "contact_name",
    "customer_phone",
    "customer_email",
    "customer_language",
    "chat_url",
    "rep_name",
    "rep_email",
    "open_invoices",
    "total_due",
    "total_due_text",
    "invoice_id",
]
REFUSALS = {
    "Problem",
    "Invalid",
    "NotFound",
    "Conflict",
    "Forbidden",
    "Unauthorized",
    "TooLarge",
    "RateLimited",
    "Unavailable",
    "FieldError",
}


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_can_be_built_into_a_form(catalog: Catalog, name: str) -> None:
    action = catalog.actions[name]

    required = action.input["required"]

    assert action.input["additionalProperties"] is False
    assert ("dry_run" in action.input["properties"]) is action.changes
    for key, schema in action.input["properties"].items():
        assert schema["title"] and schema["description"], key
        assert {"title", "description"} <= set(action.i18n["id"]["fields"][key]), key
        assert key in required or "null" in schema["type"], f"{key}: null must mean not given"
        assert "x-id" not in schema


@pytest.mark.parametrize("name", ACTIONS)
def test_an_example_fits_and_shows_every_key(catalog: Catalog, name: str) -> None:
    action = catalog.actions[name]

    faults = catalog.faults(name, action.example["input"])

    assert faults == []
    assert list(action.example["output"]) == action.output["required"]
    assert set(action.example["input"]) <= set(action.input["properties"])


@pytest.mark.parametrize("name", [n for n in ACTIONS if n not in ("find_invoices", "find_cases")])
def test_an_action_names_all_its_results(catalog: Catalog, name: str) -> None:
    action = catalog.actions[name]

    shown = action.example["output"]["result"]

    assert shown in action.results


@pytest.mark.parametrize("name", ACTIONS)
def test_the_same_key_means_the_same_everywhere(catalog: Catalog, name: str) -> None:
    seen = {key: schema["title"] for key, schema in catalog.actions[name].input["properties"].items()}

    others = [action.input["properties"] for action in catalog.actions.values()]

    for properties in others:
        for key in set(seen) & set(properties):
            assert properties[key]["title"] == seen[key], key


def test_every_action_on_an_invoice_answers_the_invoice_card(catalog: Catalog) -> None:
    on_invoices = {n for n, a in catalog.actions.items() if "invoice" in a.input["properties"]}

    for name in on_invoices | {"create_invoice", "cancel_promise", "resolve_case"}:
        assert set(CARD) <= set(catalog.actions[name].output["required"]), name


@pytest.mark.parametrize("name", TRIGGERS)
def test_a_sample_has_every_key_in_the_order_of_the_payload(catalog: Catalog, name: str) -> None:
    trigger = catalog.triggers[name]

    plain = [key for key in trigger.sample if not key.startswith("extra_")]

    assert plain == list(trigger.keys) == list(trigger.payload["required"])
    assert trigger.sample["type"] == name
    assert [key for key in trigger.keys if key in COMMON] == COMMON
    # Flat: a list only where the thing is one, beside its ready text.
    assert {k for k, v in trigger.sample.items() if isinstance(v, list | dict)} <= {"lines"}
    assert "lines" not in trigger.sample or trigger.sample["text"]


@pytest.mark.parametrize("name", TRIGGERS)
def test_a_payload_takes_null_for_what_is_unknown(catalog: Catalog, name: str) -> None:
    trigger = catalog.triggers[name]
    unknown = dict(trigger.sample) | dict.fromkeys(trigger.own_keys)

    check = Draft202012Validator(trigger.payload, format_checker=format_checker())

    assert check.is_valid(unknown)
    assert not check.is_valid(unknown | {"type": "something_else"})
    assert not check.is_valid({k: v for k, v in unknown.items() if k != trigger.own_keys[0]})


def test_every_sentence_ends_and_fills(catalog: Catalog) -> None:
    for code, problem in catalog.problems.items():
        for language in ("id", "en"):
            assert problem.title[language].strip() and "{" not in problem.title[language], code
            filled = problem.sentence(language, dict.fromkeys(holes(problem.detail[language]), "x"))
            assert "{" not in filled and "…" not in filled, code
            assert problem.remedy[language].endswith("."), code
    for code, reason in catalog.reasons.items():
        for language in ("id", "en"):
            assert reason.sentence[language].endswith("."), code
            assert reason.remedy[language].endswith("."), code


def test_the_reasons_of_the_engine_are_all_there(catalog: Catalog) -> None:
    wanted = [
        "quiet_hours",
        "sunday",
        "holiday",
        "cap_cycle",
        "cap_7_days",
        "minimum_gap",
        "consent_missing",
        "consent_withdrawn",
        "opted_out",
        "promise_active",
        "disputed",
        "case_open",
        "claim_waiting",
        "paused",
        "paused_all",
        "paid",
        "void",
        "superseded",
        "stage_over",
        "past_at_planning",
        "merged",
        "expired",
        "plan_moved",
        "sequence_cancelled",
        "settling",
        "waiting_for_phone",
        "waiting_for_amount",
        "phone_missing",
        "not_on_whatsapp",
        "provider_refused",
        "provider_unavailable",
        "retry_later",
        "rate_limited",
        "sender_stopped",
        "template_paused",
        "template_missing",
        "unknown_outcome",
        "unknown_person",
        "never_known",
        "resent_once",
        "fallback_planned",
        "fallback_not_needed",
        "relationship_missing",
        "clock_suspect",
        "reply_window_over",
        "skip_after",
        "due_date_moved",
    ]

    assert set(wanted) <= set(catalog.reasons)


@pytest.mark.parametrize("kind", ["reasons", "problems"])
def test_every_code_is_given_by_somebody(catalog: Catalog, kind: str) -> None:
    """A code that no line of the program names explains nothing; whoever needs it again writes it again."""
    sources = [path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")]
    named = set(re.findall(r"""["']([a-z][a-z0-9_]*)["']""", "\n".join(sources)))

    assert sorted(set(getattr(catalog, kind)) - named) == []


def test_the_policies_are_the_ones_promised(catalog: Catalog) -> None:
    small: Policy = catalog.policies["id-smb"]
    strict: Policy = catalog.policies["id-pujk"]

    assert (small.window.opens.hour, small.window.closes.hour) == (8, 20)
    assert small.window.weekdays == frozenset(range(7)) and small.window.holidays is None
    assert (small.cap_per_cycle, small.cap_per_7_days, small.minimum_gap_hours) == (8, 4, 20)
    assert strict.window.weekdays == frozenset(range(6)) and strict.window.holidays == "ID"


def test_keys_for_flows_never_approve_destinations(catalog: Catalog) -> None:
    flows = {"n8n", "zapier", "activepieces", "power_automate", "sheets"}
    assert {"read", "write", "admin", "accounting", *flows} == set(catalog.presets)
    for preset in catalog.presets.values():
        assert "destinations" not in preset.scopes, preset.name
    assert [p.name for p in catalog.presets.values() if p.in_path] == ["accounting"]
    assert {p.name for p in catalog.presets.values() if p.pii == "masked"} == {"read", "write", "accounting"}
    assert not {"send", "recipes", "admin"} & set(catalog.presets["sheets"].scopes)


def test_the_shared_files_are_pretty_and_plain() -> None:
    for path in SPECS.rglob("*.json"):
        text = path.read_text(encoding="utf-8")
        assert text.endswith("\n") and "\t" not in text, path
        assert isinstance(json.loads(text), dict), path


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield path.name, node


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def test_every_refusal_in_the_code_has_its_sentence(catalog: Catalog) -> None:
    used = set()
    for where, call in _calls():
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        if name not in REFUSALS or not call.args:
            continue
        code = _text(call.args[1] if name == "FieldError" and len(call.args) > 1 else call.args[0])
        if code is not None:
            used.add((where, code))

    missing = sorted((where, code) for where, code in used if code not in catalog.problems)

    assert used and missing == []


def test_every_reason_that_the_guard_gives_has_its_sentence(catalog: Catalog) -> None:
    used = set()
    for where, call in _calls():
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        if name in ("No", "Later") and len(call.args) > 1:
            used.add((where, _text(call.args[1])))

    missing = sorted((where, code) for where, code in used if code and code not in catalog.reasons)

    assert missing == []


def test_every_event_in_the_code_is_a_trigger(catalog: Catalog) -> None:
    used = {
        (where, _text(call.args[0]))
        for where, call in _calls()
        if isinstance(call.func, ast.Name) and call.func.id == "NewEvent" and call.args
    }

    missing = sorted((where, kind) for where, kind in used if kind and kind not in catalog.triggers)

    assert missing == []
