"""Short signed links to files: they open for seven days without a key, one file each, and only read.

Nothing is stored, so a copy of the database holds no usable link (T-29). The signature covers the id and the
end of its life; it counts on machine time, as every signature does.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LIFE = timedelta(days=7)
_FORM = re.compile(r"([A-Za-z0-9_]{1,40})\.([0-9a-f]{1,12})\.([A-Za-z0-9_-]{22})")


@dataclass(frozen=True, slots=True)
class FileLinks:
    """Makes and reads the links of one installation."""

    secret: bytes = field(repr=False)
    public_url: str
    machine: Callable[[], datetime]

    def link(self, file_id: str) -> str:
        """The address of a file for the next seven days."""
        ends = f"{int((self.machine() + LIFE).timestamp()):x}"
        return f"{self.public_url.rstrip('/')}/f/{file_id}.{ends}.{self._sign(file_id, ends)}"

    def read(self, token: str) -> str | None:
        """The file's id; None when the token is not ours or its time is over."""
        found = _FORM.fullmatch(token)
        if found is None:
            return None
        file_id, ends, signature = found.groups()
        if not hmac.compare_digest(signature, self._sign(file_id, ends)):
            return None
        return file_id if int(ends, 16) > self.machine().timestamp() else None

    def _sign(self, file_id: str, ends: str) -> str:
        raw = hmac.new(self.secret, f"{file_id}.{ends}".encode(), hashlib.sha256).digest()[:16]
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")
