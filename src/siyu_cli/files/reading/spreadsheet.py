"""Workbooks, old and new: every sheet as text.

.xlsx and .xlsb are read by the fast reader; what it leaves out or changes (digits of long numbers, merges,
formula errors) comes from the sheet's own parts, and only when a sheet needs it. A sheet it would misread is read
cell by cell. Readers of our own take .xls and .ods.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from html import escape
from typing import TYPE_CHECKING

from siyu_cli.errors import DataError
from siyu_cli.files.reading import archive, exact_digits, fast_reader, sheet_xlsb, sheet_xml
from siyu_cli.files.reading.content import Content
from siyu_cli.files.reading.extents import odd_sheets, refuse_xlsb_bombs
from siyu_cli.files.reading.grid import moved, without_far_columns
from siyu_cli.files.reading.kinds import SAVE_AS, Kind
from siyu_cli.files.reading.sheet_biff import read_xls
from siyu_cli.files.reading.sheet_cells import CarefulReader
from siyu_cli.files.reading.sheet_ods import read_ods
from siyu_cli.files.reading.sheets import CellFault, RawSheet, SheetFacts
from siyu_cli.files.reading.xlsx_book import Book, SheetPart, read_book

if TYPE_CHECKING:
    import fastexcel

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
# The fast reader chooses its parser by the suffix of a path, so a path is only handed over when its suffix is true.
_TRUE_SUFFIXES = {"xlsx": (".xlsx", ".xlsm"), "xlsb": (".xlsb",)}


def read_workbook(content: Content, kind: Kind) -> tuple[RawSheet, ...]:
    """Return the sheets of an unlocked workbook in its own order; chart and macro sheets are left out.

    DataError when it is damaged (names the sheet where one is known), InputError when it is locked in a way
    that needs its own program, or would fill the memory.
    """
    readers: Mapping[str, Callable[[Content], tuple[RawSheet, ...]]] = {
        "xlsx": _read_xlsx, "xlsb": _read_xlsb, "ods": read_ods, "ole": read_xls,
    }  # fmt: skip
    sheets = readers[kind](content)
    if not sheets:
        raise DataError("{file} has no sheets with cells.", hint=SAVE_AS, where=content.where, file=content.file)
    return sheets


def _source(content: Content, kind: str) -> str | bytes:
    if content.path is not None and content.suffix in _TRUE_SUFFIXES[kind]:
        return str(content.path)
    if content.data is not None:
        return content.data
    with content.open() as file:
        return file.read()


def _read_xlsx(content: Content) -> tuple[RawSheet, ...]:
    book = read_book(content)
    odd = odd_sheets(content, book.sheets)
    sheets = [(index, part) for index, part in enumerate(book.sheets) if part.is_worksheet]
    reader = None
    if any(part.member not in odd for _, part in sheets):
        reader = _open(content, book)
    careful = CarefulReader(content, book)
    if not book.is_plain:
        sheets = list(enumerate(part for _, part in sheets))
    return tuple(
        careful.read(part)
        if reader is None or part.member in odd
        else _read_fast(content, reader, index, part, careful)
        for index, part in sheets
    )


def _open(content: Content, book: Book) -> fastexcel.ExcelReader | None:
    """Return the fast reader on the workbook, its list of sheets made plain; None when it cannot open it."""
    try:
        source = _source(content, "xlsx") if book.is_plain else _with_plain_list(content, book)
        reader = fast_reader.open_book(content, source)
    except DataError:
        return None
    listed = [part for part in book.sheets if part.is_worksheet or book.is_plain]
    return reader if len(reader.sheet_names) == len(listed) else None


def _with_plain_list(content: Content, book: Book) -> bytes:
    """Return the workbook with a list of its worksheets alone, under numbers for names."""
    folder, _, file = book.member.rpartition("/")
    listed = related = ""
    members = archive.parts(content)
    sheets = [part for part in book.sheets if part.is_worksheet]
    for number, part in enumerate(sheets):
        target = members[part.member].filename.replace("\\", "/") if part.member in members else "missing"
        listed += f'<sheet name="{number}" sheetId="{number + 1}" r:id="rId{number}"/>'
        related += f'<Relationship Id="rId{number}" Type="{_OFFICE}/worksheet" Target="/{escape(target.lstrip("/"))}"/>'
    epoch = '<workbookPr date1904="1"/>' if book.counts_from_1904 else ""
    plain = {
        book.member: f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">{epoch}<sheets>{listed}</sheets></workbook>',
        f"{folder}/_rels/{file}.rels": f'<Relationships xmlns="{_PACKAGE}">{related}</Relationships>',
    }
    with content.open() as file_:
        packed = io.BytesIO(file_.read())
    with zipfile.ZipFile(packed, "a") as archive_:
        for name, xml in plain.items():
            old = members[archive.part_name(name)]
            # The old entry stays in the file and leaves its directory.
            archive_.filelist[:] = [entry for entry in archive_.filelist if entry.filename != old.filename]
            archive_.NameToInfo.pop(old.filename, None)
            archive_.writestr(old.filename, xml)
    return packed.getvalue()


def _read_fast(
    content: Content, reader: fastexcel.ExcelReader, index: int, part: SheetPart, careful: CarefulReader
) -> RawSheet:
    member = part.member or ""
    try:
        head = next(archive.stream(content, member), b"")
        cells = fast_reader.read_cells(content, reader, index, sheet_xml.starts_in_first_column(head))
    except DataError:
        return careful.read(part)
    columns = exact_digits.long_digit_columns(cells)
    faults: tuple[CellFault, ...] = ()
    if columns:
        cells, faults = exact_digits.put_back(cells, sheet_xml.long_numbers(content, member), columns)
    return RawSheet(
        content.file, part.name, cells, is_hidden=part.is_hidden, faults=faults,
        counts_from_1904=careful.book.counts_from_1904, _facts=partial(sheet_xml.facts, content, member),
    )  # fmt: skip


def _read_xlsb(content: Content) -> tuple[RawSheet, ...]:
    refuse_xlsb_bombs(content)
    book = sheet_xlsb.read_book(content)
    reader = fast_reader.open_book(content, _source(content, "xlsb"))
    return tuple(
        _read_xlsb_sheet(content, reader, index, book)
        for index, name in enumerate(reader.sheet_names)
        if name not in book.without_cells
    )


def _read_xlsb_sheet(content: Content, reader: fastexcel.ExcelReader, index: int, book: sheet_xlsb.Book) -> RawSheet:
    name = reader.sheet_names[index]
    cells, at = without_far_columns(fast_reader.read_cells(content, reader, index))
    columns = exact_digits.long_digit_columns(cells)
    faults: tuple[CellFault, ...] = ()
    if columns:
        kinds = fast_reader.number_kinds(content, reader, index)
        kinds = kinds if at is None else kinds.select(sorted(at))
        cells, faults = exact_digits.lose(cells, exact_digits.long_numbers(cells, kinds, columns), columns)

    def facts() -> SheetFacts:
        merged = sheet_xlsb.merged(content, book.members.get(name))
        return moved(SheetFacts(merged, fast_reader.error_cells(content, reader, index)), at)

    return RawSheet(
        content.file, name, cells, is_hidden=name in book.hidden, faults=faults,
        counts_from_1904=book.counts_from_1904, _facts=facts,
    )  # fmt: skip
