"""Tells our own doors what is due: statuses and replies, signed, up to 50 in a request, marked when taken."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from connector.providers import HttpRequest
from connector.sandbox.emulator import Settings
from connector.sandbox.webhook_bodies import Due, requests_for
from connector.store import emulator as rows
from connector.store.db import Store

# The worker hands in its one client's `send`; anything with a `status` is an answer, anything else is none.
Send = Callable[[HttpRequest], Awaitable[Any]]
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Posted:
    """How many webhooks the door took, and how many wait for the next try."""

    taken: int
    waiting: int


def due_webhooks(store: Store, settings: Settings, web_url: str, limit: int = AT_ONCE) -> list[Due]:
    """The requests that are due by now."""
    with store.read() as tx:
        found = rows.due_webhooks(tx, limit)
    return list(requests_for(found, settings, web_url))


def mark_done(store: Store, told: list[Due]) -> None:
    """These were taken: nothing tells them again."""
    if not told:
        return
    with store.write() as tx:
        for due in told:
            rows.webhooks_done(tx, due.ids, due.statuses)


async def post_due(
    send: Send, store: Store, settings: Settings, web_url: str, limit: int = AT_ONCE
) -> Posted:
    """Posts what is due, in order, and stops at the first request that is not taken.

    A request whose answer is lost goes again later: the doors know the same body when they see it twice.
    """
    waiting = due_webhooks(store, settings, web_url, limit)
    told: list[Due] = []
    for due in waiting:
        answer = await send(due.request)
        if not 200 <= getattr(answer, "status", 0) < 300:
            break
        told.append(due)
    mark_done(store, told)
    return Posted(sum(len(due.ids) for due in told), sum(len(due.ids) for due in waiting[len(told) :]))
