"""A spreadsheet over HTTP: look, apply, start, confirm the newly paid, undo."""

import io
from typing import Any

import pytest
import sqlalchemy as sa
from web_face import Caller, make_key

from connector.actions import import_publishing
from connector.store import schema
from connector.store.db import Store

HEAD = "nama,no_wa,jumlah,jatuh_tempo,keterangan,lunas\n"
SITI = "Siti Rahma,081234567890,1500000,2026-12-05,Sewa kamar A3,{}\n"
BUDI = "Budi Santoso,+62 813-9876-5432,750000,2026-12-10,Sewa kamar B1,{}\n"
BAD = "Tanpa Nomor,12,abc,2026-12-10,Sewa,\n"


def upload(caller: Caller, text: str, **form: Any) -> Any:
    data = {"file": (io.BytesIO(text.encode()), "kost melati.csv"), "list": "kost", **form}
    return caller.post("/v1/imports", data=data, content_type="multipart/form-data")


def sheet(siti: str = "", budi: str = "", extra: str = "") -> str:
    return HEAD + SITI.format(siti) + BUDI.format(budi) + extra


def apply(caller: Caller, preview: dict[str, Any], **body: Any) -> Any:
    body.setdefault("preview_version", preview["preview_version"])
    return caller.post(f"/v1/imports/{preview['import_id']}/apply", body)


def steps(store: Store, **where: Any) -> list[Any]:
    with store.read() as tx:
        query = sa.select(schema.steps)
        for name, value in where.items():
            query = query.where(schema.steps.c[name] == value)
        return list(tx.conn.execute(query))


