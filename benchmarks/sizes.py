"""How much is measured: enough for a steady figure, or just enough to see that the benchmark still works."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    runs: int = 3
    messages: int = 5_000
    webhook_seconds: float = 4.0
    webhook_rate: int = 400
    jobs: int = 1_500  # beside other queues
    claims: int = 12
    claim: int = 200
    future_invoices: int = 200_000  # with five steps each
    invoices: int = 10_000  # in the home whose memory is measured
    sheet_rows: int = 5_000  # of one Sync Rows
    book_invoices: int = 200_000


TINY = Sizes(
    runs=1,
    messages=40,
    webhook_seconds=0.3,
    webhook_rate=50,
    jobs=20,
    claims=2,
    claim=10,
    future_invoices=200,
    invoices=50,
    sheet_rows=20,
    book_invoices=400,
)
