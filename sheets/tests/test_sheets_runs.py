"""Runs that nobody watches: what had no more time goes on, each morning comes once, and two runs never meet."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from conftest import HEAD, tenant, told
from running import Home

Play = Callable[..., dict[str, Any]]
BUSY = [{"status": 429, "headers": {"Retry-After": "60"}, "text": "{}"}] * 8


def rests(seen: dict[str, Any]) -> list[dict[str, Any]]:
    """What waits to go on, the longest first."""
    kept = [json.loads(v) for name, v in seen["properties"]["user"].items() if name.startswith("TAGIH_REST_")]
    return sorted(kept, key=lambda job: job["at"])


def test_a_run_out_of_time_goes_on_by_itself(home: Home, play: Play) -> None:
    rows = [tenant(f"SL-{n}", f"Orang {n}", f"08139{n:07d}") for n in range(450)]
    document = {"TAGIH_LIST": "long"}

    first = play(["tagihSendAll"], sheet=[HEAD, *rows], fetch_takes_ms=140_000, document=document)
    rest = play(
        ["tagihResume"],
        sheet=first["cells"],
        document=document,
        user=first["properties"]["user"],
        triggers=[t["handler"] for t in first["triggers"]],
    )

    assert first["toasts"][-1].startswith("400 dari 450 baris")
    assert first["triggers"] == [{"handler": "tagihResume", "after": 60000}]
    assert [row["row"] for row in rest["requests"][0]["body"]["rows"]] == list(range(402, 452))
    assert rest["triggers"] == [] and rests(rest) == []
    assert home.count("SELECT count(*) FROM invoices WHERE number LIKE 'SL-%'") == 450


@pytest.mark.parametrize("trouble", [{"locked": True}, {"answers": [{"fail": True}] * 4}])
def test_the_rest_of_a_run_waits_until_it_is_done(
    home: Home, key: str, play: Play, trouble: dict[str, Any]
) -> None:
    number = f"SK-{'locked' in trouble}"
    job = {"first": 2, "last": None, "mode": "apply_safe", "sheet": 417, "name": "TAGIH_REST_1", "at": 1}
    me = {"TAGIH_URL": home.url, "TAGIH_KEY": key}
    user = {**me, "TAGIH_REST_1": json.dumps(job)}
    given: dict[str, Any] = {"sheet": [HEAD, tenant(number)], "first_tab": [["Catatan"]], "timed": True}
    given["document"] = {"TAGIH_LIST": f"rest-{number.lower()}"}

    kept = play(["tagihResume"], user=user, triggers=["tagihResume"], **given, **trouble)
    done = play(["tagihResume"], user=kept["properties"]["user"], triggers=["tagihResume"], **given)
    last = {**me, "TAGIH_REST_1": json.dumps({**job, "tries": 5})}
    over = play(["tagihResume"], user=last, triggers=["tagihResume"], **given, **trouble)

    [trigger] = kept["triggers"]
    assert kept["errors"] == [] and trigger["handler"] == "tagihResume"
    assert 540_000 < trigger["after"] <= 600_000
    assert told(done, "no. tagihan") == [number]
    for ended in (done, over):
        assert ended["triggers"] == [] and rests(ended) == []
    assert len(over["errors"]) == 1  # thrown: Google writes to the one whose run it was


def test_two_long_runs_both_go_on(play: Play) -> None:
    sheet = [HEAD, tenant("SQ-1"), tenant("SQ-2")]
    slow = {"sheet": sheet, "answers": BUSY, "fetch_takes_ms": 45_000}

    every = play(["tagihSendAll"], **slow)
    both = play(["tagihSendSelected"], **slow, selected=[[3, 3]], user=every["properties"]["user"])
    again = play(["tagihSendSelected"], **slow, selected=[[3, 3]], user=both["properties"]["user"])
    ran, waiting = [], again
    for _ in range(2):
        woken = [trigger["handler"] for trigger in waiting["triggers"]]
        waiting = play(woken, sheet=sheet, triggers=woken, user=waiting["properties"]["user"])
        ran.append([row["row"] for request in waiting["requests"] for row in request["body"]["rows"]])

    assert len(rests(both)) == len(rests(again)) == 2  # the same rows wait once
    assert sorted(ran) == [[2, 3], [3]]
    assert waiting["triggers"] == [] and rests(waiting) == []


def test_a_rest_that_fails_keeps_no_other_waiting(play: Play) -> None:
    sheet = [HEAD, tenant("SQ-3"), tenant("SQ-4")]
    slow = {"sheet": sheet, "answers": BUSY, "fetch_takes_ms": 45_000}
    first = play(["tagihSendAll"], **slow)
    both = play(["tagihSendSelected"], **slow, selected=[[3, 3]], user=first["properties"]["user"])

    away = play(["tagihResume"], sheet=sheet, answers=[{"fail": True}] * 4, user=both["properties"]["user"])
    other = play(["tagihResume"], sheet=sheet, user=away["properties"]["user"])

    assert [job.get("tries", 0) for job in rests(away)] == [0, 1]
    assert 60_000 <= away["triggers"][0]["after"] < 600_000
    assert [row["row"] for row in other["requests"][0]["body"]["rows"]] == [3]
    assert len(rests(other)) == 1


def test_a_run_ends_before_google_ends_it_though_the_server_is_busy(play: Play) -> None:
    seen = play(["tagihSendAll"], sheet=[HEAD, tenant("SH-15")], answers=BUSY, fetch_takes_ms=45_000)

    assert seen["took_ms"] < 330_000
    assert seen["triggers"] == [{"handler": "tagihResume", "after": 60000}]
    assert seen["toasts"][-1].startswith("0 dari 1 baris")


def test_the_daily_send_takes_the_tab_on_which_it_was_turned_on(play: Play) -> None:
    given = {"sheet": [HEAD, tenant("SH-16")], "first_tab": [["Nama", "No HP"], ["Ibu", "0812"]]}
    on = play(["tagihTurnOnDaily"], **given)
    user = on["properties"]["user"]

    morning = play(["tagihDaily"], **given, user=user, timed=True)
    refused = play(["tagihDaily"], **given, user={**user, "TAGIH_KEY": "tgh_wrong"}, timed=True)
    gone = play(["tagihDaily"], **given, user=user, timed=True, is_tab_gone=True)

    assert "Penghuni" in on["toasts"][-1]
    assert told(morning, "no. tagihan") == ["SH-16"]
    assert morning["notes"] == given["first_tab"] and morning["errors"] == []
    assert len(refused["errors"]) == 1 and refused["errors"][0].startswith("tagihDaily: ")
    assert gone["errors"] == ["tagihDaily: Lembar itu sudah tidak ada."] and gone["requests"] == []


def test_two_runs_at_once_are_one(play: Play) -> None:
    seen = play(["tagihSendAll"], sheet=[HEAD, tenant("SH-14")], locked=True)

    assert seen["requests"] == []
    assert seen["toasts"] == ["Kiriman lain sedang berjalan. Coba lagi sebentar."]


def test_no_second_daily_trigger_is_made(play: Play) -> None:
    twice = play(["tagihTurnOnDaily"], ["tagihTurnOnDaily"])
    colleague = play(["tagihTurnOnDaily"], document={"TAGIH_DAILY_BY": "somebody else"})
    off = play(
        ["tagihTurnOffDaily"],
        triggers=["tagihDaily", "other"],
        document=twice["properties"]["document"],
        user=twice["properties"]["user"],
        uuid="another one, a month later",
    )

    assert twice["triggers"] == [{"handler": "tagihDaily", "hour": 7}]
    assert colleague["asked"] and colleague["triggers"] == []
    assert off["triggers"] == [{"handler": "other"}] and "TAGIH_DAILY_BY" not in off["properties"]["document"]
