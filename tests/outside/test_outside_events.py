"""The events of a whole story, read by cursor: each one is what its trigger's spec and sample promise."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from running import Home

from connector import app as composition
from connector.specs.formats import format_checker

SITI, DEWI, AGUS, RIZKY = "+6281234567890", "+6281211110001", "+6281211110002", "+6281211110004"
AINI, HENDRA, MARIA = "+6281311110006", "+6281311110007", "+6281511110008"


def own_keys(event: dict[str, Any]) -> set[str]:
    """The keys without the user's own."""
    return {key for key in event if not key.startswith("extra_")}


def says(home: Home, phone: str, **what: str) -> None:
    answer = home.client().post("/v1/sandbox/reply", json={"phone": phone, **what})
    assert answer.status_code == 200, answer.text
    home.advance("PT5M")


def fault(home: Home, **what: Any) -> None:
    answer = home.client().post("/v1/sandbox/faults", json={"provider": "whatsapp_cloud", **what})
    assert answer.status_code == 200, answer.text


def play(home: Home) -> None:
    """A fortnight in Kost Melati in which everything happens that an event tells of."""
    fault(home, code="131026", phone=HENDRA)
    home.advance("PT2H")
    says(home, SITI, button="need_more_time")
    asked = home.client().get(f"/v1/sandbox/phones/{SITI}").json()["items"][-1]
    says(home, SITI, button=asked["buttons"][0]["id"])
    home.act("mark_paid", invoice="A3-2026-12", payment_ref="mt-1", payment_method="va_bca")
    home.act("mark_paid", invoice="C2-2026-12", payment_ref="mt-2")  # the sample's promise is kept
    home.act("record_promise", invoice="B3-2026-12", promise_date="2026-12-16")  # this one will be broken
    home.act("reverse_payment", payment="pay_sample", reason="transfer ditolak bank")
    home.act("mark_paid", invoice="TIDAK-ADA", amount="125000", payment_ref="mt-3", park=True)
    says(home, DEWI, button="already_paid")
    home.act("record_promise", invoice="A2-2026-12", promise_date="2026-12-04", promise_words="besok ya")
    home.act("cancel_promise", promise=home.act("get_invoice", invoice="A2-2026-12")["promise_id"])
    case = home.act("open_case", invoice="A4-2026-12", reason="dispute", note="AC rusak")
    home.act("resolve_case", case=case["case_id"], outcome="amount_corrected", next="resume")
    home.act("upsert_customer", customer_ref="B2", customer_name="Nur Aini", customer_phone="081277770000")
    says(home, MARIA, text="STOP")
    home.act("set_consent", customer="C1", allowed=True, consent_source="form")
    says(home, AGUS, text="kapan jatuh temponya ya?")
    home.client().post("/v1/sandbox/power", json={"on": False})
    home.advance("P10D")
    home.client().post("/v1/sandbox/power", json={"on": True})
    home.advance("P10D")
    fault(home, code="131031", next=1)
    home.act("create_invoice", customer_name="Akhir", customer_phone="081277770001", amount="1000",
             due_date="2026-12-30", invoice_number="LAST", description="Sewa", recipe="kost")  # fmt: skip
    home.advance("PT3H")


def test_every_event_of_a_story_is_as_its_spec_and_its_sample_say(make_home: Callable[..., Home]) -> None:
    home = make_home().serve()
    triggers = composition.read_catalog().triggers
    checks = {
        name: Draft202012Validator(dict(spec.payload), format_checker=format_checker())
        for name, spec in triggers.items()
    }

    play(home)
    told = home.events()

    faults: dict[str, list[str]] = defaultdict(list)
    for event in told:
        faults[event["type"]] += [
            f"{'/'.join(map(str, error.absolute_path))}: {error.message[:120]}"
            for error in checks[event["type"]].iter_errors(event)
        ]
        sample = triggers[event["type"]].sample
        if own_keys(event) != own_keys(dict(sample)):
            faults[event["type"]].append(f"other keys: {sorted(own_keys(event) ^ own_keys(dict(sample)))}")
        faults[event["type"]] += differing(event, sample)
    assert {name: sorted(set(found)) for name, found in faults.items() if found} == {}
    assert sorted(set(triggers) - {event["type"] for event in told}) == []
    assert all(event["business_id"] == "biz_melati" for event in told)
    assert len({event["event_id"] for event in told}) == len(told)
    _the_samples_are_real_events(home, told)
    _every_way_of_paging_tells_the_same(home, told)


