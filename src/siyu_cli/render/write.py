"""Results on disk, whole or not at all: csv, json, jsonl and parquet by suffix; csv and jsonl as a stream."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from siyu_cli.cells import harmless
from siyu_cli.errors import UsageError
from siyu_cli.render import lines
from siyu_cli.render.document import describe, document, json_text
from siyu_cli.render.markdown import markdown
from siyu_cli.render.page import page_text
from siyu_cli.render.reader import Reader
from siyu_cli.render.replace import check_target, meta_beside, replacing, replacing_folder, together
from siyu_cli.report import Listing, Report
from siyu_cli.tables.column import Column, Table


def write_report(report: Report, path: Path, reader: Reader, *, force: bool = False) -> tuple[Path, ...]:
    """Write a report in the form that the suffix names, and return the files written.

    ``.xlsx``, ``.html`` and ``.md`` are for people, in the reader's language; ``.json`` is the whole answer, ``.csv``,
    ``.jsonl`` and ``.parquet`` its list, for machines. Raises UsageError for another suffix or where there is no list,
    OutputError as ``replacing`` does.
    """
    suffix = path.suffix.lower()
    texts: dict[str, Callable[[], str]] = {
        ".json": lambda: json_text(document(report), indent=2) + "\n",
        ".html": lambda: page_text(report, reader),
        ".md": lambda: markdown(report, reader),
    }
    if suffix == ".xlsx":
        from siyu_cli.render.sheets import sheets
        from siyu_cli.render.workbook import write_workbook

        write_workbook(path, sheets(report, reader), force=force)
    elif suffix in texts:
        write_text(texts[suffix](), path, force=force)
    else:
        return _write_listing(report, path, force=force)
    return (path,)


def write_text(text: str, path: Path, *, force: bool = False) -> None:
    """Write a text, UTF-8. Raises OutputError as ``replacing`` does."""
    with replacing(path, force=force) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def _write_listing(report: Report, path: Path, *, force: bool) -> tuple[Path, ...]:
    listing = report.listing
    if listing is None:
        message = "{file}: siyu {command} has no list."
        raise UsageError(message, hint="Choose .xlsx, .json, .html or .md.", file=path, command=report.command)
    columns, meta = listing.every_column, describe(report)
    keys = [column.key for column in columns]
    if path.suffix.lower() == ".parquet" and listing.write is not None:
        placing = replacing_folder if listing.is_parted else replacing
        with placing(path, force=force) as temporary:
            listing.write(temporary, {"siyu": json_text(meta)}, keys)
        return (path,)
    return write_table(listing.read(keys), columns, path, force=force, meta=meta)


def listing_text(listing: Listing, format: str) -> Iterator[str]:
    """Return a list piece by piece for a stream, as ``csv`` or ``jsonl``."""
    rows = listing.read([column.key for column in listing.every_column])
    return (csv_text if format == "csv" else jsonl_text)(rows, listing.every_column)


def write_rows(rows: pa.Table, table: Table, path: Path, reader: Reader, *, force: bool = False) -> None:
    """Write the rows of one table and nothing else, by the suffix: a workbook of one sheet, or what machines read."""
    if path.suffix.lower() != ".xlsx":
        write_table(rows, table.columns, path, force=force)
        return
    from siyu_cli.render.sheets import sheet_column
    from siyu_cli.render.workbook import SheetSpec, write_workbook

    columns = tuple(sheet_column(column, reader) for column in table.columns)
    write_workbook(path, [SheetSpec(reader.title(table), rows, columns)], force=force)


def write_table(
    table: pa.Table,
    columns: Sequence[Column],
    path: Path,
    *,
    force: bool = False,
    meta: Mapping[str, Any] | None = None,
) -> tuple[Path, ...]:
    """Write the columns, under their keys and in their order, and return the files written.

    The suffix decides: ``.csv`` (UTF-8 with BOM, lines end with ``\\n``, formulas made inert), ``.jsonl``,
    ``.json`` (``{"meta": …, "records": […]}``), ``.parquet`` (``meta`` as JSON under the key ``siyu``).
    csv and jsonl have no place for ``meta``: it goes beside them, into ``x.csv.meta.json``; both appear, or none.
    Equal tables and equal ``meta`` give equal bytes. Raises UsageError for another suffix, OutputError as
    ``replacing`` does.
    """
    suffix = path.suffix.lower()
    if suffix not in _WRITERS:
        raise UsageError(
            "{file} cannot be written: its name must end in one of {allowed}.",
            hint="Name the output file with one of these endings.",
            file=str(path),
            allowed=", ".join(_WRITERS),
        )
    chosen = table.select([column.key for column in columns]).replace_schema_metadata(None)
    facts = dict(meta or {})
    beside = meta_beside(path) if facts else None
    for target in (path, beside) if beside else (path,):
        check_target(target, force=force)
    with together():
        with replacing(path, force=force) as temporary, temporary.open("wb") as file:
            _WRITERS[suffix](chosen, file, facts)
        if beside:
            write_json(facts, beside, force=force)
    return (path, beside) if beside else (path,)


def write_json(document: Mapping[str, Any], path: Path, *, force: bool = False) -> None:
    """Write one JSON document, indented, UTF-8; dates are ISO. Raises OutputError as ``replacing`` does."""
    write_text(json_text(document, indent=2) + "\n", path, force=force)


def csv_text(table: pa.Table, columns: Sequence[Column] | None = None) -> Iterator[str]:
    """Return the table as csv, piece by piece and without a BOM, for a stream such as stdout."""
    chosen = table if columns is None else table.select([column.key for column in columns])
    for piece in lines.csv_lines(chosen):
        yield str(piece, "utf-8")


def jsonl_text(table: pa.Table, columns: Sequence[Column] | None = None) -> Iterator[str]:
    """Return one JSON object per row and line, piece by piece, for a stream such as stdout."""
    chosen = table if columns is None else table.select([column.key for column in columns])
    for piece in lines.json_lines(chosen):
        yield str(piece, "utf-8")


def _write_csv(table: pa.Table, file: BinaryIO, _meta: Mapping[str, Any]) -> None:
    file.write(b"\xef\xbb\xbf")
    for piece in lines.csv_lines(table):
        file.write(piece)


def _write_jsonl(table: pa.Table, file: BinaryIO, _meta: Mapping[str, Any]) -> None:
    for piece in lines.json_lines(table):
        file.write(piece)


def _write_json(table: pa.Table, file: BinaryIO, meta: Mapping[str, Any]) -> None:
    file.write(f'{{"meta": {json_text(meta)},\n"records": ['.encode())
    for position, piece in enumerate(lines.json_lines(table, before=",\n", after="")):
        file.write(piece[1:] if position == 0 else piece)
    file.write(b"\n]}\n")


def _write_parquet(table: pa.Table, file: BinaryIO, meta: Mapping[str, Any]) -> None:
    from pyarrow import parquet

    table = harmless(table)
    # Pages follow the chunks of the table, and chunks follow the threads that made it: one chunk, one answer.
    table = table.combine_chunks().replace_schema_metadata({"siyu": json_text(meta)})
    parquet.write_table(table, file, compression="zstd", row_group_size=131_072)


_WRITERS: dict[str, Callable[[pa.Table, BinaryIO, Mapping[str, Any]], None]] = {
    ".csv": _write_csv,
    ".json": _write_json,
    ".jsonl": _write_jsonl,
    ".parquet": _write_parquet,
}
