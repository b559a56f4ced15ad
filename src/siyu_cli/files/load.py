"""The load: files in, typed tables and a full account of every row out.

    read → recognise → project (clean) → who is who → judge every row → order_lines, members, people

Everything after the projection is SQL over one DuckDB connection (see orders.sql, members.sql, identity.sql).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siyu_cli.engines.spark_connection import SparkConnection
from siyu_cli.files.cache.loads import KeptLoad, Loaded
from siyu_cli.files.cache.opened import KeptFiles
from siyu_cli.files.loading.account import account_for
from siyu_cli.files.loading.clean import load_macros
from siyu_cli.files.loading.events import gather_events
from siyu_cli.files.loading.exclude import exclude_members
from siyu_cli.files.loading.identity import link_members
from siyu_cli.files.loading.judge import describe_sources, judge_members, judge_orders
from siyu_cli.files.loading.kinds import tell_kinds
from siyu_cli.files.loading.lakes import open_lakes
from siyu_cli.files.loading.left_out import blind_note, left_out_notes, missing_notes
from siyu_cli.files.loading.lookalikes import MEMBER_IDS, define_member_ids, is_changed, lookalike_notes
from siyu_cli.files.loading.named import Named
from siyu_cli.files.loading.opened import HeaderMapping, OpenedFile, first_cells, recognised
from siyu_cli.files.loading.opening import MOST_SHEETS, leave_out_doubles, project_all
from siyu_cli.files.loading.overflow import overflow_notes
from siyu_cli.files.loading.payments import twice_told_notes
from siyu_cli.files.loading.referrals import gather_costs
from siyu_cli.files.loading.refused import refused_notes
from siyu_cli.files.loading.report import Input, LoadReport, Note, SheetReport, UnusableError
from siyu_cli.files.loading.rivals import rival_notes
from siyu_cli.files.loading.said_back import said_back_notes
from siyu_cli.files.loading.scripts import script
from siyu_cli.files.loading.sheet import SheetSource
from siyu_cli.files.loading.side_by_side import misplaced_notes
from siyu_cli.files.loading.sources import lend_cells, let_go, unite
from siyu_cli.files.loading.spellings import spelling_notes
from siyu_cli.files.loading.sums import check_sums
from siyu_cli.files.loading.together import FEWEST, is_small, project_alike
from siyu_cli.files.loading.unpriced import unpriced_notes
from siyu_cli.files.loading.vanished import vanished_notes
from siyu_cli.files.loading.warnings import cell_notes, load_notes, newest_order
from siyu_cli.files.loading.words import kind_notes, map_words
from siyu_cli.files.read import Source, read_each, read_sources
from siyu_cli.files.reading.allocator import give_back_memory
from siyu_cli.files.recognition.own_presets import known_presets
from siyu_cli.files.recognition.preset_making import Settled
from siyu_cli.files.request import LoadRequest
from siyu_cli.guard import will_read
from siyu_cli.masks import mask_text, mask_word
from siyu_cli.meanwhile import import_meanwhile
from siyu_cli.remarks import READ_BEFORE, remark

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.config.settings import Settings
    from siyu_cli.files.recognition.presets import Preset


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


def load(connection: duckdb.DuckDBPyConnection, settings: Settings, request: LoadRequest) -> Load:
    """Return the loaded shop; raises a ``SiyuError`` that names the file when nothing can be made of it."""
    load_macros(connection)
    define_member_ids(connection, settings)
    connection.execute("set variable as_of = $as_of", {"as_of": request.as_of})
    presets = known_presets(settings.preset_folders)
    kept = _kept_load(settings, request, presets)
    found = kept.recall(connection) if kept else None
    if found is not None:
        will_read(*request.paths)
        remark(Note(READ_BEFORE, {"files": ", ".join(given.file for given in found.report.inputs)}), is_warning=False)
        return Load(connection, found.report, found.min_paid, found.links, found.settled, presets)
    loaded, is_whole = _load(connection, settings, request, presets)
    if kept and is_whole:
        kept.keep(connection, Loaded(loaded.report, loaded.min_paid, loaded.links, loaded.settled, request.aliases))
    return loaded


def _load(
    connection: duckdb.DuckDBPyConnection, settings: Settings, request: LoadRequest, presets: tuple[Preset, ...]
) -> tuple[Load, bool]:
    """Return the shop as its files have it, and whether all of it is on the connection: typed Parquet is not."""
    is_elsewhere = isinstance(connection, SparkConnection)
    opened = (open_lakes if is_elsewhere else _open_files)(connection, settings, request, presets)
    # Results are frames. Loaded any sooner, pandas would stand in memory when reading needs the most.
    import_meanwhile("pandas")
    sheets = [sheet for file in opened for sheet in file.sheets]
    reports = {place: report for file in opened for place, report in file.left_out.items()}
    if not sheets:
        raise _unusable(reports, opened)
    for sheet in sheets:
        lend_cells(connection, sheet)
    unite(connection, sheets, MEMBER_IDS if is_changed(settings) else ())
    describe_sources(connection, sheets)
    notes = tell_kinds(connection, sheets, settings.kinds)
    map_words(connection, sheets, settings.kinds)
    links = link_members(connection, sheets, request.aliases, request.snapshot)
    exclude_members(connection, settings, request.forgotten)
    notes += kind_notes(connection, sheets, settings.kinds) + judge_orders(connection, sheets, settings.shop.currency)
    notes += judge_members(connection, sheets, settings.orders.totals)
    gather_costs(connection, settings.metrics)
    gather_events(connection, sheets)
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
    newest_at = newest_order(connection, sheets)
    is_whole = all(sheet.raw.cells is not None for sheet in sheets) and not is_elsewhere
    let_go(connection, sheets)
    if links:
        notes.append(Note("{count} member ids were joined to another by a shared phone.", {"count": len(links)}))
    sheets_read = tuple(reports[key] for key in sorted(reports))
    report = LoadReport(
        inputs, sheets_read, rejects, tuple(notes), links, _named(connection, sheets_read, notes), newest_at
    )  # fmt: skip
    return Load(connection, report, min_paid, links, tuple(_settled(connection, sheets)), presets), is_whole


def _kept_load(settings: Settings, request: LoadRequest, presets: tuple[Preset, ...]) -> KeptLoad | None:
    """Return the place of this load among those that are kept; None where nothing is, and for files under a password.

    A file that cannot be read gets no place: who reads it will say why.
    """
    if request.cache is None or request.password is not None:
        return None
    try:
        return KeptLoad(request.cache, settings, request, presets)
    except OSError:
        return None


def _doubts(connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource]) -> Iterator[Note]:
    """Yield the notes on amounts, refunds and payments that may mean something else."""
    for notes in (rival_notes, refused_notes, unpriced_notes, said_back_notes, twice_told_notes, misplaced_notes):
        yield from notes(connection, sheets)


def _settled(connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource]) -> Iterator[Settled]:
    for sheet in sheets:
        words = connection.execute(script("warnings")["unknown_words"], {"source": sheet.source}).fetchall()
        unknown = tuple(word for (word,) in words)
        named = [cell for _, cell in sheet.match.seen.named] if sheet.match.seen is not None else []
        found = Settled(sheet.raw.file, sheet.match, sheet.scope, unknown, _personal(connection, {*unknown, *named}))
        if found.is_mapped or found.unknown_words:
            yield found


def _personal(connection: duckdb.DuckDBPyConnection, texts: Collection[str]) -> frozenset[str]:
    """Return the headers and words that tell of somebody."""
    names = Named(connection).names_in(texts)
    return frozenset(text for text in texts if mask_word(mask_text(text, names.get(text, ()))) != text)


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
    rows = sum(report.rows_in for number, report in reports.items() if number // MOST_SHEETS == place)
    return Input(source.file, source.sha256, source.size, rows)


def _open_files(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    request: LoadRequest,
    presets: tuple[Preset, ...],
) -> list[OpenedFile]:
    """Return every file with its sheets cleaned; one that was read before, as it was found then."""
    kept = None
    # A file's own sheets hold everybody who stands in it: where somebody asked to be forgotten, they are not kept.
    is_plain = request.password is None and not request.header_map
    if request.cache is not None and not request.cache.forgotten and is_plain:
        kept = KeptFiles(request.cache, settings, HeaderMapping({}, presets=presets))
    recalled: list[str] = []

    def recall(place: int, path: Path) -> OpenedFile | None:
        with connection.cursor() as cursor:
            known = kept.recall(cursor, path, place * MOST_SHEETS) if kept else None
        if known is not None:
            recalled.append(known.source.file)
        return known

    def handle(place: int, source: Source, other_headers: Collection[str] = ()) -> OpenedFile:
        # A cursor of its own, since this runs in the thread that read the file.
        give_back_memory()
        with connection.cursor() as cursor:
            mapping = HeaderMapping(request.header_map, other_headers, presets)
            opened = recognised(cursor, source, place * MOST_SHEETS, mapping)
            is_one_of_many = len(request.paths) + len(opened.sheets) > FEWEST
            for sheet in list(opened.sheets):
                if not (is_one_of_many and is_small(sheet)):
                    project_all(cursor, opened, sheet, settings.shop.timezone)
            if kept is not None:
                kept.keep(cursor, opened)
        return opened

    if request.header_map:
        # A header settled by hand may stand in any one of the files: all are seen before one is complained of.
        sources = read_sources(request.paths, password=request.password, progress=request.progress)
        headers = {cell for source in sources for raw in source.sheets for cell in first_cells(connection, raw)}
        opened = [handle(place, source, headers) for place, source in enumerate(sources)]
    else:
        opened = read_each(request.paths, handle, recall=recall, password=request.password, progress=request.progress)
    if recalled:
        remark(Note(READ_BEFORE, {"files": ", ".join(sorted(recalled))}), is_warning=False)
    leave_out_doubles(opened)
    _project_alike(connection, opened, settings.shop.timezone)
    return opened


def _project_alike(connection: duckdb.DuckDBPyConnection, opened: Sequence[OpenedFile], zone: str) -> None:
    """Clean the small sheets that were left for it, those that are alike in one go."""
    waiting = {sheet.source: file for file in opened for sheet in file.sheets if sheet.origin is None}
    small = [sheet for file in opened for sheet in file.sheets if sheet.origin is None]
    for sheet in project_alike(connection, small, zone):
        project_all(connection, waiting[sheet.source], sheet, zone)


def _unusable(reports: Mapping[int, SheetReport], opened: Sequence[OpenedFile]) -> UnusableError:
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
