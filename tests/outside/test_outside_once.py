"""Whatever a caller repeats happens once: by its key, by its nature, by its business identity, through crashes."""

import gc
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from running import Home, problem_of, until

from connector import locks

INVOICE = {
    "customer_name": "Siti Sekali",
    "customer_phone": "081277700001",
    "amount": "1.500.000",
    "due_date": "2026-12-05",
    "description": "Sewa kamar, Desember 2026",
    "recipe": "kost",
}
REMINDER = {"send_at": "2026-12-01T09:00", "template": "payment_reminder"}


def run(
    home: Home, action: str, key: str | None = None, *, as_key: Any = ..., **given: Any
) -> httpx.Response:
    client = home.client() if as_key is ... else home.client(as_key)
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post(f"/v1/actions/{action}", json=given, headers=headers)


def number(home: Home, text: str) -> str:
    """An invoice of this test's own, by its number."""
    phone = f"0812{abs(hash(text)) % 10**8:08d}"
    return str(
        home.act("create_invoice", **INVOICE | {"invoice_number": text, "customer_phone": phone})[
            "invoice_number"
        ]
    )


def reminders(home: Home, invoice: str) -> int:
    """How many reminders were planned by hand."""
    return home.count(
        "SELECT count(*) FROM steps JOIN invoices ON invoices.id = steps.invoice_id"
        " WHERE invoices.number = :number AND steps.key LIKE 'manual:%'",
        number=invoice,
    )


# --- by key -------------------------------------------------------------------------------------------------


def test_the_same_key_and_body_answer_the_first_result_again(served: Home) -> None:
    invoice = number(served, "ONCE-1")

    first = run(served, "schedule_reminder", "key-1", invoice=invoice, **REMINDER)
    again = run(served, "schedule_reminder", "key-1", invoice=invoice, **REMINDER)

    assert (first.status_code, again.status_code) == (200, 200), first.text
    assert again.text == first.text
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert reminders(served, invoice) == 1


def test_the_same_key_with_another_body_is_refused(served: Home) -> None:
    invoice = number(served, "ONCE-2")
    run(served, "schedule_reminder", "key-2", invoice=invoice, **REMINDER)

    other = run(served, "schedule_reminder", "key-2", invoice=invoice, **REMINDER | {"template": "due_today"})

    assert problem_of(other, "idempotency_mismatch")["status"] == 422
    assert reminders(served, invoice) == 1


def test_a_key_counts_for_one_caller_and_one_action(served: Home) -> None:
    invoice = number(served, "ONCE-3")
    mine = run(served, "schedule_reminder", "key-3", invoice=invoice, **REMINDER)
    other_caller = served.done("keys", "create", "another", "--preset", "write").strip()

    others = run(served, "schedule_reminder", "key-3", as_key=other_caller, invoice=invoice, **REMINDER)
    another_action = run(served, "open_case", "key-3", invoice=invoice, reason="terms")

    assert [r.status_code for r in (mine, others, another_action)] == [200, 200, 200], others.text
    assert not any("Idempotent-Replayed" in r.headers for r in (others, another_action))
    assert reminders(served, invoice) == 2


def test_a_refusal_is_not_remembered(served: Home) -> None:
    invoice = number(served, "ONCE-4")
    problem_of(run(served, "schedule_reminder", "key-4", invoice="nobody", **REMINDER))

    answer = run(served, "schedule_reminder", "key-4", invoice=invoice, **REMINDER)

    assert answer.status_code == 200, answer.text


def test_a_dry_run_changes_nothing_and_is_not_remembered(served: Home) -> None:
    invoice = number(served, "ONCE-5")

    dry = run(served, "schedule_reminder", "key-5", invoice=invoice, **REMINDER, dry_run=True)
    real = run(served, "schedule_reminder", "key-5", invoice=invoice, **REMINDER)

    assert dry.json()["dry_run"] is True
    assert "Idempotent-Replayed" not in real.headers
    assert reminders(served, invoice) == 1


@pytest.mark.parametrize("key", ["", "a b", "x" * 201, "é", "a\tb"])
@pytest.mark.parametrize("dry_run", [False, True])
def test_a_key_that_is_none_is_refused(on_sqlite: Home, key: str, dry_run: bool) -> None:
    headers = {b"Idempotency-Key": key.encode()}

    answer = on_sqlite.client().post("/v1/actions/resume_all", json={"dry_run": dry_run}, headers=headers)

    problem_of(answer, "idempotency_key_invalid")


