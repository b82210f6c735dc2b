"""A small book under random hands: operations by name, and the laws that hold after every one of them.

Another road on which money or invoices come in (an import, a recurring charge) is one more line in OPERATIONS:
a function of the book and of one step. What it refuses (a Problem) must have changed nothing; the laws see to it.
"""

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from connector.domain.problems import Problem
from connector.store import schema

from .shop import Shop

_BOOKS = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Step:
    """One random act: on one of three invoices, with an amount in thousands and one of four references."""

    name: str
    invoice: int
    amount: int
    ref: int
    flag: bool
    times: int


@dataclass
class Book:
    """One customer with a few invoices; every book of a run has its own names, so that they share a database."""

    shop: Shop
    name: str = field(default_factory=lambda: f"K{next(_BOOKS)}")
    refused: Counter[str] = field(default_factory=Counter)

    def number(self, step: Step) -> str:
        return f"{self.name}-{step.invoice}"

    @property
    def phone(self) -> str:
        return f"0812{self.name.removeprefix('K'):0>7}"

    def ref(self, step: Step) -> str:
        return f"{self.name}-r{step.ref}"

    def do(self, step: Step) -> None:
        for _ in range(step.times):
            try:
                OPERATIONS[step.name](self, step)
            except Problem as problem:
                self.refused[problem.code] += 1
            check(self)

    def received(self) -> tuple[int, int]:
        """How many payments there are, and what stands of them on invoices."""
        item, pay = schema.payment_items, schema.payments
        with self.shop.store.read() as tx:
            count = tx.conn.execute(sa.select(sa.func.count()).select_from(pay)).scalar_one()
            standing = sa.select(sa.func.sum(item.c.amount)).where(item.c.reversed_at.is_(None))
            return int(count), int(tx.conn.execute(standing).scalar_one() or 0)

    def act(self, action: str, **given: Any) -> dict[str, Any]:
        return self.shop.act(action, settle=0, **given)


def _create(book: Book, step: Step) -> None:
    book.act(
        "create_invoice",
        customer_ref=book.name,
        customer_name=f"Toko {book.name}",
        invoice_number=book.number(step),
        amount=step.amount * 1000,
        due_date=f"2026-12-{4 + step.invoice:02d}",
    )


def _update(book: Book, step: Step) -> None:
    book.act("update_invoice", invoice=book.number(step), amount=step.amount * 1000)


def _pay(book: Book, step: Step) -> None:
    given: dict[str, Any] = {} if step.flag else {"amount": step.amount * 1000}
    if step.ref:
        given["payment_ref"] = book.ref(step)
    book.act("mark_paid", invoice=book.number(step), allow_over=step.invoice == 1, **given)


def _pay_customer(book: Book, step: Step) -> None:
    how = "oldest_first" if step.flag else "exact"
    given = {"amount": step.amount * 1000, "payment_ref": book.ref(step), "allocate": how}
    book.act("mark_paid", customer=book.name, allow_over=step.flag, **given)


def _park(book: Book, step: Step) -> None:
    given = {"amount": step.amount * 1000, "payment_ref": book.ref(step)}
    book.act("mark_paid", invoice=book.number(step), park=True, **given)


def _reverse(book: Book, step: Step) -> None:
    named = {"invoice": book.number(step)} if step.flag else {"payment": book.ref(step)}
    book.act("reverse_payment", reason="uji", **named)


def _void(book: Book, step: Step) -> None:
    book.act("void_invoice", invoice=book.number(step), reason="uji")


def _split(book: Book, step: Step) -> None:
    book.act("create_payment_plan", invoice=book.number(step), instalments=2 + step.ref % 3)


def _join(book: Book, step: Step) -> None:
    book.act("cancel_payment_plan", plan=book.number(step), reason="uji")


def _pay_instalment(book: Book, step: Step) -> None:
    given = {"amount": step.amount * 1000, "payment_ref": book.ref(step)}
    book.act("mark_paid", invoice=f"{book.number(step)}/{1 + step.ref % 2}", allow_over=step.flag, **given)


