"""From raw sheets to the relations the loader's SQL reads: registered, repaired, projected, united by table."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.loading.clean import fits, plain_keys, projection, typed_null
from siyu_cli.files.loading.continued import continued_notes, fill_continued
from siyu_cli.files.loading.cut_amounts import cut_faults
from siyu_cli.files.loading.day_order import with_day_order
from siyu_cli.files.loading.decimal_sign import comma_notes, with_decimal_sign
from siyu_cli.files.loading.doubts import doubted_columns
from siyu_cli.files.loading.faults import mark_faults, no_faults, shown_keys
from siyu_cli.files.loading.overflow import overflow_faults
from siyu_cli.files.loading.parquet import lay_open, survey, unreadable_told
from siyu_cli.files.loading.rivals import keep_rivals
from siyu_cli.files.loading.said_back import keep_said
from siyu_cli.files.loading.scripts import call, create, drop
from siyu_cli.files.loading.second_tables import cut_off_second
from siyu_cli.files.loading.sections import sections_of
from siyu_cli.files.loading.sheet import Origin
from siyu_cli.files.reading.number_formats import DAYS_TO_1904
from siyu_cli.tables.column import Table
from siyu_cli.tables.inputs import INPUTS

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from siyu_cli.files.loading.sheet import SheetSource
    from siyu_cli.files.read import RawSheet

_DAY_KINDS = ("instant", "date", "month")
_FILLED_KINDS = ("id", "phone", "instant", "date", "month", "text", "status")
_ESSENTIAL = ("order_id", "member_id", "phone", "account", "ordered_at", "paid_at", "paid_amount")
# Blank here is the rule; a column of nothing else may be formulas that were never computed.
_OFTEN_BLANK = ("refunded_amount", "unit_price", "quantity", "status")
_ROW_KINDS = ("is_blank", "is_title", "has_total_word")
# The loader's views that are read by its own tables only; those of orders, unless the lines stay in their files.
_PASSING = (
    "judged_members", "judged_contacts", "judged_costs", "raw_members", "raw_contacts", "raw_referrals", "raw_costs",
    "raw_events", "point_ways", "raw_points_log", "raw_level_log", "listed_ids", "other_ids",
)  # fmt: skip
_PASSING_ORDERS = (
    "read_lines", "settled_orders", "agreed_orders", "judged_orders", "keyed_orders", "weighed_orders",
    "looked_up_orders", "raw_orders",
)  # fmt: skip
_BATCH_ROWS = 50_000
_FEW_ROWS = 5_000  # up to which making the statement takes longer than running it


def project(connection: duckdb.DuckDBPyConnection, sheet: SheetSource, zone: str) -> RawSheet | None:
    """Make ``source_<n>``: the sheet's mapped columns, cleaned; return the second table below it, if there is one.

    Text is parsed once and kept; a typed Parquet file stays where it is and is read as a view.
    """
    with unreadable_told(connection, sheet.raw):
        return _project(connection, sheet, zone)


def _project(connection: duckdb.DuckDBPyConnection, sheet: SheetSource, zone: str) -> RawSheet | None:
    relation = f"cells_{sheet.source}"
    is_typed = False
    if sheet.raw.cells is not None:
        sheet.cells = data_cells(sheet)
        connection.register(relation, sheet.cells)
        sheet.origin = text_origin(sheet, relation, zone)
    else:
        sheet.cells = lay_open(connection, sheet.raw, relation)
        types = {name: str(kind) for name, kind in _described(connection, relation)}
        names = [name for name in types if name != "row"]
        is_typed = all(
            fits(sheet.table[column.key].kind, types[names[column.position]]) for column in sheet.match.columns
        )
        sheet.origin = _origin(sheet, relation, types, zone, is_typed=is_typed)
        doubted = doubted_columns(connection, sheet, sheet.origin)
        blanked = survey(connection, sheet) if is_typed else sheet.origin.blanked
        is_typed = is_typed and not doubted
        sheet.origin = replace(sheet.origin, is_typed=is_typed, doubted=doubted, blanked=blanked)
    sheet.origin = with_day_order(connection, sheet, sheet.origin)
    sheet.origin = with_decimal_sign(connection, sheet, sheet.origin)
    sheet.notes = tuple(comma_notes(connection, sheet, sheet.origin))
    is_small = sheet.raw.cells is not None and sheet.rows <= _FEW_ROWS
    plain = plain_keys(connection, sheet.table, sheet.match, sheet.origin) if is_small else frozenset()
    select = projection(sheet.table, sheet.match, replace(sheet.origin, plain=plain))
    sheet.names_currency = "currency" in select.named_selects
    kind = "VIEW" if is_typed else "TABLE"
    create(connection, f"source_{sheet.source}", select, kind=kind, is_temporary=False)
    second = cut_off_second(connection, sheet)
    if sheet.match.table == "orders":
        filled = fill_continued(connection, f"source_{sheet.source}", select.named_selects)
        sheet.notes += continued_notes(sheet, filled[sheet.source])
    sheet.sections = sections_of(sheet)
    mark_faults(connection, sheet)
    keep_rivals(connection, sheet)
    keep_said(connection, sheet)
    if sheet.raw.cells is not None:
        give_back_cells(connection, sheet, shown_keys(connection, sheet.relation))
    return second


def text_origin(sheet: SheetSource, relation: str, zone: str) -> Origin:
    """Return the origin of a sheet of text whose cells, and their row numbers, are registered as ``relation``."""
    assert sheet.cells is not None
    types = {name: "BIGINT" if name == "row" else "VARCHAR" for name in sheet.cells.column_names}
    return _origin(sheet, relation, types, zone, is_typed=False)


def _origin(sheet: SheetSource, relation: str, types: dict[str, str], zone: str, *, is_typed: bool) -> Origin:
    preset = sheet.match.preset
    return Origin(
        sheet.source, relation, types, (preset.timezone if preset else None) or zone,
        (preset.date_order if preset else "ymd"), is_typed,
    )  # fmt: skip


def give_back_cells(connection: duckdb.DuckDBPyConnection, sheet: SheetSource, keys: Collection[str]) -> None:
    """Keep of a sheet's cells the columns ``keys`` and the rows before the data.

    What was cleaned is looked at again only to show why it was rejected. A large file is often still being read at
    this time, and memory is what it needs.
    """
    import pyarrow as pa

    raw = sheet.raw.cells
    assert raw is not None
    assert sheet.cells is not None
    assert sheet.origin is not None
    shown = [sheet.origin.columns[column.position] for column in sheet.match.columns if column.key in keys]
    sheet.cells = sheet.cells.select(list(dict.fromkeys((*shown, "row"))))
    connection.register(sheet.origin.relation, sheet.cells)
    sheet.raw = replace(sheet.raw, cells=raw.take(pa.arange(0, sheet.match.first_data_row)))


def lend_cells(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> None:
    """Let another connection read a sheet's raw cells: rejected values are shown as they were written."""
    if sheet.cells is not None:
        connection.register(f"cells_{sheet.source}", sheet.cells)


