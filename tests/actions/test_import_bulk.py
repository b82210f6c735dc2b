"""Publishing many rows at once writes what the actions write one by one; only the time differs."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.actions import import_desk, import_planning, imports
from connector.actions.import_publishing import carry_out, job_of
from connector.actions.imports import Reading
from connector.actions.run import context
from connector.spreadsheets.table import table_of_rows
from connector.store import lists, schema
from connector.store.db import Rollback, Tx

from .shop import Shop

LIST = "kost"
PEOPLE = [("Siti Rahma", "081290000001"), ("Budi", "081290000002"), ("Siti Rahma", "081290000002")]


def row(line: int, who: int, **more: Any) -> dict[str, Any]:
    name, phone = PEOPLE[who]
    return {
        "row": line,
        "nama": name,
        "no wa": phone,
        "jumlah": "1500000",
        "jatuh tempo": "2026-12-05",
        "no invoice": f"K-{line}",
        "keterangan": "Sewa",
        "lunas": "",
        **more,
    }


ROWS = st.builds(
    lambda who, amount, due, paid, ref, recipe, consent: {
        "who": who,
        "jumlah": amount,
        "jatuh tempo": due,
        "lunas": paid,
        "kode pelanggan": ref,
        "resep": recipe,
        "persetujuan": consent,
    },
    st.integers(0, 2),
    st.sampled_from(["1500000", "750000"]),
    st.sampled_from(["2026-12-05", "2026-12-06", "2026-12-20"]),
    st.sampled_from(["", "", "v", "500000"]),
    st.sampled_from(["", "", "P1", "P2"]),
    st.sampled_from(["", "", "gentle", "no_such_recipe"]),
    st.sampled_from(["", "formulir"]),
)
SHEETS = st.lists(ROWS, min_size=1, max_size=5)


def _sheet(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        row(n + 2, one["who"], **{k: v for k, v in one.items() if k != "who"}) for n, one in enumerate(rows)
    ]


def published(shop: Shop, sheets: list[list[dict[str, Any]]]) -> dict[str, Any]:
    """What the book holds after these sheets, in a transaction that is undone."""
    found: dict[str, Any] = {}
    with shop.store.write() as tx:
        lists.start(tx, LIST)
        ctx = context(tx, shop.catalog, "key:test", settle_seconds=300, mode="sandbox")
        for number, sheet in enumerate(sheets):
            difference = imports.compare(tx, table_of_rows(sheet), LIST, Reading())
            job = job_of(tx, LIST, difference.rows, None, start=False)
            done, _ = carry_out(ctx, import_planning.prepare(ctx, job))
            found[f"results {number}"] = [(r.line, r.result, [e["code"] for e in r.errors]) for r in done]
        found |= _book(tx)
        raise Rollback
    return found


def _book(tx: Tx) -> dict[str, Any]:
    def rows(table: sa.Table, *names: str) -> list[dict[str, Any]]:
        return [dict(r._mapping) for r in tx.conn.execute(sa.select(*(table.c[n] for n in names)))]

    people = {r["id"]: r for r in rows(schema.customers, "id", "name", "ref", "source")}
    columns = ("id", "number", "customer_id", "amount", "paid", "status", "due_on", "issue_on", "description")
    more = (
        "hold_reason",
        "waiting_for",
        "version",
        "event_count",
        "settles_at",
        "recipe",
        "plan_no",
        "extra",
    )
    bills = {r["id"]: r for r in rows(schema.invoices, *columns, *more)}
    number = {key: bill["number"] for key, bill in bills.items()} | {None: None}
    name = {key: (p["name"], p["ref"], p["source"]) for key, p in people.items()} | {None: None}
    steps = rows(
        schema.steps, "invoice_id", "customer_id", "key", "channel", "state", "due_at", "planned_for", "stage",
        "template", "reason", "plan_no", "permission", "missed", "offset_days",
    )  # fmt: skip
    sequences = rows(schema.sequences, "invoice_id", "state", "reason", "recipe", "template_versions")
    items = rows(schema.payment_items, "invoice_id", "amount", "reversed_at")
    phones = sa.select(schema.customer_addresses.c.customer_id, schema.addresses.c.phone).join_from(
        schema.customer_addresses, schema.addresses
    )
    return {
        "people": sorted(map(str, name.values())),
        "phones": sorted((str(name[c]), phone) for c, phone in tx.conn.execute(phones)),
        "bills": sorted(
            str({**b, "id": 0, "customer_id": name[b["customer_id"]]}) for b in bills.values()
        ),
        "steps": sorted(
            str({
                **s,
                "invoice_id": number[s["invoice_id"]],
                "customer_id": name[s["customer_id"]],
                "key": s["key"].partition(":pay_")[0],
            })
            for s in steps
        ),
        "sequences": sorted(str({**s, "invoice_id": number[s["invoice_id"]]}) for s in sequences),
        "payments": sorted(str({**i, "invoice_id": number[i["invoice_id"]]}) for i in items),
        "consents": len(rows(schema.consents, "id")),
        "events": sorted(
            (r["type"], str(number[r["invoice_id"]])) for r in rows(schema.events, "type", "invoice_id")
        ),
    }  # fmt: skip


def _only_in(book: dict[str, Any], other: dict[str, Any]) -> dict[str, list[Any]]:
    """What one of the books holds and the other does not."""
    found = {}
    for part, held in book.items():
        many = held if isinstance(held, list) else [held]
        rest = Counter(map(str, many)) - Counter(
            map(str, other[part] if isinstance(held, list) else [other[part]])
        )
        if rest:
            found[part] = sorted(rest.elements())
    return found


def _one_by_one(desk: Any, one: Any) -> None:
    desk.out.alone.append(one)


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(first=SHEETS, second=SHEETS)
def test_many_at_once_give_what_the_actions_give_one_by_one(
    shop: Shop, first: list[dict[str, Any]], second: list[dict[str, Any]]
) -> None:
    sheets = [_sheet(first), _sheet(second)]

    at_once = published(shop, sheets)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(import_desk.Desk, "_decide", _one_by_one)
        one_by_one = published(shop, sheets)

    assert _only_in(at_once, one_by_one) == _only_in(one_by_one, at_once) == {}


@pytest.fixture
def statements(shop: Shop) -> Callable[[], Counter[str]]:
    """Counts what is said to the database inside writing transactions from now on."""
    said: Counter[str] = Counter()

    @sa.event.listens_for(shop.store._writer, "before_cursor_execute")
    def _count(conn: Any, cursor: Any, statement: str, *_: Any) -> None:
        said[statement.split()[0]] += 1

    return lambda: said


def test_the_transaction_says_the_same_few_statements_however_many_rows(
    shop: Shop, statements: Callable[[], Counter[str]]
) -> None:
    def sync(count: int, list_name: str) -> int:
        before = sum(statements().values())
        rows = [
            row(n + 2, 0, **{"no invoice": f"{list_name}-{n}", "no wa": f"08129{n:07d}"})
            for n in range(count)
        ]
        answer = shop.act("import_rows", list=list_name, rows=rows, first_import_quiet=False)
        assert answer["new"] == count
        return sum(statements().values()) - before

    assert sync(120, "long") <= sync(3, "short") + 5
