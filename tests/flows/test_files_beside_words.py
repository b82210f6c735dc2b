"""Send Message and Reply to Case with a file: a photo or a PDF beside free words, on WhatsApp and nowhere else."""

from collections.abc import Callable

import pytest
from flows.flow import Flow, only
from flows.shelf import PDF, Shelf
from meta_judge import violations

from connector.actions.documents import upload
from connector.domain.problems import Invalid, NotFound
from connector.store import files

PHOTO = b"\xff\xd8\xff\xe0" + b"a photo of the AC" * 4
SITI, BUDI = "+6281290001111", "+6281290002222"


@pytest.fixture
def shop(flow_from: Callable[..., Flow], shelf: Shelf) -> Flow:
    """Siti and Budi have written a moment ago."""
    made = flow_from(TAGIH_ALLOW_PRIVATE_HOOKS=shelf.place)
    for name, phone in (("Siti Uji", SITI), ("Budi Uji", BUDI)):
        made.run("upsert_customer", customer_name=name, customer_phone=phone)
        made.world.invoice(f"F-{phone[-4:]}", customer_name=name, customer_phone=phone)
        made.advance("2026-11-28 09:00")
        made.say(phone, "kak, boleh minta kuitansinya?")
    for case in made.run("find_cases", status="open")["items"]:
        made.run("resolve_case", case=case["case_id"], outcome="answered", next="resume")
    return made


def newest(shop: Flow, phone: str) -> dict[str, object]:
    return dict(shop.world.phone(phone)[-1].request)


def test_an_uploaded_photo_goes_with_its_words_and_becomes_its_customers(shop: Flow) -> None:
    kept = upload(shop.world.store, PHOTO, name="../AC kamar.JPG", by="key:flow")

    said = shop.run("send_message", customer=SITI, text="Ini fotonya ya Kak.", file=kept.id)
    again = shop.run("send_message", customer=BUDI, text="Ini fotonya ya Pak.", file=kept.id)

    body = newest(shop, SITI)
    assert (said["result"], again["result"], body["type"]) == ("sent", "sent", "image")
    assert body["image"]["caption"] == "Ini fotonya ya Kak."  # type: ignore[index]
    assert violations([body]) == []
    owners = {row.customer_id: row.id for row in shop.rows("files")}
    assert owners == {said["customer_id"]: kept.id, again["customer_id"]: owners[again["customer_id"]]}
    with shop.world.store.write() as tx:  # what went to one person leaves with that person alone
        assert files.forget_customer(tx, said["customer_id"]) == 1
        assert files.body_of(tx, owners[again["customer_id"]]) == PHOTO


def test_a_link_is_read_once_and_its_pdf_goes_under_its_name(shop: Flow, shelf: Shelf) -> None:
    said = shop.run("send_message", customer=SITI, text="Ini kuitansinya.", file=shelf.url)

    body = newest(shop, SITI)
    assert (said["result"], shelf.asked) == ("planned", ["-"])
    assert (body["type"], body["document"]["filename"]) == ("document", "inv-1042.pdf")  # type: ignore[index]
    assert violations([body]) == []
    assert [row.source_url for row in shop.rows("files")] == [None]


def test_a_file_that_never_comes_holds_its_words_and_calls_a_person(shop: Flow, shelf: Shelf) -> None:
    shelf.body = b"MZ this is no photo"
    before = len(shop.phone(SITI).rows)

    said = shop.run("send_message", customer=SITI, text="Ini kuitansinya.", file=shelf.url)

    (step,) = [row for row in shop.rows("steps") if row.id == said["step_id"]]
    assert (step.state, step.reason) == ("held", "file_missing")
    assert len(shop.phone(SITI).rows) == before
    assert len(only(shop.events("needs_human"), reason="file_not_sent")) == 1
    assert [row.reason for row in shop.rows("sequences")] == [None, None], "the reminders go on"


def test_a_case_is_answered_with_a_file(shop: Flow) -> None:
    kept = upload(shop.world.store, PDF, name="kuitansi.pdf", by="key:flow")
    case = shop.run("open_case", customer=SITI, reason="other")

    said = shop.run("reply_to_case", case=case["case_id"], text="Silakan.", file=kept.id)

    assert (said["result"], newest(shop, SITI)["type"]) == ("sent", "document")


@pytest.mark.parametrize(
    ("body", "fault"),
    [(b"RIFF....WEBPVP8 ", "file_unsendable"), (b"\x89PNG\r\n\x1a\n" + b"0" * 6_000_000, None)],
)
def test_what_whatsapp_would_not_show_is_refused(shop: Flow, body: bytes, fault: str | None) -> None:
    kept = upload(shop.world.store, body, name="x", by="key:flow")

    with pytest.raises(Invalid) as refused:
        shop.run("send_message", customer=SITI, text="Ini.", file=kept.id)

    assert refused.value.code == (fault or "file_unsendable")


def test_an_sms_carries_no_file_and_nobody_gets_what_somebody_else_sent(shop: Flow) -> None:
    kept = upload(shop.world.store, PHOTO, name="x.jpg", by="key:flow")
    shop.run("upsert_customer", customer_name="Budi Uji", customer_phone=BUDI, channel="sms")
    with shop.world.store.write() as tx:
        files.tie(tx, kept.id, invoice_id="inv_x", customer_id="cus_x")

    with pytest.raises(Invalid) as by_sms:
        shop.run("send_message", customer=BUDI, text="Ini.", file=kept.id)
    with pytest.raises(NotFound) as foreign:
        shop.run("send_message", customer=SITI, text="Ini.", file=kept.id)

    assert (by_sms.value.code, foreign.value.code) == ("file_needs_whatsapp", "file_not_found")
