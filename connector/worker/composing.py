"""Puts words to what may be said: picks the pinned template, the language and the values of this very moment.

Also the worker's memory of what does not change (recipe and template versions) and of what it reads anew
with every claim (the business, blocked templates).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from connector.domain import templates as wording
from connector.domain.destinations import Approved
from connector.domain.entrance import FIRST_KEY
from connector.domain.files import PDF, FileState, document_name, sent_name
from connector.domain.model import (
    Business,
    Button,
    Channel,
    Customer,
    Document,
    Invoice,
    OutgoingMessage,
    Policy,
    Recipe,
    Stage,
    Step,
)
from connector.domain.money import format_money
from connector.domain.problems import Problem
from connector.domain.receipts import paid_text, receipt_values
from connector.domain.texts import format_date
from connector.specs.recipes import recipe_from_body
from connector.specs.templates import template_from_body
from connector.store import business as business_store
from connector.store import destinations, files, lists, plan, recipes
from connector.store.db import Row, Tx
from connector.store.lists import Unheard
from connector.store.rows import value_of

STATEMENT = "statement"  # the template for several invoices in one message
RECEIPTS = "payment_received_several"  # the one for a transfer that paid several
PINNED_KEPT = 500  # sets of pinned versions in memory; there is one for each change of a recipe


@dataclass(frozen=True, slots=True)
class Item:
    """One step that may go, with what it is about."""

    step: Step
    invoice: Invoice | None
    customer: Row[Any] | None
    recipe: Recipe | None
    created_arrived: bool
    pinned: Mapping[str, str]  # template name -> version


@dataclass(slots=True)
class Composer:
    policies: Mapping[str, Policy]
    open_channels: frozenset[str]
    file_link: Callable[[str], str] | None = None  # None: no document is sent
    approved: Approved = field(default_factory=Approved)  # places for money, as of this claim
    unheard: Mapping[str, Unheard] = field(default_factory=dict)  # lists whose sync a cut has swallowed
    _business: Business | None = None
    _blocked: dict[str, str] = field(default_factory=dict)
    _recipes: dict[str, Recipe | None] = field(default_factory=dict)
    _templates: dict[str, wording.Template | None] = field(default_factory=dict)
    _pinned: dict[str, Mapping[str, str]] = field(default_factory=dict)  # by their JSON text
    _today: dict[str, date] = field(default_factory=dict)
    _tx: Tx | None = None

    def refresh(self, tx: Tx) -> None:
        """Reads what may have changed since the last claim."""
        self._business = business_store.get(tx)
        if self._business is None:
            raise LookupError("this database has no business yet: run tagih setup")
        self._blocked = plan.blocked_templates(tx)
        self.approved = destinations.approved(tx)
        self.unheard = lists.unheard(tx)
        self._today = {}
        self._tx = tx

    @property
    def business(self) -> Business:
        if self._business is None:
            raise RuntimeError("refresh() comes first")
        return self._business

    def zone(self, customer: Row[Any] | Customer | None, invoice: Invoice | None) -> str:
        """Customer's zone, else the invoice's, else the business's."""
        return (
            (customer.zone if customer else None) or (invoice.zone if invoice else None) or self.business.zone
        )

    def default_policy(self) -> Policy:
        name = self.business.settings.get("policy", "id-smb")
        return self.policies[name]

    def recipe_of(self, sequence: Row[Any] | None) -> Recipe | None:
        return self.recipe_by_version(self._tx, sequence.recipe_version) if sequence is not None else None

    def recipe_by_version(self, tx: Tx | None, version: str | None) -> Recipe | None:
        if version is None or tx is None:
            return None
        if version not in self._recipes:
            stored = recipes.recipe_version(tx, version)
            self._recipes[version] = recipe_from_body(stored.body, version, self.policies) if stored else None
        return self._recipes[version]

    def pinned(self, sequence: Row[Any] | None) -> Mapping[str, str]:
        """The template versions that this sequence has kept since its start."""
        if sequence is None:
            return {}
        known = self._pinned.get(sequence.pinned)
        if known is None:
            if len(self._pinned) >= PINNED_KEPT:
                self._pinned.clear()
            known = self._pinned[sequence.pinned] = json.loads(sequence.pinned)
        return known

    def blocked_template(self, name: str | None, channel: str) -> str | None:
        """Why a template may not be used now, as a reason code; only WhatsApp pauses templates."""
        return "template_paused" if channel == Channel.WHATSAPP and name in self._blocked else None

    def compose(
        self, items: Sequence[Item], *, token: str, to: str, window_open: bool
    ) -> OutgoingMessage | str:
        """The message for one or several items, or the reason why there is none.

        Who is late when a list starts gets one first text, which says who writes; a statement would not.
        """
        items = [item for item in items if item.step.key == FIRST_KEY][:1] or items
        first = items[0]
        language = self._language(first)
        several = RECEIPTS if first.step.stage is Stage.RECEIPT else STATEMENT
        name = several if len(items) > 1 else self._template_name(first)
        if name is None:
            return self._free_text(first, token=token, to=to, language=language, window_open=window_open)
        template = self._template(first.pinned.get(name), name)
        if template is None or first.customer is None:
            return "template_missing"
        customer = value_of(Customer, first.customer._mapping)
        if len(items) > 1:
            values = self._values_of_several(items, customer, language)
        else:
            values = self._values(first, customer, language)
        numbers = [item.invoice.number for item in items if item.invoice] if len(items) > 1 else []
        if wording.suspicious_names(template, values) or any(
            wording.suspicious(number, long_digits=True) for number in numbers
        ):
            return "suspicious_value"
        if template.reply and not window_open and first.step.channel is Channel.WHATSAPP:
            return "reply_window_over"
        try:
            rendered = wording.render(
                template,
                language,
                values,
                buttons=_own_buttons(first.step, language),
                with_sms=first.step.channel is Channel.SMS,
            )
        except Problem:
            return "template_variables_missing"
        return self._outgoing(rendered, first, template, token=token, to=to)

    def _values(self, item: Item, customer: Customer, language: str) -> dict[str, str]:
        """The values of one invoice as it stands now, with what the step brings (a payment, a promise)."""
        data = item.step.data
        given = {str(k): str(v) for k, v in data.get("variables", {}).items()}
        if item.invoice is None:
            return wording.customer_values(customer, self.business) | given
        values = wording.values_for(
            item.invoice,
            customer,
            self.business,
            language,
            today=self._local_today(item),
            paid_amount=data.get("paid_amount"),
            paid_on=date.fromisoformat(data["paid_on"]) if data.get("paid_on") else None,
            payment_method=data.get("payment_method"),
        )
        if data.get("paid_on") and data.get("paid_amount") is not None:
            paid = [(item.invoice, data["paid_amount"])]
            values |= {"count": "1", "invoices_text": paid_text(paid, language)}
        if data.get("promise_on"):
            values["promise_date"] = format_date(date.fromisoformat(data["promise_on"]), language)
            values["promise_amount"] = format_money(data["promise_amount"], item.invoice.currency, language)
        return values | given

    def _values_of_several(self, items: Sequence[Item], customer: Customer, language: str) -> dict[str, str]:
        invoices = [item.invoice for item in items if item.invoice]
        if items[0].step.stage is not Stage.RECEIPT:
            return wording.statement_values(invoices, customer, self.business, language)
        data = items[0].step.data
        return receipt_values(
            [(item.invoice, item.step.data["paid_amount"]) for item in items if item.invoice],
            customer,
            self.business,
            language,
            paid_on=date.fromisoformat(data["paid_on"]),
            payment_method=data.get("payment_method"),
        )

    def _outgoing(
        self, rendered: wording.Rendered, item: Item, template: wording.Template, *, token: str, to: str
    ) -> OutgoingMessage | str:
        if item.step.channel is Channel.SMS:
            if rendered.sms is None:
                return "template_missing"
            return OutgoingMessage(token, to, rendered.sms, rendered.language, template=template.name)
        return OutgoingMessage(
            token=token,
            to=to,
            text=rendered.whole,
            language=rendered.language,
            template=None if template.reply else template.name,
            params=rendered.params,
            url_suffix=wording.url_suffix(rendered.pay_url, self.business.pay_host),
            buttons=rendered.buttons,
            document=self._document(item) if template.document else None,
        )

    def carries_document(self, item: Item) -> bool:
        """Whether the template of this very moment has room for the invoice's PDF."""
        name = self._template_name(item)
        template = self._template(item.pinned.get(name), name) if name else None
        return self.file_link is not None and template is not None and template.document

    def _document(self, item: Item) -> Document | None:
        """The invoice's PDF as a link that the provider fetches; None when it is not here."""
        if self.file_link is None or self._tx is None or not item.invoice or not item.invoice.pdf_file_id:
            return None
        file = files.by_id(self._tx, item.invoice.pdf_file_id)
        if file is None or file.state is not FileState.READY:
            return None
        return Document(self.file_link(file.id), document_name(item.invoice.number))

    def _free_text(
        self, item: Item, *, token: str, to: str, language: str, window_open: bool
    ) -> OutgoingMessage | str:
        text = item.step.data.get("text")
        if not text:
            return "template_missing"
        if not window_open and item.step.channel is Channel.WHATSAPP:
            return "reply_window_over"
        file_id = item.step.data.get("file_id")
        document = self._attached(file_id) if file_id else None
        if file_id and (document is None or item.step.channel is not Channel.WHATSAPP):
            return "file_missing"
        return OutgoingMessage(token, to, str(text), language, document=document)

    def _attached(self, file_id: str) -> Document | None:
        """The file that a person sends beside their words, as a link that the provider fetches."""
        file = files.by_id(self._tx, file_id) if self._tx is not None else None
        if self.file_link is None or file is None or file.state is not FileState.READY or not file.media_type:
            return None
        name = sent_name(file.name, file.media_type)
        return Document(self.file_link(file.id), name, is_image=file.media_type != PDF)

    def _template_name(self, item: Item) -> str | None:
        """The step's own template; the invoice text instead while it is still true and never arrived."""
        step, recipe = item.step, item.recipe
        if recipe is not None and not item.created_arrived and step.stage in (Stage.PRE_DUE, Stage.DUE):
            created = next((s.template for s in recipe.steps if s.key == "created"), None)
            if created:
                return created
        return step.template

    def _template(self, version: str | None, name: str) -> wording.Template | None:
        """The pinned version for ever, the active one as of this claim."""
        if self._tx is None:
            raise RuntimeError("refresh() comes first")
        if version is None:
            active = recipes.active_template(self._tx, name)
            if active is None:
                return None
            version = active.version
        if version not in self._templates:
            stored = recipes.template_version(self._tx, version)
            self._templates[version] = template_from_body(stored.body, stored.version) if stored else None
        return self._templates[version]

    def _language(self, item: Item) -> str:
        own = (item.invoice.language if item.invoice else None) or (
            item.customer.language if item.customer else None
        )
        return own or self.business.language

    def _local_today(self, item: Item) -> date:
        if self._tx is None:
            raise RuntimeError("refresh() comes first")
        zone = self.zone(item.customer, item.invoice)
        if zone not in self._today:
            self._today[zone] = self._tx.now.astimezone(ZoneInfo(zone)).date()
        return self._today[zone]


def _own_buttons(step: Step, language: str) -> tuple[Button, ...]:
    """The dates that a promise may name, chosen when the question was planned."""
    days = [date.fromisoformat(day) for day in step.data.get("promise_dates", ())]
    return wording.promise_buttons(days, language)
