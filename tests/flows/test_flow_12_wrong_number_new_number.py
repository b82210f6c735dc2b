"""Automation 12: a wrong number, a new number; who said stop, and what was on its way when the power went."""

import json
from typing import Any

from flows.flow import Flow

from connector.store.inbox import InboxWriter

OLD, NEW, SHARED = "+6281290001111", "+6287811112222", "+6281290003333"


def bill(flow: Flow, **given: Any) -> None:
    base = {
        "customer_ref": "A3",
        "customer_name": "Siti Rahma",
        "customer_phone": OLD,
        "amount": "1500000",
        "due_date": "2026-12-05",
        "invoice_number": "A3-2026-12",
        "description": "Sewa kamar",
    }
    flow.run("create_invoice", **{**base, **given})


def system_message(flow: Flow, kind: str, **more: str) -> None:
    """What WhatsApp itself tells of a number, as a signed webhook that has been stored."""
    change = {
        "field": "messages",
        "value": {
            "metadata": {"phone_number_id": flow.world.app.settings.whatsapp.phone_number_id},
            "messages": [
                {
                    "id": f"wamid.{kind}",
                    "from": OLD.lstrip("+"),
                    "timestamp": str(int(flow.now.timestamp())),
                    "type": "system",
                    "system": {"type": kind, "body": "...", **more},
                }
            ],
        },
    }
    waba = flow.world.app.settings.whatsapp.waba_id
    body = {"object": "whatsapp_business_account", "entry": [{"id": waba, "changes": [change]}]}
    writer = InboxWriter(flow.world.store)
    writer.put("whatsapp_cloud", json.dumps(body).encode())
    writer.close()
    flow.world.settle()


def test_a_wrong_number_stops_everything_and_the_owner_gives_the_right_one(flow: Flow) -> None:
    bill(flow)
    flow.advance("2026-12-02 10:00")
    before = len(flow.phone(OLD).rows)

    flow.say(OLD, "Salah nomor")

    told = flow.event("contact_problem")
    assert (told["problem"], told["customer_ref"], told["invoices_waiting"]) == ("wrong_number", "A3", 1)
    assert flow.event("inbound_reply")["handled"] is True
    card = flow.run("get_invoice", invoice="A3-2026-12")
    assert (card["waiting_for"], card["customer_phone"]) == ("phone", None)
    flow.advance("2026-12-08 20:00")
    assert len(flow.phone(OLD).rows) == before

    answer = flow.run(
        "change_phone", customer="A3", new_phone="0878-1111-2222", reason="wrong_number", resend=True
    )

    assert (answer["result"], answer["customer_phone"]) == ("changed", NEW)
    assert answer["intro_planned_at"] == "2026-12-09T08:00:00+07:00"
    flow.advance("2026-12-10 20:00")
    assert flow.phone(NEW).templates[0] == "neutral_hello"
    assert "1.500.000" not in flow.phone(NEW).texts[0]
    assert len(flow.phone(NEW).rows) > 1
    assert len(flow.phone(OLD).rows) == before


def test_a_number_that_changed_in_whatsapp_is_only_a_suggestion(flow: Flow) -> None:
    bill(flow)
    flow.advance("2026-12-02 10:00")

    system_message(flow, "user_changed_number", wa_id=NEW.lstrip("+"))
    system_message(flow, "user_changed_number", wa_id=NEW.lstrip("+"))

    told = flow.events("contact_problem")
    assert [(t["problem"], t["new_phone"]) for t in told] == [("number_changed", NEW)]
    assert flow.run("get_invoice", invoice="A3-2026-12")["customer_phone"] == OLD
    flow.advance("2026-12-05 10:00")
    assert flow.phone(NEW).rows == ()


def test_the_stop_of_a_stranger_stays_with_the_number(flow: Flow) -> None:
    bill(flow)
    flow.advance("2026-12-02 10:00")
    flow.say(OLD, "salah nomor")
    flow.say(OLD, "STOP")

    flow.run("change_phone", customer="A3", new_phone=NEW, reason="wrong_number")
    flow.advance("2026-12-06 20:00")

    assert "due_today" in flow.phone(NEW).templates
    bill(
        flow, customer_ref="B9", customer_name="Budi Baru", invoice_number="B9-2026-12", due_date="2026-12-20"
    )
    flow.advance("2026-12-21 10:00")
    assert flow.run("find_customer", customer="B9")["opted_out"] is True
    assert [t for t in flow.phone(OLD).texts if "Budi" in t] == []