def test_a_request_that_still_runs_answers_409_to_its_repetition(on_postgresql: Home) -> None:
    home, invoice = on_postgresql, number(on_postgresql, "ONCE-6")
    home.change(
        "CREATE FUNCTION slowly() RETURNS trigger AS 'BEGIN PERFORM pg_sleep(4); RETURN NEW; END' LANGUAGE plpgsql",
        "CREATE TRIGGER slow BEFORE INSERT ON steps FOR EACH ROW"
        " WHEN (left(NEW.key, 7) = 'manual:') EXECUTE FUNCTION slowly()",
    )
    try:
        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(run, home, "schedule_reminder", "key-6", invoice=invoice, **REMINDER)
            until(lambda: home.count("SELECT count(*) FROM idempotency WHERE key = 'key-6'"))

            meanwhile = run(home, "schedule_reminder", "key-6", invoice=invoice, **REMINDER)

            assert first.result().status_code == 200
    finally:
        home.change("DROP TRIGGER slow ON steps", "DROP FUNCTION slowly")
    assert problem_of(meanwhile, "idempotency_in_flight")["status"] == 409
    assert meanwhile.headers["Retry-After"] == "1"
    assert reminders(home, invoice) == 1


def test_of_many_at_once_one_acts_and_the_others_wait_or_hear_its_answer(served: Home) -> None:
    invoice = number(served, "ONCE-7")

    def ask(_: int) -> httpx.Response:
        return run(served, "schedule_reminder", "key-7", invoice=invoice, **REMINDER)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(24)))

    acted = [a for a in answers if a.status_code == 200 and "Idempotent-Replayed" not in a.headers]
    assert {a.status_code for a in answers} <= {200, 409}
    assert len(acted) == 1
    assert {a.text for a in answers if a.status_code == 200} == {acted[0].text}
    assert reminders(served, invoice) == 1


# --- through a crash ----------------------------------------------------------------------------------------


def test_an_act_and_the_memory_of_its_answer_are_one_transaction(served: Home) -> None:
    invoice = number(served, "ONCE-8")
    _break_the_memory_of(served, "key-8")
    try:
        broken = run(served, "schedule_reminder", "key-8", invoice=invoice, **REMINDER)
    finally:
        _mend_the_memory(served)

    after_the_failure = reminders(served, invoice)
    again = run(served, "schedule_reminder", "key-8", invoice=invoice, **REMINDER)

    assert broken.status_code >= 500
    assert after_the_failure == 0  # it was not done, for it could not be remembered
    assert again.status_code == 200, again.text
    assert reminders(served, invoice) == 1


def _break_the_memory_of(home: Home, key: str) -> None:
    """Writing down an answer under this key fails, as if the process had died just there."""
    if home.database_url.startswith("sqlite"):
        home.change(
            f"CREATE TRIGGER forget BEFORE UPDATE ON idempotency WHEN NEW.key = '{key}'"
            " BEGIN SELECT RAISE(ABORT, 'planted'); END"
        )
        return
    home.change(
        "CREATE FUNCTION forgetting() RETURNS trigger AS 'BEGIN RAISE EXCEPTION ''planted''; END' LANGUAGE plpgsql",
        f"CREATE TRIGGER forget BEFORE UPDATE ON idempotency FOR EACH ROW WHEN (NEW.key = '{key}')"
        " EXECUTE FUNCTION forgetting()",
    )


def _mend_the_memory(home: Home) -> None:
    if home.database_url.startswith("sqlite"):
        home.change("DROP TRIGGER forget")
    else:
        home.change("DROP TRIGGER forget ON idempotency", "DROP FUNCTION forgetting")


# httpcore leaves the socket of a connection that died under it to the collector.
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_keyed_requests_through_kills_of_the_web_process_happen_once_each(
    make_home: Callable[..., Home],
) -> None:
    home = make_home().serve()
    invoice = number(home, "ONCE-9")
    names = [f"kill-{n}" for n in range(120)]
    answered: set[str] = set()

    def ask(name: str) -> None:
        try:
            answer = run(home, "schedule_reminder", name, invoice=invoice, **REMINDER)
        except httpx.TransportError:
            return
        if answer.status_code == 200:
            answered.add(name)

    with ThreadPoolExecutor(8) as pool:
        asked = pool.map(ask, names)
        for _ in range(3):
            time.sleep(0.25)
            _kill_web(home)
        list(asked)
    until(home.is_ready)
    # What was in flight belongs to a dead process; a minute later it may be asked again.
    home.change("UPDATE idempotency SET created_at_m = created_at_m - 61000 WHERE status IS NULL")
    lost = [name for name in names if name not in answered]
    for name in names:
        answer = run(home, "schedule_reminder", name, invoice=invoice, **REMINDER)
        assert answer.status_code == 200, answer.text

    assert lost  # else nothing was killed on its way
    assert reminders(home, invoice) == len(names)
    gc.collect()  # here, where its warning is expected


