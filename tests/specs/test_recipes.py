"""Recipe files: the shipped plans, their faults with line and column, and thirty hostile files."""

import json
import time as machine_time
from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.model import (
    Channel,
    MessageStatus,
    Missed,
    Policy,
    Stage,
    StepKind,
    UnknownPolicy,
    WindowRule,
)
from connector.specs.recipes import RecipeFaults, load_recipes, parse_recipe, recipe_from_body
from connector.specs.templates import load_templates
from connector.specs.yaml_files import MAX_BYTES, YamlFault, read_yaml

ROOT = Path(__file__).parents[2] / "recipes"
TEMPLATES, _ = load_templates(ROOT / "templates")
DAY = WindowRule(opens=time(8), closes=time(20))
POLICIES = {
    "id-smb": Policy(
        name="id-smb",
        window=DAY,
        notice_window=DAY,
        cap_per_cycle=8,
        cap_per_7_days=4,
        minimum_gap_hours=20,
    )
}
SHIPPED, FAULTS = load_recipes(ROOT, POLICIES, TEMPLATES)
KOST = (ROOT / "kost.yaml").read_text(encoding="utf-8")

SMALL = """\
recipe: small
title: {id: Kecil, en: Small}
description: {id: Satu pesan, en: One message}
policy: id-smb
steps:
  - {when: issue, template: invoice_created}
"""


def parse(text: str):
    return parse_recipe(text, policies=POLICIES, templates=TEMPLATES, where="r.yaml")


def faults_of(text: str) -> list[str]:
    with pytest.raises(RecipeFaults) as refused:
        parse(text)
    return [str(fault) for fault in refused.value.faults]


def keys(name: str) -> list[str]:
    return [step.key for step in SHIPPED[name].recipe.steps]


def test_the_shipped_recipes_are_clean_and_hold_the_promised_steps():
    assert FAULTS == []
    assert keys("kost") == ["created", "H-3", "H", "H+1", "H+7", "task:H+10"]
    assert keys("starter") == ["created"]
    assert keys("standard") == ["created", "H-7", "H-3", "H-1", "H", "H+1", "H+7", "H+14", "task:H+21"]
    assert keys("gentle") == ["created", "H-3", "H", "H+1", "H+7", "H+14", "task:H+21"]
    assert keys("saas") == ["created", "H-7", "H+2", "task:H+9"]
    assert keys("b2b_distribution") == ["created", "H-2", "H", "H+3", "task:H+7"]


def test_kost_as_a_value():
    kost = SHIPPED["kost"].recipe

    issue, *_, task = kost.steps
    assert (issue.stage, issue.offset_days, issue.at, issue.template) == (
        Stage.CREATED,
        None,
        time(9),
        "invoice_created",
    )
    assert (task.kind, task.reason, task.offset_days, task.template) == (
        StepKind.TASK,
        "overdue_long",
        10,
        None,
    )
    assert kost.policy == POLICIES["id-smb"]
    assert kost.fallback is not None
    assert (kost.fallback.channel, kost.fallback.after_minutes, kost.fallback.unless) == (
        Channel.SMS,
        240,
        MessageStatus.DELIVERED,
    )
    assert (kost.receipt, kost.receipt_partial) == ("payment_received", "payment_partial")
    assert (kost.promise_ask, kost.promise_confirm, kost.promise_broken) == (
        "promise_ask",
        "promise_confirm",
        "promise_broken",
    )
    assert kost.unknown is UnknownPolicy.RESEND_ONCE


def test_a_version_is_its_content_and_rebuilds_the_same_value():
    file = SHIPPED["kost"]

    again = parse("# a comment changes nothing\n" + KOST)
    moved = parse(KOST.replace('at: "09:00"', 'at: "10:00"'))

    assert again.version == file.version
    assert len(file.version) >= 16
    assert moved.version != file.version
    assert recipe_from_body(file.body, file.version, POLICIES) == file.recipe


def test_a_recipe_says_how_long_before_its_due_date_an_invoice_is_issued():
    early = parse(SMALL.replace("steps:", "issue: H-14\nsteps:")).recipe

    assert (early.issue_days_before, parse(SMALL).recipe.issue_days_before) == (14, 7)
    assert {SHIPPED[name].recipe.issue_days_before for name in SHIPPED} == {7}
    for wrong in ("H+1", "H-29", "7"):
        assert "issue" in faults_of(SMALL.replace("steps:", f"issue: {wrong}\nsteps:"))[0]


