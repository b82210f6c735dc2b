"""Where money goes: two spellings of one place are equal, everything else is another place."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.actions.sample import BUSINESS as SAMPLE
from connector.domain import destinations as rules
from connector.domain.destinations import Approved, Becomes, Kind, State, carried_by, unapproved
from connector.domain.problems import Problem

NOW = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)
BUSINESS = replace(SAMPLE, payment_details=None)


def test_spellings_of_an_account_are_one_and_anything_added_is_another() -> None:
    known = rules.normal_of(Kind.ACCOUNT, "BCA 1234567890 a.n. Ratna Dewi")

    assert rules.normal_of(Kind.ACCOUNT, " bca  123.456-7890 A.N. Ratna Dewi") == known
    assert rules.normal_of(Kind.ACCOUNT, "BCA 1234567890 a.n. Ratna Dewi atau BRI 99") != known
    assert rules.normal_of(Kind.ACCOUNT, "BCA 1234567891 a.n. Ratna Dewi") != known


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.HOST, "not a host"),
        (Kind.HOST, "https://pay.example.com/path"),
        (Kind.HOST, "192.168.1.1"),
        (Kind.VA_PREFIX, "880"),
        (Kind.VA_PREFIX, "8808x"),
        (Kind.QRIS, "000201"),
        (Kind.ACCOUNT, "  "),
    ],
)
def test_what_is_no_destination_is_refused(kind: Kind, value: str) -> None:
    with pytest.raises(Problem) as refused:
        rules.normal_of(kind, value)

    assert refused.value.code == "destination_invalid"


def test_nothing_approved_lets_nothing_go_and_the_sandbox_without_hosts_has_no_links_to_protect() -> None:
    carried = list(carried_by(BUSINESS, "https://pay.example.com/1"))

    assert unapproved(carried, Approved(), live=True) == carried[0]
    assert unapproved(carried, Approved(), live=False) is None
    assert unapproved(carried, Approved(knows_hosts=True), live=False) == carried[0]
    account = list(carried_by(SAMPLE))
    assert unapproved(account, Approved(), live=False) == account[0]


@given(st.text(max_size=80))
def test_no_text_breaks_the_guard(text: str) -> None:
    for carried in carried_by(replace(SAMPLE, payment_details=text), text, {"va": text, "qris": text}):
        assert unapproved([carried], Approved(), live=True) is carried


def _made(kind: Kind, value: str, becomes: Becomes | None, state: State) -> rules.Destination:
    made = rules.propose(kind, value, new_id=f"dst_{value[:3]}", by="key:1", now=NOW, becomes=becomes)
    return replace(made, state=state)


def test_a_new_account_retires_the_old_one_a_new_host_does_not() -> None:
    old = _made(Kind.ACCOUNT, "BCA 1234567890", Becomes.PAYMENT_DETAILS, State.APPROVED)
    new = _made(Kind.ACCOUNT, "BRI 999000111", Becomes.PAYMENT_DETAILS, State.PROPOSED)
    host = _made(Kind.HOST, "pay.example.com", Becomes.PAY_HOST, State.APPROVED)
    other = _made(Kind.HOST, "bayar.example.com", Becomes.PAY_HOST, State.PROPOSED)

    _, account = rules.approve(new, SAMPLE, [old, new, host, other], by="terminal", now=NOW)
    _, link = rules.approve(other, SAMPLE, [old, new, host, other], by="terminal", now=NOW)

    states = {c.id: c.values.get("state") for c in account.changes if c.noun == "destinations"}
    assert states == {new.id: State.APPROVED, old.id: State.RETIRED}
    hosts = {c.id: (c.values["state"], c.values["becomes"]) for c in link.changes if c.noun == "destinations"}
    assert hosts == {other.id: (State.APPROVED, Becomes.PAY_HOST), host.id: (State.APPROVED, None)}


def test_deciding_twice_changes_nothing() -> None:
    known = _made(Kind.HOST, "pay.example.com", None, State.APPROVED)
    gone = replace(known, state=State.RETIRED)

    assert rules.approve(known, SAMPLE, [known], by="terminal", now=NOW)[1].result == "unchanged"
    assert rules.retire(gone, by="terminal", now=NOW)[1].result == "unchanged"
    assert rules.approve(gone, SAMPLE, [gone], by="terminal", now=NOW)[1].result == "approved"


def test_the_holder_is_read_from_the_text() -> None:
    assert rules.holder_of(Kind.ACCOUNT, "BCA 123 a.n. Ratna Dewi") == "Ratna Dewi"
    assert rules.holder_of(Kind.ACCOUNT, "BCA 123 atas nama PT Melati") == "PT Melati"
    assert rules.holder_of(Kind.ACCOUNT, "BCA 123") is None
    assert rules.holder_of(Kind.HOST, "pay.example.com") is None
