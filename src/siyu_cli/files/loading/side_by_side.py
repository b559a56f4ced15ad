"""Two tables beside each other in one sheet: orders on the left, refunds on the right. Each is read on its own.

A row then holds an order and a refund that have nothing to do with each other. Nothing is cut unless both sides are
tables by themselves and some row shows that they are two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache, reduce
from itertools import pairwise
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.errors import Note, SiyuError
from siyu_cli.files.loading.roles import sheet_name
from siyu_cli.files.loading.scripts import first_row
from siyu_cli.files.reading.grid import moved
from siyu_cli.files.reading.sheets import RawSheet, SheetFacts
from siyu_cli.files.recognise import recognise
from siyu_cli.files.recognition import headers
from siyu_cli.files.recognition.mapping import known

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from siyu_cli.files.loading.sheet import SheetSource
    from siyu_cli.files.recognise import ColumnMatch, Match
    from siyu_cli.files.recognition.presets import Preset

_LOOK = 60
_FEWEST = 3
# Which order and whose it is: in one table a row says it once.
_SAYING_WHICH = (("order_id", "original_order_id"), ("member_id",), ("phone",), ("account",))


def tables_beside(raw: RawSheet, presets: Sequence[Preset]) -> list[RawSheet]:
    """Return a sheet as the tables that stand beside each other in it, mostly one: itself."""
    if raw.cells is None or raw.is_hidden:
        return [raw]
    for left, right in _cuts(raw.cells):
        one, other = _columns(raw, range(left)), _columns(raw, range(right, raw.cells.num_columns))
        if _are_two(one, other, presets, has_gap=right > left):
            return [one, *tables_beside(other, presets)]
    return [raw]


def beside_notes(sheets: Sequence[RawSheet], tables: Sequence[RawSheet]) -> Iterator[Note]:
    """Yield a note on every sheet that was read as tables beside each other."""
    for sheet in sheets:
        parts = [table for table in tables if (table.file, table.sheet) == (sheet.file, sheet.sheet)]
        if len(parts) > 1:
            yield Note(
                "{sheet}: {count} tables stand side by side, and each was read by itself.",
                {"sheet": sheet_name(sheet.file, sheet.sheet), "count": len(parts)},
            )


def misplaced_notes(connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource]) -> Iterator[Note]:
    """Yield a finding where rows hold an order and the refund of another, and the sheet could not be cut in two."""
    keys = ("order_id", "original_order_id", "return_id", "paid_amount", "refunded_amount")
    for sheet in sheets:
        if sheet.match.table != "orders" or sheet.has("kind", "is_return") or not all(map(sheet.has, keys)):
            continue
        name = f"source_{sheet.source}"
        none = exp.Literal.number(0)
        is_anothers = exp.column("original_order_id").neq(exp.column("order_id"))
        is_here = exp.column("original_order_id").isin(query=exp.select("order_id").from_(name))
        counted = exp.select("count(*)").from_(name).where(
            is_anothers, is_here, exp.column("paid_amount") > none, exp.column("refunded_amount") > none
        )  # fmt: skip
        (rows,) = first_row(connection, counted.sql("duckdb"))
        if rows:
            yield Note(
                "{sheet}: {rows} rows hold an order and the refund of another ({header}), which was taken from the "
                "order beside it. Put the refunds in a sheet of their own, with their dates.",
                {
                    "sheet": sheet_name(sheet.raw.file, sheet.raw.sheet),
                    "rows": rows,
                    "header": sheet.header_of("original_order_id"),
                },
                is_finding=True,
            )


def _cuts(cells: pa.Table) -> Iterator[tuple[int, int]]:
    """Yield where a sheet may be cut: where its left part ends, and where the right one begins."""
    used = [at for at, column in enumerate(cells.columns) if column.null_count < cells.num_rows]
    for at, following in pairwise(used):
        if following - at > 1:
            yield at + 1, following
    for row in cells.slice(0, _LOOK).to_pylist():
        names = [headers.plain(cell) if cell else "" for cell in row.values()]
        first = next(filter(None, names), None)
        if first is None or sum(map(bool, names)) < 2 * _FEWEST:
            continue
        repeated = [at for at, name in enumerate(names) if name == first][1:]
        returns = [at for at, name in enumerate(names) if name in _names_of_returns()]
        yield from ((at, at) for at in (*repeated, *returns) if at >= _FEWEST)


@cache
def _names_of_returns() -> frozenset[str]:
    return frozenset(name for name, keys in known("orders").items() if any(key == "return_id" for key, _, _ in keys))


def _columns(raw: RawSheet, places: Sequence[int]) -> RawSheet:
    """Return some columns of a sheet as a sheet, with what belongs to them."""
    assert raw.cells is not None
    at = {place: number for number, place in enumerate(places)}
    cells = raw.cells.select(list(places)).rename_columns([f"c{number}" for number in at.values()])
    faults = moved(SheetFacts((), raw.faults), at).faults
    return replace(raw, cells=cells, faults=faults, _facts=lambda: moved(raw.inspect(), at))


def _are_two(one: RawSheet, other: RawSheet, presets: Sequence[Preset], *, has_gap: bool) -> bool:
    left, right = _matched(one, presets), _matched(other, presets)
    if left is None or right is None or left.header_row != right.header_row:
        return False
    if not has_gap and (left.column("kind") or left.column("is_return")):
        return False  # sales and returns in turn: the columns on the right are those of returns
    told = [
        (a.position, b.position)
        for keys in _SAYING_WHICH
        if (a := _first(left, keys)) is not None and (b := _first(right, keys)) is not None
    ]
    return bool(told) and _differ(one, other, left.first_data_row, told, has_gap=has_gap)


def _first(match: Match, keys: Sequence[str]) -> ColumnMatch | None:
    return next((column for key in keys if (column := match.column(key)) is not None), None)


def _matched(raw: RawSheet, presets: Sequence[Preset]) -> Match | None:
    """Return what a part of a sheet is by itself, None where it is no table."""
    assert raw.cells is not None
    rows = [list(row.values()) for row in raw.cells.slice(0, _LOOK).to_pylist()]
    try:
        match = recognise(rows, file=raw.file, sheet=raw.sheet, header_map={}, presets=tuple(presets))
    except SiyuError:
        return None
    is_table = match.table is not None and len(match.columns) >= _FEWEST and match.header_row is not None
    return match if is_table else None


def _differ(one: RawSheet, other: RawSheet, start: int, told: Sequence[tuple[int, int]], *, has_gap: bool) -> bool:
    """Return whether a row says two things of one, or, across a gap, holds something on one side only."""
    import pyarrow.compute as pc

    assert one.cells is not None
    assert other.cells is not None
    left, right = one.cells.slice(start), other.cells.slice(start)
    is_blank = [reduce(pc.and_, (pc.is_null(column) for column in part.columns)) for part in (left, right)]
    if has_gap and pc.any(pc.xor(*is_blank)).as_py():
        return True
    return any(pc.any(pc.not_equal(left.column(a), right.column(b))).as_py() for a, b in told)
