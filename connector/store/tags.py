"""Tags: the extra field `tag` of an invoice or of its customer, one word or several with commas.

The column `tag` beside `extra` holds it as it is compared, so that an index finds who bears it: a book has few
different texts, and those are looked at one by one.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from connector.store import schema
from connector.store.db import Tx

INVOICES, CUSTOMERS = schema.invoices, schema.customers


def spread(extra: Mapping[str, Any]) -> str | None:
    """The tags of some own fields as they are compared; None without any.

    >>> spread({"tag": "Lantai 2, VIP"}), spread({"room": "A3"})
    (',lantai2,vip,', None)
    """
    told = extra.get("tag")
    bare = "" if told is None else _folded(str(told))
    return f",{bare},"[:500] if bare.strip(",") else None


def _folded(text: str) -> str:
    return "".join(text.lower().split())


def noted(table: sa.Table, values: dict[str, Any]) -> dict[str, Any]:
    """The values of a row with its tags beside its own fields, where they are written."""
    if "extra" in values and "tag" in table.c:
        values["tag"] = spread(values["extra"])
    return values


def tagged(tx: Tx, tag: str) -> sa.ColumnElement[bool]:
    """Whether the invoice or its customer bears the tag; asked of each row of a question that has few."""
    own, theirs = _texts(tx, _OWN, tag), _texts(tx, _THEIRS, tag)
    asked = [INVOICES.c.tag.in_(own)] if own else []
    asked += [INVOICES.c.customer_id.in_(_people(theirs))] if theirs else []
    return sa.or_(*asked) if asked else sa.false()


def among_tagged(tx: Tx, tag: str) -> sa.ColumnElement[bool]:
    """The same for a question to the whole book: the bearers are found first, by the index."""
    own, theirs = _texts(tx, _OWN, tag), _texts(tx, _THEIRS, tag)
    again = INVOICES.alias("tagged")
    found = [sa.select(again.c.id).where(again.c.tag.in_(own))] if own else []
    found += [sa.select(again.c.id).where(again.c.customer_id.in_(_people(theirs)))] if theirs else []
    return INVOICES.c.id.in_(sa.union(*found)) if found else sa.false()


def _people(texts: list[str]) -> sa.Select[Any]:
    """Who bears it, made first: PostgreSQL would rather ask each customer of a long walk over the invoices."""
    bear = sa.select(CUSTOMERS.c.id).where(CUSTOMERS.c.tag.in_(texts)).cte("people")
    return sa.select(bear.prefix_with("MATERIALIZED", dialect="postgresql").c.id)


def _different(table: sa.Table) -> sa.Select[Any]:
    """The different texts, found by steps over the index: each asks for the next one."""
    column, bearing = table.c.tag, table.c.tag.is_not(None)
    least = sa.select(sa.func.min(column).label("tag")).where(bearing)
    found = least.cte("found", recursive=True)
    following = sa.select(sa.func.min(column)).where(bearing, column > found.c.tag).scalar_subquery()
    found = found.union_all(sa.select(following).where(found.c.tag.is_not(None)))
    return sa.select(found.c.tag).where(found.c.tag.is_not(None))


_OWN, _THEIRS = _different(INVOICES), _different(CUSTOMERS)


def _texts(tx: Tx, different: sa.Select[Any], tag: str) -> list[str]:
    """Those of these texts that hold the tag."""
    word = f",{_folded(tag).strip(',')},"
    return [text for text in tx.conn.execute(different).scalars() if word in text]