def differing(event: Mapping[str, Any], sample: Mapping[str, Any], at: str = "") -> list[str]:
    """Where an event's value has another type than the sample's: what a builder mapped would break (Zapier T006)."""
    found = []
    for key in own_keys(dict(event)) & own_keys(dict(sample)):
        mine, shown = kind_of(event[key]), kind_of(sample[key])
        if "null" not in (mine, shown) and mine != shown:
            found.append(f"{at}{key}: {mine} instead of {shown}")
        if mine == shown == "array" and event[key] and sample[key]:
            one, other = event[key][0], sample[key][0]
            if isinstance(one, dict) and one.keys() != other.keys():
                found.append(f"{at}{key}: other keys {sorted(one.keys() ^ other.keys())}")
            elif isinstance(one, dict):
                found += differing(one, other, f"{key}/")
    return found


def _the_samples_are_real_events(home: Home, told: list[dict[str, Any]]) -> None:
    by_id = {event["event_id"]: event for event in told}
    for name in {event["type"] for event in told}:
        samples = home.client().get(f"/v1/triggers/{name}/samples").json()
        assert samples["next"] is None and samples["items"]
        assert all(own_keys(item) == own_keys(by_id[item["event_id"]]) for item in samples["items"]), name


def _every_way_of_paging_tells_the_same(home: Home, told: list[dict[str, Any]]) -> None:
    numbers = [event["event_number"] for event in told]
    assert numbers == sorted(set(numbers))
    for limit in ("7", "200"):
        assert [event["event_number"] for event in home.events(limit=limit)] == numbers
    sent = [event for event in told if event["type"] == "message_sent"]
    only = home.events(type="message_sent")
    assert [event["event_id"] for event in only] == [event["event_id"] for event in sent]
    after = home.client().get("/v1/events", params={"after": numbers[-1]}).json()
    assert after == {"items": [], "next": None}


def test_a_follower_by_cursor_misses_nothing_while_things_happen(make_home: Callable[..., Home]) -> None:
    home = make_home().serve()
    seen: list[int] = []

    for day in range(8):
        home.advance("P1D")
        home.act("create_invoice", customer_name="Terus", customer_phone="081277770002", amount="1000",
                 due_date="2026-12-30", invoice_number=f"GO-{day}", description="Sewa")  # fmt: skip
        page = home.client().get("/v1/events", params={"after": seen[-1] if seen else 0, "limit": 200}).json()
        seen += [event["event_number"] for event in page["items"]]
    home.advance("PT1M")
    seen += [
        e["event_number"] for e in home.client().get("/v1/events", params={"after": seen[-1]}).json()["items"]
    ]

    assert seen == [event["event_number"] for event in home.events()]


def test_a_key_that_may_not_see_people_gets_them_masked_wherever_they_are_named(
    make_home: Callable[..., Home],
) -> None:
    home = make_home().serve()
    home.advance("PT2H")
    says(home, SITI, text="nomor saya 081234567890, panggil Siti Rahma")
    home.act("open_case", invoice="A3-2026-12", reason="dispute", note="kata Siti Rahma")
    home.advance("PT1H")
    reader = home.client(home.done("keys", "create", "reader", "--preset", "read").strip())
    reads = [
        ("get_invoice", {"invoice": "A3-2026-12"}),
        ("find_invoices", {}),
        ("explain_invoice", {"invoice": "A3-2026-12"}),
        ("preview_sequence", {"invoice": "A1-2026-12"}),
        ("find_customer", {"customer": "A3"}),
    ]

    answers = [reader.get("/v1/events", params={"limit": 200})]
    answers += [reader.get(f"/v1/triggers/{name}/samples") for name in ("inbound_reply", "needs_human")]
    answers += [reader.post(f"/v1/actions/{action}", json=given) for action, given in reads]
    answers += [reader.get(f"/v1/options/{name}") for name in ("customers", "invoices", "cases", "promises")]

    people = ("Siti Rahma", "Dewi Lestari", "Wayan Sukerta", SITI, "81234567890")
    assert {answer.status_code for answer in answers} == {200}
    for answer in answers:
        assert [word for word in people if word in answer.text] == [], answer.request.url
    assert "A3-2026-12" in answers[0].text and "Rp1.500.000" in answers[0].text  # what is no person stays


def kind_of(value: Any) -> str:
    """The JSON type; a whole number is a number."""
    names = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}
    return names.get(type(value), "null")
