"""Consent, promises and cases: what people say comes before what was planned."""

import pytest

from connector.domain.problems import Invalid, NotFound

from .shop import Shop


def test_a_withdrawal_ends_what_is_planned(shop: Shop) -> None:
    answer = shop.act("set_consent", customer="A3", allowed=False, consent_source="telepon")

    assert (answer["result"], answer["opted_out"], answer["cancelled_steps"]) == ("recorded", True, 5)
    assert {s.reason for s in shop.steps("A3-2026-12") if s.kind == "message"} == {"consent_withdrawn"}
    assert shop.payloads("opted_out")[-1]["customer_ref"] == "A3"
    assert shop.act("set_consent", customer="A3", allowed=False)["result"] == "unchanged"


def test_a_new_yes_plans_again_what_is_still_true(shop: Shop) -> None:
    shop.act("set_consent", customer="A3", allowed=False)
    shop.pass_time(days=5)

    answer = shop.act("set_consent", customer="A3", allowed=True, consent_source="formulir")

    assert (answer["result"], answer["opted_out"], answer["consent_basis"]) == ("recorded", False, "consent")
    states = shop.states("A3-2026-12")
    assert (states["H"], states["H+1"], states["H+7"]) == ("planned", "planned", "planned")
    assert "opted_in" in [e["type"] for e in shop.payloads()]


def test_a_withdrawal_for_one_channel_leaves_the_others(shop: Shop) -> None:
    answer = shop.act("set_consent", customer="A3", allowed=False, channel="sms")

    assert (answer["cancelled_steps"], answer["opted_out"]) == (0, False)
    assert shop.states("A3-2026-12")["H"] == "planned"


def test_a_promise_stops_the_reminders_until_its_grace_is_over(shop: Shop) -> None:
    given = {"invoice": "A3-2026-12", "promise_date": "2026-12-08"}
    answer = shop.act("record_promise", **given, promise_words="tgl 8")

    assert (answer["result"], answer["promise_no"], answer["hold_reason"]) == (
        "recorded",
        1,
        "promise_active",
    )
    states = shop.states("A3-2026-12")
    assert (states["H"], states["H+1"], states["H+7"]) == ("cancelled", "cancelled", "planned")
    again = shop.act("record_promise", **given)
    assert (again["result"], again["promise_id"]) == ("already_recorded", answer["promise_id"])


def test_another_date_replaces_the_promise(shop: Shop) -> None:
    first = shop.act("record_promise", invoice="A3-2026-12", promise_date="2026-12-08")
    second = shop.act("record_promise", invoice="A3-2026-12", promise_date="2026-12-10")

    made = shop.payloads("promise_made")[-1]
    assert second["promise_no"] == 2
    assert made["replaces_promise_id"] == first["promise_id"]
    assert made["promise_next_date"] == "2026-12-11"


def test_a_promise_taken_back_brings_the_reminders_back(shop: Shop) -> None:
    promise = shop.act("record_promise", invoice="A3-2026-12", promise_date="2026-12-08")

    answer = shop.act("cancel_promise", promise=promise["promise_id"])

    assert (answer["result"], answer["hold_reason"]) == ("cancelled", None)
    assert shop.states("A3-2026-12")["H"] == "planned"
    assert shop.act("cancel_promise", promise=promise["promise_id"])["result"] == "not_needed"


