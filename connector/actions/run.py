"""Runs one action: its input checked against the spec, one transaction, one row in the audit."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from connector import actions
from connector.actions.context import Context
from connector.domain.problems import NotFound, Unavailable
from connector.specs.actions import ActionSpec
from connector.specs.catalog import Catalog
from connector.store import audit, business
from connector.store.db import Rollback, Store, Tx

Action = Callable[[Context, dict[str, Any]], dict[str, Any]]
OnSuccess = Callable[[Tx, dict[str, Any]], None]  # (the change's transaction, its answer)

# The first of these that the answer holds is what the action was about.
_OBJECTS = (
    "charge_id",
    "case_id",
    "promise_id",
    "plan_id",
    "claim_id",
    "payment_id",
    "invoice_id",
    "customer_id",
    "recipe_name",
    "business_id",
)


@cache
def _modules() -> tuple[ModuleType, ...]:
    """Every module of this room: an action's function may live in any of them."""
    names = sorted(found.name for found in iter_modules(actions.__path__) if found.name != "run")
    return tuple(import_module(f"connector.actions.{name}") for name in names)


def function_of(name: str) -> Action | None:
    """The public function of this name, or None: then the spec is ahead of the code."""
    for module in _modules():
        found = getattr(module, name, None)
        if callable(found) and getattr(found, "__module__", "") == module.__name__:
            return found  # type: ignore[no-any-return]
    return None


def has_function(name: str) -> bool:
    """For the cross-check of the specs at start."""
    return function_of(name) is not None


def run_action(
    store: Store,
    catalog: Catalog,
    name: str,
    body: Mapping[str, Any],
    actor: str,
    *,
    settle_seconds: int,
    mode: str,
    dry_run: bool = False,
    public_url: str = "",
    language: str = "en",
    admin: bool = True,
    sources: frozenset[str] | None = None,
    on_success: OnSuccess | None = None,
) -> dict[str, Any]:
    """The action's answer. A refusal is a Problem, and then nothing has happened.

    With `dry_run` (or the input's own) the answer says what would happen, and nothing does. `on_success`
    writes something of the caller's own in the transaction of the change: both are kept, or neither.
    """
    spec = catalog.actions.get(name)
    function = function_of(name)
    if spec is None or function is None:
        raise NotFound("action_unknown", params={"name": name[:60]})
    given = catalog.given(name, body, language)
    dry_run = bool(given.pop("dry_run", False)) or dry_run
    answer: dict[str, Any] = {}
    cache: dict[str, Any] = {}
    prepare = function_of(f"prepare_{name}")
    if prepare is not None:  # what costs time is done before anybody has to wait for this transaction
        with store.read() as tx:
            ctx = context(tx, catalog, actor, settle_seconds=settle_seconds, mode=mode, public_url=public_url)
            cache["prepared"] = prepare(ctx, given)
    with store.write() if spec.changes else store.read() as tx:
        ctx = context(tx, catalog, actor, settle_seconds=settle_seconds, mode=mode, public_url=public_url)
        ctx.cache.update(cache)
        answer = complete(spec, function(replace(ctx, admin=admin, sources=sources), given))
        if spec.changes and dry_run:
            raise Rollback
        if spec.changes:
            _write_down(tx, spec, actor, given, answer)
            if on_success is not None:
                on_success(tx, answer)
    for act in ctx.cache.get("after", ()) if not dry_run else ():
        act(store)  # outside the transaction: what a database can do only then
    return answer | {"dry_run": True} if dry_run else answer


def context(
    tx: Tx,
    catalog: Catalog,
    actor: str,
    *,
    settle_seconds: int,
    mode: str,
    public_url: str = "",
    quiet: bool = False,
) -> Context:
    """The context of an open transaction, for callers that run several actions in one (an import)."""
    own = business.get(tx)
    if own is None:
        raise Unavailable("not_ready", params={"what": "business"})
    return Context(tx, catalog, own, actor, settle_seconds, mode, public_url, quiet)


def complete(spec: ActionSpec, answer: dict[str, Any]) -> dict[str, Any]:
    """The answer with every key of its schema, in the schema's order; unknown is null."""
    keys = [key for key in spec.output["properties"] if key != "dry_run"]
    return {key: answer.get(key) for key in keys} | {k: v for k, v in answer.items() if k not in keys}


def _write_down(
    tx: Tx, spec: ActionSpec, actor: str, given: Mapping[str, Any], answer: Mapping[str, Any]
) -> None:
    found = next((answer[key] for key in _OBJECTS if answer.get(key)), None)
    audit.add(
        tx,
        actor=actor,
        action=spec.name,
        object=None if found is None else str(found),
        result=None if answer.get("result") is None else str(answer["result"]),
        reason=given.get("reason"),
    )
