"""Template files: the shipped ones are clean here and for Meta; a wrong one is refused with its place."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from connector.domain.model import Permission, Stage
from connector.domain.templates import meta_template_body
from connector.specs.templates import (
    TemplateFaults,
    load_templates,
    parse_template,
    template_from_body,
)

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "recipes" / "templates"
SHIPPED, FAULTS = load_templates(FOLDER)
JUDGE = ROOT.parent / "shared" / "contracts" / "meta" / "contract.py"
NOTICE = (FOLDER / "overdue_notice.yaml").read_text(encoding="utf-8")


def judge() -> ModuleType:
    if not JUDGE.exists():
        pytest.skip("the outside judge (../shared/contracts/meta/contract.py) is not here")
    spec = importlib.util.spec_from_file_location("meta_contract", JUDGE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def faults_of(text: str) -> list[str]:
    with pytest.raises(TemplateFaults) as refused:
        parse_template(text, where="t.yaml")
    return [str(fault) for fault in refused.value.faults]


def test_every_shipped_template_is_clean():
    assert FAULTS == []
    assert set(SHIPPED) >= {
        "invoice_created",
        "payment_reminder",
        "due_today",
        "overdue_notice",
        "overdue_followup",
        "payment_received",
        "payment_partial",
        "promise_ask",
        "promise_confirm",
        "promise_broken",
        "already_paid_ack",
        "optout_confirm",
        "optin_confirm",
        "statement",
    }


def test_meta_would_take_every_shipped_template():
    contract = judge()

    for file in SHIPPED.values():
        for language in file.template.languages:
            for host in (None, "pay.example.com"):
                body = meta_template_body(file.template, language, pay_host=host)
                assert contract.validate_template(body) == [], body["name"]


def test_stage_and_permission_of_the_shipped_ones():
    kinds = {name: (file.template.stage, file.template.permission) for name, file in SHIPPED.items()}

    assert kinds["invoice_created"] == (Stage.CREATED, Permission.NOTICE)
    assert kinds["due_today"] == (Stage.DUE, Permission.REMINDER)
    assert kinds["payment_received"] == (Stage.RECEIPT, Permission.NOTICE)
    assert kinds["promise_ask"] == (Stage.OTHER, Permission.REPLY)
    assert kinds["statement"] == (Stage.OTHER, Permission.REMINDER)


def test_a_version_is_its_content_and_rebuilds_the_same_value():
    file = SHIPPED["overdue_notice"]

    again = parse_template("# a comment changes nothing\n" + NOTICE, where="t.yaml")
    changed = parse_template(
        NOTICE.replace("Your payment may be on its way.", "It may be on its way."), where="t"
    )

    assert again.version == file.version
    assert changed.version != file.version
    assert template_from_body(file.body, file.version) == file.template


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("stage: overdue", "stage: late", "t.yaml:4:1: `stage`"),
        ("stage: overdue\n", "", "`stage` is missing"),
        ("permission: reminder", "permission: notice", "stage overdue needs permission reminder"),
        ("permission: reminder", "permision: reminder", "Did you mean `permission`?"),
        ("pay_button: true", "pay_button: yes", "t.yaml:6:13: `yes` is read differently"),
        ("template: overdue_notice", "template: ../../etc", "t.yaml:1:1: `template`"),
        ("template: overdue_notice", "template: Overdue", "t.yaml:1:1: `template`"),
        ("category: utility", "category: authentication", "`category`"),
        ("  en:\n", "  fr:\n", "`fr`"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(old, new, expected):
    assert old in NOTICE

    faults = faults_of(NOTICE.replace(old, new, 1))

    assert any(expected in fault for fault in faults), faults


def test_a_typed_in_account_is_refused_with_its_place_and_the_right_variable():
    faults = faults_of(NOTICE.replace("Cara bayar: {{payment_details}}", "Transfer ke BCA 1234567890", 1))

    line = next(n for n, text in enumerate(NOTICE.splitlines(), 1) if "body: |" in text)
    assert any(
        fault.startswith(f"t.yaml:{line}:") and "account_typed_in" in fault and "{{payment_details}}" in fault
        for fault in faults
    ), faults


def test_all_faults_come_at_once():
    wrong = NOTICE.replace("stage: overdue", "stage: late").replace("category: utility", "category: x")

    assert len(faults_of(wrong)) >= 2


def test_a_folder_reports_every_file_and_a_name_that_differs(tmp_path):
    (tmp_path / "other.yaml").write_text(NOTICE, encoding="utf-8")
    (tmp_path / "broken.yaml").write_text("a: [", encoding="utf-8")
    (tmp_path / "latin.yaml").write_bytes(b"template: caf\xe9\n")

    found, faults = load_templates(tmp_path)

    assert set(found) == {"overdue_notice"}
    assert {fault.where.split("/")[-1] for fault in faults} == {"other.yaml", "broken.yaml", "latin.yaml"}


def test_a_file_may_tighten_a_limit_but_not_widen_it():
    tight = NOTICE.replace("customer_name: {sample", "customer_name: {max: 10, sms_max: 99, sample", 1)

    params = {param.name: param for param in parse_template(tight, where="t").template.params}

    assert (params["customer_name"].max, params["customer_name"].sms_max) == (10, 24)
