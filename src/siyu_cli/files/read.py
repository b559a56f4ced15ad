"""The door for files: paths in, raw sheets of text out, nothing guessed and nothing lost on the way.

What a file is, its bytes decide. Everything is read once, as text; every row keeps its number; whatever could
not be read truly is a fault of its cell. A file that cannot be read at all ends in an error that names it.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from lzma import LZMAError
from pathlib import Path
from typing import TypeVar

from siyu_cli.errors import DataError, InputError, SiyuError
from siyu_cli.files.reading.allocator import freed_at_once, give_back_memory
from siyu_cli.files.reading.archive import damaged, opened
from siyu_cli.files.reading.content import Content, digest, find
from siyu_cli.files.reading.kinds import (
    READABLE,
    SAVE_AS,
    TEXT_SUFFIXES,
    WORKBOOK_SUFFIXES,
    kind_of,
    unsupported,
)
from siyu_cli.files.reading.sheets import CellFault, RawSheet, SheetFacts, Source
from siyu_cli.guard import will_read
from siyu_cli.progress import SILENT, Progress

__all__ = ["CellFault", "RawSheet", "SheetFacts", "Source", "read_each", "read_sources"]

Handled = TypeVar("Handled")

_THREADS = 2  # members and orders at once; more only fight for memory bandwidth
_LOCK_FILE = "{file} is the lock Excel puts beside an open workbook, not the workbook."
_IN_ZIP = TEXT_SUFFIXES - {""} | WORKBOOK_SUFFIXES


def read_sources(paths: Sequence[Path], *, password: str | None = None, progress: Progress = SILENT) -> list[Source]:
    """Return every file with its sheets, in the order given; two files are read at a time.

    ``password`` opens locked workbooks and zips, all with the same one. Raises InputError for a file that is
    missing, locked, of an unknown kind or a bomb, and DataError for one that is empty or damaged; the first
    in the order given wins.
    """
    return read_each(paths, lambda _, source: source, password=password, progress=progress)


def read_each(
    paths: Sequence[Path],
    handle: Callable[[int, Source], Handled],
    *,
    recall: Callable[[int, Path], Handled | None] = lambda _place, _path: None,
    password: str | None = None,
    progress: Progress = SILENT,
) -> list[Handled]:
    """Return what ``handle(place, source)`` makes of each file, called in the thread that has just read it.

    A small file is then handled while a large one is still being read; one that ``recall(place, path)`` has an answer
    for is not read. Raises as ``read_sources`` does.
    """

    def read_and_handle(place: int, path: Path) -> Handled:
        known = recall(place, path)
        if known is not None:
            return known
        source = _read_source(path, password, progress)
        progress.recognised(source.file, sum(sheet.cells.num_rows for sheet in source.sheets if sheet.cells))
        handled = handle(place, source)
        give_back_memory()
        return handled

    will_read(*paths)
    with freed_at_once(), ThreadPoolExecutor(max_workers=_THREADS) as pool:
        reading = [pool.submit(read_and_handle, place, path) for place, path in enumerate(paths)]
        return [done.result() for done in reading]


def _read_source(path: Path, password: str | None, progress: Progress) -> Source:
    content = find(Path(path), progress)
    ignored: list[str] = []
    try:
        if kind_of(content) == "zip":
            sheets, ignored = _read_zip(content, password)
        else:
            sheets = _read(content, password)
        return Source(content.file, Path(path), digest(content), content.size, sheets, tuple(ignored))
    except (zipfile.BadZipFile, zlib.error, LZMAError, EOFError, OSError, UnicodeError) as error:
        raise damaged(content, error) from error


def _read(content: Content, password: str | None) -> tuple[RawSheet, ...]:
    """Return the sheets of one file that is no zip of files."""
    from siyu_cli.files.reading.locked import unlock
    from siyu_cli.files.reading.spreadsheet import read_workbook

    kind = kind_of(content)
    if kind == "text":
        return (_read_text(content),)
    if kind == "parquet":
        return (_read_parquet(content),)
    content = content.at_hand()
    if kind == "ole":
        content = unlock(content, password)
        kind = kind_of(content)
    return read_workbook(content, kind)


def _read_zip(content: Content, password: str | None) -> tuple[tuple[RawSheet, ...], list[str]]:
    sheets: list[RawSheet] = []
    with opened(content, password) as (found, ignored):
        for packed in found:
            if packed.suffix in _IN_ZIP | {".zip", ".parquet"}:
                sheets += _read_packed(content, packed, password)
            else:
                ignored.append(_name_in(content, packed))
    if not sheets:
        raise InputError(
            "{file} holds no table: siyu looked for {readable}.",
            hint="Look into it and pack the exports themselves.",
            where=content.where, file=content.file, readable=READABLE,
        )  # fmt: skip
    return tuple(sheets), ignored


def _read_packed(content: Content, packed: Content, password: str | None) -> tuple[RawSheet, ...]:
    """Return the sheets of one file in a zip; InputError when it is Parquet or another zip."""
    if packed.suffix == ".parquet":
        raise unsupported(content, "{file} holds Parquet files.", "Unpack it first.")
    member = packed if packed.suffix in TEXT_SUFFIXES and _is_text(packed) else packed.at_hand()
    if kind_of(member) == "zip":
        raise InputError(
            "{file} holds another zip, {member}.", hint="Unpack it first; siyu opens one level of zip.",
            where=content.where, file=content.file, member=_name_in(content, packed),
        )  # fmt: skip
    return _read(member, password)


def _name_in(content: Content, packed: Content) -> str:
    return packed.file.removeprefix(f"{content.file}/")


def _is_text(content: Content) -> bool:
    """Whether a member can be read as it streams out of its zip; all other kinds need random access."""
    return not content.head(4).startswith((b"PK", b"\xd0\xcf\x11\xe0", b"PAR1"))


def _read_text(content: Content) -> RawSheet:
    from siyu_cli.files.reading.delimited import read_text

    if content.suffix in TEXT_SUFFIXES:
        return read_text(content)
    if content.file.startswith("~$"):
        raise unsupported(content, _LOCK_FILE, "Leave it out and close the workbook it belongs to.")
    if content.suffix in (".parquet", ".zip"):
        raise unsupported(content, "{file} is not what its name says: it holds text or damaged data.")
    if content.suffix not in WORKBOOK_SUFFIXES:
        raise unsupported(content, "{file} is of a type siyu does not read.")
    # Platforms name delimited text .xls, because Excel opens it after a warning. One column is no table.
    try:
        sheet = read_text(content)
    except DataError as error:
        raise _no_workbook(content) from error
    if sheet.cells is None or sheet.cells.num_columns < 2:
        raise _no_workbook(content)
    return sheet


def _no_workbook(content: Content) -> SiyuError:
    return InputError(
        "{file} is not a workbook, whatever its name says, or its beginning is damaged.", hint=SAVE_AS,
        where=content.where, file=content.file,
    )  # fmt: skip


def _read_parquet(content: Content) -> RawSheet:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        str(content.path).encode()
    except UnicodeEncodeError:  # bytes of another system's encoding, which the engine cannot be given
        raise InputError(
            "{file} has a name that is no text on this computer.", hint="Rename it and try again.",
            where=content.where, file=content.file,
        ) from None  # fmt: skip
    try:
        metadata = parquet.read_metadata(content.path)
        columns = metadata.schema.to_arrow_schema().names
        parts = [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)]
    except (pa.ArrowException, OSError, ValueError) as error:
        raise damaged(content, error) from error
    if metadata.num_rows != sum(parts):  # fewer would be read without a word
        raise DataError(
            "{file} is damaged: its numbers of rows contradict each other.", hint="Export it again.",
            where=content.where, file=content.file,
        )  # fmt: skip
    if not columns:
        raise DataError("{file} has no columns.", hint="Export it again.", where=content.where, file=content.file)
    return RawSheet(content.file, None, None, parquet=content.path)
