"""Refunds of whole orders beside the amounts of their items: 订单退款金额 repeats on every row and counts once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.loading.marks import first_of
from siyu_cli.files.loading.report import Note
from siyu_cli.files.loading.roles import sheet_name
from siyu_cli.files.loading.scripts import call, create, drop, first_row, script
from siyu_cli.files.recognition import headers

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.sheet import SheetSource


def settle_refund_totals(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> Iterator[Note]:
    """Add the rows that repeat their order's refund to ``repeated_refunds``; yield how many there are.

    Only a header that says it is the order's is one: items of one price may well have been given back for the same.
    """
    header = sheet.header_of("refunded_amount")
    if header is None or not _is_of_orders(header) or not sheet.has("order_id") or sheet.has("kind", "return_id"):
        return
    create(connection, "order_refunds", _refunds(sheet))
    connection.execute(script("refund_totals")["repeated"], {"source": sheet.source})
    drop(connection, "order_refunds")
    (rows,) = first_row(connection, script("refund_totals")["counted"], {"source": sheet.source})
    # Where the preset knows amounts to be the order's as well, its rows count once anyway.
    if rows and sheet.scope != "order":
        yield Note(
            "{sheet}: {header} repeats on every row of an order, so it was counted once per order.",
            {"sheet": sheet_name(sheet.raw.file, sheet.raw.sheet), "header": header},
        )


def _is_of_orders(header: str) -> bool:
    has = headers.concepts(header)[0]
    return "ORDER" in has and not has & {"SUB", "PRODUCT"}


def _refunds(sheet: SheetSource) -> exp.Select:
    return exp.select(
        "row",
        "order_id",
        exp.alias_(first_of(sheet, "varchar", "member_id", "phone", "account"), "who"),
        exp.alias_(first_of(sheet, "decimal(18, 2)", "paid_amount"), "paid"),
        exp.alias_(call("abs", exp.column("refunded_amount")), "refund"),
    ).from_(f"source_{sheet.source}")
