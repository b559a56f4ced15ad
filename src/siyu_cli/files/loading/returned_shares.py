"""Goods that came back where a quantity says so and no amount: of an item, that share of what was paid for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.loading.scripts import call, first_row
from siyu_cli.files.recognition.presets import refund_state

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.sheet import SheetSource

_MOST_WORDS = 2_000
# What is left after returns: the amount has them in it already.
_NET = re.compile(r"净|实销|\bnet\b", re.IGNORECASE)
# Several products in one cell: which of them came back is not said.
_SEVERAL = r"[;；、\n]"
_ZERO, _ONE = exp.Literal.number(0), exp.Literal.number(1)


def is_net(sheet: SheetSource) -> bool:
    """Return whether a sheet's amounts are what was left after returns, by their header."""
    header = sheet.header_of("paid_amount")
    return header is not None and _NET.search(header) is not None


def tell_returned_shares(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> None:
    """Add the rows to ``returned_shares`` of which it is certain what share of their amount was given back.

    That is a share of an item, or all of an order. Where other rows have an amount, a row without one is not certain.
    """
    is_told = sheet.has("returned_quantity") and sheet.has("quantity")
    if not is_told or is_net(sheet) or _has_refunds(connection, sheet):
        return
    share = exp.column("returned_quantity") / exp.column("quantity")
    where: list[exp.Expr] = [
        exp.column("returned_quantity") > _ZERO,
        exp.column("returned_quantity") <= exp.column("quantity"),
    ]
    is_whole = exp.column("returned_quantity").eq(exp.column("quantity"))
    if not sheet.has("product", "sku", "item_id", "unit_price"):
        where.append(is_whole)
    elif sheet.has("product"):
        several = call("regexp_matches", exp.column("product"), exp.Literal.string(_SEVERAL))
        where.append(exp.or_(is_whole, exp.not_(exp.func("coalesce", several, exp.false()))))
    kept = _words_for_nothing(connection, sheet)
    if kept:
        where.append(exp.not_(exp.func("coalesce", exp.column("refund_status").isin(*kept), exp.false())))
    rows = exp.select(exp.Literal.number(sheet.source), "row", share).from_(f"source_{sheet.source}").where(*where)
    connection.execute("insert into returned_shares " + rows.sql("duckdb"))


def _has_refunds(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> bool:
    if not sheet.has("refunded_amount"):
        return False
    asked = exp.select("1").from_(f"source_{sheet.source}").where(exp.column("refunded_amount").neq(_ZERO)).limit(1)
    return first_row(connection, asked.sql("duckdb")) is not None


def _words_for_nothing(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> list[str]:
    """Return the words for refunds that were not given, or not yet."""
    if not sheet.has("refund_status"):
        return []
    asked = exp.select("refund_status").distinct().from_(f"source_{sheet.source}").limit(_MOST_WORDS)
    words = [word for (word,) in connection.execute(asked.sql("duckdb")).fetchall() if word]
    return [word for word in words if refund_state(word, sheet.match.preset) in {"none", "pending"}]
