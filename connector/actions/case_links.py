"""Finding cases, and joining a case to the ticket of another tool."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from connector.actions import references
from connector.actions.case_cards import case_card, case_cards
from connector.actions.context import Context
from connector.domain import cases as rules
from connector.domain.model import CaseState
from connector.domain.problems import Invalid
from connector.store import cases


def find_cases(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """Cards of the cases asked for, the longest waiting first, a page at a time; open ones unless said."""
    reason, customer = given.get("reason"), given.get("customer")
    if reason is not None and reason not in ctx.catalog.lists.get("case_reasons", {}):
        raise Invalid("case_reason_unknown", field="reason")
    waited = given.get("waiting_minutes_min")
    # A ticket that was closed elsewhere must find its case whatever became of it here.
    anyhow = "external_id" in given and "status" not in given
    query = cases.Query(
        state=None if anyhow else CaseState(given.get("status") or CaseState.OPEN),
        reason=reason,
        customer_id=None if customer is None else references.customer(ctx, customer).id,
        external_id=given.get("external_id"),
        opened_until=None if waited is None else ctx.now - timedelta(minutes=waited),
    )
    limit = int(given.get("limit") or 50)
    found = cases.search(ctx.tx, query, limit=limit + 1, after=given.get("cursor"))
    page = found[:limit]
    return {"items": case_cards(ctx, page), "next": page[-1].id if len(found) > limit else None}


def link_case(ctx: Context, given: dict[str, Any]) -> dict[str, Any]:
    """The case's ticket in another tool; one that is linked keeps its first, so that nothing is opened twice."""
    case = references.case(ctx, given["case"], lock=True)
    url = given.get("external_url")
    if url is not None and (urlsplit(url).scheme not in ("https", "http") or not urlsplit(url).hostname):
        raise Invalid("url_invalid", field="external_url")
    linked, decision = rules.link(case, external_id=given["external_id"].strip(), external_url=url)
    ctx.apply(decision)
    return case_card(ctx, linked, decision.result, detail=linked.external_id or "")
