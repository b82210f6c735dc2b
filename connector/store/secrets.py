"""Reversible secrets at rest: sealed by AES-256-GCM under TAGIH_SECRET_KEY, bound to their purpose and owner.

The master key never lies in the database or its backup (threat model, control 2). A sealed secret that is
moved to another owner or purpose does not open. `key_id` says under which master key it was sealed, so that two
can stand side by side while the master is changed. A secret has versions: the newest signs, the former ones are
accepted until their time is over.
"""

import hashlib
import os
from collections.abc import Iterable

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from connector.store import schema
from connector.store.db import Tx
from connector.store.present import MACHINE

SECRETS = schema.secrets
_NONCE = 12
MOST = 5  # that count at once: each of them signs every delivery


class Unreadable(Exception):
    """This secret was sealed under another master key, or changed since."""


class Vault:
    """Seals and opens under one master key. Shows nothing of it."""

    __slots__ = ("_aead", "key_id")

    def __init__(self, master: str) -> None:
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"tagih secrets v1").derive(master.encode())
        self._aead = AESGCM(key)
        self.key_id = hashlib.sha256(b"tagih key id" + key).hexdigest()[:16]

    def __repr__(self) -> str:
        return f"Vault({self.key_id})"

    def seal(self, text: str, *, purpose: str, owner: str) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._aead.encrypt(nonce, text.encode(), _bound(purpose, owner))

    def open(self, sealed: bytes, *, purpose: str, owner: str) -> str:
        """The text. Raises Unreadable when the key, the purpose, the owner or a bit of it is another."""
        try:
            text = self._aead.decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound(purpose, owner))
        except (InvalidTag, ValueError) as fault:
            raise Unreadable(purpose) from fault
        return text.decode()


def _bound(purpose: str, owner: str) -> bytes:
    return f"{purpose}\0{owner}".encode()


def put(tx: Tx, vault: Vault, *, purpose: str, owner: str, text: str, keep_former_ms: int = 0) -> None:
    """Makes this the active secret; the former one is accepted for so long, and older ones to their own end.

    Never more than five count: a sixth within that time ends the oldest.
    """
    mine = (SECRETS.c.purpose == purpose, SECRETS.c.owner == owner)
    until, active = tx.machine_ms + keep_former_ms, SECRETS.c.accepted_until_m.is_(None)
    tx.conn.execute(SECRETS.update().where(*mine, active).values(accepted_until_m=until))
    tx.conn.execute(SECRETS.delete().where(*mine, SECRETS.c.accepted_until_m <= tx.machine_ms))
    newest = sa.select(SECRETS.c.id).where(*mine).order_by(SECRETS.c.made_at_m.desc(), SECRETS.c.id.desc())
    kept = list(tx.conn.execute(newest.limit(MOST - 1)).scalars())
    tx.conn.execute(SECRETS.delete().where(*mine, SECRETS.c.id.not_in(kept)))
    tx.conn.execute(
        SECRETS.insert().values(
            id=tx.ids.new("sec"),
            purpose=purpose,
            owner=owner,
            key_id=vault.key_id,
            sealed=vault.seal(text, purpose=purpose, owner=owner),
            made_at_m=tx.machine_ms,
        )
    )


_VALID = (
    sa.select(SECRETS)
    .where(
        SECRETS.c.purpose == sa.bindparam("purpose"),
        SECRETS.c.owner.in_(sa.bindparam("owners", expanding=True)),
        sa.or_(SECRETS.c.accepted_until_m.is_(None), SECRETS.c.accepted_until_m > MACHINE),
    )
    .order_by(SECRETS.c.accepted_until_m.is_not(None), SECRETS.c.made_at_m.desc())
)


def of_owners(tx: Tx, vault: Vault, *, purpose: str, owners: Iterable[str]) -> dict[str, list[str]]:
    """The secrets that count now, the active one first; an owner whose active one cannot be read is left out."""
    wanted = sorted(set(owners))
    if not wanted:
        return {}
    found: dict[str, list[str]] = {}
    asked = {"purpose": purpose, "owners": wanted, "machine": tx.machine_ms}
    for row in tx.conn.execute(_VALID, asked):
        try:
            text = vault.open(row.sealed, purpose=purpose, owner=row.owner)
        except Unreadable:
            continue
        if row.accepted_until_m is None or row.owner in found:
            found.setdefault(row.owner, []).append(text)
    return found


def forget(tx: Tx, *, purpose: str, owner: str) -> None:
    """Removes every version."""
    tx.conn.execute(SECRETS.delete().where(SECRETS.c.purpose == purpose, SECRETS.c.owner == owner))
