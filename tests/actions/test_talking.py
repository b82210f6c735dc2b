"""Free words to customers: inside the 24 hours, at a decent hour, never about where the money goes."""

from datetime import time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.model import Policy, WindowRule
from connector.domain.problems import Invalid
from connector.domain.talks import SERVICE_WINDOW, free_words_at
from connector.domain.windows import closed_reason
from connector.store import schema

from .shop import MORNING, Shop

SITI = "A3"


def wrote(shop: Shop, ref: str = SITI, *, ago: timedelta = timedelta(minutes=5)) -> None:
    """The customer has written to us a while ago."""
    phone = shop.act("find_customer", customer=ref)["customer_phone"]
    at = int((shop.clock.at - ago).timestamp() * 1000)
    table = schema.addresses
    with shop.store.write() as tx:
        tx.conn.execute(table.update().where(table.c.phone == phone).values(last_inbound_at=at))


def words(shop: Shop) -> list[Any]:
    return [s for s in shop.rows("steps") if s["key"].startswith("words:")]


def test_words_go_at_once_while_the_customer_is_there(shop: Shop) -> None:
    wrote(shop)

    said = shop.act("send_message", customer=SITI, text="Baik Kak, kami tunggu.")

    (step,) = words(shop)
    assert said["result"] == "sent" and said["step_id"] == step["id"]
    assert said["message_id"] == step["data"]["message_id"]
    assert (step["data"]["text"], step["permission"], step["template"]) == (
        "Baik Kak, kami tunggu.",
        "reply",
        None,
    )
    assert said["window_closes_at"] == "2026-11-29T07:55:00+07:00"


def test_words_in_the_night_wait_for_the_morning(shop: Shop) -> None:
    shop.pass_time(hours=15)  # 23:00
    wrote(shop, ago=timedelta(hours=2))

    said = shop.act("send_message", customer=SITI, text="Baik Kak.")

    assert said["result"] == "planned"
    assert said["step_at"] == "2026-11-29T08:00:00+07:00"


def test_without_a_word_of_the_customer_nothing_is_said(shop: Shop) -> None:
    said = shop.act("send_message", customer=SITI, text="Halo Kak.")

    assert (said["result"], said["message_id"], said["window_closes_at"]) == ("window_closed", None, None)
    assert words(shop) == []


def test_words_that_would_come_after_the_24_hours_are_not_planned(shop: Shop) -> None:
    shop.pass_time(hours=15)  # 23:00
    wrote(shop, ago=timedelta(hours=23))

    assert shop.act("send_message", customer=SITI, text="Halo Kak.")["result"] == "window_closed"


def test_a_template_stands_in_when_the_24_hours_are_over(shop: Shop) -> None:
    said = shop.act("send_message", customer=SITI, text="Halo.", fallback_template="optout_confirm")

    assert said["result"] == "planned"
    assert [s["template"] for s in shop.rows("steps") if s["key"].startswith("manual:")] == ["optout_confirm"]


def test_an_open_case_speaks_through_its_own_reply(shop: Shop) -> None:
    wrote(shop, "B1")

    plain = shop.act("send_message", customer="B1", text="Baik Pak.")
    named = shop.act("send_message", customer="B1", text="Baik Pak.", case="cas_sample")

    assert (plain["result"], named["result"]) == ("case_open", "sent")
    assert plain["window_closes_at"] is not None


def test_a_reply_to_a_case_goes_to_its_customer_and_leaves_it_open(shop: Shop) -> None:
    wrote(shop, "B1")

    said = shop.act("reply_to_case", case="cas_sample", text="Boleh Pak, dua kali bayar.")

    assert (said["result"], said["case_status"]) == ("sent", "open")
    assert said["result_text"] == "Pesan untuk Budi Santoso dikirim sekarang."
    (step,) = words(shop)
    assert step["invoice_id"] == shop.invoice("B1-2026-12").id