def let_go(connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource]) -> None:
    """Forget what stands between files and loaded tables: the ID cards and addresses in it, the memory it takes.

    Typed Parquet files stay open, since their order lines are read where they lie.
    """
    is_kept = any(sheet.origin and not sheet.origin.is_typed for sheet in sheets if sheet.match.table == "orders")
    for name in (*_PASSING, *(_PASSING_ORDERS if is_kept else ())):
        drop(connection, name, kind="VIEW")
    for sheet in sheets:
        if sheet.raw.cells is not None:
            connection.unregister(f"cells_{sheet.source}")
            drop(connection, f"source_{sheet.source}", kind="VIEW" if sheet.shared else "TABLE")
            sheet.cells = None
    for shared in {sheet.shared for sheet in sheets} - {None}:
        drop(connection, str(shared))


def unite(
    connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource], member_ids: Collection[str] = ()
) -> None:
    """Make ``raw_members``, ``raw_contacts`` and ``raw_orders``: the sheets of each under all of its columns.

    ``member_ids`` are columns of ids that are compared in another form than they are written in.
    """
    for name, table in INPUTS.items():
        own = [sheet for sheet in sheets if sheet.match.table == name]
        selects = [
            _with_every_column(connection, table, relation, member_ids)
            for relation in dict.fromkeys(sheet.relation for sheet in own)
        ] or [_empty(table)]
        union: exp.Query = selects[0]
        for select in selects[1:]:
            union = exp.union(union, select, distinct=False, copy=False)
        create(connection, f"raw_{name}", union, kind="VIEW")