def test_a_step_may_have_its_own_hour_channel_and_way_of_being_late():
    text = SMALL + (
        '  - {offset: H-1, template: payment_reminder, at: "18:30", channel: sms}\n'
        "  - {offset: H, template: due_today, missed: skip_after, skip_after_minutes: 120}\n"
    )

    steps = {step.key: step for step in parse(text).recipe.steps}

    assert (steps["H-1"].at, steps["H-1"].channel) == (time(18, 30), Channel.SMS)
    assert (steps["H"].missed, steps["H"].skip_after_minutes) == (Missed.SKIP_AFTER, 120)


def test_steps_are_planned_in_order_whatever_their_order_in_the_file():
    text = SMALL.replace("steps:\n", "steps:\n  - {offset: H, template: due_today}\n")

    assert [step.key for step in parse(text).recipe.steps] == ["created", "H"]


def test_a_recipe_may_be_stricter_than_its_policy_but_not_leave_its_hours():
    own = 'limits: {cap_per_cycle: 2, minimum_gap_hours: 48}\nwindow: {opens: "09:00", closes: "17:00"}\n'

    policy = parse(SMALL + own).recipe.policy

    assert (policy.cap_per_cycle, policy.minimum_gap_hours, policy.cap_per_7_days) == (2, 48, 4)
    assert (policy.window.opens, policy.window.closes) == (time(9), time(17))
    assert policy.notice_window == DAY
    wide = faults_of(SMALL + 'window: {opens: "06:00", closes: "22:00"}\n')
    assert wide == ["r.yaml:7:1: a recipe's window lies within the policy's, 08:00-20:00."]


def test_an_inline_template_is_checked_and_used():
    template = """\
templates:
  own_note:
    title: {id: Catatan, en: Note}
    category: utility
    stage: due
    permission: reminder
    params:
      customer_name: {sample: {id: Siti, en: Siti}}
      business_name: {sample: {id: Kost, en: Kost}}
      invoice_number: {sample: {id: A3, en: A3}}
      amount: {sample: {id: Rp1, en: Rp1}}
      due_date: {sample: {id: 5 Des, en: 5 Dec}}
"""
    body_id = (
        "Halo {{customer_name}}, invoice {{invoice_number}} dari {{business_name}} sebesar {{amount}} "
        "jatuh tempo hari ini, {{due_date}}. Terima kasih banyak atas perhatian Anda semua."
    )
    body_en = (
        "Hello {{customer_name}}, invoice {{invoice_number}} from {{business_name}} for {{amount}} "
        "is due today, {{due_date}}. With many thanks for your kind attention. Thank you."
    )
    good = template + (
        f'    languages:\n      id: {{body: "{body_id}", footer: Balas STOP untuk berhenti}}\n'
        f'      en: {{body: "{body_en}", footer: Reply STOP to stop}}\n'
    )
    text = SMALL + "  - {offset: H, template: own_note}\n"

    file = parse(text + good)

    assert set(file.templates) == {"own_note"}
    assert file.templates["own_note"].template.stage is Stage.DUE
    threat = faults_of(text + good.replace("Thank you.", "Or the police will come."))
    assert any("threat" in fault and fault.startswith("r.yaml:") for fault in threat), threat


