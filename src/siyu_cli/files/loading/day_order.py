"""Whether 01/02/2025 is in January or February: only another date of the same sheet can tell."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from sqlglot import exp

from siyu_cli.files.loading.scripts import call, first_row

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.sheet import Origin, SheetSource

_DAY_AND_MONTH = "^[\\s'=\"]*([0-9]{1,2})[-/.]([0-9]{1,2})[-/.][0-9]{4}"


def with_day_order(connection: duckdb.DuckDBPyConnection, sheet: SheetSource, origin: Origin) -> Origin:
    """Return the origin with its date order: 25/03/2025 in a column settles it for the sheet, nothing else does.

    Where two columns of a sheet contradict each other, or a preset has said how dates are written, it is left.
    """
    if origin.is_typed or origin.date_order != "ymd":
        return origin
    found = (_order_of(connection, origin.relation, column) for column in _dates(sheet, origin))
    orders = {order for order in found if order is not None}
    return replace(origin, date_order=orders.pop()) if len(orders) == 1 else origin


def has_unsettled_days(connection: duckdb.DuckDBPyConnection, sheet: SheetSource, origin: Origin) -> bool:
    """Return whether any date is written with its year last, so that each sheet has to be asked for its order."""
    return origin.date_order == "ymd" and any(
        first_row(connection, _written(origin.relation, column).limit(1).sql("duckdb")) is not None
        for column in _dates(sheet, origin)
    )


def _dates(sheet: SheetSource, origin: Origin) -> list[str]:
    return [
        origin.columns[column.position] for column in sheet.match.columns
        if sheet.table[column.key].kind in ("date", "month", "instant")
        and origin.column_types[origin.columns[column.position]] == "VARCHAR"
    ]  # fmt: skip


def _written(relation: str, column: str) -> exp.Select:
    cell, pattern = exp.column(column, quoted=True), exp.Literal.string(_DAY_AND_MONTH)
    return exp.select(exp.alias_(cell, "cell")).from_(relation).where(call("regexp_matches", cell, pattern))


def _order_of(connection: duckdb.DuckDBPyConnection, relation: str, column: str) -> Literal["dmy", "mdy"] | None:
    written, pattern = _written(relation, column), exp.Literal.string(_DAY_AND_MONTH)
    if first_row(connection, written.limit(1).sql("duckdb")) is None:
        return None
    first, second = (
        exp.Max(this=exp.cast(call("regexp_extract", exp.column("cell"), pattern, exp.Literal.number(part)), "int"))
        for part in (1, 2)
    )
    first_most, second_most = first_row(
        connection, exp.select(first, second).from_(written.subquery("written")).sql("duckdb")
    )
    if first_most > 12 >= second_most:
        return "dmy"
    if second_most > 12 >= first_most:
        return "mdy"
    return None
