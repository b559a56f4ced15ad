"""Further lines of an order: rows that leave its number or its buyer blank and mean those of the row above."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.loading.report import Note
from siyu_cli.files.loading.roles import sheet_name
from siyu_cli.files.loading.scripts import call, create, drop, first_row, keep_rows, script

if TYPE_CHECKING:
    from collections.abc import Collection

    import duckdb

    from siyu_cli.files.loading.sheet import SheetSource

_WHOSE = ("member_id", "phone", "account", "receiver_phone", "name")
_ITEMS = ("product", "sku", "item_id")
# What an order's first row says of all of it; amounts and quantities are each row's own.
_OF_ORDERS = (
    "order_id", "parent_id", "original_order_id", "return_id", *_WHOSE, "ordered_at", "paid_at", "shipped_at",
    "completed_at", "cancelled_at", "updated_at", "status", "kind", "is_return", "is_void", "is_cancelled", "is_valid",
    "is_paid", "direction", "currency", "owner", "store", "source_channel",
)  # fmt: skip
_WHOLE = ("row", "order_id", "member_id", "phone", "account", "receiver_phone", "ordered_at", "paid_at")


def fill_continued(connection: duckdb.DuckDBPyConnection, relation: str, keys: Collection[str]) -> Counter[int]:
    """Give rows that go on with an order its number, buyer and state; return how many of each source did so.

    ``keys``: the columns of ``relation``. A row goes on with the order above it where it names a product and neither a
    number nor a buyer, at no time of its own; or where another row of its number at its time names the buyer.
    A view, of a file read where it lies, becomes a table where one does.
    """
    filled: Counter[int] = Counter()
    if "order_id" not in keys or not any(key in keys for key in _WHOSE[:4]):
        return filled
    asked = exp.select("1").from_(relation).where(exp.and_(_is_nobodys(keys), _is_data())).limit(1)
    if first_row(connection, asked.sql("duckdb")) is None:
        return filled
    create(connection, "continuable", _continuable(relation, keys), kind="VIEW")
    statements = script("continued")
    connection.execute(statements["nothing"])
    if first_row(connection, statements["has_nameless"]):
        connection.execute(statements["below"])
    connection.execute(statements["named"])
    carried = [key for key in _OF_ORDERS if key in keys]
    if "refund_status" in keys and "refunded_amount" not in keys:
        carried.append("refund_status")
    counted = "select source, count(*) from continued group by source"
    filled.update(dict(connection.execute(counted).fetchall()))
    drop(connection, "continuable", kind="VIEW")
    if filled:
        keep_rows(connection, relation)
        connection.execute(_update(relation, carried).sql("duckdb"))
    drop(connection, "continued")
    return filled


def continued_notes(sheet: SheetSource, rows: int) -> tuple[Note, ...]:
    """Return a note on how many rows of a sheet were read as further lines of an order; none for no rows."""
    if not rows:
        return ()
    facts = {"sheet": sheet_name(sheet.raw.file, sheet.raw.sheet), "rows": rows}
    return (
        Note(
            "{sheet}: {rows} rows without an order number or a buyer were read as further lines of the order they "
            "stand under.",
            facts,
        ),
    )


def _is_nobodys(keys: Collection[str]) -> exp.Expr:
    return exp.and_(*(exp.column(key).is_(exp.null()) for key in _WHOSE if key in keys))


def _is_data() -> exp.Expr:
    keys = exp.Array(expressions=[exp.Literal.string(key) for key in _WHOLE])
    is_whole = call("reason_in", exp.column("faults"), keys).is_(exp.null())
    return exp.and_(exp.not_(exp.or_("is_blank", "is_title", "has_total_word")), is_whole)


def _continuable(relation: str, keys: Collection[str]) -> exp.Select:
    """Return the rows of a relation as continued.sql reads them."""
    names = [exp.column(key) for key in _ITEMS if key in keys]
    is_item: exp.Expr = exp.func("coalesce", *names).is_(exp.null()).not_() if names else exp.false()
    times = [
        exp.alias_(exp.column(key) if key in keys else exp.cast(exp.null(), "timestamp"), key)
        for key in ("ordered_at", "paid_at")
    ]
    whose = [exp.column(key) for key in _WHOSE if key in keys]
    who = exp.func("nullif", call("concat_ws", exp.Literal.string("|"), *whose), exp.Literal.string(""))
    store: exp.Expr = exp.column("store") if "store" in keys else exp.cast(exp.null(), "varchar")
    return exp.select(
        "source", "row", "order_id", exp.alias_(who, "who"), exp.alias_(store, "store"), *times,
        exp.alias_(is_item, "is_item"), exp.alias_(_is_data(), "is_data"),
    ).from_(relation)  # fmt: skip


def _update(relation: str, carried: Collection[str]) -> exp.Update:
    heads = exp.select(
        exp.alias_(exp.column("source", "rest"), "at_source"), exp.alias_(exp.column("row", "rest"), "at_row"),
        *(exp.alias_(exp.column(key, "head"), "head_" + key) for key in carried),
    ).from_(exp.alias_(exp.to_table("continued"), "rest")).join(
        exp.alias_(exp.to_table(relation), "head"),
        on=exp.and_(
            exp.column("source", "head").eq(exp.column("source", "rest")),
            exp.column("row", "head").eq(exp.column("head", "rest")),
        ),
    )  # fmt: skip
    values: dict[str, object] = {
        key: exp.func("coalesce", exp.column(key), exp.column("head_" + key)) for key in carried
    }
    is_row = exp.and_(exp.column("source").eq(exp.column("at_source")), exp.column("row").eq(exp.column("at_row")))
    return exp.update(relation, values, where=is_row, from_=exp.From(this=heads.subquery("heads")))
