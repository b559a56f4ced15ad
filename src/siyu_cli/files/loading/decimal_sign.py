"""What parts cents and thousands: 1.234 is told by other amounts of its column, 1.234,50 by all of them.

A column in which each amount has a comma before its last one or two digits is written with decimal commas: no comma
before less than three digits parts thousands. Where some have one and others do not, they are rejected, and told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.loading.report import Note
from siyu_cli.files.loading.scripts import call, first_row

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.sheet import Origin, SheetSource
    from siyu_cli.files.recognise import ColumnMatch

# 1.234 and 12.345.678, of which the points may part thousands.
UNSETTLED = r"^[^0-9.,]*[1-9][0-9]{0,2}(\.[0-9]{3})+[^0-9.,]*$"
# 12.5, 1,234.50, 0.125 and 1234.500: there the point parts the cents.
_SETTLED = (
    r"(^|[^0-9.])([0-9,]*\.([0-9]{1,2}|[0-9]{4,})|0\.[0-9]{3}|[0-9]{4,}\.[0-9]{3}|[0-9]+,[0-9]{3}\.[0-9]{3})[^0-9.,]*$"
)


# 1.234,50 and 12,5: there the comma parts the cents.
_FIGURES = ("money", "number", "rate")
_COMMA = r"^[^0-9.,]*([0-9]{1,3}(\.[0-9]{3})+|[0-9]+),[0-9]{1,2}[^0-9.,]*$"


def with_decimal_sign(connection: duckdb.DuckDBPyConnection, sheet: SheetSource, origin: Origin) -> Origin:
    """Return the origin with the columns of amounts in which nothing tells what the point of 1.234 parts.

    And with those written with decimal commas throughout, where no other amount of the sheet is written with points.
    What 1.234 is, text files alone are asked: a spreadsheet's is a number.
    """
    if origin.is_typed:
        return origin
    columns = _amounts(sheet, origin)
    some = frozenset(column for column in columns if _has(connection, origin, column, _COMMA, ","))
    every = frozenset(column for column in some if not _has_other(connection, origin, column))
    if some and any(_has(connection, origin, column, _SETTLED) for column in _amounts(sheet, origin, _FIGURES)):
        every = frozenset()
    origin = replace(origin, commas=every, half_commas=some - every)
    if sheet.raw.encoding is None:
        return origin
    unsettled = (
        column for column in columns
        if not _has(connection, origin, column, _SETTLED) and _has(connection, origin, column, UNSETTLED)
    )  # fmt: skip
    return replace(origin, unsettled=frozenset(unsettled))


def comma_notes(connection: duckdb.DuckDBPyConnection, sheet: SheetSource, origin: Origin) -> Iterator[Note]:
    """Yield that a column was read with decimal commas, or that some of its amounts have one and could not be."""
    for match in sheet.match.columns:
        cell = origin.columns[match.position]
        if cell not in origin.commas | origin.half_commas:
            continue
        count, example = _with_comma(connection, origin, cell)
        facts = {"sheet": _name_of(sheet), "header": match.header, "count": count, "example": example}
        if cell in origin.commas:
            yield Note(
                "{sheet}: the amounts under {header} are written with a decimal comma, such as {example}, and were "
                "read so.", facts,
            )  # fmt: skip
        else:
            yield Note(
                "{sheet}: {count} amounts under {header} are written with a decimal comma, such as {example}, while "
                "others are not: these were rejected. Export again with a decimal point, or with the comma in all of "
                "them.", facts, is_finding=True,
            )  # fmt: skip


def _name_of(sheet: SheetSource) -> str:
    return " › ".join(part for part in (sheet.raw.file, sheet.raw.sheet) if part)


def _with_comma(connection: duckdb.DuckDBPyConnection, origin: Origin, column: str) -> tuple[int, str]:
    cell = exp.column(column, quoted=True)
    is_one = call("regexp_matches", call("half_width", cell.copy()), exp.Literal.string(_COMMA))
    found = exp.select(exp.Count(this=exp.Star()), exp.func("min", cell)).from_(origin.relation).where(is_one)
    count, example = first_row(connection, found.sql("duckdb"))
    return int(count), str(example).strip()


def _has_other(connection: duckdb.DuckDBPyConnection, origin: Origin, column: str) -> bool:
    cell = exp.column(column, quoted=True)
    has_digit = call("regexp_matches", cell, exp.Literal.string("[0-9]"))
    is_one = call("regexp_matches", call("half_width", cell.copy()), exp.Literal.string(_COMMA))
    found = exp.select("1").from_(origin.relation).where(has_digit, exp.not_(is_one)).limit(1)
    return first_row(connection, found.sql("duckdb")) is not None


def has_unsettled_points(connection: duckdb.DuckDBPyConnection, sheet: SheetSource, origin: Origin) -> bool:
    """Return whether any amount is written so that its sheet has to be asked what the point parts."""
    return any(
        _has(connection, origin, column, _COMMA, ",")
        or (sheet.raw.encoding is not None and _has(connection, origin, column, UNSETTLED))
        for column in _amounts(sheet, origin)
    )


def _amounts(sheet: SheetSource, origin: Origin, kinds: Collection[str] = ("money",)) -> list[str]:
    return sorted({
        origin.columns[column.position] for column in (*sheet.match.columns, *_rivals(sheet))
        if sheet.table[column.key].kind in kinds and origin.column_types[origin.columns[column.position]] == "VARCHAR"
    })  # fmt: skip


def _rivals(sheet: SheetSource) -> list[ColumnMatch]:
    # What might be the amount as well is weighed against it, read in the same way.
    return [column for column in sheet.match.alternatives if column.key == "paid_amount"]


def _has(connection: duckdb.DuckDBPyConnection, origin: Origin, column: str, pattern: str, sign: str = ".") -> bool:
    cell = exp.column(column, quoted=True)
    has_point = call("contains", cell, exp.Literal.string(sign))
    fits = call("regexp_matches", call("half_width", cell.copy()), exp.Literal.string(pattern))
    found = exp.select("1").from_(origin.relation).where(has_point, fits).limit(1)
    return first_row(connection, found.sql("duckdb")) is not None
