"""Whether 1.234 is a little over one or a thousand and more: only another amount of its column can tell."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.loading.scripts import call, first_row

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.clean import Origin
    from siyu_cli.files.loading.sources import SheetSource

# 1.234 and 12.345.678, of which the points may part thousands.
UNSETTLED = r"^[^0-9.,]*[1-9][0-9]{0,2}(\.[0-9]{3})+[^0-9.,]*$"
# 12.5, 1,234.50, 0.125 and 1234.500: there the point parts the cents.
_SETTLED = (
    r"(^|[^0-9.])([0-9,]*\.([0-9]{1,2}|[0-9]{4,})|0\.[0-9]{3}|[0-9]{4,}\.[0-9]{3}|[0-9]+,[0-9]{3}\.[0-9]{3})[^0-9.,]*$"
)


def with_decimal_sign(connection: duckdb.DuckDBPyConnection, sheet: SheetSource, origin: Origin) -> Origin:
    """Return the origin with the columns of amounts in which nothing tells what the point of 1.234 parts.

    Text files alone are asked: a spreadsheet's 1.234 is a number.
    """
    if origin.is_typed or sheet.raw.encoding is None:
        return origin
    unsettled = (
        column for column in _amounts(sheet, origin)
        if not _has(connection, origin, column, _SETTLED) and _has(connection, origin, column, UNSETTLED)
    )  # fmt: skip
    return replace(origin, unsettled=frozenset(unsettled))


def has_unsettled_points(connection: duckdb.DuckDBPyConnection, sheet: SheetSource, origin: Origin) -> bool:
    """Return whether any amount is written so that its sheet has to be asked what the point parts."""
    return sheet.raw.encoding is not None and any(
        _has(connection, origin, column, UNSETTLED) for column in _amounts(sheet, origin)
    )


def _amounts(sheet: SheetSource, origin: Origin) -> list[str]:
    return sorted({
        origin.columns[column.position] for column in sheet.match.columns
        if sheet.table[column.key].kind == "money" and origin.column_types[origin.columns[column.position]] == "VARCHAR"
    })  # fmt: skip


def _has(connection: duckdb.DuckDBPyConnection, origin: Origin, column: str, pattern: str) -> bool:
    cell = exp.column(column, quoted=True)
    has_point = call("contains", cell, exp.Literal.string("."))
    fits = call("regexp_matches", cell, exp.Literal.string(pattern))
    found = exp.select("1").from_(origin.relation).where(has_point, fits).limit(1)
    return first_row(connection, found.sql("duckdb")) is not None
