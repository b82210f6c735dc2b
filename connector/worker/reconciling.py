"""Settles what is unknown: dead senders' messages, and holds that end without the provider's word."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from connector.clock import from_ms, to_ms
from connector.domain import holds
from connector.domain.model import InvoiceStatus, Stage, StepState, UnknownPolicy
from connector.providers import Provider
from connector.store import inbox, listening, messages, outages, plan, queue
from connector.store.db import Row, Tx
from connector.worker import attention
from connector.worker.composing import Composer

_CLOSED = (InvoiceStatus.PAID, InvoiceStatus.VOID)
_ALWAYS_TRUE = (Stage.RECEIPT, Stage.OTHER)


@dataclass(slots=True)
class Reconciler:
    composer: Composer
    providers: Mapping[str, Provider]
    hold: timedelta

    def boot(self, tx: Tx, *, alone: bool) -> None:
        """After a start: what was on its way is unknown, and every hold begins anew.

        `alone` says that no other worker can be alive (SQLite's lock), so that leases need not run out first.
        """
        self.expire(tx, everything=alone)
        messages.restart_holds(tx, hold_until=to_ms(tx.now + self.hold))

    def expire(self, tx: Tx, *, everything: bool = False) -> int:
        """Messages whose sender is gone: the intent is committed, the outcome is not known."""
        dead = queue.expired_leases(tx, everything=everything)
        messages.locked(tx, dead)
        messages.unknown(tx, dead, hold_until=to_ms(tx.now + self.hold))
        return len(dead)

    def settle(self, tx: Tx, *, limit: int = 200) -> int:
        """Decides over holds that are over; answers how many rows were looked at."""
        # A status that is stored but not yet applied is the provider's word all the same.
        unread = inbox.unread_providers(tx)
        rows = [r for r in messages.hold_over(tx, limit=limit) if r.provider not in unread]
        if not rows:
            return 0
        versions = plan.recipe_versions(tx, {r.step_sequence_id for r in rows if r.step_sequence_id})
        heard = inbox.last_webhooks(tx)
        for row in rows:
            recipe = self.composer.recipe_by_version(tx, versions.get(row.step_sequence_id or ""))
            provider = self.providers.get(row.provider)
            last = heard.get(row.provider)
            verdict = holds.settle_unknown(
                recipe.unknown if recipe else UnknownPolicy.RESEND_ONCE,
                hold_until=from_ms(row.hold_until),
                now=tx.now,
                intent_at=from_ms(row.intent_at),
                last_webhook_at=from_ms(last) if last is not None else None,
                echoes_token=provider is not None and provider.echoes_token,
                already_resent=bool(row.resend),
                longest_gap_since_intent=max(
                    outages.longest_since(tx, row.intent_at), listening.silence_since(tx, row.intent_at_m)
                ),
            )
            self._carry_out(tx, row, verdict)
        return len(rows)

    def _carry_out(
        self, tx: Tx, row: Row[Any], verdict: holds.Wait | holds.ResendOnce | holds.Person
    ) -> None:
        if isinstance(verdict, holds.Wait):
            messages.unknown_until(tx, [row.id], hold_until=to_ms(verdict.until))
        elif isinstance(verdict, holds.ResendOnce):
            plan.plan_again(tx, row.step_id, due_at=tx.now_ms, reason="resent_once", resend=True)
        else:
            plan.hold(tx, row.step_id, reason=holds.AWAITS_PERSON)
            if row.invoice_status in _CLOSED and row.step_stage not in _ALWAYS_TRUE:
                # It would not be said any more, so nobody needs to find out.
                queue.end(tx, [(row.step_id, StepState.CANCELLED, holds.NEVER_KNOWN)])
                return
            for step in queue.steps_of_messages(tx, [row.id]).get(row.id, []):
                if step.id == row.step_id:
                    attention.ask_person(tx, step, reason=holds.CASE)
