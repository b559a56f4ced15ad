"""Change: a till may write down the money that was handed over, and what of it was given back at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.loading.report import Note
from siyu_cli.files.loading.roles import sheet_name
from siyu_cli.files.loading.scripts import first_row
from siyu_cli.files.recognition import amounts, headers

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.sheet import SheetSource
    from siyu_cli.files.recognise import ColumnMatch

_OF_SALES = frozenset({"DUE", "TOTAL", "SUBTOTAL", "AMOUNT"})
_MOSTLY = 0.8
_Cells = dict[int, list[Decimal | None]]


def settle_change(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> Iterator[Note]:
    """Add a sheet to ``given_change`` where its amounts hold the change; yield both sums where nothing proves it.

    Another column proves it: one of what was due, or of all the cash.
    """
    paid, change = sheet.match.column("paid_amount"), sheet.match.column("change_amount")
    if paid is None or change is None or not _may_hold_change(paid, change):
        return
    holds_change = _holds_change(sheet, paid.position, change.position)
    if holds_change is False:
        return
    connection.execute("insert into given_change values (?)", [sheet.source])
    if holds_change is None and change.how != "map":
        yield from _both_sums(connection, sheet, paid.header, change.header)


def _may_hold_change(paid: ColumnMatch, change: ColumnMatch) -> bool:
    # An operator who names the amount has said what it is; what was due never holds the change.
    if paid.how == "map":
        return change.how == "map"
    return amounts.is_handed_over(paid.header) or amounts.rank(paid.header) <= amounts.RECEIVED


def _holds_change(sheet: SheetSource, paid: int, change: int) -> bool | None:
    """Return whether what the rest of the first rows say holds the change, None where they do not say."""
    seen = sheet.match.seen
    if seen is None:
        return None
    columns = {at: list(map(_number, seen.columns[at])) for at, _ in seen.named}
    rows = [row for row, back in enumerate(columns[change]) if back and columns[paid][row] is not None]
    others = {at: cells for at, cells in columns.items() if at not in {paid, change}}
    of_sales = {at: cells for at, cells in others.items() if _is_of_sales(seen.cells[at] or "")}
    ways: tuple[tuple[int, _Cells, bool], ...] = (
        (-1, others, True),
        (1, others, False),
        (0, of_sales, False),
    )
    for sign, found, answer in ways:
        told = sum(_is_met(columns, found, row, (paid, change, sign)) for row in rows)
        if rows and told >= _MOSTLY * len(rows):
            return answer
    return None


def _is_met(columns: _Cells, others: _Cells, row: int, sum_of: tuple[int, int, int]) -> bool:
    paid, change, sign = sum_of
    wanted = (columns[paid][row] or Decimal()) + sign * abs(columns[change][row] or Decimal())
    return any(cells[row] == wanted for cells in others.values())


def _is_of_sales(header: str) -> bool:
    return bool(headers.concepts(header)[0] & _OF_SALES) and not amounts.is_handed_over(header)


def _number(cell: str | None) -> Decimal | None:
    found = re.fullmatch(r"[¥￥$]?\s*(-?[0-9][0-9,]*(?:\.[0-9]+)?)\s*元?", (cell or "").strip())
    return Decimal(found[1].replace(",", "")) if found else None


def _both_sums(connection: duckdb.DuckDBPyConnection, sheet: SheetSource, paid: str, change: str) -> Iterator[Note]:
    is_data = exp.not_(exp.or_(exp.column("is_blank"), exp.column("is_title"), exp.column("has_total_word")))
    asked = exp.select("sum(paid_amount)", "sum(abs(change_amount))").from_(f"source_{sheet.source}").where(is_data)
    handed_over, given_back = first_row(connection, asked.sql("duckdb"))
    if handed_over is None or not given_back:
        return
    yield Note(
        "{sheet}: {change} was taken from {header}, which gives {sum}; without that {header} would give {other_sum}. "
        "To leave it as it is: --map orders.paid_amount={header}",
        {
            "sheet": sheet_name(sheet.raw.file, sheet.raw.sheet),
            "change": change,
            "header": paid,
            "sum": f"{handed_over - given_back:,}",
            "other_sum": f"{handed_over:,}",
        },
    )
