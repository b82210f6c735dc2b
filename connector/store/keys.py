"""API keys: made, found, refused, revoked. Only the SHA-256 of a key is stored.

Form `tgh_<id>_<random>_<checksum>`: found by its id, compared in constant time, visible to secret scanners;
the checksum tells a mistyped key from a revoked one. The first admin key (`TAGIH_API_KEY`) may be
any string of 16 characters or more and lies under a fixed id.
"""

import hashlib
import hmac
import secrets
import string
import threading
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from connector.clock import from_ms, to_ms
from connector.store.db import Store, Tx
from connector.store.schema import api_keys

ALPHABET = string.digits + string.ascii_letters
ENVIRONMENT_ID = "key_env"
SHORTEST_KEY = 16
LONGEST_KEY = 512
SEEN_KEYS_LIVE_S = 0.4  # a revoked key is refused within half a second
LAST_USE_EVERY_S = 60.0
FIRST_START = "start"  # the maker of the key that a new home makes by itself
FIRST_KEY_WAITS = timedelta(hours=24)

_ALL = sa.select(api_keys)
_NOTE_USE = (
    api_keys.update()
    .where(api_keys.c.id == sa.bindparam("used"))
    .values(last_used_at_m=sa.bindparam("used_at"))
)


@dataclass(frozen=True, slots=True)
class Key:
    """What a key may do. The secret itself is not here."""

    id: str
    label: str
    preset: str | None
    scopes: frozenset[str]
    pii: str  # full or masked
    actions: frozenset[str] | None = None  # None: every action that the scopes allow
    sources: frozenset[str] | None = None  # None: every source; else what other sources brought is not there
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
    created_at: datetime | None = None
    made_by: str | None = None

    def allows(self, scope: str, action: str | None = None) -> bool:
        """Whether the key carries the scope and, when it is bound to some actions, this one."""
        if action is not None and self.actions is not None and action not in self.actions:
            return False
        return scope in self.scopes


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A new key with its secret, to be shown once."""

    key: Key
    secret: str

    def __repr__(self) -> str:
        return f"MadeKey({self.key.id})"


def _base62(number: int, width: int) -> str:
    digits = []
    for _ in range(width):
        number, rest = divmod(number, 62)
        digits.append(ALPHABET[rest])
    return "".join(reversed(digits))


def _checksum(text: str) -> str:
    return _base62(zlib.crc32(text.encode()), 6)


def new_secret() -> tuple[str, str]:
    """The id and the whole text of a fresh key: 256 random bits and a checksum."""
    id = _base62(int.from_bytes(secrets.token_bytes(9)), 12)
    body = f"tgh_{id}_{_base62(int.from_bytes(secrets.token_bytes(32)), 43)}"
    return f"key_{id}", f"{body}_{_checksum(body)}"


def id_in(secret: str) -> str | None:
    """The id that a presented key claims; None when it can be no key of ours.

    >>> id_in("too-short") is None
    True
    >>> id_in("a-key-of-my-own-choice")
    'key_env'
    """
    if not SHORTEST_KEY <= len(secret) <= LONGEST_KEY:
        return None
    if not secret.startswith("tgh_"):
        return ENVIRONMENT_ID
    body, _, check = secret.rpartition("_")
    parts = body.split("_")
    whole = len(parts) == 3 and hmac.compare_digest(check.encode(), _checksum(body).encode())
    # An operator may choose an admin key that merely looks like ours, so a broken one is still compared.
    return f"key_{parts[1]}" if whole else ENVIRONMENT_ID


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def create_key(
    tx: Tx,
    *,
    label: str,
    scopes: Sequence[str],
    pii: str,
    preset: str | None = None,
    actions: Sequence[str] | None = None,
    sources: Sequence[str] | None = None,
    hook_hosts: Sequence[str] | None = None,
    expires_at: datetime | None = None,
    made_by: str | None = None,
) -> MadeKey:
    """Store a new key; its secret is returned here and never again."""
    id, secret = new_secret()
    hosts = None if hook_hosts is None else sorted(host.lower() for host in hook_hosts)
    _insert(
        tx, id, secret, label, scopes, pii, preset, actions, expires_at, made_by,
        sources=sources, hook_hosts=hosts,
    )  # fmt: skip
    row = tx.conn.execute(sa.select(api_keys).where(api_keys.c.id == id)).one()
    return MadeKey(_key(row._mapping), secret)


def _insert(
    tx: Tx,
    id: str,
    secret: str,
    label: str,
    scopes: Sequence[str],
    pii: str,
    preset: str | None,
    actions: Sequence[str] | None,
    expires_at: datetime | None,
    made_by: str | None,
    *,
    sources: Sequence[str] | None = None,
    hook_hosts: Sequence[str] | None = None,
) -> None:
    tx.conn.execute(
        api_keys.insert().values(
            id=id,
            label=label,
            hash=digest(secret),
            preset=preset,
            scopes=sorted(scopes),
            actions=sorted(actions) if actions is not None else sa.null(),
            sources=sorted(sources) if sources is not None else sa.null(),
            hook_hosts=hook_hosts if hook_hosts is not None else sa.null(),
            caps=sa.null(),
            pii=pii,
            expires_at_m=to_ms(expires_at) if expires_at else None,
            made_by=made_by,
            created_at_m=tx.machine_ms,
        )
    )


def ensure_environment_key(tx: Tx, secret: str, *, scopes: Sequence[str]) -> None:
    """Make `TAGIH_API_KEY` the first admin key; another value replaces the former one."""
    if not SHORTEST_KEY <= len(secret) <= LONGEST_KEY:
        raise ValueError(f"an API key has {SHORTEST_KEY} to {LONGEST_KEY} characters")
    id = id_in(secret) or ENVIRONMENT_ID
    former = api_keys.update().where(api_keys.c.made_by == "environment", api_keys.c.id != id)
    tx.conn.execute(former.where(api_keys.c.revoked_at_m.is_(None)).values(revoked_at_m=tx.machine_ms))
    row = tx.conn.execute(sa.select(api_keys.c.hash).where(api_keys.c.id == id)).one_or_none()
    if row is not None and hmac.compare_digest(row.hash, digest(secret)):
        current = api_keys.update().where(api_keys.c.id == id)
        tx.conn.execute(current.values(scopes=sorted(scopes), revoked_at_m=None))
        return
    tx.conn.execute(api_keys.delete().where(api_keys.c.id == id))
    _insert(tx, id, secret, "TAGIH_API_KEY", scopes, "full", "admin", None, None, "environment")


def list_keys(tx: Tx) -> list[Key]:
    """Every key, newest first, revoked ones too."""
    rows = tx.conn.execute(sa.select(api_keys).order_by(api_keys.c.created_at_m.desc(), api_keys.c.id))
    return [_key(row._mapping) for row in rows]


def revoke_key(tx: Tx, id: str) -> bool:
    """Refuse the key from now on; False when there is no such key. Revoking twice keeps the first time."""
    known = tx.conn.execute(sa.select(api_keys.c.id).where(api_keys.c.id == id)).one_or_none()
    tx.conn.execute(
        api_keys.update()
        .where(api_keys.c.id == id, api_keys.c.revoked_at_m.is_(None))
        .values(revoked_at_m=tx.machine_ms)
    )
    return known is not None


def has_keys(tx: Tx) -> bool:
    """Whether anybody can call the API at all."""
    return tx.conn.execute(sa.select(api_keys.c.id).limit(1)).one_or_none() is not None


def _key(row: sa.RowMapping) -> Key:
    def instant(name: str) -> datetime | None:
        value = row[name]
        return None if value is None else from_ms(value)

    scopes, actions, sources = row["scopes"], row["actions"], row["sources"]
    return Key(
        id=row["id"],
        label=row["label"],
        preset=row["preset"],
        scopes=frozenset(scopes),
        pii=row["pii"],
        actions=None if actions is None else frozenset(actions),
        sources=None if sources is None else frozenset(sources),
        expires_at=instant("expires_at_m"),
        revoked_at=instant("revoked_at_m"),
        last_used_at=instant("last_used_at_m"),
        created_at=instant("created_at_m"),
        made_by=row["made_by"],
    )


class KeyRing:
    """Finds keys for requests from a short-lived copy, and notes their last use once a minute."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._guard = threading.Lock()
        self._known: dict[str, tuple[str, Key]] = {}
        self._read_at = float("-inf")
        self._used: dict[str, int] = {}
        self._noted_at = time.monotonic()

    def find(self, secret: str) -> Key | None:
        """The living key behind a presented secret; None when unknown, revoked or expired."""
        id = id_in(secret)
        if id is None:
            return None
        known = self._current()
        if id not in known:  # made a moment ago, perhaps
            known = self._current(within_s=0.0)
        hashed, key = known.get(id, ("", None))
        # Compared even without a row, so that an unknown id costs the same as a wrong secret.
        same = hmac.compare_digest(hashed.encode(), digest(secret).encode())
        machine = self._store.clock.machine()
        if not same or key is None or key.revoked_at is not None:
            return None
        if key.expires_at is not None and key.expires_at <= machine:
            return None
        if key.made_by == FIRST_START and key.last_used_at is None and key.expires_at is not None:
            self._keep(key, machine)
        self._used[key.id] = to_ms(machine)
        return key

    def _keep(self, key: Key, machine: datetime) -> None:
        """The first key is in use: it no longer ends by itself."""
        with self._store.write() as tx:
            mine = api_keys.update().where(api_keys.c.id == key.id)
            tx.conn.execute(mine.values(expires_at_m=None, last_used_at_m=to_ms(machine)))
        with self._guard:
            self._read_at = float("-inf")

    def _current(self, within_s: float = SEEN_KEYS_LIVE_S) -> dict[str, tuple[str, Key]]:
        with self._guard:
            if time.monotonic() - self._read_at >= within_s:
                with self._store.read() as tx:
                    rows = tx.conn.execute(_ALL).all()
                self._known = {row.id: (row.hash, _key(row._mapping)) for row in rows}
                self._read_at = time.monotonic()
            return self._known

    def note_uses(self, *, every_s: float = LAST_USE_EVERY_S) -> None:
        """Write `last_used_at` of the keys seen meanwhile, at most once in `every_s` seconds."""
        with self._guard:
            if not self._used or time.monotonic() - self._noted_at < every_s:
                return
            used, self._used = self._used, {}
            self._noted_at = time.monotonic()
        with self._store.write() as tx:
            for id, at in used.items():
                tx.conn.execute(_NOTE_USE, {"used": id, "used_at": at})
