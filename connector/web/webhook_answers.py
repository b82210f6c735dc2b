"""How subscriptions and their deliveries are shown, and what is said with each answer."""

from datetime import UTC, datetime
from typing import Any

from connector.clock import from_ms
from connector.domain.deliveries import DeliveryState
from connector.domain.subscriptions import Subscription
from connector.store.db import Row

SAID: dict[str, dict[str, str]] = {
    "created": {
        "id": "Langganan dibuat. Simpan rahasianya sekarang; tidak ditampilkan lagi.",
        "en": "Subscribed. Keep the secret now; it is not shown again.",
    },
    "unchanged": {"id": "Sudah seperti itu.", "en": "It was already so."},
    "updated": {"id": "Langganan diperbarui.", "en": "The subscription is changed."},
    "deleted": {"id": "Langganan diakhiri.", "en": "The subscription is ended."},
    "already_deleted": {
        "id": "Langganan itu tidak ada (lagi).",
        "en": "There is no such subscription (any more).",
    },
    "rotated": {
        "id": "Rahasia baru berlaku. Selama 24 jam kiriman memuat kedua tanda tangan.",
        "en": "The new secret is live. For 24 hours deliveries bear both signatures.",
    },
    "delivered": {"id": "Diterima.", "en": "It was received."},
    "failed": {
        "id": "Tidak diterima; log kiriman menyebut apa yang terjadi.",
        "en": "It was not received; the delivery log says what happened.",
    },
    "queued": {"id": "Dalam antrean.", "en": "Queued."},
}
# One sentence for whatever kept an answer from coming: more would map the network behind us (T-15).
_NO_ANSWER = {
    "id": "Tidak ada jawaban: alamat itu tidak terbuka untuk umum, tidak ada yang mendengarkan, "
    "atau lebih dari 15 detik.",
    "en": "No answer: the address is not public, nobody listens there, or it took longer than 15 seconds.",
}
_UNTOLD = {
    "id": "Peristiwa ini tidak dapat disampaikan; catatan Tagih sendiri (event_untold) menyebut sebabnya.",
    "en": "This event could not be told; Tagih's own log (event_untold) says why.",
}
_REFUSED = {"id": "Penerima menjawab {status}.", "en": "The receiver answered {status}."}


def shown(one: Subscription, waiting: int, state_text: str | None) -> dict[str, Any]:
    """A subscription as every answer shows it."""
    return {
        "id": one.id,
        "url": one.url,
        "name": one.name,
        "events": one.events,
        "only_tags": one.only_tags,
        "only_recipes": one.only_recipes,
        "days_overdue": one.days_overdue,
        "reasons": one.reasons,
        "only_customers": one.only_customers or [],
        "once": bool(one.once),
        "ends_at": instant(one.ends_at_m),
        "quiet": one.quiet,
        "language": one.language,
        "pii": one.pii,
        "state": one.state.value,
        "state_reason": one.state_reason,
        "state_text": state_text,
        "failing_since": instant(one.failing_since),
        "next_attempt_at": instant(one.wait_until),
        "last_delivered_at": instant(one.last_delivered_at),
        "waiting": waiting,
        "created_at": instant(one.created_at),
    }


def logged(row: Row[Any], language: str) -> dict[str, Any]:
    """One line of the log."""
    waits = row.state == DeliveryState.WAITING
    return {
        "delivery_id": row.id,
        "event_id": row.event_id,
        "event_number": row.event_number or None,
        "type": row.type,
        "state": row.state,
        "test": row.is_test,
        "replay": row.is_replay,
        "attempts": row.attempts,
        "created_at": _at(row.created_at),
        "first_attempt_at": _at(row.first_at),
        "last_attempt_at": _at(row.last_at),
        "next_attempt_at": _at(row.due_at) if waits else None,
        "delivered_at": _at(row.delivered_at),
        "status_code": row.status,
        "error_text": _error(row, language),
        "answer_text": row.answer,
    }


def _error(row: Row[Any], language: str) -> str | None:
    untried = row.last_at is None or row.attempts == 0  # also a first try that was put back
    if untried or row.state in (DeliveryState.DELIVERED, DeliveryState.SENDING):
        return None
    if row.state == DeliveryState.FAILED and not row.refusals and not row.doubts:
        text = _UNTOLD
    else:
        text = _NO_ANSWER if row.status is None else _REFUSED
    return text["id" if language == "id" else "en"].replace("{status}", str(row.status))


def _at(ms: int | None) -> str | None:
    return None if ms is None else instant(from_ms(ms))


def instant(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).replace(microsecond=0).isoformat()