def test_the_stop_of_the_customer_follows_them_to_a_new_number(flow: Flow) -> None:
    bill(flow)
    flow.advance("2026-12-02 10:00")
    flow.say(OLD, "STOP")
    assert flow.phone(OLD).templates[-1] == "text"  # the one confirmation, inside the 24 hours
    assert [t["problem"] for t in flow.events("contact_problem")] == ["opted_out_all"]

    answer = flow.run("change_phone", customer="A3", new_phone=NEW, reason="asked")

    assert (answer["result"], answer["opted_out"], answer["intro_planned_at"]) == ("changed", True, None)
    flow.advance("2026-12-20 10:00")
    assert flow.phone(NEW).rows == ()


def test_two_people_share_a_number_and_one_of_them_stops(flow: Flow) -> None:
    bill(flow, customer_phone=SHARED)
    bill(
        flow,
        customer_ref="A4",
        customer_name="Joko Rahma",
        customer_phone=SHARED,
        invoice_number="A4-2026-12",
    )
    flow.advance("2026-12-02 10:00")
    people = [row.text for row in flow.phone(SHARED).rows]
    assert any("Siti" in text for text in people) and any("Joko" in text for text in people)

    siti = next(row for row in flow.phone(SHARED).rows if "Siti" in row.text)
    answer_to(flow, SHARED, "STOP", siti.id)
    flow.run("change_phone", customer="A4", new_phone=NEW, reason="asked")
    flow.advance("2026-12-06 20:00")

    assert "due_today" in flow.phone(NEW).templates  # it was not Joko who stopped
    assert flow.run("find_customer", customer="A3")["opted_out"] is True


def answer_to(flow: Flow, phone: str, text: str, message_id: str) -> None:
    from connector import app as composition
    from connector.sandbox.control import person_does, typed_given

    typed = typed_given({"phone": phone, "text": text, "in_answer_to": message_id})
    with flow.world.store.write() as tx:
        person_does(tx, typed, composition.emulator_settings(flow.world.app))
    flow.world.settle()


def test_start_after_stop_takes_up_what_the_stop_had_emptied(flow: Flow) -> None:
    flow.run("import_recipe", text=ONLY_MESSAGES)
    bill(flow, recipe="dua_pesan")
    flow.advance("2026-12-02 10:00")
    flow.say(OLD, "STOP")
    flow.advance("2026-12-04 10:00")
    flow.world.restart()  # what is left behind empty is finished at a start
    flow.world.settle()
    assert flow.run("get_invoice", invoice="A3-2026-12")["sequence_status"] == "finished"
    before = len(flow.phone(OLD).rows)

    flow.say(OLD, "MULAI")

    assert flow.event("opted_in")["customer_ref"] == "A3"
    assert flow.run("get_invoice", invoice="A3-2026-12")["sequence_status"] in ("running", "planned")
    assert len(flow.phone(OLD).rows) == before  # nothing in a burst
    flow.advance("2026-12-05 10:00")
    assert len(flow.phone(OLD).rows) == before + 1


ONLY_MESSAGES = """
recipe: dua_pesan
title: {id: "Dua pesan", en: "Two Messages"}
description: {id: "Dua pesan saja.", en: "Two messages only."}
policy: id-smb
at: "09:00"
steps:
  - {when: issue, template: invoice_created}
  - {offset: H, template: due_today}
"""


def test_two_in_the_morning_no_power_an_unknown_outcome_is_planned_afresh(flow: Flow) -> None:
    """A message was on its way to the old number when the lights went out; the new number never gets it twice."""
    bill(flow)
    flow.advance("2026-12-01 10:00")
    old_texts = len(flow.phone(OLD).rows)
    flow.world.fault(kind="lost_answer", next=1)
    flow.world.fault(kind="silent", rate=1)
    flow.advance("2026-12-02 09:00")  # H-3 leaves, and nobody hears what became of it
    assert flow.steps("A3-2026-12")["H-3"].state == "unknown"
    flow.power_off("2026-12-02 09:01")
    flow.advance("2026-12-03 02:00")
    flow.power_on()
    flow.world.no_faults()

    flow.run("change_phone", customer="A3", new_phone=NEW, reason="asked")
    flow.advance("2026-12-08 20:00")

    reached = flow.phone(OLD).rows[old_texts:]
    assert len(reached) <= 1  # what had left before; nothing after the change
    assert flow.phone(NEW).templates[0] == "neutral_hello"
    assert len(flow.phone(NEW).templates) == len(set(flow.phone(NEW).templates))
    resent = [m for m in flow.rows("messages") if m.template == "payment_reminder"]
    assert len({m.address_id for m in resent}) == len(resent)
    links = {row.state for row in flow.rows("customer_addresses") if not row.is_primary}
    assert links == {"former"}
