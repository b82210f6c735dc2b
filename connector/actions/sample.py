"""Kost Melati: the business, its tenants and their December rent, for the sandbox, the demo and the tests."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from connector.actions import cases, promises, references, truces
from connector.actions.context import Context
from connector.actions.instalments import create_payment_plan
from connector.actions.invoices import create_invoice
from connector.actions.payments import mark_paid
from connector.actions.recurring import upsert_recurring_charge
from connector.actions.run import context
from connector.domain.model import Business
from connector.ids import Ids
from connector.specs.catalog import Catalog
from connector.store import business, control, invoices, recipes
from connector.store.db import Store

BUSINESS = Business(
    id="biz_melati",
    name="Kost Melati",
    language="id",
    zone="Asia/Jakarta",
    country="ID",
    currency="IDR",
    relationship="first_party",
    payment_details="BCA 1234567890 a.n. Ratna Dewi",
    office_hours="08.00-17.00 WIB",
    pay_host=None,
    settings={"default_recipe": "kost"},
)

# Room, tenant, phone, rent, day of the month, zone where it is another than the house's.
TENANTS: tuple[tuple[str, str, str, str, int, str | None], ...] = (
    ("A1", "Dewi Lestari", "+6281211110001", "1.400.000", 5, None),
    ("A2", "Agus Wijaya", "+6281211110002", "1.400.000", 10, None),
    ("A3", "Siti Rahma", "+6281234567890", "1.500.000", 5, None),
    ("A4", "Rizky Pratama", "+6281211110004", "1.500.000", 10, None),
    ("B1", "Budi Santoso", "+6281398765432", "1.500.000", 5, None),
    ("B2", "Nur Aini", "+6281311110006", "1.250.000", 12, None),
    ("B3", "Hendra Gunawan", "+6281311110007", "1.250.000", 15, None),
    ("C1", "Maria Simanjuntak", "+6281511110008", "1.750.000", 8, None),
    ("C2", "Wayan Sukerta", "+6281512345678", "1.500.000", 5, "Asia/Makassar"),
)
PERIOD = date(2026, 12, 1)
CASE, PROMISE, CHARGE = "cas_sample", "prm_sample", "rec_sample"
_MONEY = {"clm": "clm_sample", "pay": "pay_sample", "pln": "pln_sample"}

# A recurring charge that begins long after the sample's December, so that it disturbs nothing there.
PARKING = {
    "charge_ref": "P-01",
    "customer_ref": "A1",
    "customer_name": "Dewi Lestari",
    "customer_phone": "+6281211110001",
    "amount": "150.000",
    "due_day": 5,
    "first_period": "2027-06",
    "description": "Parkir {period_text}",
}

# A deposit due long after the sample's December, kept silently: split in two, the first half partly paid, the
# rest claimed to be paid.
DEPOSIT = {
    "customer_ref": "D1",
    "customer_name": "Sri Wahyuni",
    "customer_phone": "+6281911110010",
    "invoice_number": "D1-DEPOSIT",
    "amount": "3.000.000",
    "due_date": "2027-06-05",
    "description": "Uang jaminan kamar D1",
}


@dataclass(slots=True)
class _NamedIds:
    """Gives the first id of a prefix a name that examples can say; all others come from the real source."""

    real: Ids
    names: dict[str, str]

    def new(self, prefix: str) -> str:
        return self.names.pop(prefix, None) or self.real.new(prefix)


def load_sample(store: Store, catalog: Catalog) -> None:
    """Fills a new database; what is there already is left as it is."""
    with store.write() as tx:
        control.ensure(tx)
        recipes.seed(tx, catalog)
        if business.get(tx) is None:
            business.create(tx, BUSINESS)
        if invoices.by_number(tx, _number("A3")) is not None:
            return
        named = replace(tx, ids=_NamedIds(tx.ids, {"cas": CASE, "prm": PROMISE, "rec": CHARGE} | _MONEY))
        ctx = context(named, catalog, "sample", settle_seconds=0, mode="sandbox")
        for tenant in TENANTS:
            create_invoice(ctx, _given(*tenant))
        cases.open_case(ctx, {"invoice": _number("B1"), "reason": "terms", "note": "Minta dicicil dua kali"})
        promises.record_promise(ctx, _promise(ctx))
        upsert_recurring_charge(ctx, PARKING)
        _deposit(replace(ctx, quiet=True))


def _deposit(ctx: Context) -> None:
    """A payment plan, a payment and a claim for the examples, in a corner where they disturb nothing."""
    deposit = create_invoice(ctx, DEPOSIT)
    halves = [{"date": day, "amount": "1.500.000"} for day in ("2027-05-05", "2027-06-05")]
    plan = {"invoice": deposit["invoice_id"], "lines": halves, "approve_exception": True}
    first = create_payment_plan(ctx, plan)["instalments"][0]["invoice_number"]
    mark_paid(ctx, {"invoice": first, "amount": "500.000", "payment_method": "cash"})
    invoice = references.invoice(ctx, first)
    truces.make(ctx, invoice.customer_id, invoice, case=None)


def _number(room: str) -> str:
    return f"{room}-{PERIOD:%Y-%m}"


def _given(room: str, name: str, phone: str, rent: str, day: int, zone: str | None) -> dict[str, Any]:
    given = {
        "customer_ref": room,
        "customer_name": name,
        "customer_phone": phone,
        "invoice_number": _number(room),
        "amount": rent,
        "due_date": PERIOD.replace(day=day).isoformat(),
        "description": f"Sewa kamar {room}, Desember 2026",
        "recipe": "kost",
        "extra": {"room": room},
    }
    return given if zone is None else given | {"time_zone": zone}


def _promise(ctx: Context) -> dict[str, Any]:
    """A promise for a day after the due date, on any clock within the month that a promise may lie ahead."""
    wanted = PERIOD.replace(day=9)
    day = min(max(wanted, ctx.today), ctx.today + timedelta(days=31))
    return {"invoice": _number("C2"), "promise_date": day.isoformat(), "promise_words": "tgl 9 ya Bu"}
