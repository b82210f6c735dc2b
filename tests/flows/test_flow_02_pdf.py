"""Flow 2: Xero or Jurnal invoice -> WhatsApp with the PDF; the link is fetched once, when it is given."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flows.flow import Flow
from flows.shelf import PDF, Shelf
from world import at

from connector.store import schema

SINAR = "+628111234567"


@pytest.fixture
def shop(flow_from: Callable[..., Flow], shelf: Shelf) -> Flow:
    return flow_from(TAGIH_ALLOW_PRIVATE_HOOKS=shelf.place)


def invoice(shop: Flow, **given: Any) -> dict[str, Any]:
    base = {
        "customer_name": "CV Sinar",
        "customer_phone": SINAR,
        "invoice_number": "INV-1042",
        "amount": "4.250.000",
        "due_date": "2026-12-15",
        "source": "jurnal",
        "recipe": "kost",
    }
    return shop.run("create_invoice", **{**base, **given})


def sent(shop: Flow) -> list[tuple[str, Any]]:
    """(template's name, the document's file name) of what reached the phone."""
    found = []
    for row in shop.world.phone(SINAR):
        document = (row.request or {}).get("_document")
        found.append((row.request["template"]["name"], document and document["name"]))
    return found


def test_the_pdf_goes_as_a_document_and_its_link_was_used_once_without_credentials(
    shop: Flow, shelf: Shelf
) -> None:
    card = invoice(shop, pdf=shelf.url)
    shelf.status = 410  # the link lives for minutes, the message goes later

    shop.world.advance(at("2026-11-28 10:00"))

    assert card["waiting_for"] is None
    assert sent(shop) == [("invoice_created_pdf", "INV-1042.pdf")]
    assert shelf.asked == ["-"]
    found = shop.run("get_invoice", invoice="INV-1042")
    assert found["pdf_status"] == "ready"
    kept = shop.world.rows(schema.files)[0]
    assert (kept.source_url, kept.size) == (None, len(PDF))


def test_the_documents_link_opens_without_a_key_and_says_nothing_of_the_customer(
    shop: Flow, shelf: Shelf
) -> None:
    from threats.test_t42_media import get

    invoice(shop, pdf=shelf.url)
    shop.world.advance(at("2026-11-28 10:00"))
    link = shop.world.phone(SINAR)[0].request["_document"]["link"]

    class Home:
        world = shop.world

    status, headers, body = get(Home(), link.removeprefix(shop.world.app.settings.public_url))  # type: ignore[arg-type]

    assert (status, body, headers["Content-Type"]) == (200, PDF, "application/pdf")
    assert re.fullmatch(
        r"http://127\.0\.0\.1:\d+/f/file_[0-9A-HJKMNP-TV-Z]{22}\.[0-9a-f]{8}\.[\w-]{22}", link
    )
    page = get(Home(), "/sandbox/phones")[2].decode()  # type: ignore[arg-type]
    assert f'<a href="{link}" rel="noreferrer">INV-1042.pdf</a>' in page


def test_the_same_link_again_is_unchanged_and_asks_nobody(shop: Flow, shelf: Shelf) -> None:
    invoice(shop, pdf=shelf.url)

    again = invoice(shop, pdf=shelf.url)

    assert again["result"] == "unchanged"
    assert len(shelf.asked) == 1


def test_an_uploaded_file_goes_by_its_id(shop: Flow) -> None:
    from connector.actions.documents import upload

    kept = upload(shop.world.store, PDF, name="INV-1042.pdf", by="key:flow")

    invoice(shop, pdf=kept.id)
    shop.world.advance(at("2026-11-28 10:00"))

    assert sent(shop) == [("invoice_created_pdf", "INV-1042.pdf")]


def test_the_same_document_uploaded_again_is_the_same_document(shop: Flow) -> None:
    """Zapier and n8n bring a file anew with every run of a flow."""
    from connector.actions.documents import upload

    first, again, other = (
        upload(shop.world.store, body, name="INV-1042.pdf", by="key:flow") for body in (PDF, PDF, PDF + b"%")
    )
    invoice(shop, pdf=first.id)

    assert invoice(shop, pdf=again.id)["result"] == "unchanged"
    assert invoice(shop, pdf=other.id)["result"] == "updated"


@pytest.mark.parametrize(
    ("status", "body", "state"), [(401, b"", "failed"), (200, b"<html>login</html>", "refused")]
)
def test_a_pdf_that_cannot_be_had_calls_a_person_and_the_text_goes_six_hours_later_without_it(
    shop: Flow, shelf: Shelf, status: int, body: bytes, state: str
) -> None:
    shelf.status, shelf.body = status, body

    invoice(shop, pdf=shelf.url)
    shop.world.advance(at("2026-11-28 13:00"))
    waiting = shop.world.steps("INV-1042")["created"]
    shop.world.advance(at("2026-11-28 15:00"))

    assert shop.run("get_invoice", invoice="INV-1042")["pdf_status"] == state
    cases = shop.world.rows(schema.cases)
    assert [(c.reason, bool(c.note)) for c in cases] == [("pdf_missing", True)]
    assert (waiting.state, waiting.reason) == ("planned", "waiting_for_pdf")
    assert sent(shop) == [("invoice_created", None)]


def test_another_pdf_given_in_time_goes_with_the_text(shop: Flow, shelf: Shelf) -> None:
    shelf.status = 404
    invoice(shop, pdf=shelf.url)
    shop.world.advance(at("2026-11-28 10:00"))
    assert sent(shop) == []

    shelf.status = 200
    shop.run("update_invoice", invoice="INV-1042", pdf=shelf.url + "&v=2")
    shop.world.settle()

    assert sent(shop) == [("invoice_created_pdf", "INV-1042.pdf")]


def test_a_tool_that_is_down_for_a_while_is_asked_again(shop: Flow, shelf: Shelf) -> None:
    shelf.status = 503
    invoice(shop, pdf=shelf.url)
    shop.world.advance(at("2026-11-28 08:30"))
    shelf.status = 200

    shop.world.advance(at("2026-11-28 12:00"))

    assert sent(shop) == [("invoice_created_pdf", "INV-1042.pdf")]
    assert 2 <= len(shelf.asked) <= 5
    assert shop.world.rows(schema.cases) == []


def test_a_reminder_does_not_wait_for_a_pdf(shop: Flow, shelf: Shelf) -> None:
    invoice(shop, pdf=shelf.url)

    shop.world.advance(at("2026-12-16 12:00"))

    assert sent(shop)[0] == ("invoice_created_pdf", "INV-1042.pdf")
    assert {document for _, document in sent(shop)[1:]} == {None}


def test_at_two_in_the_morning_without_power_the_pdf_is_fetched_on_waking(shop: Flow, shelf: Shelf) -> None:
    shop.world.advance(at("2026-11-29 01:50"))
    shop.world.power(False)
    invoice(shop, pdf=shelf.url)
    shop.world.advance(at("2026-11-29 08:30"))
    assert shelf.asked == []

    shop.world.power(True)
    shop.world.advance(at("2026-11-29 10:00"))

    assert sent(shop) == [("invoice_created_pdf", "INV-1042.pdf")]
    assert len(shelf.asked) == 1
