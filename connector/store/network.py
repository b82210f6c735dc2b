"""Whether the sandbox's network is switched off as a whole."""

import sqlalchemy as sa

from connector.store import schema

FAULTS = schema.emu_faults
_EVERY_ONE = sa.or_(FAULTS.c.rate.is_(None), FAULTS.c.rate >= 1)
# A fault of kind `network` for every number at the rate of 1: nothing leaves.
IS_OFF = sa.exists().where(
    FAULTS.c.kind == "network", FAULTS.c.phone.is_(None), FAULTS.c.next.is_(None), _EVERY_ONE
)