def count(store: Store, table: sa.Table) -> int:
    with store.read() as tx:
        return int(tx.conn.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def test_an_upload_shows_the_difference_and_changes_nothing(real: Caller, store: Store) -> None:
    answer = upload(real, sheet(extra=BAD))

    assert answer.status_code == 200, answer.text
    body = answer.json
    assert [row["action"] for row in body["rows"]] == ["new", "new", "refused"]
    assert [row["line"] for row in body["rows"]] == [2, 3, 4]
    assert body["rows"][0]["invoice"]["phone"] == "+6281234567890"
    assert {error["field"] for error in body["rows"][2]["errors"]} == {"phone", "amount"}
    assert all(error["detail"] for error in body["rows"][2]["errors"])
    assert (body["counts"]["new"], body["counts"]["refused"]) == (2, 1)
    assert body["list"] == "kost" and body["first_import"] is True
    assert real.get(f"/v1/imports/{body['import_id']}").json == body
    assert count(store, schema.invoices) == 0


def test_the_first_import_stays_silent_until_it_is_started(real: Caller, store: Store) -> None:
    preview = upload(real, sheet()).json
    applied = apply(real, preview).json

    assert applied["counts"] == {"created": 2}
    assert applied["started"] is False
    assert "mulai" in applied["result_text"]
    assert steps(store) == []

    started = apply(real, preview, start=True).json
    assert started["started"] is True
    assert len({step.invoice_id for step in steps(store, state="planned", kind="message")}) == 2
    again = apply(real, preview, start=True).json
    assert again["counts"] == {}
    assert count(store, schema.sequences) == 2


def test_an_import_that_is_started_plans_at_once(real: Caller, store: Store) -> None:
    answer = apply(real, upload(real, sheet()).json, start=True)

    assert answer.json["started"] is True
    assert steps(store, state="planned", key="H-3")


def test_the_second_upload_confirms_exactly_the_newly_paid(real: Caller, store: Store) -> None:
    apply(real, upload(real, sheet()).json, start=True)

    preview = upload(real, sheet(siti="lunas")).json
    assert [row["action"] for row in preview["rows"]] == ["newly_paid", "unchanged"]
    applied = apply(real, preview).json

    assert applied["counts"] == {"recorded": 1, "unchanged": 1}
    receipts = [step for step in steps(store) if step.key.startswith("receipt:")]
    assert len(receipts) == 1
    with store.read() as tx:
        rows = tx.conn.execute(sa.select(schema.invoices.c.status, schema.invoices.c.description)).all()
    assert {row.description: row.status for row in rows} == {
        "Sewa kamar A3": "paid",
        "Sewa kamar B1": "open",
    }
    third = upload(real, sheet(siti="lunas")).json
    assert [row["action"] for row in third["rows"]] == ["unchanged", "unchanged"]


def test_rows_that_come_already_paid_are_history(real: Caller, store: Store) -> None:
    apply(real, upload(real, sheet(siti="lunas")).json, start=True)

    assert [step for step in steps(store) if step.key.startswith("receipt:")] == []
    assert {step.invoice_id for step in steps(store, kind="message")} == {
        step.invoice_id for step in steps(store, key="H-3")
    }
    assert len({step.invoice_id for step in steps(store)}) == 1
    with store.read() as tx:
        statuses = sorted(tx.conn.execute(sa.select(schema.invoices.c.status)).scalars())
    assert statuses == ["open", "paid"]


def test_a_row_that_vanished_is_missing_and_stays_open(real: Caller, store: Store) -> None:
    apply(real, upload(real, sheet()).json, start=True)

    preview = upload(real, HEAD + SITI.format("")).json
    apply(real, preview)

    assert len(preview["missing"]) == 1
    with store.read() as tx:
        assert set(tx.conn.execute(sa.select(schema.invoices.c.status)).scalars()) == {"open"}


def test_a_changed_amount_is_applied_and_a_lost_zero_is_suspicious(real: Caller, store: Store) -> None:
    apply(real, upload(real, sheet()).json, start=True)

    preview = upload(real, sheet().replace("1500000", "150000").replace("750000", "800000")).json
    assert [row["action"] for row in preview["rows"]] == ["changed", "changed"]
    assert [(item["line"], item["flags"]) for item in preview["suspicious"]] == [(2, ["amount_dropped"])]
    applied = apply(real, preview, accept=[3]).json

    assert applied["counts"] == {"left": 1, "updated": 1}
    with store.read() as tx:
        assert sorted(tx.conn.execute(sa.select(schema.invoices.c.amount)).scalars()) == [80000000, 150000000]


def test_another_number_waits_for_a_yes_unless_its_line_is_named(real: Caller, store: Store) -> None:
    apply(real, upload(real, sheet()).json, start=True)
    moved = HEAD.replace("nama", "no_invoice,nama")
    with store.read() as tx:
        number = tx.conn.execute(
            sa.select(schema.invoices.c.number).where(schema.invoices.c.description == "Sewa kamar A3")
        ).scalar_one()
    text = moved + f"{number}," + SITI.format("").replace("081234567890", "081298765432")

    everything = apply(real, upload(real, text).json).json
    assert everything["counts"] == {"updated": 1}
    card = real.run("get_invoice", invoice=number).json
    assert card["customer_phone"] == "+6281234567890"
    assert card["hold_reason"] is not None

    named = apply(real, upload(real, text).json, accept=[2]).json
    assert named["counts"] == {"updated": 1}
    card = real.run("get_invoice", invoice=number).json
    assert card["customer_phone"] == "+6281298765432"
    assert card["hold_reason"] is None


def test_what_was_seen_is_what_is_applied(real: Caller, store: Store) -> None:
    apply(real, upload(real, sheet()).json, start=True)
    preview = upload(real, sheet(siti="lunas")).json
    number = preview["rows"][0]["number"]
    assert real.run("mark_paid", invoice=number).json["result"] == "recorded"

    stale = apply(real, preview)
    wrong = apply(real, upload(real, sheet(budi="lunas")).json, preview_version="another")

    assert (stale.status_code, stale.json["code"]) == (409, "import_stale")
    assert (wrong.status_code, wrong.json["code"]) == (409, "import_stale")
    assert count(store, schema.payments) == 1


def test_an_import_is_applied_once(real: Caller) -> None:
    preview = upload(real, sheet()).json
    assert apply(real, preview).status_code == 200

    again = apply(real, preview)

    assert (again.status_code, again.json["code"]) == (409, "import_closed")


def test_a_row_that_an_action_refuses_is_undone_alone(real: Caller, store: Store) -> None:
    text = (
        sheet()
        .replace("keterangan", "resep")
        .replace("Sewa kamar A3", "no_such_recipe")
        .replace("Sewa kamar B1", "kost")
    )
    preview = upload(real, text).json
    assert [row["action"] for row in preview["rows"]] == ["new", "new"]

    applied = apply(real, preview, start=True).json

    assert applied["counts"] == {"created": 1, "refused": 1}
    refused = applied["rows"][0]
    assert refused["errors"][0]["code"] == "recipe_not_found"
    assert count(store, schema.invoices) == 1
    assert count(store, schema.customers) == 1


def test_power_lost_in_the_middle_of_publishing_leaves_nothing(
    real: Caller, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [BUDI.format("").replace("B1", f"B{n}") for n in range(5)]
    preview = upload(real, HEAD + "".join(rows)).json

    def the_power_goes(*given: Any, **more: Any) -> None:
        raise ConnectionError("the power went")

    with monkeypatch.context() as dark:
        dark.setattr(import_publishing.imports, "write_results", the_power_goes)
        assert apply(real, preview, start=True).status_code == 500

    assert real.get(f"/v1/imports/{preview['import_id']}").json["state"] == "ready"
    for table in (
        schema.invoices,
        schema.customers,
        schema.addresses,
        schema.steps,
        schema.events,
        schema.lists,
    ):
        assert count(store, table) == 0
    assert apply(real, preview, start=True).json["counts"] == {"created": 5}
    assert count(store, schema.invoices) == count(store, schema.sequences) == 5
    assert count(store, schema.customers) == 1


def test_a_silent_list_is_started_as_a_whole(real: Caller, store: Store) -> None:
    rows = [BUDI.format("").replace("B1", f"B{n}") for n in range(4)]
    preview = upload(real, HEAD + "".join(rows)).json
    assert apply(real, preview).json["counts"] == {"created": 4}
    assert count(store, schema.sequences) == 0

    started = apply(real, preview, start=True).json

    assert count(store, schema.sequences) == 4
    assert "4" in started["result_text"]


def test_undo_voids_what_was_created_and_puts_back_what_was_changed(real: Caller, store: Store) -> None:
    apply(real, upload(real, sheet()).json, start=True)
    preview = upload(
        real, sheet(extra=BUDI.format("").replace("B1", "B2")).replace("1500000", "1600000")
    ).json
    applied = apply(real, preview).json
    assert applied["counts"] == {"created": 1, "unchanged": 1, "updated": 1}

    undone = real.post(f"/v1/imports/{preview['import_id']}/undo")

    assert undone.status_code == 200, undone.text
    assert undone.json["result"] == "undone"
    with store.read() as tx:
        found = {
            row.description: (row.status, row.amount) for row in tx.conn.execute(sa.select(schema.invoices))
        }
    assert found["Sewa kamar B2"][0] == "void"
    assert found["Sewa kamar A3"] == ("open", 150000000)
    again = real.post(f"/v1/imports/{preview['import_id']}/undo")
    assert again.json["code"] == "import_closed"


def test_undo_takes_back_the_payments_that_the_import_recorded(real: Caller, store: Store) -> None:
    apply(real, upload(real, sheet()).json, start=True)
    preview = upload(real, sheet(siti="lunas", extra=BUDI.format("lunas").replace("B1", "B2"))).json
    assert apply(real, preview).json["counts"] == {"created": 1, "recorded": 1, "unchanged": 1}

    answer = real.post(f"/v1/imports/{preview['import_id']}/undo")

    assert (answer.status_code, answer.json["result"]) == (200, "undone")
    with store.read() as tx:
        found = {
            row.description: (row.status, row.paid) for row in tx.conn.execute(sa.select(schema.invoices))
        }
    assert found == {
        "Sewa kamar A3": ("open", 0),
        "Sewa kamar B1": ("open", 0),
        "Sewa kamar B2": ("void", 0),
    }
    receipts = [step.state for step in steps(store) if step.key.startswith("receipt:")]
    assert receipts == ["cancelled"]


def test_undo_is_too_late_once_a_customer_was_told(real: Caller, store: Store) -> None:
    apply(real, upload(real, sheet()).json, start=True)
    preview = upload(real, sheet(siti="lunas")).json
    apply(real, preview)
    receipt = next(step for step in steps(store) if step.key.startswith("receipt:"))
    with store.write() as tx:
        message = {
            "id": "msg_told",
            "address_id": receipt.address_id,
            "channel": "whatsapp",
            "provider": "whatsapp_cloud",
            "sender_id": "1",
            "stage": "receipt",
            "permission": "notice",
            "language": "id",
            "status": "sent",
            "rank": 1,
            "attempt": 1,
            "intent_at": tx.now_ms + 1000,
            "intent_at_m": tx.machine_ms,
            "also_delivered": False,
        }
        tx.conn.execute(schema.messages.insert().values(**message))
        item = {"message_id": "msg_told", "step_id": receipt.id, "invoice_id": receipt.invoice_id}
        tx.conn.execute(schema.message_items.insert().values(**item))

    answer = real.post(f"/v1/imports/{preview['import_id']}/undo")

    assert (answer.status_code, answer.json["code"]) == (409, "import_undo_too_late")


def test_refused_rows_come_back_as_csv_without_formulas(real: Caller) -> None:
    evil = '"=HYPERLINK(""https://evil.example"")",12,abc,2026-12-10,x,\n'
    preview = upload(real, sheet(extra=evil)).json

    answer = real.get(f"/v1/imports/{preview['import_id']}/rejected.csv")

    assert answer.content_type.startswith("text/csv")
    assert "attachment" in answer.headers["Content-Disposition"]
    lines = answer.text.strip().splitlines()
    assert len(lines) == 2
    assert "'=HYPERLINK" in lines[1]


def test_a_preview_can_be_deleted_and_an_applied_one_cannot(real: Caller, store: Store) -> None:
    preview = upload(real, sheet()).json
    assert real.delete(f"/v1/imports/{preview['import_id']}").json == {"result": "deleted"}
    assert real.get(f"/v1/imports/{preview['import_id']}").json["code"] == "import_not_found"
    assert count(store, schema.import_rows) == 0

    applied = upload(real, sheet()).json
    apply(real, applied)
    assert real.delete(f"/v1/imports/{applied['import_id']}").json["code"] == "import_closed"


def test_an_upload_that_is_no_spreadsheet_is_a_problem(real: Caller) -> None:
    def code(**more: Any) -> tuple[int, str]:
        answer = real.post("/v1/imports", **more)
        return answer.status_code, answer.json["code"]

    form = "multipart/form-data"
    assert code(data={"list": "kost"}, content_type=form) == (422, "field_required")
    assert code(data=b"{}", content_type="application/json")[1] == "unsupported_media_type"
    empty = {"file": (io.BytesIO(b""), "x.csv"), "list": "kost"}
    assert code(data=empty, content_type=form) == (422, "file_empty")
    columns = {"file": (io.BytesIO(b"a,b\n1,2\n"), "x.csv"), "list": "kost"}
    assert code(data=columns, content_type=form) == (422, "columns_missing")
    named = {"file": (io.BytesIO(sheet().encode()), "x.csv"), "list": "../../etc"}
    assert code(data=named, content_type=form) == (422, "list_invalid")


@pytest.mark.parametrize(
    "body",
    [{"accept": "some"}, {"accept": [True]}, {"accept": [99]}, {"start": "yes"}, {"preview_version": 1}],
)
def test_odd_wishes_are_refused(real: Caller, body: dict[str, Any]) -> None:
    assert apply(real, upload(real, sheet()).json, **body).status_code == 422


def test_imports_need_their_scope_and_masked_keys_see_no_numbers(real: Caller, store: Store) -> None:
    preview = upload(real, sheet(extra=BAD.replace("12,abc", "0812345678901234,abc"))).json
    reader = Caller(real.client, make_key(store, "read").secret)
    masked = Caller(real.client, make_key(store, "imports", pii="masked").secret)

    assert upload(reader, sheet()).status_code == 403
    seen = masked.get(f"/v1/imports/{preview['import_id']}")
    refused = masked.get(f"/v1/imports/{preview['import_id']}/rejected.csv")
    assert "81234567890" not in seen.text
    assert "0812345678901234" not in refused.text


def test_a_recipe_comes_in_is_listed_and_tried_without_a_trace(
    real: Caller, store: Store, real_catalog: Any
) -> None:
    text = real_catalog.recipes["kost"].text.replace("recipe: kost", "recipe: kost_saya", 1)
    brought = real.post("/v1/recipes", data=text.encode(), content_type="text/yaml")
    assert brought.status_code == 200, brought.text

    listed = {item["name"]: item for item in real.get("/v1/recipes").json["items"]}
    tried = real.post("/v1/recipes/kost_saya/simulate", {"due_date": "2026-12-05", "amount": "1.500.000"})

    assert listed["kost_saya"]["origin"] == "user"
    assert listed["kost"]["origin"] == "shipped"
    assert tried.status_code == 200, tried.text
    assert {"created", "H-3", "H"} <= {step["step"] for step in tried.json["steps"]}
    assert count(store, schema.invoices) == count(store, schema.customers) == count(store, schema.events) == 0
    assert real.post("/v1/recipes/nothing/simulate", {}).json["code"] == "recipe_not_found"
    assert real.post("/v1/recipes/kost/simulate", {"colour": "red"}).json["code"] == "field_unknown"
    wrong = real.post("/v1/recipes", data=b"name: [", content_type="text/yaml")
    assert (wrong.status_code, wrong.json["code"]) == (422, "recipe_invalid")
    assert real.post("/v1/recipes", data=b"\xff", content_type="text/yaml").json["code"] == "text_invalid"
    large = real.post("/v1/recipes", data=b"#" * 70_000, content_type="text/yaml")
    assert large.status_code == 413


def test_real_actions_over_http(real: Caller) -> None:
    created = real.run(
        "create_invoice",
        customer_name="Siti Rahma",
        customer_phone="081234567890",
        amount="1.500.000",
        due_date="2026-12-05",
        invoice_number="A3-2026-12",
    )
    assert (created.status_code, created.json["result"]) == (200, "created")
    faults = real.run("create_invoice", customer_nam="Siti", amount=1.5, due_date="2026-13-45")
    assert faults.status_code == 422
    assert len(faults.json["errors"]) >= 3
    assert [o["id"] for o in real.get("/v1/options/languages?q=ind").json] == ["id"]
    assert real.get("/v1/options/recipes").json
