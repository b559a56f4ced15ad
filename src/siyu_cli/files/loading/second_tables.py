"""A second table below the first in one sheet: returns under orders, say. It is cut off and read on its own.

Nothing is looked for unless rows have words where dates and amounts should be, as a second header has.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.reading.sheets import RawSheet, SheetFacts
from siyu_cli.files.recognition.header_row import is_header

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.sheet import SheetSource

# Words under more than one column that holds none, or a header that repeats the first columns only.
WORDY = "is_title or len(faults) > 1"
_LOOKED_AT = 1_000


def cut_off_second(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> RawSheet | None:
    """Take what stands from a second header on out of ``source_<n>``; return it as a sheet, None if there is none."""
    raw = sheet.raw
    if raw.cells is None or sheet.match.header_row is None:
        return None
    name = f"source_{sheet.source}"
    wordy = exp.select("row").from_(name).where(WORDY).order_by("row").limit(_LOOKED_AT)
    rows = [row for (row,) in connection.execute(wordy.sql("duckdb")).fetchall()]
    header = _cells(raw, raw.first_row + sheet.match.header_row)
    begins = next((row for row in rows if _begins_another(_cells(raw, row), header)), None)
    if begins is None:
        return None
    cut = exp.delete(name, where=exp.column("row") >= exp.Literal.number(begins))
    connection.execute(cut.sql("duckdb"))
    sheet.rows -= raw.cells.num_rows - (begins - raw.first_row)
    return below(raw, begins)


def below(raw: RawSheet, row: int) -> RawSheet:
    """Return what stands in a sheet from a row on, which is the sheet's own number, with what belongs to it."""
    assert raw.cells is not None
    away = row - raw.first_row

    def facts() -> SheetFacts:
        told = raw.inspect()
        merged = tuple(
            (top - away, left, bottom - away, right) for top, left, bottom, right in told.merged if top >= away
        )
        return SheetFacts(merged, tuple(fault for fault in told.faults if fault.row >= row))

    faults = tuple(fault for fault in raw.faults if fault.row >= row)
    return replace(
        raw, cells=raw.cells.slice(away), first_row=row, faults=faults, title=_title_above(raw, row), _facts=facts
    )


def _title_above(raw: RawSheet, row: int) -> str | None:
    filled = [cell for cell in _cells(raw, row - 1) if cell and cell.strip()]
    return filled[0] if len(filled) == 1 else None


def _cells(raw: RawSheet, row: int) -> list[str | None]:
    assert raw.cells is not None
    return [column[0].as_py() for column in raw.cells.slice(row - raw.first_row, 1).columns]


def _begins_another(cells: list[str | None], header: list[str | None]) -> bool:
    return cells != header and is_header(cells)
