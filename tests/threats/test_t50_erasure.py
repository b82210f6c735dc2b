"""T-50: an erased customer is nowhere in the database any more; only the tombstone of the number is."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url
from threats.conftest import Guarded
from world import at

from connector.actions.documents import upload
from connector.domain.problems import Unavailable
from connector.store import personal, schema

PHONE, SECOND, OTHER = "+6281290007777", "+6281290008888", "+6287811112222"
NAME = "Kanaria Zwxqvy"
CANARIES = ("Zwxqvy", "81290007777", "81290008888", "kanaria@canary.example", "kunci-kanari", "cuitcuit")


def test_t50_every_column_that_could_hold_words_is_in_the_register() -> None:
    assert personal.unclassified() == []


@pytest.fixture
def touched(home: Guarded) -> Guarded:
    """A customer whom every feature has touched: sent to, answered, promised, disputed, paid, imported, moved."""
    act = home.world.act
    act(
        "create_invoice",
        customer_ref="kunci-kanari-7",
        customer_name=NAME,
        contact_name=f"Bu {NAME}",
        customer_email="kanaria@canary.example",
        customer_phone=PHONE,
        rep_name="Rep cuitcuit",
        amount="1500000",
        due_date="2026-12-05",
        invoice_number="T-50",
        description="Sewa cuitcuit",
        extra={"catatan": "cuitcuit"},
        consent_source="formulir cuitcuit",
        recipe="kost",
    )
    act("upsert_customer", customer_ref="kunci-kanari-7", customer_name=NAME, other_phones=[SECOND])
    act(
        "set_consent",
        customer=PHONE,
        allowed=True,
        consent_source="cuitcuit",
        wording="saya, cuitcuit, setuju",
    )
    home.world.advance(at("2026-12-02 10:00"))
    home.world.say(PHONE, f"halo ini {NAME}, cuitcuit")
    home.world.press(PHONE, "need_more_time")
    act("record_promise", invoice="T-50", promise_date="2026-12-07", promise_words="janji cuitcuit")
    home.world.fault(kind="failed", code="131026", next=1)
    home.world.advance(at("2026-12-10 12:00"))
    home.world.no_faults()
    case = act("open_case", invoice="T-50", reason="dispute", note="cuitcuit bilang salah")
    act("resolve_case", case=case["case_id"], outcome="explained", next="resume", note="sudah, cuitcuit")
    act("pause_sequence", invoice="T-50", reason="cuitcuit sakit")
    act("resume_sequence", invoice="T-50", note="cuitcuit sehat")
    home.world.press(PHONE, "already_paid")
    act("change_phone", customer="kunci-kanari-7", new_phone=OTHER, reason="asked", resend=True)
    act("change_phone", customer="kunci-kanari-7", new_phone=PHONE, reason="asked")
    home.world.advance(timedelta(days=1))
    touched_by_money(home)
    act("mark_paid", invoice="T-50", payment_ref="BCA cuitcuit 1", note="dari cuitcuit", paid_on="2026-12-11")
    home.world.advance(timedelta(days=1))
    home.world.say(PHONE, "STOP")
    home.world.advance(timedelta(hours=1))
    return home


def touched_by_money(home: Guarded) -> None:
    """Rent, a plan, a claim, parked money, an import that waits, and a file beside free words."""
    act, who = home.world.act, "kunci-kanari-7"
    act(
        "upsert_recurring_charge",
        charge_ref="sewa-cuitcuit",
        customer_ref=who,
        customer_name=NAME,
        due_day=13,
        amount="100000",
        description="Parkir cuitcuit",
        extra={"plat": "cuitcuit"},
        first_period="2026-12",
    )
    act("create_invoice", customer_ref=who, customer_name=NAME, amount="900000", due_date="2027-02-05",
        invoice_number="T-52", customer_phone=PHONE)  # fmt: skip
    act("mark_paid", invoice="T-52", amount="1000", payment_ref="BCA cuitcuit 3")
    act("reverse_payment", payment="BCA cuitcuit 3", reason="salah catat, cuitcuit", by="cuitcuit")
    act("create_payment_plan", invoice="T-52", instalments=3, by="cuitcuit")
    act("cancel_payment_plan", plan="T-52", reason="cuitcuit berubah pikiran")
    act("mark_paid", invoice=f"kos {NAME}", amount="5000", payment_ref="BCA cuitcuit 2", park=True)
    rows = [{"no_wa": PHONE, "nama": NAME, "jumlah": "70000", "tempo": "2027-01-09", "catatan": "cuitcuit"}]
    act("import_rows", list="kanari", mode="preview", rows=rows)
    kept = upload(home.world.store, b"%PDF-1.7 cuitcuit", name="kuitansi cuitcuit.pdf", by="key:test")
    home.world._say(PHONE, text="kak cuitcuit", channel="whatsapp")
    act("reply_to_case", case=act("open_case", customer=who, reason="other")["case_id"],
        text="Silakan, cuitcuit.", file=kept.id)  # fmt: skip
    home.world.settle()


def everything(home: Guarded) -> str:
    """All rows of all tables, as text; blobs as they are."""
    found = []
    with home.world.store.read() as tx:
        for table in schema.metadata.sorted_tables:
            for row in tx.conn.execute(sa.select(table)):
                cells = [v.decode("latin-1") if isinstance(v, bytes) else v for v in row]
                found.append(json.dumps([table.name, *cells], ensure_ascii=False, default=str))
    return "\n".join(found)


def files_of(home: Guarded) -> bytes:
    """The database file and its WAL, byte by byte; nothing for PostgreSQL."""
    url = make_url(home.world.app.settings.database_url)
    if url.get_backend_name() != "sqlite":
        return b""
    base = Path(str(url.database))
    return b"".join(p.read_bytes() for p in (base, base.with_name(base.name + "-wal")) if p.exists())


def seen(home: Guarded) -> dict[str, list[str]]:
    """Where each canary still is."""
    rows, raw = everything(home), files_of(home)
    found = {c: [line[:160] for line in rows.splitlines() if c in line] for c in CANARIES}
    for canary in CANARIES:
        if canary.encode() in raw or base64.b64encode(canary.encode()).rstrip(b"=") in raw:
            found[canary].append("the bytes of the file")
    return {canary: places for canary, places in found.items() if places}


def test_t50_after_the_erasure_only_the_tombstone_is_left(touched: Guarded) -> None:
    assert set(seen(touched)) == set(CANARIES), "the canary sang everywhere before"

    answer = touched.world.act("erase_customer", customer=PHONE, force=True, reason="diminta cuitcuit")

    assert answer["result"] == "erased", answer
    assert seen(touched) == {}
    tombstone = [a for a in touched.world.rows(schema.addresses) if a.opted_out_at is not None]
    assert len(tombstone) >= 1
    assert all(a.phone.startswith("x") for a in tombstone)


def test_t50_the_stop_of_an_erased_person_is_kept_when_somebody_brings_the_number_again(
    touched: Guarded,
) -> None:
    touched.world.act("erase_customer", customer=PHONE, force=True)
    before = len(touched.world.rows(schema.messages))

    touched.world.invoice("T-51", customer_name="Orang Baru", customer_phone=PHONE, due_date="2027-01-05")
    touched.world.advance(at("2027-01-06 12:00"))

    assert touched.world.act("find_customer", customer=PHONE)["opted_out"] is True
    assert len(touched.world.rows(schema.messages)) == before


def test_t50_a_copy_holds_everything_that_an_erasure_would_take(touched: Guarded) -> None:
    copy = touched.world.act("export_customer", customer=PHONE)["export"]

    held = {name for name, holding in personal.REGISTER.items() if holding.by} | {"addresses", "audit"}
    untouched = {"consents", "claims", "customer_refs"} - set(copy)
    assert held - set(copy) <= untouched
    assert {name for name in copy if "cuitcuit" in json.dumps(copy[name])} >= {
        "audit", "cases", "files", "import_rows", "messages", "payments", "recurring_charges", "replies", "steps",
    }  # fmt: skip
    assert [row["period"] for row in copy["charge_periods"]]


def test_t50_the_books_stay(touched: Guarded) -> None:
    touched.world.act("erase_customer", customer=PHONE, force=True)

    card = touched.world.act("get_invoice", invoice="T-50")
    assert (card["amount"], card["amount_paid"], card["customer_name"]) == ("1500000", "1500000", "(dihapus)")
    assert touched.world.act("erase_customer", customer=card["customer_id"])["result"] == "already_erased"


def test_t50_the_audit_stays_whole(touched: Guarded) -> None:
    from connector.store import audit_chain

    with touched.world.store.write() as tx:
        audit_chain.seal_all(tx)
    touched.world.act("erase_customer", customer=PHONE, force=True)

    with touched.world.store.read() as tx:
        assert audit_chain.verify(tx).bad_row is None


def test_t50_who_owes_is_kept_unless_the_debt_is_given_up(home: Guarded) -> None:
    home.world.invoice(customer_ref="A3")

    refused = home.world.act("erase_customer", customer="A3")

    assert (refused["result"], refused["open_invoices"]) == ("open_invoices", 1)
    assert "T-1" in refused["result_text"]
    assert home.world.act("erase_customer", customer="A3", force=True)["result"] == "erased"
    assert home.world.act("get_invoice", invoice="T-1")["invoice_status"] == "void"


def test_t50_who_shares_the_number_keeps_it(home: Guarded) -> None:
    home.world.invoice("T-1", customer_ref="A3", customer_name=NAME)
    home.world.invoice("T-2", customer_ref="A4", customer_name="Pasangan", due_date="2026-12-06")

    home.world.act("erase_customer", customer="A3", force=True)

    assert home.world.act("find_customer", customer="A4")["customer_phone"] == "+6281290001111"
    home.world.advance(at("2026-12-07 12:00"))
    assert home.world.phone("+6281290001111") != []


def test_t50_one_tenant_after_another_in_the_same_room_is_erased(home: Guarded) -> None:
    for phone in ("+6281290001111", "+6281290002222"):
        home.world.act(
            "upsert_recurring_charge",
            charge_ref="A3",
            customer_ref="A3",
            customer_name="Penghuni",
            customer_phone=phone,
            amount="150000",
            due_day=5,
            first_period="2027-06",
            description="Parkir",
        )
        home.world.invoice(f"T-{phone[-4:]}", customer_ref="A3", customer_phone=phone)
        home.world.act("mark_paid", invoice=f"T-{phone[-4:]}", payment_ref="TRX-1")

        answer = home.world.act("erase_customer", customer=phone, force=True)

        assert answer["result"] == "erased"


def test_t50_a_dry_run_erases_nothing(home: Guarded, monkeypatch: pytest.MonkeyPatch) -> None:
    home.world.invoice(customer_ref="A3")

    answer = home.world.act("erase_customer", customer="A3", force=True, dry_run=True)

    assert (answer["result"], answer["dry_run"]) == ("erased", True)
    assert home.world.act("find_customer", customer="A3")["customer_name"] == "Siti Uji"


def test_t50_without_a_key_of_the_installation_nothing_is_erased(
    database_url: str, open_store: Callable[..., Any], tmp_path: Path
) -> None:
    from world import catalog

    from connector.actions.run import run_action
    from connector.actions.sample import load_sample

    store = open_store(database_url, key=b"")
    load_sample(store, catalog())

    with pytest.raises(Unavailable):
        run_action(
            store,
            catalog(),
            "erase_customer",
            {"customer": "A3", "force": True},
            "t",
            settle_seconds=0,
            mode="sandbox",
        )
