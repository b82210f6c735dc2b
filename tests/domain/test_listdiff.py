"""The diff of a list: what is new, changed, newly paid, missing, and what waits for a person's yes."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.listdiff import (
    Flag,
    KnownInvoice,
    ListRow,
    RowAction,
    RowDiff,
    diff,
    identity,
    preview_version,
)
from connector.domain.numbers import stable_number
from connector.domain.problems import FieldError

LIST = "kost-melati"
DUE = date(2026, 12, 5)
SITI = ListRow(
    line=2,
    customer_name="Siti Rahma",
    phone="+6281234567890",
    amount=150_000_000,
    due_date=DUE,
    description="Sewa kamar A3",
    paid=False,
)


def known(row: ListRow, **changed: Any) -> KnownInvoice:
    number = identity(row, LIST)
    invoice = KnownInvoice(
        id=f"inv_{number}",
        number=number,
        customer_name=row.customer_name,
        phone=row.phone,
        amount=row.amount,
        currency=row.currency,
        due_date=row.due_date,
        description=row.description,
    )
    return replace(invoice, **changed)


def compare(rows: list[ListRow], *invoices: KnownInvoice) -> list[RowDiff]:
    return diff(rows, {invoice.number: invoice for invoice in invoices}, LIST)


def only(rows: list[ListRow], *invoices: KnownInvoice) -> RowDiff:
    (found,) = compare(rows, *invoices)
    return found


def test_a_row_that_nobody_knows_is_new_under_its_stable_number() -> None:
    found = only([SITI])

    assert (found.action, found.number) == (RowAction.NEW, identity(SITI, LIST))
    assert found.number is not None
    assert found.number.startswith("2026-12-")


def test_the_same_list_again_changes_nothing() -> None:
    found = only([SITI], known(SITI))

    assert (found.action, found.changes, found.flags) == (RowAction.UNCHANGED, {}, ())


def test_spelling_of_the_name_is_no_change_and_no_second_invoice() -> None:
    found = only([replace(SITI, customer_name="SITI  RAHMA.")], known(SITI))

    assert found.action is RowAction.UNCHANGED


def test_a_tick_makes_exactly_this_invoice_newly_paid() -> None:
    budi = replace(SITI, line=3, customer_name="Budi", phone="+6281398765432")

    first, second = compare([replace(SITI, paid=True), budi], known(SITI), known(budi))

    assert (first.action, first.newly_paid, first.flags) == (RowAction.NEWLY_PAID, True, ())
    assert second.action is RowAction.UNCHANGED
    assert only([replace(SITI, paid=True)], known(SITI, paid=True)).action is RowAction.UNCHANGED


def test_a_part_payment_is_newly_paid_but_a_person_looks() -> None:
    found = only([replace(SITI, paid=True, paid_amount=50_000_000)], known(SITI))

    assert (found.action, found.flags) == (RowAction.NEWLY_PAID, (Flag.PART_PAYMENT,))


def test_the_rest_of_a_partly_paid_invoice_is_no_part_payment() -> None:
    row = replace(SITI, paid=True, paid_amount=100_000_000)

    assert only([row], known(SITI, open_amount=100_000_000)).flags == ()
    assert only([replace(row, paid_amount=200_000_000)], known(SITI)).flags == (Flag.OVERPAYMENT,)


def test_an_undone_tick_is_shown_and_never_undone_by_itself() -> None:
    assert only([SITI], known(SITI, paid=True, ticked=True)).flags == (Flag.PAYMENT_UNTICKED,)
    assert only([SITI], known(SITI, paid=True)).action is RowAction.UNCHANGED
    assert only([replace(SITI, paid=None)], known(SITI, paid=True, ticked=True)).action is RowAction.UNCHANGED


def test_a_vanished_row_is_missing_and_not_paid() -> None:
    found = only([], known(SITI))

    assert (found.action, found.line, found.newly_paid) == (RowAction.MISSING, None, False)
    assert compare([], known(SITI, paid=True)) == []
    assert compare([], known(SITI, void=True)) == []
    assert compare([], known(SITI, same_list=False)) == []


@pytest.mark.parametrize(
    ("change", "flags"),
    [
        ({"amount": 160_000_000}, ()),
        ({"amount": 15_000_000}, (Flag.AMOUNT_DROPPED,)),
        ({"amount": 1_500_000_000}, (Flag.AMOUNT_JUMPED,)),
        ({"currency": "USD"}, (Flag.CURRENCY_CHANGED,)),
        ({"due_date": date(2026, 12, 20)}, ()),
        ({"due_date": date(2027, 2, 5)}, (Flag.DUE_DATE_MOVED,)),
        ({"phone": "+6281398765432"}, (Flag.PHONE_CHANGED,)),
        ({"customer_name": "Budi"}, (Flag.NAME_CHANGED,)),
        ({"description": "Sewa kamar A4"}, ()),
    ],
)
def test_changes_of_a_numbered_invoice_and_which_of_them_are_suspicious(
    change: dict[str, Any], flags: tuple[Flag, ...]
) -> None:
    row = replace(SITI, number="A3-2026-12")

    found = only([replace(row, **change)], known(row))

    assert (found.action, found.flags, found.suspicious) == (RowAction.CHANGED, flags, bool(flags))
    assert set(change) <= {*found.changes, "currency"}


@pytest.mark.parametrize(
    ("change", "flags"),
    [
        ({"phone": "+6281398765432"}, (Flag.PHONE_CHANGED,)),
        ({"customer_name": "Siti Rahmah"}, (Flag.NAME_CHANGED,)),
        ({"description": "Sewa A3"}, (Flag.DESCRIPTION_CHANGED,)),
        ({"due_date": date(2026, 11, 30)}, ()),
    ],
)
def test_a_correction_without_a_number_does_not_double_the_invoice(
    change: dict[str, Any], flags: tuple[Flag, ...]
) -> None:
    found = only([replace(SITI, **change)], known(SITI))

    assert (found.action, found.flags) == (RowAction.CHANGED, flags)
    assert found.number == identity(SITI, LIST)


def test_next_months_rent_is_a_new_invoice_and_this_months_is_missing() -> None:
    new, gone = compare([replace(SITI, due_date=date(2027, 1, 5))], known(SITI))

    assert (new.action, gone.action) == (RowAction.NEW, RowAction.MISSING)


def test_two_rows_that_fit_one_vanished_invoice_are_not_paired_by_a_guess() -> None:
    rows = [replace(SITI, line=n, phone=f"+628139876543{n}") for n in (2, 3)]

    assert [found.action for found in compare(rows, known(SITI))] == ["new", "new", "missing"]


def test_another_sources_invoice_is_a_conflict_and_never_missing() -> None:
    row = replace(SITI, number="INV-7")

    found = only([replace(row, amount=160_000_000)], known(row, same_list=False))

    assert found.flags == (Flag.OTHER_SOURCE,)


def test_a_changed_amount_of_a_paid_invoice_and_any_change_of_a_void_one_wait() -> None:
    row = replace(SITI, amount=160_000_000)

    assert only([row], known(SITI, paid=True)).flags == (Flag.PAID_CHANGED,)
    assert only([row], known(SITI, void=True)).flags == (Flag.VOID,)


def test_a_refused_row_keeps_its_reason_and_its_invoice_is_not_missing() -> None:
    error = FieldError("phone", "phone_invalid")
    row = ListRow(line=2, customer_name="siti rahma", errors=(error,))

    found = only([row], known(SITI))

    assert (found.action, found.errors) == (RowAction.REFUSED, (error,))


def test_all_rows_of_one_identity_are_refused_whichever_comes_first() -> None:
    cheaper = replace(SITI, line=3, amount=140_000_000, paid=True)

    first, second = compare([cheaper, SITI], known(SITI))

    assert (first.action, second.action) == (RowAction.REFUSED, RowAction.REFUSED)
    assert [one.errors[0].detail for one in (first, second)] == ["2", "3"]


def test_an_amount_that_changes_with_its_tick_waits() -> None:
    found = only([replace(SITI, amount=20_000_000, paid=True, due_date=date(2026, 12, 9))], known(SITI))

    assert (found.action, found.flags) == (RowAction.NEWLY_PAID, (Flag.PAID_CHANGED_TOO,))


def test_a_ticked_new_row_of_a_month_to_come_waits_once_the_list_runs() -> None:
    row = replace(SITI, paid=True, due_date=date(2027, 1, 5))

    def flags(of: ListRow, running_on: date | None) -> tuple[Flag, ...]:
        (found,) = diff([of], {}, LIST, running_on=running_on)
        return found.flags

    assert flags(row, date(2026, 12, 31)) == (Flag.PAID_AHEAD,)
    assert flags(row, date(2027, 1, 1)) == flags(row, None) == flags(SITI, date(2026, 11, 1)) == ()


def test_an_amount_below_what_is_paid_is_told() -> None:
    partly = known(SITI, open_amount=100_000_000)

    assert only([replace(SITI, amount=49_000_000)], partly).flags == (Flag.BELOW_PAID,)
    assert only([replace(SITI, amount=50_000_000)], partly).flags == ()


def test_other_fields_are_compared_where_both_sides_have_them() -> None:
    row = replace(SITI, fields={"pay_url": "https://pay.example/2"})
    before = {"pay_url": "https://pay.example/1", "recipe": "kost"}

    assert only([row], known(SITI, other=before)).changes == {
        "pay_url": ("https://pay.example/1", "https://pay.example/2")
    }


def test_the_preview_version_changes_with_the_file_and_with_the_invoices() -> None:
    before = preview_version(compare([SITI], known(SITI)))

    assert preview_version(compare([SITI], known(SITI))) == before
    assert preview_version(compare([replace(SITI, paid=True)], known(SITI))) != before
    assert preview_version(compare([SITI], known(SITI, version=2))) != before
    assert preview_version(compare([replace(SITI, fields={"email": "x"})], known(SITI))) != before


names = st.text(alphabet="abcde AB", min_size=1, max_size=6)
listed = st.builds(
    ListRow,
    line=st.just(0),
    number=st.none() | st.sampled_from(["1", "2", "3"]),
    customer_name=names,
    phone=st.sampled_from(["+6281200000001", "+6281200000002"]),
    amount=st.integers(1, 5).map(lambda n: n * 10_000_000),
    due_date=st.dates(date(2026, 11, 20), date(2027, 1, 10)),
    description=st.none() | st.sampled_from(["sewa", "listrik"]),
    paid=st.sampled_from([None, False, True]),
)
files = st.lists(listed, max_size=8).map(lambda rows: [replace(row, line=n) for n, row in enumerate(rows, 2)])


@given(files)
def test_a_list_that_was_taken_over_is_unchanged_when_it_comes_again(rows: list[ListRow]) -> None:
    first = diff(rows, {}, LIST)
    taken = {
        one.number: known(one.row, paid=bool(one.row.paid), ticked=bool(one.row.paid))
        for one in first
        if one.action is RowAction.NEW and one.row is not None and one.number is not None
    }

    again = diff(rows, taken, LIST)

    assert {one.action for one in again} <= {RowAction.UNCHANGED, RowAction.REFUSED}
    assert all(not one.flags for one in again)


@given(files, files)
def test_each_row_has_one_answer_each_invoice_at_most_one_and_missing_never_pays(
    before: list[ListRow], after: list[ListRow]
) -> None:
    taken = {
        one.number: known(one.row)
        for one in diff(before, {}, LIST)
        if one.action is RowAction.NEW and one.row is not None and one.number is not None
    }

    found = diff(after, taken, LIST)

    assert [one.line for one in found if one.line is not None] == [row.line for row in after]
    touched = [one.invoice_id for one in found if one.invoice_id]
    assert len(touched) == len(set(touched))
    assert all(not one.newly_paid for one in found if one.action is RowAction.MISSING)
    for one in found:
        if one.newly_paid:
            assert one.row is not None
            assert one.row.paid


@given(names, names)
def test_the_stable_number_depends_on_the_facts_alone(name: str, description: str) -> None:
    made = stable_number(LIST, SITI.phone, name, description, DUE)

    assert made == stable_number(LIST, SITI.phone, name.upper(), f" {description} ", date(2026, 12, 31))
    assert made != stable_number("another", SITI.phone, name, description, DUE)
    assert len(made) == 16
