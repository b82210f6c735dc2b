"""When free words may leave: inside the 24 hours after a customer's own message, at a decent hour."""

from datetime import datetime, timedelta

from connector.domain.model import Policy
from connector.domain.windows import next_open

SERVICE_WINDOW = timedelta(hours=24)  # Meta's customer service window


def free_words_at(
    now: datetime, last_inbound_at: datetime | None, policy: Policy, zone: str
) -> datetime | None:
    """The earliest instant for free words; None when the 24 hours are over, or over before it is decent.

    A person who wrote within the last minutes is awake: the answer goes at once, at any hour.
    """
    if last_inbound_at is None or now >= last_inbound_at + SERVICE_WINDOW:
        return None
    if now - last_inbound_at <= timedelta(minutes=policy.reply_minutes):
        return now
    opens = next_open(now, policy.notice_window, zone)
    return opens if opens < last_inbound_at + SERVICE_WINDOW else None