@pytest.mark.parametrize(
    ("day", "code"), [("2026-11-27", "promise_date_past"), ("2027-06-01", "promise_too_far")]
)
def test_a_promise_has_a_sensible_day(shop: Shop, day: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        shop.act("record_promise", invoice="A3-2026-12", promise_date=day)

    assert refused.value.code == code


def test_a_dispute_stops_the_reminders_and_calls_a_person(shop: Shop) -> None:
    answer = shop.act("open_case", invoice="A3-2026-12", reason="dispute", note="AC rusak")

    assert (answer["sequence_status"], answer["hold_reason"]) == ("handed_off", "disputed")
    assert answer["next_step_at"] is None
    assert shop.events("A3-2026-12")[-2:] == ["dispute_opened", "needs_human"]
    told = shop.payloads("needs_human")[-1]
    assert (told["case_id"], told["reason"]) == (answer["case_id"], "dispute")
    again = shop.act("open_case", invoice="A3-2026-12", reason="dispute")
    assert (again["result"], again["case_id"]) == ("already_open", answer["case_id"])


@pytest.mark.parametrize(
    ("given", "state"),
    [
        ({"next": "resume"}, "planned"),
        ({"next": "wait_until", "until": "2026-12-20"}, "paused"),
        ({"next": "end"}, "finished"),
    ],
)
def test_a_resolved_case_says_how_it_goes_on(shop: Shop, given: dict[str, str], state: str) -> None:
    answer = shop.act("resolve_case", case="cas_sample", outcome="explained", **given)

    assert (answer["result"], answer["sequence_status"]) == ("resolved", state)
    assert shop.payloads("case_resolved")[-1]["outcome"] == "explained"
    again = shop.act("resolve_case", case="cas_sample", outcome="explained", next="resume")
    assert again["result"] == "already_resolved"


def test_another_open_case_still_holds(shop: Shop) -> None:
    shop.act("open_case", invoice="B1-2026-12", reason="dispute")

    answer = shop.act("resolve_case", case="cas_sample", outcome="explained", next="resume")

    assert (answer["result"], answer["sequence_status"]) == ("resolved", "handed_off")


def test_a_case_about_a_customer_stops_all_their_reminders(shop: Shop) -> None:
    answer = shop.act("open_case", customer="A3", reason="hardship")

    assert (answer["invoice_id"], answer["customer_name"]) == (None, "Siti Rahma")
    assert shop.sequence("A3-2026-12").state == "handed_off"
    shop.act("resolve_case", case=answer["case_id"], outcome="explained", next="resume")
    assert shop.sequence("A3-2026-12").state == "planned"


def test_waiting_needs_a_day_and_reasons_are_known(shop: Shop) -> None:
    with pytest.raises(Invalid):
        shop.act("resolve_case", case="cas_sample", outcome="explained", next="wait_until")
    with pytest.raises(Invalid) as refused:
        shop.act("open_case", invoice="A3-2026-12", reason="bosan")
    assert refused.value.code == "case_reason_unknown"
    with pytest.raises(NotFound):
        shop.act("resolve_case", case="cas_nobody", outcome="explained", next="resume")


def test_a_template_at_night_waits_for_the_morning(shop: Shop) -> None:
    shop.pass_time(hours=14)  # 22:00

    answer = shop.act("send_template", invoice="A3-2026-12", template="payment_reminder")

    assert (answer["result"], answer["step_at"]) == ("planned", "2026-11-29T08:00:00+07:00")
    step = next(s for s in shop.steps("A3-2026-12") if s.id == answer["step_id"])
    assert (step.permission, step.stage) == ("reminder", "pre_due")


def test_a_reminder_is_scheduled_in_the_customers_time(shop: Shop) -> None:
    shop.act("cancel_promise", promise="prm_sample")

    answer = shop.act(
        "schedule_reminder", invoice="C2-2026-12", template="payment_reminder", send_at="2026-12-01T10:00"
    )

    assert answer["step_at"] == "2026-12-01T09:00:00+07:00"  # 10:00 in Makassar


def test_a_text_that_will_not_be_true_when_it_leaves_is_not_planned(shop: Shop) -> None:
    """The due day is 5 December; what is asked for on its evening leaves on the morning after."""
    before = shop.steps("A3-2026-12")
    early = shop.act("send_template", invoice="A3-2026-12", template="overdue_notice")
    late = shop.act(
        "schedule_reminder", invoice="A3-2026-12", template="due_today", send_at="2026-12-05T20:30"
    )
    right = shop.act(
        "schedule_reminder", invoice="A3-2026-12", template="due_today", send_at="2026-12-05T19:30"
    )

    assert [answer["result"] for answer in (early, late, right)] == ["untrue_then", "untrue_then", "planned"]
    assert early["step_id"] is None and len(shop.steps("A3-2026-12")) == len(before) + 1
    assert "tidak benar pada hari ia akan pergi" in early["result_text"]


def test_no_variable_says_where_money_goes(shop: Shop) -> None:
    for variables in ({"payment_details": "BCA 999"}, {"description": "transfer ke BCA 8812345678"}):
        with pytest.raises(Invalid) as refused:
            shop.act("send_template", invoice="A3-2026-12", template="payment_reminder", variables=variables)
        assert refused.value.code == "template_variable_invalid"


def test_who_opted_out_gets_no_template(shop: Shop) -> None:
    shop.act("set_consent", customer="A3", allowed=False)

    answer = shop.act("send_template", invoice="A3-2026-12", template="payment_reminder")

    assert (answer["result"], answer["step_id"]) == ("opted_out", None)
