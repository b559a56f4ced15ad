"""Typed Parquet files are read where they lie; what needs a second look in them is read as text, cell by cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.loading.bounds import Bounds
from siyu_cli.files.loading.clean import NOTHING, fits, is_priced
from siyu_cli.files.loading.scripts import call, first_row

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.sheet import Origin, SheetSource
    from siyu_cli.files.recognise import ColumnMatch
    from siyu_cli.tables.column import Column

_SPELT: dict[str, str] = {"id": "id_in", "text": "text_in", "status": "text_in"}


def doubted_columns(connection: duckdb.DuckDBPyConnection, sheet: SheetSource, origin: Origin) -> frozenset[str]:
    """Return the columns of a typed file that hold what no shop has, or ids and words in an odd spelling.

    One look per column, which stops at the first such cell; its statistics often spare it. A table elsewhere is looked
    through once, for all of them. Where some columns have to be parsed, texts are, and the others are looked at alone.
    """
    fitting = [match for match in sheet.match.columns if _is_typed(match, sheet, origin)]
    cells = {match.key: origin.columns[match.position] for match in fitting}
    doubts: dict[str, exp.Expr] = {}
    priced = is_priced([match.key for match in sheet.match.columns])
    quantity = exp.column(cells["quantity"], quoted=True) if priced and "quantity" in cells else None
    if priced and quantity is None and "unit_price" in cells:  # what it is multiplied by is known once it is parsed
        doubts[cells["unit_price"]] = exp.true()
    for match in fitting:
        cell = origin.columns[match.position]
        column, raw = sheet.table[match.key], exp.column(cell, quoted=True)
        is_text = origin.column_types[cell] == "VARCHAR"
        doubt = _is_spelt_oddly(column, raw) if is_text else _is_beyond(Bounds(quantity), column, raw)
        if doubt is not None:
            doubts.setdefault(cell, doubt)
    if sheet.raw.lake is not None:
        return _doubted_at_once(connection, origin.relation, doubts)
    each = {cell: exp.select("1").from_(origin.relation).where(doubt).limit(1) for cell, doubt in doubts.items()}
    return frozenset(cell for cell, query in each.items() if first_row(connection, query.sql("duckdb")))


def _is_typed(match: ColumnMatch, sheet: SheetSource, origin: Origin) -> bool:
    """Return whether a column is taken as it is; of a file with others, its texts are parsed as those are."""
    given = origin.column_types[origin.columns[match.position]]
    return fits(sheet.table[match.key].kind, given) and (origin.is_typed or given != "VARCHAR")


def _doubted_at_once(
    connection: duckdb.DuckDBPyConnection, relation: str, doubts: Mapping[str, exp.Expr]
) -> frozenset[str]:
    if not doubts:
        return frozenset()
    asked = exp.select(*(call("bool_or", doubt) for doubt in doubts.values())).from_(relation)
    found = first_row(connection, asked.sql("duckdb"))
    return frozenset(cell for cell, is_found in zip(doubts, found, strict=True) if is_found)


def _is_beyond(bounds: Bounds, column: Column, raw: exp.Expr) -> exp.Expr | None:
    return None if column.kind == "id" else bounds.beyond(column, raw)


def _is_spelt_oddly(column: Column, raw: exp.Expr) -> exp.Expr | None:
    if column.kind not in _SPELT:
        return None
    # Cheap signs first: something below the digits in front, a space behind, other than ASCII, an e-mail.
    signs = [
        raw < exp.Literal.string("0"),
        call("suffix", raw, exp.Literal.string(" ")),
        exp.not_(call("strlen", raw).eq(call("length", raw))),
        *([call("contains", raw, exp.Literal.string("@"))] if column.kind == "id" else []),
    ]
    plain = call(_SPELT[column.kind], raw)
    return exp.and_(exp.or_(*signs), exp.not_(raw.isin(*NOTHING)), exp.not_(plain.eq(raw)))
