"""What an action may use: its transaction, the specs, the business, and who asks."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connector.domain.decision import Decision
from connector.domain.model import Business, Customer, Invoice
from connector.specs.catalog import Catalog
from connector.store.apply import apply
from connector.store.db import Tx


@dataclass(frozen=True, slots=True)
class Context:
    """Handed to every action. `quiet` plans no message at all: the first import of a list."""

    tx: Tx
    catalog: Catalog
    business: Business
    actor: str
    settle_seconds: int
    mode: str  # sandbox or live
    public_url: str = ""
    quiet: bool = False
    cache: dict[str, Any] = field(default_factory=dict)  # lives as long as the transaction

    @property
    def now(self) -> datetime:
        return self.tx.now

    @property
    def language(self) -> str:
        """The language of sentences for the business's own people."""
        return "en" if self.business.language == "en" else "id"

    @property
    def today(self) -> date:
        """The business's own date."""
        return self.now.astimezone(ZoneInfo(self.business.zone)).date()

    @property
    def settles_at(self) -> datetime:
        """No message caused by a fact that arrives now leaves before."""
        return self.now + timedelta(seconds=self.settle_seconds)

    def new(self, prefix: str) -> str:
        return self.tx.ids.new(prefix)

    def apply(self, decision: Decision) -> None:
        apply(self.tx, decision)

    def zone_of(self, customer: Customer | None, invoice: Invoice | None = None) -> str:
        """The customer's zone, else the invoice's, else the business's."""
        if customer is not None and customer.zone:
            return customer.zone
        if invoice is not None and invoice.zone:
            return invoice.zone
        return self.business.zone

    def local(self, at: datetime, zone: str | None = None) -> str:
        """An instant as answers show it: ISO with the offset of the business (or of a customer's zone)."""
        return at.astimezone(ZoneInfo(zone or self.business.zone)).replace(microsecond=0).isoformat()

    def link(self, path: str) -> str:
        """The address of a page of the console."""
        return f"{self.public_url.rstrip('/')}{path}"
