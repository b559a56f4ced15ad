"""Lists of returns, told from orders that each name a return: both have its number in every row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.loading.report import Note
from siyu_cli.files.loading.roles import sheet_name
from siyu_cli.files.loading.scripts import call, first_row
from siyu_cli.files.recognition import amounts

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.sheet import SheetSource

_NUMBER = "[1-9]"  # 0 and 未退款 are numbers of no return


def is_list_of_returns(
    connection: duckdb.DuckDBPyConnection, sheet: SheetSource, others: Sequence[SheetSource], title: str | None
) -> bool:
    """Return whether every row of a sheet is a return; ``title`` is the kind its name says, if it says one.

    Beside a number of its own, a day it was paid or ordered on and an amount that was paid, the return is what became
    of an order, unless the order stands in one of the ``others``.
    """
    has_amount = sheet.has("paid_amount") or (sheet.has("unit_price") and sheet.has("quantity"))
    if sheet.has("refunded_amount") and not has_amount:
        return True
    if sheet.has("return_id") and not sheet.has("kind") and not _has_row(connection, sheet, is_numbered=False):
        return title == "return" or not _says_orders(sheet) or _are_elsewhere(connection, sheet, others)
    return title == "return" and not (sheet.has("refunded_amount") and has_amount)


def returned_order_notes(connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource]) -> list[Note]:
    """Return a finding on orders that name their returns where nothing says what was given back."""
    telling = ("refunded_amount", "refund_status", "returned_quantity", "kind")
    orders = [sheet for sheet in sheets if sheet.match.table == "orders"]
    if any(sheet.is_returns for sheet in orders):
        return []
    return [
        Note(
            "{sheet}: orders name a return ({header}) and no column says what was given back, so nothing was "
            "taken from them. To choose one: --map orders.refunded_amount=HEADER",
            {"sheet": sheet_name(sheet.raw.file, sheet.raw.sheet), "header": sheet.header_of("return_id")},
            is_finding=True,
        )
        for sheet in orders
        if sheet.has("return_id") and not sheet.has(*telling) and _has_row(connection, sheet, is_numbered=True)
    ]


def _says_orders(sheet: SheetSource) -> bool:
    is_dated = sheet.has("ordered_at", "paid_at") and not (
        sheet.has("refunded_at") and not sheet.has("refunded_amount")
    )
    paid = sheet.header_of("paid_amount")
    return is_dated and sheet.has("order_id") and paid is not None and amounts.rank(paid) <= amounts.RECEIVED


def _has_row(connection: duckdb.DuckDBPyConnection, sheet: SheetSource, *, is_numbered: bool) -> bool:
    """Return whether some row has a number of a return, or has none."""
    number = call("regexp_matches", exp.column("return_id"), exp.Literal.string(_NUMBER))
    has_number = exp.func("coalesce", number, exp.false())
    is_data = exp.not_(exp.or_("is_blank", "has_total_word"))
    where = exp.and_(has_number if is_numbered else exp.not_(has_number), is_data)
    asked = exp.select("1").from_(f"source_{sheet.source}").where(where).limit(1)
    return first_row(connection, asked.sql("duckdb")) is not None


def _are_elsewhere(connection: duckdb.DuckDBPyConnection, sheet: SheetSource, others: Sequence[SheetSource]) -> bool:
    """Return whether most orders of a sheet stand in another."""
    own = exp.select("order_id").distinct().from_(f"source_{sheet.source}").where("order_id is not null")
    for other in others:
        if other is sheet or other.match.table != "orders" or not other.has("order_id"):
            continue
        known = exp.column("order_id").isin(query=exp.select("order_id").from_(f"source_{other.source}"))
        counted = exp.select(
            exp.func("count", exp.Case().when(known, exp.Literal.number(1))), "count(*)"
        ).from_(own.subquery("own"))  # fmt: skip
        found, of = first_row(connection, counted.sql("duckdb"))
        if 2 * found >= of > 0:
            return True
    return False
