"""Orders paid together (合并支付): each may carry the whole payment's amount, which is divided among them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.loading.marks import first_of
from siyu_cli.files.loading.report import Note
from siyu_cli.files.loading.roles import sheet_name
from siyu_cli.files.loading.scripts import call, create, drop, first_row, keep_rows, script

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.sheet import SheetSource

_MERGED = re.compile("合并|合单|merged|combined", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")


def settle_merged_payments(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> Iterator[Note]:
    """Divide an amount that stands on every order of a payment; a finding where it may be each order's own.

    It is the payment's where that is so of every payment for several orders, and of more than two, or where the header
    says that payments are merged, or another column has amounts that add up to it.
    """
    if not (sheet.has("payment_id") and sheet.has("order_id") and sheet.has("paid_amount")):
        return
    create(connection, "payments_made", _payments(sheet))
    connection.execute(script("merged_payments")["merged"])
    orders, payments, is_told = first_row(connection, script("merged_payments")["counted"])
    facts: dict[str, object] = {
        "sheet": sheet_name(sheet.raw.file, sheet.raw.sheet),
        "orders": orders,
        "header": sheet.header_of("payment_id"),
        "amount": sheet.header_of("paid_amount"),
    }
    own = _own_amounts(sheet)
    if orders and (is_told or own or _MERGED.search(str(facts["header"]))):
        _divide(connection, sheet)
        yield Note(
            "{sheet}: {orders} orders were paid together in {payments} payments ({header}) and each has the whole "
            "amount, which was divided among them. If a column holds each order's own: --map orders.paid_amount={own}",
            facts | {"payments": payments, "own": own or "HEADER"},
        )
    elif orders:
        yield Note(
            "{sheet}: {orders} orders were paid together ({header}) and have one {amount}: if it is the whole "
            "payment's, it counts more than once. To choose each order's own: --map orders.paid_amount=HEADER",
            facts,
            is_finding=True,
        )
    drop(connection, "payments_made")
    drop(connection, "merged_orders")


def _divide(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> None:
    """Give each of the orders its part of the amount."""
    connection.execute(script("merged_payments")["parts"])
    keep_rows(connection, sheet.relation)
    part = exp.column("part", "payment_parts")
    is_row = exp.and_(
        exp.column("source").eq(exp.Literal.number(sheet.source)),
        exp.column("row", sheet.relation).eq(exp.column("row", "payment_parts")),
    )
    update = exp.update(
        sheet.relation, {"paid_amount": part}, where=is_row, from_=exp.From(this=exp.to_table("payment_parts"))
    )
    connection.execute(update.sql("duckdb"))
    drop(connection, "payment_parts")


def _payments(sheet: SheetSource) -> exp.Select:
    is_priced = sheet.has("unit_price") and sheet.has("quantity")
    goods = exp.column("unit_price") * exp.column("quantity") if is_priced else exp.cast(exp.null(), "double")
    return exp.select(
        "row", "order_id", "payment_id", exp.alias_(exp.column("paid_amount"), "amount"), exp.alias_(goods, "goods"),
        exp.alias_(first_of(sheet, "varchar", "member_id", "phone", "account"), "who"),
        exp.alias_(exp.cast(first_of(sheet, "timestamp", "paid_at"), "date"), "day"),
    ).from_(f"source_{sheet.source}").where(
        call("regexp_matches", exp.column("payment_id"), exp.Literal.string("[1-9]"))  # 0 and 现金 are none
    )  # fmt: skip


def _own_amounts(sheet: SheetSource) -> str | None:
    """Return the header of amounts that add up, over the orders of each payment among the first rows, to the amount."""
    seen, match = sheet.match.seen, sheet.match
    payment, paid, order = (match.column(key) for key in ("payment_id", "paid_amount", "order_id"))
    if seen is None or payment is None or paid is None or order is None:
        return None
    groups: dict[str, list[int]] = defaultdict(list)
    for row, cell in enumerate(seen.columns[payment.position]):
        if cell:
            groups[cell].append(row)
    merged = [rows for rows in groups.values() if len({seen.columns[order.position][row] for row in rows}) > 1]
    used = {column.position for column in match.columns}
    for spot, header in seen.named:
        own, whole = seen.columns[spot], seen.columns[paid.position]
        if merged and spot not in used and all(_adds_up(own, whole, rows) for rows in merged):
            return header
    return None


def _adds_up(own: Sequence[str | None], paid: Sequence[str | None], rows: Sequence[int]) -> bool:
    parts, wholes = [_number(own[row]) for row in rows], [_number(paid[row]) for row in rows]
    told = [part for part in parts if part is not None]
    return len(told) == len(rows) and sum(told) == wholes[0] and len(set(wholes)) == 1


def _number(cell: str | None) -> Decimal | None:
    found = _NUMBER.search(cell or "")
    return Decimal(found[0].replace(",", "")) if found else None
