"""Fills a database with customers, invoices, sequences and steps by plain inserts: the load of every bench."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from connector.clock import to_ms
from connector.specs import Catalog
from connector.store import business, destinations, migrate, recipes, schema, tags
from connector.store.db import Store, Tx

BATCH = 5_000


def prepare(store: Store, catalog: Catalog) -> None:
    """Tables, control row, business, recipes and templates."""
    schema.metadata.create_all(store._writer)
    migrate.prepare(store)
    with store.write() as tx:
        recipes.seed(tx, catalog)
        tx.conn.execute(
            schema.business.insert().values(
                id="biz_bench",
                name="Kost Melati",
                language="id",
                zone="Asia/Jakarta",
                country="ID",
                currency="IDR",
                relationship="first_party",
                payment_details="BCA 1234567890 a.n. Ratna Dewi",
                settings={},
                created_at=tx.now_ms,
            )
        )
        own = business.get(tx)
        assert own is not None
        destinations.note_set_up(tx, own)  # what is given at set-up is approved


def invoices(
    store: Store, catalog: Catalog, count: int, *, due_at: datetime, first: int = 0, steps_each: int = 1
) -> None:
    """`count` invoices of `count` customers, each with `steps_each` planned reminders, the first due at `due_at`."""
    recipe = catalog.recipes["kost"]
    pinned = {name: file.version for name, file in catalog.templates.items()}
    with store.write() as tx:
        now = tx.now
    for start in range(first, first + count, BATCH):
        numbers = range(start, min(start + BATCH, first + count))
        with store.write() as tx:
            for table, rows in _rows(numbers, now, due_at, recipe.version, pinned, steps_each):
                tx.conn.execute(sa.insert(schema.metadata.tables[table]), rows)


# What tells one customer and invoice from the next, in the order of the foreign keys.
_NAMED = {
    "customers": ("id", "ref"),
    "addresses": ("id", "phone"),
    "customer_addresses": ("customer_id", "address_id"),
    "invoices": ("id", "number", "customer_id"),
    "sequences": ("id", "invoice_id"),
    "steps": ("id", "sequence_id", "invoice_id", "customer_id", "address_id"),
}
_FIRST_FUTURE = 5_000_000
_PATTERN = 1_000  # invoices that are inserted one by one; the rest are their copies, made inside the database


def future(store: Store, catalog: Catalog, count: int, *, steps_each: int) -> None:
    """`count` invoices whose steps are due from a month on, an hour apart."""
    pattern = min(_PATTERN, count)
    with store.write() as tx:
        due_at = tx.now + timedelta(days=30)
    invoices(store, catalog, pattern, due_at=due_at, first=_FIRST_FUTURE, steps_each=steps_each)
    copies = count // pattern - 1
    if copies < 1:
        return
    for table, named in _NAMED.items():
        with store.write() as tx:
            if tx.dialect == "postgresql":  # the copies are sound: no need to look each foreign key up
                tx.conn.execute(sa.text("SET LOCAL session_replication_role = replica"))
            tx.conn.execute(sa.text(_copying(table, named)), {"copies": copies})
    if store.dialect == "postgresql":  # what autovacuum does soon afterwards by itself
        with store.write() as tx:
            tx.conn.execute(sa.text("ANALYZE"))


def book(store: Store, catalog: Catalog, count: int) -> None:
    """`count` invoices of the past three years with what was paid on them; most are settled long ago."""
    pattern = min(_PATTERN, count)
    with store.write() as tx:
        now = tx.now
    invoices(store, catalog, pattern, due_at=now, first=_FIRST_FUTURE)
    with store.write() as tx:
        for n in range(pattern):
            _age(tx, _FIRST_FUTURE + n, n, (now + timedelta(hours=7)).date())
    named = {**_NAMED, "payments": ("id", "customer_id"), "payment_items": ("id", "payment_id", "invoice_id")}
    for table, names in named.items():
        with store.write() as tx:
            if tx.dialect == "postgresql":
                tx.conn.execute(sa.text("SET LOCAL session_replication_role = replica"))
            if count // pattern > 1:
                tx.conn.execute(sa.text(_copying(table, names)), {"copies": count // pattern - 1})
    if store.dialect == "postgresql":
        with store.write() as tx:
            tx.conn.execute(sa.text("ANALYZE"))


def _age(tx: Tx, number: int, n: int, today: date) -> None:
    """Makes one invoice of the pattern old, or paid, or tagged."""
    bill, who, ms = f"inv_{number:07d}", f"cus_{number:07d}", tx.now_ms
    paid = n % 10 != 0
    due = today - timedelta(days=n % 1_000 if paid else (n // 10) % 100 - 25)
    values = {"due_on": due.isoformat(), "issue_on": (due - timedelta(days=9)).isoformat()}
    extra = {"room": f"B{n}"} | ({"tag": "deposit"} if n % 100 == 10 else {})
    values |= {"extra": extra} | ({"status": "paid", "paid": 150_000_000, "paid_at": ms} if paid else {})
    table, people = schema.invoices, schema.customers
    tx.conn.execute(table.update().where(table.c.id == bill).values(**tags.noted(table, values)))
    if n % 100 == 20:
        vip = tags.noted(people, {"extra": {"tag": "Lantai 2, VIP"}})
        tx.conn.execute(people.update().where(people.c.id == who).values(**vip))
    if paid:
        money = {"amount": 150_000_000, "created_at": ms}
        transfer = {
            "id": f"pay_{number:07d}",
            "customer_id": who,
            "currency": "IDR",
            "paid_on": due.isoformat(),
        }
        more = {"source": "bench", "state": "applied"}
        tx.conn.execute(schema.payments.insert().values(**transfer, **more, **money))
        item = {"id": f"pit_{number:07d}", "payment_id": f"pay_{number:07d}", "invoice_id": bill}
        tx.conn.execute(schema.payment_items.insert().values(**item, **money))
        steps = schema.steps
        tx.conn.execute(steps.update().where(steps.c.invoice_id == bill).values(state="sent"))


def _copying(table: str, named: tuple[str, ...]) -> str:
    columns = schema.metadata.tables[table].c.keys()
    values = [_copied(column, named) for column in columns]
    return (
        f"WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < :copies) "
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {table} CROSS JOIN n "
        f"WHERE {named[0]} LIKE '____{_FIRST_FUTURE // 1000}%'"
    )


def _copied(column: str, named: tuple[str, ...]) -> str:
    if column in named:
        return f"{column} || '_' || CAST(n.k AS VARCHAR(9))"
    return f"{column} + n.k * 3600000" if column in ("due_at", "planned_for") else column


def _rows(
    numbers: range, now: datetime, due_at: datetime, version: str, pinned: dict[str, str], steps_each: int
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    ms, when = to_ms(now), to_ms(due_at)
    local = (now + timedelta(hours=7)).date()
    due_on = (local - timedelta(days=1)).isoformat()
    issue_on = (local - timedelta(days=10)).isoformat()
    stamps = {"created_at": ms, "updated_at": ms}
    yield (
        "customers",
        [
            {
                "id": f"cus_{n:07d}",
                "ref": f"R{n}",
                "name": f"Penyewa {n}",
                "folded_name": f"penyewa {n}",
                "extra": {},
                **stamps,
            }
            for n in numbers
        ],
    )
    yield (
        "addresses",
        [
            {
                "id": f"adr_{n:07d}",
                "kind": "phone",
                "phone": f"+6281{n:09d}",
                "state": "ok",
                "pair_tokens": 45.0,
                "pair_at": ms,
                "created_at": ms,
            }
            for n in numbers
        ],
    )
    yield (
        "customer_addresses",
        [{"customer_id": f"cus_{n:07d}", "address_id": f"adr_{n:07d}", "is_primary": True} for n in numbers],
    )
    yield "invoices", [
        {
            "id": f"inv_{n:07d}", "number": f"B-{n}", "customer_id": f"cus_{n:07d}", "source": "bench",
            "amount": 150_000_000, "paid": 0, "currency": "IDR", "issue_on": issue_on, "due_on": due_on,
            "status": "open", "description": "Sewa kamar", "recipe": "kost", "plan_no": 1, "version": 1,
            "event_count": 0, "extra": {}, **stamps,
        }
        for n in numbers
    ]  # fmt: skip
    yield "sequences", [
        {"id": f"seq_{n:07d}", "invoice_id": f"inv_{n:07d}", "recipe": "kost", "recipe_version": version,
         "template_versions": pinned, "state": "running", "plan_no": 1, **stamps}
        for n in numbers
    ]  # fmt: skip
    yield "steps", [
        {
            "id": f"stp_{n:07d}_{k}", "kind": "message", "key": f"H+{k + 1}", "stage": "overdue",
            "sequence_id": f"seq_{n:07d}", "invoice_id": f"inv_{n:07d}", "customer_id": f"cus_{n:07d}",
            "address_id": f"adr_{n:07d}", "plan_no": 1, "offset_days": k + 1, "channel": "whatsapp",
            "template": "overdue_notice", "permission": "reminder", "missed": "collapse",
            "planned_for": when + k * 86_400_000, "due_at": when + k * 86_400_000, "state": "planned",
            "attempt": 0, "resend": False, "data": {}, **stamps,
        }
        for n in numbers for k in range(steps_each)
    ]  # fmt: skip