def _claim(book: Book, step: Step) -> None:
    book.act("open_case", invoice=book.number(step), reason="payment_claim")
    claim = book.act("get_invoice", invoice=book.number(step))["claim_id"]
    if claim is not None and step.flag:
        answer = ("received", "not_found")[step.ref % 2]
        book.act("answer_payment_claim", claim=claim, answer=answer)


def _import(book: Book, step: Step) -> None:
    """One row of a list that runs: new, changed, ticked or with its tick gone."""
    row = {
        "nama": f"Toko {book.name}",
        "kode pelanggan": book.name,
        "no wa": book.phone,
        "no invoice": book.number(step),
        "jumlah": str(step.amount * 1000),
        "jatuh tempo": f"2026-12-{4 + step.invoice:02d}",
        "lunas": "v" if step.flag else "",
    }
    book.act("import_rows", list=book.name, rows=[row], mode="apply", first_import_quiet=False)


def _recur(book: Book, step: Step) -> None:
    """A charge of the same customer: its next month is issued by hand, or paid ahead."""
    period = f"2027-{step.invoice:02d}"
    book.act(
        "upsert_recurring_charge",
        charge_ref=f"{book.name}-C{step.ref}",
        customer_ref=book.name,
        customer_name=f"Toko {book.name}",
        amount=step.amount * 1000,
        due_day=5,
        first_period="2027-01",
        **{"paid_through" if step.flag else "issue_period": period},
    )


def _tell_twice(book: Book, step: Step) -> None:
    """The same transfer of a customer without a reference: the second time it adds nothing."""
    how = ("exact", "oldest_first", "ask")[step.ref % 3]
    given = {"customer": book.name, "amount": step.amount * 1000, "allocate": how, "allow_over": step.flag}
    book.act("mark_paid", **given)
    before = book.received()
    again = book.act("mark_paid", **given)
    assert again["result"] in ("probable_duplicate", "needs_choice")
    assert book.received() == before


OPERATIONS: dict[str, Callable[[Book, Step], None]] = {
    "create": _create,
    "update": _update,
    "pay": _pay,
    "pay_customer": _pay_customer,
    "pay_instalment": _pay_instalment,
    "park": _park,
    "reverse": _reverse,
    "void": _void,
    "split": _split,
    "join": _join,
    "claim": _claim,
    "import": _import,
    "recur": _recur,
    "tell_twice": _tell_twice,
}


# --- the laws ---------------------------------------------------------------------------------------------------


def check(book: Book) -> None:
    """Every law, on all that this book holds."""
    with book.shop.store.read() as tx:
        inv, pay, item = schema.invoices, schema.payments, schema.payment_items

        def rows(query: sa.Select[Any]) -> list[Any]:
            return list(tx.conn.execute(query))

        invoices = {r.id: r for r in rows(sa.select(inv).where(inv.c.number.startswith(f"{book.name}-")))}
        payments = rows(sa.select(pay).where(pay.c.ref.startswith(f"{book.name}-")))
        items = rows(sa.select(item).where(item.c.invoice_id.in_(list(invoices))))
        plans = rows(
            sa.select(schema.payment_plans).where(schema.payment_plans.c.invoice_id.in_(list(invoices)))
        )
        steps = rows(sa.select(schema.steps).where(schema.steps.c.invoice_id.in_(list(invoices))))
        sequences = rows(sa.select(schema.sequences).where(schema.sequences.c.invoice_id.in_(list(invoices))))
        events = rows(sa.select(schema.events).where(schema.events.c.invoice_id.in_(list(invoices))))
        periods = rows(
            sa.select(schema.charge_periods).where(schema.charge_periods.c.invoice_id.in_(list(invoices)))
        )
    _issued_once(invoices, periods, sequences)
    _balances(invoices, items)
    _plans_add_up(invoices, plans)
    _payments_add_up(payments, items)
    _said_once(invoices, events)
    _reminded_rightly(invoices, sequences, steps)
    _totals(book, invoices)


def _due(row: Any) -> int:
    return 0 if row.status in ("paid", "void") else max(row.amount - row.paid, 0)