@pytest.mark.parametrize("text", ["foo", "[1, 2]", "''"])
def test_what_is_no_recipe_at_all_is_told_so(text):
    assert faults_of(text) == ["r.yaml:1:1: this is not a recipe; recipes/kost.yaml shows one"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("policy: id-smb", "policy: id-smbb", "r.yaml:4:1: there is no policy `id-smbb`; known are id-smb."),
        ("policy: id-smb\n", "", "r.yaml:1:1: `policy` is missing."),
        ("recipe: small", "recipe: ../small", "r.yaml:1:1: `recipe`"),
        ("policy:", "polcy:", "Did you mean `policy`?"),
        ("invoice_created", "invoice_creatd", "r.yaml:6:19: there is no template `invoice_creatd`."),
        ("invoice_created", "overdue_notice", "would not be true for the new invoice"),
        ("when: issue", "offset: H-0", "r.yaml:6:6: `offset`: an offset is written H-7, H or H+14"),
        ("when: issue", "offset: H-400", "within 366 days"),
        ("when: issue", "offset: -7", "`offset`"),
        ("when: issue", "when: later", "`when`"),
        ("when: issue, ", "", "r.yaml:6:5: `0`: a step has either"),
        ("when: issue", "when: issue, offset: H", "either `when: issue` or an `offset`"),
        ("template: invoice_created", "task: needs_human", "a task has a `reason`"),
        (
            "template: invoice_created",
            "template: invoice_created, at: 09:00",
            'a time is written in quotes: "09:00"',
        ),
        ("template: invoice_created", 'template: invoice_created, at: "25:00"', 'from "00:00" to "23:59"'),
        (
            "template: invoice_created",
            'template: invoice_created, at: "21:00"',
            "outside the window 08:00-20:00",
        ),
        ("template: invoice_created", "template: invoice_created, missed: skip_after", "go together"),
        ("template: invoice_created", "template: invoice_created, channel: telegram", "`channel`"),
        ("steps:\n", "steps: []\nother:\n", "`steps`"),
    ],
)
def test_a_wrong_word_is_refused_with_its_place(old, new, expected):
    assert old in SMALL

    faults = faults_of(SMALL.replace(old, new, 1))

    assert any(expected in fault for fault in faults), faults
    assert all(fault.startswith("r.yaml:") for fault in faults)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("fallback: {channel: sms, after: 4 hours}", "`after`: a duration is written PT30M, PT4H or P1D."),
        ("fallback: {channel: sms, after: PT}", "a duration is written"),
        ("fallback: {channel: sms, after: P900D}", "14 days"),
        ("fallback: {channel: pigeon, after: PT4H}", "`channel`"),
        ("on_paid: {template: due_today}", "written for the due day"),
        ("on_paid: {template: nothing}", "r.yaml:7:11: there is no template `nothing`."),
        ("promise: {ask: nothing}", "there is no template `nothing`."),
        ("promise: {grace_days: true}", "`grace_days`"),
        ('promise: {grace_days: "1"}', "`grace_days`"),
        ("limits: {cap_per_cycle: 99}", "`cap_per_cycle`"),
        ("unknown: resend_always", "`unknown`"),
        ("late_after_minutes: 0", "`late_after_minutes`"),
        ("claim_truce_hours: 1.5", "only whole numbers"),
        ("extends: ../../x", "r.yaml:7:1: `extends` is not known here."),
        ("extends: kost", "`extends` is not known here."),
        ("include: /etc/passwd", "`include` is not known here."),
        ("templates: {bad-name: {}}", "r.yaml:7:13"),
        ("templates: {../x: {}}", "r.yaml:7:13"),
    ],
)
def test_a_wrong_block_is_refused_with_its_place(line, expected):
    faults = faults_of(SMALL + line + "\n")

    assert any(expected in fault for fault in faults), faults


def test_a_step_written_twice_and_a_plan_over_the_cap_are_refused():
    twice = faults_of(SMALL + "  - {when: issue, template: invoice_created}\n")
    many = faults_of(
        SMALL
        + "  - {offset: H-3, template: payment_reminder}\n  - {offset: H, template: due_today}\n"
        + "limits: {cap_per_cycle: 1}\n"
    )

    assert twice == ["r.yaml:7:5: the step created is written twice."]
    assert any("2 reminders are planned, but the policy allows 1" in fault for fault in many)


def test_all_faults_come_at_once_in_the_order_of_the_file():
    faults = faults_of(SMALL.replace("recipe: small", "recipe: A B").replace("issue", "later") + "x: 1\n")

    assert len(faults) >= 3
    lines = [int(fault.split(":")[1]) for fault in faults]
    assert lines == sorted(lines)


def test_a_folder_reports_the_faults_of_every_file(tmp_path):
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "wrong.yaml").write_text(SMALL.replace("policy:", "polcy:"), encoding="utf-8")
    (tmp_path / "other.yaml").write_text(SMALL, encoding="utf-8")

    found, faults = load_recipes(tmp_path, POLICIES, TEMPLATES)

    assert set(found) == {"small"}
    assert {fault.where.split("/")[-1] for fault in faults} == {"wrong.yaml", "other.yaml"}


