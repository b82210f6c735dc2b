"""An event tells the money of its own moment, however late it is read."""

from .shop import Shop


def test_a_new_invoice_is_told_as_it_was_when_it_was_new(shop: Shop) -> None:
    shop.new("N-1", settle=0)

    shop.act("mark_paid", invoice="N-1", payment_ref="a")
    shop.act("create_invoice", customer_name="Rina Wulandari", customer_phone="0813-1111-2222",
             amount="900000", due_date="2026-12-20", invoice_number="N-2")  # fmt: skip
    shop.pass_time(days=30)

    told = [e for e in shop.payloads("invoice_created") if e["invoice_number"].startswith("N-")]
    assert [
        (e["invoice_status"], e["amount_due"], e["open_invoices"], e["total_due"], e["days_overdue"])
        for e in told
    ] == [("open", "1500000", 1, "1500000", 0), ("open", "900000", 1, "900000", 0)]
    assert "Rp1.500.000" in told[0]["summary"]


def test_a_moved_due_date_does_not_rewrite_what_was_told(shop: Shop) -> None:
    shop.new("N-1")

    shop.act("update_invoice", invoice="N-1", due_date="2026-12-20")

    (told,) = [e for e in shop.payloads("invoice_created") if e["invoice_number"] == "N-1"]
    assert (told["due_date"], told["due_date_text"]) == ("2026-12-05", "Sabtu, 5 Desember 2026")


def test_a_payment_tells_what_was_left_of_everything_then(shop: Shop) -> None:
    shop.new("N-1")
    shop.new("N-2", amount="500000")
    shop.act("mark_paid", invoice="N-1", payment_ref="a")
    shop.act("mark_paid", invoice="N-2", payment_ref="b")

    told = shop.payloads("payment_received")
    first, second = (e for e in told if e["customer_name"] == "Rina Wulandari")

    assert (first["open_invoices"], first["total_due_text"]) == (1, "Rp500.000")
    assert (second["open_invoices"], second["total_due_text"]) == (0, "Rp0")
