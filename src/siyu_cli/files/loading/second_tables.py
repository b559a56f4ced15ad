"""Two tables below each other in one sheet: returns under orders, say. Each is cut off and read on its own.

Nothing is looked for below unless rows have words where dates and amounts should be, as a second header has, and
nothing above unless another header stands there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.loading.report import Note
from siyu_cli.files.loading.roles import sheet_name
from siyu_cli.files.reading.sheets import RawSheet, SheetFacts
from siyu_cli.files.recognition.header_row import is_data, is_header

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import duckdb

    from siyu_cli.files.loading.sheet import SheetSource
    from siyu_cli.files.recognise import Match

# Words under more than one column that holds none, or a header that repeats the first columns only.
WORDY = "is_title or len(faults) > 1"
_LOOKED_AT = 1_000
_LAST = 20


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


def second_note(second: RawSheet) -> Note:
    """Return the note on a table that stands below another."""
    return Note(
        "{file}: a second table begins in row {row} and was read by itself.",
        {"file": second.file, "row": second.first_row},
    )


def table_above(raw: RawSheet, match: Match) -> RawSheet | None:
    """Return what stands above the header of a sheet, where it begins with another header that has rows."""
    if raw.cells is None or not match.header_row:
        return None
    rows = [_cells(raw, raw.first_row + at) for at in range(match.header_row + 1)]
    header = next((at for at, row in enumerate(rows) if is_header(row)), match.header_row)
    title = _title_above(raw, raw.first_row + match.header_row)
    end = match.header_row - (title is not None)
    if rows[header] == rows[-1] or not any(map(is_data, rows[header + 1 : end])):
        return None
    faults = tuple(fault for fault in raw.faults if fault.row < raw.first_row + end)
    return replace(raw, cells=raw.cells.slice(0, end), faults=faults, _facts=lambda: _until(raw.inspect(), raw, end))


def _until(told: SheetFacts, raw: RawSheet, end: int) -> SheetFacts:
    merged = tuple(span for span in told.merged if span[2] < end)
    return SheetFacts(merged, tuple(fault for fault in told.faults if fault.row < raw.first_row + end))


def unread_notes(raw: RawSheet, match: Match) -> Iterator[Note]:
    """Yield a note on rows of values above the header that are no data of its table: a summary, another table."""
    if raw.cells is None or match.table is None or not match.header_row:
        return
    start = min(match.header_row, match.first_data_row)
    rows = _unread_rows(_cells(raw, raw.first_row + at) for at in range(start))
    if rows > 1:
        yield Note(
            "{sheet}: {rows} rows above the header, in row {row}, hold values and were not read.",
            {"sheet": sheet_name(raw.file, raw.sheet), "rows": rows, "row": raw.first_row + match.header_row},
            is_finding=rows > raw.cells.num_rows - match.first_data_row,
        )


def last_header(raw: RawSheet) -> tuple[int, list[str | None]] | None:
    """Return the last row of a sheet that holds anything, from 0, and its cells, where it is a header."""
    if raw.cells is None:
        return None
    for at in range(raw.cells.num_rows - 1, max(0, raw.cells.num_rows - _LAST), -1):
        cells = _cells(raw, raw.first_row + at)
        if any(cells):
            return (at, cells) if is_header(cells) else None
    return None


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


def _unread_rows(rows: Iterable[list[str | None]]) -> int:
    """Return how many rows hold values: under a header, whatever has more than one cell."""
    is_table, count = False, 0
    for row in rows:
        if is_header(row):
            is_table = True
        elif is_data(row) or (is_table and sum(bool(cell and cell.strip()) for cell in row) > 1):
            count += 1
    return count


def _title_above(raw: RawSheet, row: int) -> str | None:
    filled = [cell for cell in _cells(raw, row - 1) if cell and cell.strip()]
    return filled[0] if len(filled) == 1 else None


def _cells(raw: RawSheet, row: int) -> list[str | None]:
    assert raw.cells is not None
    return [column[0].as_py() for column in raw.cells.slice(row - raw.first_row, 1).columns]


def _begins_another(cells: list[str | None], header: list[str | None]) -> bool:
    return cells != header and is_header(cells)
