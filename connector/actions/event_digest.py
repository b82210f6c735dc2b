"""The keys of the owner's daily digest."""

from connector.actions.event_facts import Of, Own
from connector.actions.summary import summary_keys
from connector.domain.digest import digest_summary, figures_of


def digest(of: Of) -> Own:
    """The figures that the event kept, with the names as they are now."""
    kept = of.data.get("figures")
    if kept is None:
        return {"lines": []}, {}
    found = figures_of(kept)
    keys = {
        "digest_on": found.day.isoformat(),
        "audit_head": found.audit_head,
        **summary_keys(of.ctx, found, language=of.ctx.language),
    }
    return keys, {"words": digest_summary(found, currency=of.ctx.business.currency, language=of.ctx.language)}