def _kill_web(home: Home) -> None:
    pid = locks.holder(home.database, "web")
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    until(lambda: locks.holder(home.database, "web") != pid, within_s=10)


# --- by nature and by business identity -----------------------------------------------------------------------


def test_an_invoice_sent_again_is_unchanged_updated_or_somebody_elses(served: Home) -> None:
    given = INVOICE | {"invoice_number": "ONCE-10", "customer_phone": "081277700010"}

    results = [
        run(served, "create_invoice", **given | more).json()
        for more in ({}, {}, {"amount": "1400000"}, {"amount": 1400000})
    ]
    others = run(served, "create_invoice", **given | {"customer_ref": "C2"})
    foreign = run(served, "create_invoice", **given | {"source": "another-tool"})

    assert [r["result"] for r in results] == ["created", "unchanged", "updated", "unchanged"]
    assert len({r["invoice_id"] for r in results}) == 1
    assert problem_of(others, "invoice_number_taken")["status"] == 409
    assert problem_of(foreign, "invoice_conflict")["status"] == 409
    assert served.count("SELECT count(*) FROM invoices WHERE number = 'ONCE-10'") == 1


def test_one_row_sent_by_many_at_once_is_one_invoice_of_one_customer(served: Home) -> None:
    row = INVOICE | {
        "customer_name": "Banyak Tangan",
        "customer_phone": "081277700011",
        "description": "Sewa",
    }

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: run(served, "create_invoice", **row), range(16)))

    assert {a.status_code for a in answers} == {200}, [a.text for a in answers if a.status_code != 200]
    assert Counter(a.json()["result"] for a in answers) == {"created": 1, "unchanged": 15}
    assert served.count("SELECT count(*) FROM customers WHERE name = 'Banyak Tangan'") == 1


def test_a_payment_told_twice_is_one_payment(served: Home) -> None:
    invoice = number(served, "ONCE-12")
    paid = {"invoice": invoice, "amount": "500000", "payment_ref": "mt-once-12"}

    first = run(served, "mark_paid", **paid)
    again = run(served, "mark_paid", **paid)
    other_sum = run(served, "mark_paid", **paid | {"amount": "400000"})
    other_road = run(served, "mark_paid", invoice=invoice, amount="500000")

    assert [r.json()["result"] for r in (first, again)] == ["recorded", "already_recorded"]
    assert problem_of(other_sum, "payment_ref_taken")["status"] == 409
    assert other_road.json()["result"] == "probable_duplicate"
    assert other_road.json()["amount_due"] == "1000000"
    assert served.count("SELECT count(*) FROM payments WHERE ref = 'mt-once-12'") == 1


def test_a_payment_told_by_many_at_once_is_one_payment(served: Home) -> None:
    invoice = number(served, "ONCE-13")

    def pay(_: int) -> str:
        answer = run(served, "mark_paid", invoice=invoice, payment_ref="mt-once-13")
        return str(answer.json().get("result") or answer.text)

    with ThreadPoolExecutor(8) as pool:
        results = Counter(pool.map(pay, range(16)))

    assert results == {"recorded": 1, "already_recorded": 15}
    assert served.count("SELECT count(*) FROM payments WHERE ref = 'mt-once-13'") == 1


def test_a_customer_written_twice_is_one_customer(served: Home) -> None:
    given = {"customer_ref": "ONCE-14", "customer_name": "Rina Sekali", "customer_phone": "081277700014"}

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: run(served, "upsert_customer", **given), range(12)))

    assert Counter(a.json().get("result") for a in answers) == {"created": 1, "unchanged": 11}
    assert len({a.json()["customer_id"] for a in answers}) == 1


def test_acts_that_are_natural_say_so_the_second_time(served: Home) -> None:
    invoice = number(served, "ONCE-15")
    customer = served.act("get_invoice", invoice=invoice)["customer_id"]
    acts: list[tuple[str, dict[str, Any]]] = [
        ("pause_sequence", {"invoice": invoice}),
        ("resume_sequence", {"invoice": invoice}),
        ("open_case", {"invoice": invoice, "reason": "terms"}),
        ("set_consent", {"customer": customer, "allowed": True, "consent_source": "form"}),
        ("void_invoice", {"invoice": invoice, "reason": "salah"}),
    ]

    for action, given in acts:
        first, again = (run(served, action, **given) for _ in range(2))

        assert (first.status_code, again.status_code) == (200, 200), (action, first.text, again.text)
        assert first.json()["result"] != again.json()["result"], action