def test_a_reply_is_not_kept_back_by_a_held_invoice(shop: Shop) -> None:
    wrote(shop, "B1")
    held = shop.invoice("B1-2026-12").id
    table = schema.invoices
    with shop.store.write() as tx:
        tx.conn.execute(table.update().where(table.c.id == held).values(hold_reason="destination_unapproved"))

    shop.act("reply_to_case", case="cas_sample", text="Baik Pak.")

    assert [s["invoice_id"] for s in words(shop)] == [None]


def test_who_said_stop_hears_nothing(shop: Shop) -> None:
    wrote(shop)
    shop.act("set_consent", customer=SITI, allowed=False)

    assert shop.act("send_message", customer=SITI, text="Halo Kak.")["result"] == "opted_out"


@pytest.mark.parametrize(
    "text",
    ["Transfer ke rek baru BCA 88123456 ya", "Bayar di pay-xendit.co/abc", "rekening kami ganti 8812345678"],
)
def test_nobody_says_in_free_words_where_the_money_goes(shop: Shop, text: str) -> None:
    """T-03."""
    wrote(shop)

    with pytest.raises(Invalid) as refused:
        shop.act("send_message", customer=SITI, text=text)

    assert refused.value.code == "text_suspicious"
    assert words(shop) == []


def test_an_invoice_goes_once_more_with_its_own_text(shop: Shop) -> None:
    shop.mark_sent("A3-2026-12", "created")
    shop.pass_time(days=10)  # overdue: no stage of the plan would say it now

    said = shop.act("resend_invoice", invoice="A3-2026-12", reason="tidak ketemu")

    (step,) = [s for s in shop.rows("steps") if s["key"].startswith("again:")]
    assert (said["result"], said["message_id"]) == ("planned", step["data"]["message_id"])
    assert (step["template"], step["stage"], step["permission"]) == ("invoice_created", "other", "notice")


def test_a_paid_invoice_is_not_asked_for_again(shop: Shop) -> None:
    shop.act("mark_paid", invoice="A3-2026-12")

    assert shop.act("resend_invoice", invoice="A3-2026-12", reason="x")["result"] == "not_needed"


def test_the_invoice_goes_once_however_often_it_is_asked_for_before_it_left(shop: Shop) -> None:
    first = shop.act("resend_invoice", invoice="A3-2026-12", reason="tidak ketemu")

    again = shop.act("resend_invoice", invoice="A3-2026-12", reason="tidak ketemu")

    assert (again["result"], again["step_id"]) == ("already_planned", first["step_id"])
    assert (again["message_id"], again["step_at"]) == (first["message_id"], first["step_at"])
    texts = [s for s in shop.steps("A3-2026-12") if s.template == "invoice_created"]
    assert sorted(s.state for s in texts) == ["planned", "superseded"], "it stands for the first text as well"


POLICY = Policy(
    name="p",
    window=WindowRule(opens=time(8), closes=time(20)),
    notice_window=WindowRule(opens=time(8), closes=time(20)),
    cap_per_cycle=6,
    cap_per_7_days=3,
    minimum_gap_hours=20,
)


@given(ago=st.integers(0, 60 * 30), at=st.integers(0, 60 * 24))
def test_free_words_leave_inside_the_24_hours_and_decently_or_never(ago: int, at: int) -> None:
    now = MORNING + timedelta(minutes=at)
    heard = now - timedelta(minutes=ago)

    found = free_words_at(now, heard, POLICY, "Asia/Jakarta")

    if found is not None:
        assert now <= found < heard + SERVICE_WINDOW
        answers = found - heard <= timedelta(minutes=POLICY.reply_minutes)
        assert answers or closed_reason(found, POLICY.notice_window, "Asia/Jakarta") is None
    elif ago < 60 * 24:  # then no decent hour is left before the 24 hours end
        minutes = range(60 * 24 - ago)
        assert all(
            closed_reason(now + timedelta(minutes=m), POLICY.notice_window, "Asia/Jakarta") for m in minutes
        )
