"""Sales that a row of their own number makes void: a till writes the sale, and below it the void with its minus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.loading.marks import tell
from siyu_cli.files.loading.scripts import call
from siyu_cli.files.recognition.presets import kind_of_row, order_status

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.sheet import SheetSource

_MOST_WORDS = 2_000
_ZERO = exp.Literal.number(0)


def tell_voided(connection: duckdb.DuckDBPyConnection, sheet: SheetSource, own_kinds: Mapping[str, str]) -> None:
    """Add the sales to ``told_kinds`` that a row of the same order and amount, below zero, says are void.

    The row that says so is no purchase by its own word; the sale has none.
    """
    key = "kind" if sheet.has("kind") else "status"
    if not (sheet.has(key) and sheet.has("order_id") and sheet.has("paid_amount")):
        return
    words = exp.select(key).distinct().from_(f"source_{sheet.source}").where(
        exp.column("paid_amount") < _ZERO
    ).limit(_MOST_WORDS)  # fmt: skip
    found = [word for (word,) in connection.execute(words.sql("duckdb")).fetchall() if word]
    void = [word for word in found if _is_void(key, word, sheet, own_kinds)]
    if void:
        is_sale = exp.column("paid_amount") > _ZERO
        says_so = exp.and_(exp.column(key).isin(*void), exp.column("paid_amount") < _ZERO)
        # Of two lines of one amount of which one is void, nothing tells which.
        paired = exp.select(_name()).from_(f"source_{sheet.source}").group_by("1").having(
            exp.EQ(this=_count(says_so), expression=_count(is_sale))
        )  # fmt: skip
        tell(connection, sheet, "cancelled", exp.and_(is_sale.copy(), _name().isin(query=paired)))


def _is_void(key: str, word: str, sheet: SheetSource, own_kinds: Mapping[str, str]) -> bool:
    preset = sheet.match.preset
    if key == "status":
        return order_status(word, preset) == "cancelled"
    return (own_kinds.get(word.strip()) or kind_of_row(word, preset)) == "cancelled"


def _name() -> exp.Expr:
    """Return what a sale and its void have in common: their number, and their amount without its sign."""
    size = call("abs", exp.column("paid_amount"))
    return exp.func("concat_ws", exp.Literal.string("|"), exp.column("order_id"), size)


def _count(test: exp.Expr) -> exp.Expr:
    return exp.func("count", exp.Case().when(test, exp.Literal.number(1)))