def _with_every_column(
    connection: duckdb.DuckDBPyConnection, table: Table, relation: str, member_ids: Collection[str]
) -> exp.Select:
    known = {column for column, _ in _described(connection, relation)}
    changed = known.intersection(member_ids)
    columns = [
        exp.alias_(call("member_id_in", exp.column(column.key)), column.key) if column.key in changed
        else exp.column(column.key) if column.key in known
        else exp.alias_(typed_null(column), column.key)
        for column in table.columns
    ]  # fmt: skip
    return exp.select("source", "row", *columns, "faults", *_ROW_KINDS).from_(relation)


def _empty(table: Table) -> exp.Select:
    columns = [exp.alias_(typed_null(column), column.key) for column in table.columns]
    frame = [
        exp.alias_(exp.cast(exp.null(), "int"), "source"), exp.alias_(exp.cast(exp.null(), "bigint"), "row"),
        *columns, exp.alias_(no_faults(), "faults"),
        *(exp.alias_(exp.false(), name) for name in _ROW_KINDS),
    ]  # fmt: skip
    return exp.select(*frame).where(exp.false())


def data_cells(sheet: SheetSource) -> pa.Table:
    """Return the rows of data as text, numbered as in the sheet; the reader's facts become the sheet's faults."""
    import pyarrow as pa

    start = sheet.match.first_data_row
    cells = _from_1900(sheet, _repaired(sheet)).slice(start)
    first = sheet.raw.first_row + start
    # Not pa.array: it imports pandas, whose memory would add to the peak of reading.
    rows = pa.arange(first, first + cells.num_rows)
    # The engine reads one batch per thread, and readers give one batch: cut it, without copying.
    numbered = cells.append_column("row", rows)
    # Looked at twice where sheets were to be cleaned together and are not.
    beyond = overflow_faults(sheet, numbered)
    within = cut_faults(sheet, numbered, [fault.row for fault in beyond])
    sheet.faults = tuple(dict.fromkeys((*sheet.faults, *beyond, *within)))
    return pa.Table.from_batches(numbered.combine_chunks().to_batches(max_chunksize=_BATCH_ROWS), numbered.schema)


def _repaired(sheet: SheetSource) -> pa.Table:
    # Merged cells hold their value in the first row only: the rows under it mean the same. Amounts are not
    # repeated, since a merged amount is the order's. Looked up only where an important cell is blank.
    cells = sheet.raw.cells
    assert cells is not None
    start = sheet.match.first_data_row
    blanks = {column.key: cells.column(column.position).slice(start).null_count for column in sheet.match.columns}
    rows = max(1, cells.num_rows - start)
    if not any(blanks.get(key) for key in _ESSENTIAL) and not any(blanks.get(key) == rows for key in _OFTEN_BLANK):
        return cells
    facts = sheet.raw.inspect()
    sheet.faults = facts.faults
    filled = {column.position for column in sheet.match.columns if sheet.table[column.key].kind in _FILLED_KINDS}
    return _filled_down(cells, facts.merged, filled, start)


def _from_1900(sheet: SheetSource, cells: pa.Table) -> pa.Table:
    # Dates written as plain numbers of days are read as Excel counts them by default; Excel of old Macs began later.
    import pyarrow as pa
    import pyarrow.compute as pc

    if not sheet.raw.counts_from_1904:
        return cells
    for column in sheet.match.columns:
        if sheet.table[column.key].kind in _DAY_KINDS:
            text = cells.column(column.position)
            is_serial = pc.match_substring_regex(text, r"^[1-9][0-9]{0,4}(\.[0-9]+)?$")
            days = pc.add(pc.cast(pc.if_else(is_serial, text, None), pa.float64()), float(DAYS_TO_1904))
            name = cells.column_names[column.position]
            cells = cells.set_column(column.position, name, pc.coalesce(pc.cast(days, pa.string()), text))
    return cells


def _filled_down(
    cells: pa.Table, merged: Sequence[tuple[int, int, int, int]], positions: Collection[int], start: int
) -> pa.Table:
    import numpy as np

    for position in sorted(positions):
        ranges = [span for span in merged if span[1] == position and span[2] > span[0] >= start]
        if not ranges:
            continue
        rows = np.arange(cells.num_rows)
        for top, _, bottom, _ in ranges:
            rows[top : bottom + 1] = top
        cells = cells.set_column(position, cells.column_names[position], cells.column(position).take(rows))
    return cells


def _described(connection: duckdb.DuckDBPyConnection, relation: str) -> list[tuple[str, str]]:
    described = exp.select("*").from_(relation).sql("duckdb")
    rows = connection.execute("describe " + described).fetchall()
    return [(row[0], row[1]) for row in rows]
