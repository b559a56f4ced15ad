"""Bills that list payments and refunds: a row of status REFUND is no order, and repeats the amount of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.loading.marks import first_of, tell
from siyu_cli.files.loading.scripts import create, drop, script
from siyu_cli.files.recognition.presets import is_refund_word

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.sheet import SheetSource

_MOST_WORDS = 2_000


def tell_refund_rows(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> None:
    """Add rows whose status says refund to ``told_kinds``, where they stand beside the order they give back."""
    if not (sheet.has("status") and sheet.has("order_id") and sheet.has("paid_amount")):
        return
    asked = exp.select("status").distinct().from_(f"source_{sheet.source}").limit(_MOST_WORDS)
    words = [word for (word,) in connection.execute(asked.sql("duckdb")).fetchall() if word]
    refunds = [word for word in words if is_refund_word(word)]
    if not refunds:
        return
    create(connection, "stated_rows", _stated(sheet, refunds))
    connection.execute(script("refund_rows")["refund_rows"])
    tell(connection, sheet, "refund", exp.column("row").isin(query=exp.select("row").from_("refund_rows")))
    drop(connection, "stated_rows")
    drop(connection, "refund_rows")


def _stated(sheet: SheetSource, refunds: list[str]) -> exp.Select:
    is_refund = exp.func("coalesce", exp.column("status").isin(*refunds), exp.false())
    return exp.select(
        "row",
        "order_id",
        exp.alias_(first_of(sheet, "varchar", "item_id"), "item_id"),
        exp.alias_(first_of(sheet, "varchar", "product"), "product"),
        exp.alias_(first_of(sheet, "varchar", "member_id", "phone", "account"), "who"),
        exp.alias_(exp.column("paid_amount"), "amount"),
        exp.alias_(first_of(sheet, "decimal(18, 2)", "refunded_amount"), "refund"),
        exp.alias_(is_refund, "is_refund"),
    ).from_(f"source_{sheet.source}")
