"""The load: files in, typed tables and a full account of every row out.

    read → recognise → project (clean) → who is who → judge every row → order_lines, members, people

Everything after the projection is SQL over one DuckDB connection (see orders.sql, members.sql, identity.sql).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siyu_cli.errors import DataError, Where
from siyu_cli.files.loading import parquet
from siyu_cli.files.loading.account import account_for
from siyu_cli.files.loading.clean import load_macros
from siyu_cli.files.loading.exclude import Forgotten, exclude_members
from siyu_cli.files.loading.identity import link_members
from siyu_cli.files.loading.judge import describe_sources, judge_members, judge_orders
from siyu_cli.files.loading.kinds import tell_kinds
from siyu_cli.files.loading.left_out import blind_note, left_out_notes, missing_notes
from siyu_cli.files.loading.lookalikes import MEMBER_IDS, define_member_ids, is_changed, lookalike_notes
from siyu_cli.files.loading.named import Named
from siyu_cli.files.loading.overflow import overflow_notes
from siyu_cli.files.loading.payments import twice_told_notes
from siyu_cli.files.loading.refused import refused_notes
from siyu_cli.files.loading.report import Input, LoadReport, Note, SheetReport, UnusableError
from siyu_cli.files.loading.rivals import rival_notes
from siyu_cli.files.loading.roles import WHOSE
from siyu_cli.files.loading.scripts import script
from siyu_cli.files.loading.second_tables import below, last_header, second_note, table_above, unread_notes
from siyu_cli.files.loading.sheet import SheetSource
from siyu_cli.files.loading.side_by_side import beside_notes, misplaced_notes, tables_beside
from siyu_cli.files.loading.sources import lend_cells, let_go, project, unite
from siyu_cli.files.loading.spellings import spelling_notes
from siyu_cli.files.loading.sums import check_sums
from siyu_cli.files.loading.together import FEWEST, is_small, project_alike
from siyu_cli.files.loading.unpriced import unpriced_notes
from siyu_cli.files.loading.vanished import vanished_notes
from siyu_cli.files.loading.warnings import cell_notes, load_notes
from siyu_cli.files.loading.words import kind_notes, map_words
from siyu_cli.files.read import Source, read_each, read_sources
from siyu_cli.files.reading.allocator import give_back_memory
from siyu_cli.files.recognise import recognise
from siyu_cli.files.recognition.own_presets import known_presets
from siyu_cli.files.recognition.preset_making import Settled
from siyu_cli.meanwhile import import_meanwhile
from siyu_cli.progress import SILENT, Progress

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.config.settings import Settings
    from siyu_cli.files.read import RawSheet
    from siyu_cli.files.recognise import Match
    from siyu_cli.files.recognition.presets import Preset

_LOOK = 60
_MOST_SHEETS = 10_000


@dataclass
class Load:
    """What a load left on its connection: tables ``order_lines``, ``members``, ``people``, ``rejects``.

    ``settled``: the sheets a preset of one's own can be made of; ``presets``: those that were tried.
    """

    connection: duckdb.DuckDBPyConnection
    report: LoadReport
    min_paid: Decimal | None
    links: Mapping[str, str] = field(default_factory=dict, repr=False)
    settled: tuple[Settled, ...] = field(default=(), repr=False)
    presets: tuple[Preset, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class LoadRequest:
    """What to load, and how: the as-of date, headers settled by hand, a password, what earlier runs knew."""

    paths: Sequence[Path]
    as_of: date
    header_map: Mapping[str, str] = field(default_factory=dict)
    password: str | None = field(default=None, repr=False)
    aliases: Mapping[str, str] = field(default_factory=dict, repr=False)
    snapshot: Path | None = None
    progress: Progress = SILENT
    forgotten: Forgotten | None = None


def load(connection: duckdb.DuckDBPyConnection, settings: Settings, request: LoadRequest) -> Load:
    """Return the loaded shop; raises a ``SiyuError`` that names the file when nothing can be made of it."""
    load_macros(connection)
    presets = known_presets(settings.preset_folders)
    opened = _open_files(connection, settings, request, presets)
    # Results are frames. Loaded any sooner, pandas would stand in memory when reading needs the most.
    import_meanwhile("pandas")
    sheets = [sheet for file in opened for sheet in file.sheets]
    reports = {place: report for file in opened for place, report in file.left_out.items()}
    if not sheets:
        raise _unusable(reports, opened)
    for sheet in sheets:
        lend_cells(connection, sheet)
    connection.execute("set variable as_of = $as_of", {"as_of": request.as_of})
    define_member_ids(connection, settings)
    unite(connection, sheets, MEMBER_IDS if is_changed(settings) else ())
    describe_sources(connection, sheets)
    notes = tell_kinds(connection, sheets, settings.kinds)
    map_words(connection, sheets, settings.kinds)
    links = link_members(connection, sheets, request.aliases, request.snapshot)
    exclude_members(connection, settings, request.forgotten)
    notes += kind_notes(connection, sheets, settings.kinds) + judge_orders(connection, sheets, settings.shop.currency)
    notes += judge_members(connection, sheets, settings.orders.totals)
    accounted, rejects = account_for(connection, sheets)
    reports |= accounted
    check_sums(connection, sheets)
    inputs = tuple(_input(place, file.source, reports) for place, file in enumerate(opened))
    min_paid = _least_paid(sheets)
    counted_from = min_paid if settings.orders.min_paid is None else settings.orders.min_paid
    notes += overflow_notes(sheets)
    notes += cell_notes(rejects)
    notes += spelling_notes(connection, sheets)
    notes += lookalike_notes(connection, sheets)
    notes += [note for sheet in sheets for note in sheet.notes]
    notes += [note for file in opened for note in file.notes]
    left_out = {place: (reports[place], match) for file in opened for place, match in file.matches.items()}
    notes += left_out_notes(connection, left_out)
    notes += vanished_notes(connection, sheets, reports, settings.load.max_guest_share)
    notes += _doubts(connection, sheets)
    notes += load_notes(connection, sheets, reports, request.as_of, counted_from)
    let_go(connection, sheets)
    if links:
        notes.append(Note("{count} member ids were joined to another by a shared phone.", {"count": len(links)}))
    sheets_read = tuple(reports[key] for key in sorted(reports))
    report = LoadReport(inputs, sheets_read, rejects, tuple(notes), links, _named(connection, sheets_read, notes))
    return Load(connection, report, min_paid, links, tuple(_settled(connection, sheets)), presets)


def _doubts(connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource]) -> Iterator[Note]:
    """Yield the notes on amounts, refunds and payments that may mean something else."""
    for notes in (rival_notes, refused_notes, unpriced_notes, twice_told_notes, misplaced_notes):
        yield from notes(connection, sheets)


def _settled(connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource]) -> Iterator[Settled]:
    for sheet in sheets:
        words = connection.execute(script("warnings")["unknown_words"], {"source": sheet.source}).fetchall()
        found = Settled(sheet.raw.file, sheet.match, sheet.scope, tuple(word for (word,) in words))
        if found.is_mapped or found.unknown_words:
            yield found


def _named(
    connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetReport], notes: Sequence[Note]
) -> frozenset[str]:
    """Return the names of people that stand in headers and notes."""
    headers = [header.strip() for sheet in sheets for header in (*sheet.unmapped, *sheet.dropped)]
    headers += [column.header.strip() for sheet in sheets for column in sheet.columns]
    found = connection.execute("select distinct name from known_names where name in $headers", {"headers": headers})
    told = [fact for note in notes for fact in note.facts.values() if isinstance(fact, str)]
    named = Named(connection).names_in({*headers, *told})
    return frozenset(name for (name,) in found.fetchall()).union(*named.values())


def _input(place: int, source: Source, reports: Mapping[int, SheetReport]) -> Input:
    rows = sum(report.rows_in for number, report in reports.items() if number // _MOST_SHEETS == place)
    return Input(source.file, source.sha256, source.size, rows)


@dataclass
class _OpenedFile:
    """A file that was read: the sheets that go into the load; reports of those that do not, and their matches.

    ``first``: the number of its first sheet.
    """

    source: Source
    first: int
    mapping: _HeaderMapping
    sheets: list[SheetSource] = field(default_factory=list)
    left_out: dict[int, SheetReport] = field(default_factory=dict)
    matches: dict[int, Match] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    @property
    def next_number(self) -> int:
        """Return the number of the next of its sheets."""
        return self.first + len(self.sheets) + len(self.left_out)


def _open_files(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    request: LoadRequest,
    presets: tuple[Preset, ...],
) -> list[_OpenedFile]:
    def handle(place: int, source: Source, other_headers: Collection[str] = ()) -> _OpenedFile:
        # A cursor of its own, since this runs in the thread that read the file.
        give_back_memory()
        cursor = connection.cursor()
        mapping = _HeaderMapping(request.header_map, other_headers, presets)
        opened = _recognised(cursor, source, place * _MOST_SHEETS, mapping)
        is_one_of_many = len(request.paths) + len(opened.sheets) > FEWEST
        for sheet in list(opened.sheets):
            if not (is_one_of_many and is_small(sheet)):
                _project(cursor, opened, sheet, settings.shop.timezone)
        cursor.close()
        return opened

    if request.header_map:
        # A header settled by hand may stand in any one of the files: all are seen before one is complained of.
        sources = read_sources(request.paths, password=request.password, progress=request.progress)
        headers = {cell for source in sources for raw in source.sheets for cell in _first_cells(connection, raw)}
        opened = [handle(place, source, headers) for place, source in enumerate(sources)]
    else:
        opened = read_each(request.paths, handle, password=request.password, progress=request.progress)
    seen: set[str] = set()
    for file in opened:
        if file.source.sha256 in seen:
            for sheet in file.sheets:
                file.left_out[sheet.source] = _left_out(sheet.raw, "duplicate_file", sheet.rows, sheet.match)
            file.sheets.clear()
        seen.add(file.source.sha256)
    waiting = {sheet.source: file for file in opened for sheet in file.sheets if sheet.origin is None}
    small = [sheet for file in opened for sheet in file.sheets if sheet.origin is None]
    for sheet in project_alike(connection, small, settings.shop.timezone):
        _project(connection, waiting[sheet.source], sheet, settings.shop.timezone)
    return opened


def _project(connection: duckdb.DuckDBPyConnection, opened: _OpenedFile, sheet: SheetSource, zone: str) -> None:
    """Clean a sheet; one of two tables becomes two."""
    second = project(connection, sheet, zone)
    if second is None:
        return
    number = opened.next_number
    _take(connection, opened, second)
    opened.notes.append(second_note(second))
    for other in [other for other in opened.sheets if other.source >= number]:
        _project(connection, opened, other, zone)


@dataclass(frozen=True)
class _HeaderMapping:
    """Headers settled by hand, all headers of the other files, where they may stand, and the presets to try."""

    header_map: Mapping[str, str]
    other_headers: Collection[str] = ()
    presets: tuple[Preset, ...] = ()


def _first_cells(connection: duckdb.DuckDBPyConnection, raw: RawSheet) -> list[str]:
    return [cell for row in _first_rows(connection, raw) for cell in row if cell]


def _recognised(
    connection: duckdb.DuckDBPyConnection, source: Source, first: int, mapping: _HeaderMapping
) -> _OpenedFile:
    opened = _OpenedFile(replace(source, sheets=()), first, mapping)
    tables = [table for raw in source.sheets for table in tables_beside(raw, mapping.presets)]
    for raw in tables:
        _take(connection, opened, raw)
    opened.notes += beside_notes(source.sheets, tables)
    return opened


def _take(connection: duckdb.DuckDBPyConnection, opened: _OpenedFile, raw: RawSheet) -> None:
    """Recognise one sheet, and put it among those that go into the load or those that do not."""
    rows, number = _row_count(connection, raw), opened.next_number
    if raw.is_hidden:
        opened.left_out[number] = _left_out(raw, "hidden_sheet", max(0, rows - 1), None)
        return
    match = _match_of(connection, raw, opened.mapping)
    top = table_above(raw, match)
    if top is not None and _match_of(connection, top, opened.mapping).table is not None:
        _take(connection, opened, top)
        rest = below(raw, top.first_row + _row_count(connection, top))
        opened.notes.append(second_note(rest))
        _take(connection, opened, rest)
        return
    opened.notes += unread_notes(raw, match)
    match = _beside_undecodable(raw, match)
    data = rows if raw.parquet else max(0, rows - match.first_data_row)
    if match.table is None:
        # The header of a Parquet file is none of its rows.
        header = 0 if raw.parquet or match.header_row is None else match.header_row + 1
        opened.left_out[number] = _left_out(raw, "unrecognised_sheet", max(0, rows - header), match)
        opened.matches[number] = match
    elif _is_blind(match):
        opened.left_out[number] = _left_out(raw, "no_buyer_column", data, match)
        opened.matches[number] = match
    else:
        opened.sheets.append(SheetSource(number, raw, match, data, scope=match.amount_scope))


def _match_of(connection: duckdb.DuckDBPyConnection, raw: RawSheet, mapping: _HeaderMapping) -> Match:
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


def _left_out(raw: RawSheet, rule: str, rows: int, match: Match | None) -> SheetReport:
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


def _unusable(reports: Mapping[int, SheetReport], opened: Sequence[_OpenedFile]) -> UnusableError:
    matches = {place: match for file in opened for place, match in file.matches.items()}
    blind = [place for place in sorted(matches) if "no_buyer_column" in reports[place].skipped]
    told = [blind_note(reports[place], matches[place]) for place in blind] or missing_notes(reports, matches)
    if blind and matches[blind[0]].preset is not None:
        hint = "This platform's export serves shop totals only. Export orders with the buyer's phone or id."
    elif told:
        hint = told[0].message
    else:
        hint = (
            "Say what the columns are: --map orders.member_id=HEADER --map orders.paid_amount=HEADER. "
            "siyu check shows what each sheet was taken for."
        )
    message = "No members and no orders were found in {files}."
    if blind:
        message = "{file} names no buyer: neither an id, nor a phone, nor an account."
    facts: dict[str, Any] = dict(told[0].facts) if told else {}
    facts["file"] = ", ".join(dict.fromkeys(reports[place].file for place in blind))
    facts["files"] = ", ".join(file.source.file for file in opened)
    error = UnusableError(message, hint=hint, **facts)
    inputs = tuple(_input(place, file.source, reports) for place, file in enumerate(opened))
    error.report = LoadReport(inputs, tuple(reports[key] for key in sorted(reports)), warnings=tuple(told))
    return error


def _least_paid(sheets: Sequence[SheetSource]) -> Decimal | None:
    asked = [
        sheet.match.preset.min_paid for sheet in sheets
        if sheet.match.preset is not None and sheet.match.preset.min_paid is not None
    ]  # fmt: skip
    return min(asked) if asked else None
