"""The action node in a real n8n against a running Tagih."""

import base64
from typing import Any

import httpx
from between import Relay
from real import TAGIH, TRIGGER, Json, N8n, door, error_of, output, split, tagih
from running import Home

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


def a_tenant(home: Home, number: str, phone: str, **more: Any) -> Json:
    given = {"amount": "1500000", "due_date": "2027-03-05", "invoice_number": number, **more}
    return home.act("create_invoice", customer_name=f"Uji {number}", customer_phone=phone, **given)


def make(credential: Json, **more: Any) -> Json:
    """Create or Update Invoice from what came in."""
    return tagih(
        credential,
        resource="invoice",
        operation="create_invoice",
        customer_name="={{ $json.body.name }}",
        amount="={{ $json.body.amount }}",
        due_date="2027-03-05",
        additionalFields={"invoice_number": "={{ $json.body.number }}"},
        **more,
    )


def test_both_nodes_are_there_and_the_action_is_a_tool_too(n8n: N8n) -> None:
    found = n8n.node_types()

    assert {TAGIH, TRIGGER, f"{TAGIH}Tool"} <= set(found)
    assert "ai" not in found[TRIGGER]["codex"]["categories"]
    assert found[TAGIH]["codex"]["categories"] == ["Communication", "Finance & Accounting"]
    assert found[TAGIH]["iconUrl"]["light"] != found[TAGIH]["iconUrl"]["dark"]


def test_the_credential_says_whether_it_fits(n8n: N8n, home: Home, key: str, credential: Json) -> None:
    good = n8n.tried(credential, home.url, key)
    wrong_key = n8n.tried(credential, home.url, "tagih_no_such_key")
    nobody = n8n.tried(credential, "http://127.0.0.1:9", key)

    assert good["status"] == "OK", good
    assert wrong_key["status"] == "Error" and nobody["status"] == "Error"


def test_drop_downs_come_from_the_server(n8n: N8n, credential: Json) -> None:
    templates = n8n.drop_down("getTemplates", credential)
    recipes = n8n.drop_down("getRecipes", credential)

    assert len(templates) > 5 and all(one["name"] and one["value"] for one in templates)
    assert "kost" in [one["value"] for one in recipes]


def test_a_drop_down_tells_a_refusal_in_the_servers_words(n8n: N8n, home: Home) -> None:
    """What the editor shows below the field: title, and what to do."""
    wrong = n8n.credential("Wrong", home.url, "tagih_no_such_key")
    asked = {"Authorization": "Bearer x", "Accept-Language": "en"}
    own = httpx.get(f"{home.url}/v1/me", headers=asked, trust_env=False).json()

    said = n8n.drop_down_refused("getTemplates", wrong)

    assert said["message"] == own["title"] and own["detail"] in said["description"], said


def test_a_templates_variables_are_fields_and_what_is_mapped_arrives(
    n8n: N8n, home: Home, credential: Json
) -> None:
    a_tenant(home, "N8-MAP", "081290020001")
    asked = {"resource": "message", "operation": "send_template", "template": "neutral_hello"}
    fields = n8n.mapped_fields("getTemplateFields", credential, **asked)
    value = {"customer_name": "={{ $json.body.who }}", "business_name": ""}
    mapped = tagih(
        credential,
        **asked,
        variables={"mappingMode": "defineBelow", "value": value},
        additionalFields={"customer": "081290020001"},
    )
    n8n.workflow("mapped", [door("mapped"), mapped])

    answer = n8n.call("mapped", {"who": "Ibu Sekar"}).json()
    home.advance("P1D")

    assert [(field["id"], field["displayName"] != "") for field in fields] == [
        ("customer_name", True),
        ("business_name", True),
    ]
    assert answer["result"] in ("sent", "planned"), answer
    [text] = home.rows("SELECT text FROM messages WHERE text LIKE '%Ibu Sekar%'")
    assert "Kost Melati" in text[0]


def test_an_action_makes_an_invoice(n8n: N8n, home: Home, credential: Json) -> None:
    flow = n8n.workflow("make", [door("make"), make(credential)])

    answer = n8n.call("make", {"name": "Siti Uji", "amount": "1.500.000", "number": "N8-1"})

    assert answer.status_code == 200, (answer.text, n8n.runs(flow))
    assert home.act("get_invoice", invoice="N8-1")["customer_name"] == "Siti Uji"
    assert output(n8n.ended(flow)[0])[0]["result"] == "created"


def test_a_refusal_reaches_the_user_in_the_servers_words(n8n: N8n, home: Home, credential: Json) -> None:
    """In English, as n8n speaks, though the business speaks Indonesian."""
    flow = n8n.workflow("refused", [door("refused"), make(credential)])

    n8n.call("refused", {"name": "Siti Uji", "amount": "banyak", "number": "N8-BAD"})
    refused = home.client(language="en").post(
        "/v1/actions/create_invoice",
        json={"customer_name": "Siti Uji", "amount": "banyak", "due_date": "2027-03-05"},
    )

    fault, said = error_of(n8n.ended(flow)[0]), refused.json()
    assert fault["message"] == said["title"]
    assert said["detail"] in fault["description"]
    assert fault["httpCode"] == str(refused.status_code)


