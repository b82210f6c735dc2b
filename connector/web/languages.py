"""The language of an answer: the caller's wish, else the business's own."""

import logging
import time

from flask import request

from connector.store import business
from connector.store.db import Store

LOG = logging.getLogger("tagih.web")
SPOKEN = ("id", "en")
_LIVES_S = 10.0


def language_of(accepted: str | None, default: str) -> str:
    """The best of an Accept-Language header that we speak, else the default.

    >>> language_of("de, en;q=0.8, id;q=0.5", "id")
    'en'
    >>> language_of(None, "id")
    'id'
    """
    best, rank = default, 0.0
    for part in (accepted or "").split(",")[:20]:
        tag, _, weight = part.partition(";q=")
        language = tag.strip().lower().split("-")[0]
        try:
            q = float(weight) if weight else 1.0
        except ValueError:
            continue
        if language in SPOKEN and q > rank:
            best, rank = language, q
    return best


class Languages:
    """Knows the business's language from a look into the database now and then."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._language = "id"
        self._read_at = float("-inf")

    def of_request(self) -> str:
        """The language in which the present request is answered."""
        return language_of(request.headers.get("Accept-Language"), self.default())

    def default(self) -> str:
        """The business's language; a database that cannot be asked leaves the last known one."""
        if time.monotonic() - self._read_at < _LIVES_S:
            return self._language
        try:
            with self._store.read() as tx:
                found = business.get(tx)
        except Exception as error:  # noqa: BLE001 - a refusal must be answered even without a database
            LOG.warning("the business's language is unknown: %s", type(error).__name__)
            return self._language
        if found is not None:
            self._read_at = time.monotonic()
            self._language = found.language if found.language in SPOKEN else "en"
        return self._language
