"""Tables of an engine on other machines, and small files of this one beside them, opened for one load.

Parquet is cleaned where it lies, by the engine. What is no Parquet is read and cleaned here, as ever, and handed over:
a list of costs or of invites, not a log.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from siyu_cli.engines.duckdb import connect
from siyu_cli.errors import UsageError, Where
from siyu_cli.files.loading.clean import load_macros
from siyu_cli.files.loading.lookalikes import define_member_ids
from siyu_cli.files.loading.opened import HeaderMapping, OpenedFile, first_cells, recognised
from siyu_cli.files.loading.opening import MOST_SHEETS, leave_out_doubles, project_all
from siyu_cli.files.loading.parquet import describe_stored
from siyu_cli.files.read import read_sources
from siyu_cli.files.reading.kinds import TEXT_SUFFIXES, WORKBOOK_SUFFIXES
from siyu_cli.files.reading.sheets import RawSheet, Source

if TYPE_CHECKING:
    from collections.abc import Collection

    import duckdb

    from siyu_cli.config.settings import Settings
    from siyu_cli.engines.spark_connection import SparkConnection
    from siyu_cli.files.recognition.presets import Preset
    from siyu_cli.files.request import LoadRequest

MOST_ROWS = 200_000
_HERE = (TEXT_SUFFIXES - {""}) | WORKBOOK_SUFFIXES | {".zip"}


def open_lakes(
    connection: duckdb.DuckDBPyConnection, settings: Settings, request: LoadRequest, presets: tuple[Preset, ...]
) -> list[OpenedFile]:
    """Return every input with its sheets cleaned on the engine; UsageError for a file too large to be handed over."""
    there = cast("SparkConnection", connection)
    sources = [_source(there, place, str(given), request) for place, given in enumerate(request.paths)]
    headers: Collection[str] = ()
    if request.header_map:  # may be settled for any one of them
        headers = {cell for source in sources for raw in source.sheets for cell in first_cells(connection, raw)}
    mapping = HeaderMapping(request.header_map, headers, presets)
    zone = settings.shop.timezone
    opened = []
    for place, source in enumerate(sources):
        if all(raw.lake is not None for raw in source.sheets):
            file = recognised(connection, source, place * MOST_SHEETS, mapping)
            for sheet in list(file.sheets):
                sheet.stored = describe_stored(connection, sheet)
                project_all(connection, file, sheet, zone)
        else:
            file = _handed_over(there, source, place * MOST_SHEETS, mapping, settings)
        opened.append(file)
    leave_out_doubles(opened)
    return opened


def _source(there: SparkConnection, place: int, given: str, request: LoadRequest) -> Source:
    path = Path(given)
    if path.suffix.lower() in _HERE and path.is_file():
        return read_sources([path], password=request.password, progress=request.progress)[0]
    lake = there.engine.open_lake(f"lake_{place}", given)
    name = path.name or given
    request.progress.recognised(name, lake.rows)
    return Source(name, path, lake.fingerprint, lake.size, (RawSheet(name, None, None, path, lake),))


def _handed_over(
    there: SparkConnection, source: Source, first: int, mapping: HeaderMapping, settings: Settings
) -> OpenedFile:
    """Return a file that was read and cleaned here, its cells and its cleaned rows handed to the engine."""
    rows = max(raw.cells.num_rows for raw in source.sheets if raw.cells is not None)
    if rows > MOST_ROWS:
        raise UsageError(
            "{file} has {rows} rows: on Spark, files of this machine may have {most}.",
            hint="Give it as Parquet in a place that Spark reads, or run without --engine spark.",
            where=Where(file=source.file), file=source.file, rows=rows, most=MOST_ROWS,
        )  # fmt: skip
    with connect(settings.engine.memory_limit) as here:
        load_macros(here)
        define_member_ids(here, settings)
        file = recognised(here, source, first, mapping)
        for sheet in list(file.sheets):
            project_all(here, file, sheet, settings.shop.timezone)
        # Cleaned rows, and what was kept beside them; the cells themselves are lent to whoever shows rejects.
        for (name,) in here.execute("select table_name from duckdb_tables()").fetchall():
            there.register(name, here.table(name).to_arrow_table())
    return file
