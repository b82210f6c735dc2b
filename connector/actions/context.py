"""What an action may use: its transaction, the specs, the business, and who asks."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connector.domain.decision import Decision
from connector.domain.model import Business, Customer, Invoice
from connector.specs.catalog import Catalog
from connector.store.apply import apply
from connector.store.db import Tx

# Beginnings of the paths of the pages that are there; one line for each page of the console that is made.
PAGES: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """Handed to every action. `quiet` plans no message at all: the first import of a list.

    `history`: what is paid was paid before our time, so that subscribers are not told of it either.
    """

    tx: Tx
    catalog: Catalog
    business: Business
    actor: str
    settle_seconds: int
    mode: str  # sandbox or live
    public_url: str = ""
    quiet: bool = False
    history: bool = False
    sources: frozenset[str] | None = None  # of a source-bound key: it sees and changes nothing else
    admin: bool = True  # false for a key without the scope: it approves no exception
    file_link: Callable[[str], str] | None = None  # makes a signed link to a file
    cache: dict[str, Any] = field(default_factory=dict)  # lives as long as the transaction
    drawer: list[Decision] | None = None  # decisions are laid here, to be carried out together later

    def sees(self, source: str | None) -> bool:
        """Whether whoever asks may know of what this source brought."""
        return self.sources is None or source in self.sources

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
        if self.drawer is not None:
            self.drawer.append(decision)
        else:
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

    def link(self, path: str) -> str | None:
        """The address of a page of the console; None while that page does not exist: a link never leads to 404."""
        return f"{self.public_url.rstrip('/')}{path}" if path.startswith(PAGES) else None