BOMB = "a: &a [x,x]\n" + "\n".join(f"b{n}: &b{n} [*a,*a]" for n in range(9))
HOSTILE = {
    "alias bomb": BOMB,
    "anchor": "recipe: &x small\n",
    "alias": "recipe: *x\n",
    "anchor on a map": "&x {a: 1}\n",
    "anchor on a key": "? &k a\n: 1\n",
    "alias as a key": "*k : 1\n",
    "merge key": "<<: {a: 1}\n",
    "python tag": "recipe: !!python/object/apply:os.system [id]\n",
    "local tag": "recipe: !include ../../etc/passwd\n",
    "standard tag": "recipe: !!str small\n",
    "binary tag": "recipe: !!binary aGFsbG8=\n",
    "tag directive": "%TAG ! tag:evil.example,2000:\n---\nrecipe: !x 1\n",
    "deep lists": "[" * 30_000,
    "deep maps": "{a: " * 10_000,
    "deep blocks": "\n".join("  " * n + "a:" for n in range(60)),
    "deep dashes": "- " * 20_000,
    "deep questions": "? " * 20_000,
    "more than 64 kB": "a: " + "x" * MAX_BYTES,
    "many bytes in few signs": "a: " + "é" * (MAX_BYTES // 2),
    "huge repeat of steps": SMALL + "  - {offset: H, template: due_today}\n" * 1_500,
    "huge number of keys": "\n".join(f"key{n}: 1" for n in range(5_000)),
    "duplicate key": "recipe: a\nrecipe: b\n",
    "duplicate key, quoted": 'recipe: a\n"recipe": b\n',
    "two documents": SMALL + "---\nrecipe: other\n",
    "on as a key": "on: 1\n",
    "yes as a key": "yes: 1\n",
    "true as a key": "true: 1\n",
    "null as a key": "~: 1\n",
    "list as a key": "[a, b]: 1\n",
    "map as a key": "{a: b}: 1\n",
    "no as a value": "recipe: no\n",
    "unquoted time": "at: 20:00\n",
    "sexagesimal": "at: 20:00:00\n",
    "huge integer": "a: " + "9" * 60_000,
    "exponent": "a: 1e1000000\n",
    "hexadecimal": "a: 0xFFFF\n",
    "NUL": "recipe: a\x00b\n",
    "bidi override": "recipe: \u202ellams\n",
    "zero width": "recipe: sma\u200bll\n",
    "lone surrogate": "recipe: \ud800\n",
    "byte order mark inside": "recipe: a\ufeffb\n",
    "tab indent": "a:\n\t- b\n",
    "open quote": 'recipe: "small\n',
    "not a map": "- a\n- b\n",
    "a scalar": "hello\n",
    "empty": "",
    "only comments": "# nothing\n",
    "path in extends": SMALL + "extends: ../../x\n",
    "path in a template": SMALL.replace("invoice_created", "../../etc/passwd"),
    "path in a name": SMALL.replace("recipe: small", "recipe: ../small"),
    "newline in a name": SMALL.replace("recipe: small", 'recipe: "small\\n"'),
    "format string": SMALL.replace("recipe: small", 'recipe: "{0.__init__}"'),
    "itself as its base": SMALL + "extends: small\n",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_refused_fast_with_line_and_column(text):
    started = machine_time.thread_time()

    with pytest.raises(RecipeFaults) as refused:
        parse(text)

    took = machine_time.thread_time() - started
    assert took < 1, f"{took:.3f} s"
    assert refused.value.faults
    for fault in refused.value.faults:
        assert fault.line >= 1
        assert fault.column >= 1
        assert len(fault.sentence) < 400


def test_the_place_of_a_fault_is_exact():
    with pytest.raises(YamlFault) as refused:
        read_yaml("steps:\n  - at: 20:00\n", "r.yaml")

    assert str(refused.value) == (
        'r.yaml:2:9: a time is written in quotes: "20:00" (without them YAML reads it as a number).'
    )


def test_plain_yaml_reads_as_plain_data():
    text = (
        "a: 1\nb: -20\nc: true\nd: null\ne: 'no'\nf: \"20:00\"\ng: [x, 2026-12-01]\nh: |\n  one\n  two\ni:\n"
    )

    assert read_yaml(text, "r.yaml").data == {
        "a": 1,
        "b": -20,
        "c": True,
        "d": None,
        "e": "no",
        "f": "20:00",
        "g": ["x", "2026-12-01"],
        "h": "one\ntwo\n",
        "i": None,
    }


@given(st.text(max_size=400))
def test_any_text_is_read_or_refused_and_never_worse(text):
    try:
        parse(text)
    except RecipeFaults as refused:
        assert refused.faults
    else:
        raise AssertionError("no random text is a recipe")


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(10**6), 10**6)
        | st.text(st.characters(codec="ascii", categories=["L", "N"])),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text("abcdef", min_size=1), inner, max_size=3)
        ),
        max_leaves=12,
    )
)
def test_what_json_writes_is_read_back_the_same(data):
    assert read_yaml(json.dumps(data), "r.yaml").data == data


def test_a_policy_that_changes_is_taken_when_a_stored_recipe_is_rebuilt():
    file = SHIPPED["kost"]
    stricter = {"id-smb": replace(POLICIES["id-smb"], cap_per_7_days=2)}

    assert recipe_from_body(file.body, file.version, stricter).policy.cap_per_7_days == 2