def _balances(invoices: dict[str, Any], items: list[Any]) -> None:
    """What is paid is what came in and stands: on the invoice itself and on its instalments."""
    standing: Counter[str] = Counter()
    for item in items:
        if item.reversed_at is None:
            standing[item.invoice_id] += item.amount
            parent = invoices[item.invoice_id].parent_id
            if parent is not None:
                standing[parent] += item.amount
    for row in invoices.values():
        assert row.paid == standing[row.id], f"{row.number}: {row.paid} paid, {standing[row.id]} came in"
        if row.status != "void":
            assert (row.status == "paid") == (row.paid >= row.amount), row.number
        assert row.parent_id is None or row.status == "void" or row.paid <= row.amount, (
            "instalments take no more"
        )


def _issued_once(invoices: dict[str, Any], periods: list[Any], sequences: list[Any]) -> None:
    """A charge's invoice is that of one period, which has no other, and whoever owes it is asked for it.

    One whose payment ahead was taken back is void, and its period undecided: it is billed in its time.
    """
    issued = [r for r in invoices.values() if r.source == "recurring" and r.parent_id is None]
    assert sorted(p.invoice_id for p in periods) == sorted(r.id for r in issued if r.status != "void")
    assert len({(p.charge_id, p.period) for p in periods}) == len(periods)
    asked = {s.invoice_id for s in sequences}
    assert all(r.status in ("void", "paid") or r.id in asked for r in issued)


def _plans_add_up(invoices: dict[str, Any], plans: list[Any]) -> None:
    """A plan that stands is the whole debt, no more and no less."""
    for plan in plans:
        parts = [r for r in invoices.values() if r.plan_id == plan.id and r.parent_id is not None]
        debt = invoices[plan.invoice_id]
        if plan.state == "active":
            assert debt.plan_id == plan.id
            assert sum(map(_due, parts)) == _due(debt), debt.number
        if plan.state in ("completed", "cancelled"):
            assert sum(map(_due, parts)) == 0, debt.number
    numbers = [r.number for r in invoices.values()]
    assert len(numbers) == len(set(numbers))


def _payments_add_up(payments: list[Any], items: list[Any]) -> None:
    """A payment gave away exactly what it was, or waits whole."""
    for payment in payments:
        own = [i for i in items if i.payment_id == payment.id]
        assert sum(i.amount for i in own) == (0 if payment.state == "unmatched" else payment.amount)
        if own:
            gone = all(i.reversed_at is not None for i in own)
            assert (payment.state == "reversed") == gone, payment.ref
    refs = [p.ref for p in payments]
    assert len(refs) == len(set(refs))


def _said_once(invoices: dict[str, Any], events: list[Any]) -> None:
    """Born once, and each payment and reversal told once for what it was."""
    assert all(
        e.once_key
        for e in events
        if e.type.startswith(("invoice_", "payment_")) and e.type != "invoice_changed"
    )
    keys = [e.once_key for e in events if e.once_key]
    assert len(keys) == len(set(keys))
    born = Counter(e.invoice_id for e in events if e.type == "invoice_created")
    assert all(born[invoice_id] == 1 for invoice_id in invoices)


def _reminded_rightly(invoices: dict[str, Any], sequences: list[Any], steps: list[Any]) -> None:
    """One living sequence at most; nobody is reminded of what is not owed, or owed in instalments."""
    living = Counter(s.invoice_id for s in sequences if s.state not in ("finished", "cancelled"))
    assert all(count == 1 for count in living.values())
    for step in steps:
        row = invoices[step.invoice_id]
        reminds = (
            step.kind == "message" and step.permission == "reminder" and step.state in ("planned", "held")
        )
        split = row.plan_id is not None and row.parent_id is None
        assert not (reminds and (row.status in ("paid", "void") or split)), f"{row.number}: {step.key}"


def _totals(book: Book, invoices: dict[str, Any]) -> None:
    """The customer's total is the sum of what counts: never a debt and its instalments."""
    if not invoices:
        return
    counted = [r for r in invoices.values() if r.plan_id is None or r.parent_id is not None]
    card = book.act("find_customer", customer=book.name)
    assert int(card["total_due"]) * 100 == sum(map(_due, counted))
