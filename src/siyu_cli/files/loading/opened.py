"""A file that was opened: each of its sheets recognised, and put among those that are loaded or those left out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from siyu_cli.errors import DataError, Where
from siyu_cli.files.loading import parquet
from siyu_cli.files.loading.report import Note, SheetReport
from siyu_cli.files.loading.roles import WHOSE
from siyu_cli.files.loading.second_tables import below, last_header, second_note, table_above, unread_notes
from siyu_cli.files.loading.sheet import SheetSource
from siyu_cli.files.loading.side_by_side import beside_notes, tables_beside
from siyu_cli.files.recognise import recognise

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.read import RawSheet, Source
    from siyu_cli.files.recognise import Match
    from siyu_cli.files.recognition.presets import Preset

_LOOK = 60


@dataclass(frozen=True)
class HeaderMapping:
    """Headers settled by hand, all headers of the other files, where they may stand, and the presets to try."""

    header_map: Mapping[str, str]
    other_headers: Collection[str] = ()
    presets: tuple[Preset, ...] = ()


@dataclass
class OpenedFile:
    """A file that was read: the sheets that go into the load; reports of those that do not, and their matches.

    ``first``: the number of its first sheet.
    """

    source: Source
    first: int
    mapping: HeaderMapping
    sheets: list[SheetSource] = field(default_factory=list)
    left_out: dict[int, SheetReport] = field(default_factory=dict)
    matches: dict[int, Match] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    @property
    def next_number(self) -> int:
        """Return the number of the next of its sheets."""
        return self.first + len(self.sheets) + len(self.left_out)


def recognised(connection: duckdb.DuckDBPyConnection, source: Source, first: int, mapping: HeaderMapping) -> OpenedFile:
    """Return a file with each of its sheets recognised; ``first`` is the number of the first."""
    opened = OpenedFile(replace(source, sheets=()), first, mapping)
    tables = [table for raw in source.sheets for table in tables_beside(raw, mapping.presets)]
    for raw in tables:
        take(connection, opened, raw)
    opened.notes += beside_notes(source.sheets, tables)
    return opened


def take(connection: duckdb.DuckDBPyConnection, opened: OpenedFile, raw: RawSheet) -> None:
    """Recognise one sheet, and put it among those that go into the load or those that do not."""
    rows, number = _row_count(connection, raw), opened.next_number
    if raw.is_hidden:
        opened.left_out[number] = left_out(raw, "hidden_sheet", max(0, rows - 1), None)
        return
    match = _match_of(connection, raw, opened.mapping)
    top = table_above(raw, match)
    if top is not None and _match_of(connection, top, opened.mapping).table is not None:
        take(connection, opened, top)
        rest = below(raw, top.first_row + _row_count(connection, top))
        opened.notes.append(second_note(rest))
        take(connection, opened, rest)
        return
    opened.notes += unread_notes(raw, match)
    match = _beside_undecodable(raw, match)
    data = rows if raw.parquet else max(0, rows - match.first_data_row)
    if match.table is None:
        # The header of a Parquet file is none of its rows.
        header = 0 if raw.parquet or match.header_row is None else match.header_row + 1
        opened.left_out[number] = left_out(raw, "unrecognised_sheet", max(0, rows - header), match)
        opened.matches[number] = match
    elif _is_blind(match):
        opened.left_out[number] = left_out(raw, "no_buyer_column", data, match)
        opened.matches[number] = match
    else:
        opened.sheets.append(SheetSource(number, raw, match, data, scope=match.amount_scope))


def _match_of(connection: duckdb.DuckDBPyConnection, raw: RawSheet, mapping: HeaderMapping) -> Match:
    """Return what a sheet is; its last row is looked at where no other is a header: sorted, it may stand there."""

    def matched(rows: Sequence[Sequence[str | None]]) -> Match:
        return recognise(
            rows, file=raw.file, sheet=raw.sheet,
            header_map=mapping.header_map, other_headers=mapping.other_headers, presets=mapping.presets,
        )  # fmt: skip

    rows = _first_rows(connection, raw)
    match = matched(rows)
    last = last_header(raw) if match.table is None and match.header_row is None else None
    if last is None:
        return match
    at, cells = last
    above = matched([cells, *rows[:at]])
    if above.table is None:
        return match
    return replace(above, header_row=at, first_data_row=above.first_data_row - 1)


def _is_blind(match: Match) -> bool:
    """Return whether orders name no buyer: their platform does not tell, or no column was found."""
    if match.preset is not None and not match.preset.has_buyer:
        return True
    # A list of returns may name their orders instead, which name the buyer.
    is_told_by_order = bool(match.column("order_id") and match.column("refunded_amount")) and (
        match.column("return_id") is not None or match.column("paid_amount") is None
    )
    names = (*WHOSE["orders"], "receiver_phone")
    return match.table == "orders" and not is_told_by_order and not any(match.column(key) for key in names)


def _beside_undecodable(raw: RawSheet, match: Match) -> Match:
    """Return the match with the data beginning at an undecodable row below the header, which reads as blank.

    DataError where nothing was recognised and such a row stands among the first: it may be the header.
    """
    undecodable = [fault.row - raw.first_row for fault in raw.faults if fault.reason == "undecodable"]
    if match.table is None and undecodable and undecodable[0] < _LOOK:
        row = raw.first_row + undecodable[0]
        raise DataError(
            "{file}, row {row}, is no text in {encoding}: if it is the header, nothing can be read.",
            hint="Export it again, or correct that row and save the file as UTF-8.",
            where=Where(file=raw.file, sheet=raw.sheet, row=row), file=raw.file, row=row, encoding=raw.encoding,
        )  # fmt: skip
    below = [row for row in undecodable if match.header_row is not None and row > match.header_row]
    return replace(match, first_data_row=min([match.first_data_row, *below]))


def left_out(raw: RawSheet, rule: str, rows: int, match: Match | None) -> SheetReport:
    """Return the report on a sheet that is left out as a whole by a named rule."""
    preset = match.preset.name if match is not None and match.preset else None
    return SheetReport(
        raw.file, raw.sheet, match.table if match else None, preset, raw.encoding, None,
        rows, 0, 0, {rule: rows} if rows else {},
        match.columns if match else (), match.unmapped if match else (), match.dropped if match else (),
        reason=match.reason if match else None,
    )  # fmt: skip


def _row_count(connection: duckdb.DuckDBPyConnection, raw: RawSheet) -> int:
    if raw.cells is not None:
        return int(raw.cells.num_rows)
    return parquet.count_rows(connection, raw)


def _first_rows(connection: duckdb.DuckDBPyConnection, raw: RawSheet) -> list[list[str | None]]:
    if raw.cells is not None:
        columns = [column.to_pylist() for column in raw.cells.slice(0, _LOOK).columns]
        return [list(row) for row in zip(*columns, strict=True)]
    return parquet.head(connection, raw, _LOOK)


def first_cells(connection: duckdb.DuckDBPyConnection, raw: RawSheet) -> list[str]:
    """Return what stands in the first rows of a sheet, where its header may be."""
    return [cell for row in _first_rows(connection, raw) for cell in row if cell]
