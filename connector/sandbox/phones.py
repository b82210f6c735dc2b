"""The phones on a page: plain HTML, working buttons, free text, a power switch. No script at all."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from connector.actions import walking
from connector.clock import from_ms
from connector.domain.problems import Forbidden
from connector.sandbox.control import CHANNELS, person_does, phone_given, shown_text
from connector.sandbox.emulator import Settings
from connector.sandbox.replies import Typed
from connector.store import control as control_row
from connector.store import emulator as rows
from connector.store.db import Store, Tx

_HERE = Path(__file__).parent
_POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_FORWARD = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}
PATIENCE_S = 10.0  # a longer walk goes on; the page shows how far it has come
ANSWER_S = 1.0  # a button's answer is shown at once when the worker is about
_TICKS = {"accepted": "…", "sent": "✓", "delivered": "✓✓", "read": "✓✓", "failed": "✗", "typed": ""}


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message as the page shows it."""

    id: str
    is_typed: bool
    channel: str
    at: datetime
    text: str
    buttons: tuple[dict[str, str], ...]
    status: str
    ticks: str
    document: dict[str, str] | None = None  # {link, name}


def make_phones(store: Store, settings: Settings) -> Blueprint:
    """`/sandbox/phones`. A form carries a token of this process, so that no other page can press a button."""
    phones = Blueprint(
        "sandbox_phones",
        __name__,
        template_folder=str(_HERE / "templates"),
        static_folder=str(_HERE / "static"),
        static_url_path="/sandbox/static",
    )
    token = secrets.token_urlsafe(24)

    @phones.get("/sandbox/phones")
    def page() -> Response:
        with store.read() as tx:
            answer = make_response(
                render_template("phones.html", csrf=token, is_virtual=store.virtual, **_view(tx))
            )
        answer.headers["Content-Security-Policy"] = _POLICY
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @phones.post("/sandbox/phones")
    def act() -> Any:
        form = request.form
        if not hmac.compare_digest(form.get("csrf", "").encode(), token.encode()):
            raise Forbidden("forbidden", params={"scope": "sandbox"})
        if form.get("forward") in _FORWARD and store.virtual:
            target = store.now() + _FORWARD[form["forward"]]
            walking.walk(store, target)
            walking.wait(store, target, patience_s=PATIENCE_S)
            return redirect(url_for("sandbox_phones.page"), 303)
        with store.write() as tx:
            if "power" in form:
                rows.set_power(tx, form["power"] == "on")
            elif form.get("button") or form.get("text", "").strip():
                _reply(tx, form, settings)
        walking.wait(store, store.now(), patience_s=ANSWER_S)
        return redirect(url_for("sandbox_phones.page"), 303)

    return phones


def _reply(tx: Tx, form: Any, settings: Settings) -> None:
    typed = Typed(
        phone_given(form.get("phone")),
        text=None if form.get("button") else form["text"].strip()[:4096],
        button=form.get("button") or None,
        answers=form.get("answers") or None,
        channel=form.get("channel") if form.get("channel") in ("whatsapp", "sms") else None,
    )
    person_does(tx, typed, settings)


def _view(tx: Tx) -> dict[str, Any]:
    zone = ZoneInfo(rows.zone(tx) or "Asia/Jakarta")
    phones = rows.phones(tx)
    names = rows.names(tx, phones)
    return {
        "now": tx.now.astimezone(zone),
        "power_on": control_row.state(tx).power_on,
        "phones": [(phone, ", ".join(names.get(phone, [])), _bubbles(tx, phone, zone)) for phone in phones],
    }


def _bubbles(tx: Tx, phone: str, zone: ZoneInfo) -> list[Bubble]:
    return [
        Bubble(
            id=row.id,
            is_typed=row.direction == "in",
            channel=CHANNELS.get(row.provider, row.provider),
            at=from_ms(row.at).astimezone(zone),
            text=row.text if row.direction == "in" else shown_text(row),
            buttons=tuple(row.buttons),
            status=row.status,
            ticks=_TICKS.get(row.status, ""),
            document=(row.request or {}).get("_document"),
        )
        for row in reversed(rows.newest(tx, phone))
    ]