def test_a_retry_after_a_lost_answer_does_it_once_with_the_same_key(
    n8n: N8n, home: Home, key: str, relay: Relay
) -> None:
    a_tenant(home, "N8-ONCE", "081290020002")
    home.client().post("/v1/sandbox/reply", json={"phone": "081290020002", "text": "halo"})
    home.advance("PT1M")
    through = n8n.credential("Through the relay", relay.url, key)
    relay.losses = 1
    send = tagih(
        through,
        resource="message",
        operation="send_message",
        customer="081290020002",
        text="Baik, kami tunggu.",
        retryOnFail=True,
        maxTries=3,
        waitBetweenTries=50,
    )
    flow = n8n.workflow("retried", [door("retried"), send])

    answer = n8n.call("retried")
    again = n8n.call("retried")  # the same fields in a second run

    calls = relay.named("/v1/actions/send_message")
    assert answer.status_code == 200, (answer.text, n8n.runs(flow))
    assert len(calls) == 3 and len({call.headers["idempotency-key"] for call in calls}) == 1
    assert answer.json()["message_id"] == again.json()["message_id"]
    texts = home.rows("SELECT text FROM messages WHERE text = 'Baik, kami tunggu.'")
    assert len(texts) == 1


def test_each_item_has_a_key_of_its_own_and_its_event_is_part_of_it(
    n8n: N8n, home: Home, key: str, relay: Relay
) -> None:
    a_tenant(home, "N8-KEYS", "081290020003")
    through = n8n.credential("Keys", relay.url, key)
    send = tagih(
        through, resource="message", operation="resend_invoice", invoice="N8-KEYS", reason="={{ $json.why }}"
    )
    n8n.workflow("keys", [door("keys", responseData="allEntries"), split("body.items"), send])
    items = [{"why": "a", "event_id": "evt_1"}, {"why": "a", "event_id": "evt_2"}, {"why": "b"}]

    n8n.call("keys", {"items": items})
    n8n.call("keys", {"items": items})

    keys = [call.headers["idempotency-key"] for call in relay.named("/v1/actions/resend_invoice")]
    assert len(keys) == 6 and len(set(keys)) == 3


def test_what_may_be_done_again_is_done_again(n8n: N8n, home: Home, credential: Json) -> None:
    a_tenant(home, "N8-PAUSE", "081290020004", recipe="kost")
    pause = {"resource": "sequence", "operation": "pause_sequence", "invoice": "N8-PAUSE"}
    n8n.workflow("pause", [door("pause"), tagih(credential, **pause)])
    n8n.call("pause")
    home.act("resume_sequence", invoice="N8-PAUSE")

    again = n8n.call("pause").json()

    assert again["result"] == "paused"
    assert home.act("get_invoice", invoice="N8-PAUSE")["sequence_status"] == "paused"


def test_get_many_reads_every_page_and_keeps_its_filter(n8n: N8n, home: Home, credential: Json) -> None:
    base = {"Nama": "Toko Uji", "No HP": "081290020005", "Jumlah": "1500000", "Jatuh Tempo": "2027-03-05"}
    rows = [{**base, "row": at + 2, "No Tagihan": f"N8-PAGE-{at}"} for at in range(105)]
    home.act("import_rows", list="pages", rows=rows)
    many = {"resource": "invoice", "operation": "find_invoices"}
    many |= {"additionalFields": {"customer": "081290020005"}}
    spread = {"responseData": "allEntries"}
    n8n.workflow("all", [door("all", **spread), tagih(credential, **many, returnAll=True)])
    n8n.workflow("some", [door("some", **spread), tagih(credential, **many, returnAll=False, limit=2)])

    some, every = n8n.call("some").json(), n8n.call("all").json()

    assert len(some) == 2
    assert sorted(one["invoice_number"] for one in every) == sorted(row["No Tagihan"] for row in rows)


def test_the_rows_of_a_sheet_go_as_one_call_and_come_back_as_items(
    n8n: N8n, home: Home, key: str, relay: Relay
) -> None:
    through = n8n.credential("Rows", relay.url, key)
    sync = tagih(through, resource="import", operation="import_rows", list="n8-sheet")
    n8n.workflow("rows", [door("rows", responseData="allEntries"), split("body.rows"), sync])
    base = {"Jumlah": "1.500.000", "Jatuh Tempo": "2027-03-05"}
    rows = [
        {"row_number": 2, "Nama": "Rini", "No HP": "081290020006", "No Tagihan": "N8-R2", **base},
        {"row_number": 3, "Nama": "Tono", "No HP": "bukan nomor", "No Tagihan": "N8-R3", **base},
    ]

    given = n8n.call("rows", {"rows": rows}).json()

    assert len(relay.named("/v1/actions/import_rows")) == 1
    assert [(one["row"], one["invoice_number"]) for one in given] == [(2, "N8-R2"), (3, "N8-R3")]
    assert given[0]["result"] == "created" and given[1]["result"] != "created"
    assert all(one["list"] == "n8-sheet" for one in given)


def test_a_proof_of_payment_comes_as_a_file(n8n: N8n, home: Home, credential: Json) -> None:
    a_tenant(home, "N8-FILE", "081290020007", recipe="kost")
    home.advance("P1D")
    given = {
        "file_name": "bukti.pdf",
        "mime_type": "application/pdf",
        "content": base64.b64encode(PDF).decode(),
    }
    sent = home.client().post(
        "/v1/sandbox/reply", json={"phone": "081290020007", "media": {"type": "document", **given}}
    )
    assert sent.status_code == 200, sent.text
    home.advance("PT5M")
    [reply] = [e for e in home.events(type="inbound_reply") if e["customer_phone"] == "+6281290020007"]
    get = tagih(credential, resource="file", operation="download", fileId="={{ $json.body.file }}")
    flow = n8n.workflow("file", [door("file", responseData="firstEntryBinary"), get])

    body = n8n.call("file", {"file": reply["file_id"]})
    n8n.call("file", {"file": "file_none"})

    assert body.content == PDF and body.headers["content-type"].startswith("application/pdf")
    [good, bad] = n8n.ended(flow, 2)
    assert output(good)[0]["file_size"] == len(PDF)
    assert "File" in error_of(bad)["message"]
