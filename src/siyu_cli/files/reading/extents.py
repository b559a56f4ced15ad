"""How far a workbook's sheets reach, known before a reader makes room for it.

A sheet reader holds the rectangle around all values, so two values in opposite corners of a 10 KB file cost
550 GB. Sheets that are small when packed are searched for far values; large ones are searched when they claim
nothing believable about their size (most exports written by Java do not).
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from xml.parsers import expat

from siyu_cli.files.reading import bombs, sheet_xlsb
from siyu_cli.files.reading.archive import damaged, inflate, part_name, parts, stream
from siyu_cli.files.reading.content import Content
from siyu_cli.files.reading.sheet_xml import (
    Block,
    SheetPart,
    blocks,
    column_index,
    cut_rows,
    dimension,
    located,
)

# Without a column of two letters or a row of seven digits, nothing is far; a quick look that most blocks pass.
_MAYBE_FAR = re.compile(rb'r="(?:[A-Z][A-Z]|[A-Z]\d{7})')
# Columns after CQ (the 95th) and rows from 1,000,000 on: without these, MAX_CELLS cannot be passed.
_FAR_CELL = re.compile(
    rb"""r=["'](?:((?:[A-Z]{3,}|C[R-Z]|[D-Z][A-Z]))\d+|[A-Z]{1,2}(\d{7,}))["'](?:[^>]*[^/>])?>"""
)
_CELL = re.compile(rb"""r=["']([A-Z]+)(\d+)["'](?:[^>]*[^/>])?>""")
_STRING = re.compile(rb"<(?:\w+:)?si[\s>/]")
_STRING_USE = re.compile(rb"""\bt=["']s["'][^>]*><v>(\d{1,10})</v>""")
_SMALLEST_CELL = 20  # bytes of XML: <c t="s"><v>0</v></c> is 21
_ODS_ROW = re.compile(rb'<table:table-row\b(?:[^>]*?number-rows-repeated="(\d{1,9})")?')
_ODS_CELL = re.compile(rb"<table:(?:covered-)?table-cell\b([^>]*?)(/?)>")
_ODS_COLUMNS = re.compile(rb'number-columns-repeated="(\d{1,9})"')


def refuse_xlsx_bombs(content: Content, sheets: Iterable[SheetPart]) -> None:
    """Raise InputError when a part of an .xlsx lies about its size or a sheet would not fit the memory."""
    members = parts(content)
    worksheets = {sheet.member: sheet.name for sheet in sheets if sheet.member and sheet.member in members}
    strings = b""
    for name, member in members.items():
        if name in worksheets:
            with located(content, worksheets[name], name):
                _refuse_sheet(content, worksheets[name], member)
        elif name.endswith("sharedstrings.xml"):
            strings = b"".join(inflate(content, member))
            if len(strings) < member.file_size:
                strings = b""  # large tables of strings are what any large sheet has
        elif name.endswith((".xml", ".rels", ".bin")):
            for _ in inflate(content, member):
                pass
    _refuse_repeated_texts(content, strings, [(members[name], sheet) for name, sheet in worksheets.items()])


def _refuse_sheet(content: Content, sheet: str, member: zipfile.ZipInfo) -> None:
    chunks = inflate(content, member)
    if member.compress_size < bombs.WALK_PACKED_BYTES and member.file_size < bombs.WALK_BYTES:
        seen = list(chunks)
        reach = _reach(lambda: cut_rows(seen, is_counted=False))
    else:
        claim = None
        for number, chunk in enumerate(chunks):
            claim = dimension(chunk[:8192]) if number == 0 else claim
        if claim and claim[0] * claim[1] <= bombs.MAX_CELLS:
            return
        name = part_name(member.filename)
        reach = _reach(lambda: cut_rows(stream(content, name), is_counted=False))
    bombs.refuse_area(content, sheet, *reach)


def _reach(rows: Callable[[], Iterable[Block]]) -> tuple[int, int]:
    """Return (rows, columns) up to the last value, or less where that cannot pass the limit."""
    far_row, far_column = _far(rows())
    return _exact(rows()) if far_column or far_row > bombs.MAX_ROWS else (far_row, 0)


def _far(rows: Iterable[Block]) -> tuple[int, int]:
    """Return the last far row and far column that hold a value; 0 where there are none."""
    far_row = far_column = 0
    for block in rows:
        if _MAYBE_FAR.search(block.xml) is None and b"r='" not in block.xml:
            continue
        for letters, row in _FAR_CELL.findall(block.xml):
            far_row = max(far_row, int(row or 0))
            far_column = max(far_column, column_index(letters) + 1 if letters else 0)
    return far_row, far_column


def _exact(rows: Iterable[Block]) -> tuple[int, int]:
    last_row = last_column = 0
    for block in rows:
        cells = set(_CELL.findall(block.xml))
        last_row = max([last_row, *(int(row) for _, row in cells)])
        columns = {letters for letters, _ in cells}
        last_column = max([last_column, *(column_index(letters) + 1 for letters in columns)])
    return last_row, last_column


def _refuse_repeated_texts(
    content: Content, strings: bytes, sheets: Sequence[tuple[zipfile.ZipInfo, str]]
) -> None:
    """A long shared string that a million cells name is a million copies once the sheet is read."""
    starts = [*(found.start() for found in _STRING.finditer(strings)), len(strings)]
    lengths = [end - start for start, end in pairwise(starts)]
    longest = max(lengths, default=0)
    for member, sheet in sheets:
        most_uses = member.file_size // _SMALLEST_CELL
        if longest < bombs.LONG_TEXT_BYTES or longest * most_uses <= bombs.MAX_TEXT_BYTES:
            continue
        size = 0
        for block in blocks(content, part_name(member.filename)):
            uses = Counter(map(int, _STRING_USE.findall(block.xml)))
            size += sum(lengths[use] * times for use, times in uses.items() if use < len(lengths))
            bombs.refuse_text(content, sheet, size)


def refuse_xlsb_bombs(content: Content) -> None:
    """Raise InputError when a part of an .xlsb lies about its size or a sheet would not fit the memory."""
    for name, member in parts(content).items():
        if not name.endswith((".xml", ".rels", ".bin")):
            continue
        data = b"".join(inflate(content, member))
        claim = sheet_xlsb.dimension(data[:4096])
        if claim is None:
            continue  # no sheet
        if len(data) < member.file_size:
            # A large sheet is believed, unless what it claims would not fit anyway.
            is_sane = claim[0] * claim[1] <= bombs.MAX_CELLS
            claim = claim if is_sane else sheet_xlsb.reach(b"".join(stream(content, name)))
        else:
            claim = sheet_xlsb.reach(data)
        bombs.refuse_area(content, None, *claim)


def refuse_ods_bombs(content: Content) -> None:
    """Raise InputError when an .ods lies about its size or repeats cells beyond the memory.

    Empty rows and cells repeated to the end of a table are how every .ods is written; they cost nothing.
    """
    for name, member in parts(content).items():
        if name.endswith(".xml"):
            for _ in inflate(content, member):
                pass
    rest, rows, last_row, width = b"", 0, 0, 0
    for chunk in _well_formed(content, stream(content, "content.xml")):
        *whole, rest = (rest + chunk).split(b"</table:table-row>")
        for row in whole:
            if b"<table:table " in row:
                rows = last_row = width = 0
            repeats, columns = _ods_row(row)
            rows += repeats
            if columns:
                last_row, width = rows, max(width, columns)
                bombs.refuse_area(content, None, last_row, width)


def _well_formed(content: Content, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the chunks of an XML; DataError when it is broken: calamine waits for ever for a missing end tag."""
    parser = expat.ParserCreate()
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
            yield chunk
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise damaged(content, error) from error


def _ods_row(xml: bytes) -> tuple[int, int]:
    """Return (rows it stands for, columns up to its last value) of a table row, its end tag left off."""
    repeats = sum(int(found.group(1) or 1) for found in _ODS_ROW.finditer(xml))
    columns = last = 0
    if b"number-columns-repeated" not in xml:
        return repeats, xml.count(b"<table:table-cell") + xml.count(b"<table:covered-table-cell")
    for found in _ODS_CELL.finditer(xml):
        attributes, closed = found.groups()
        times = _ODS_COLUMNS.search(attributes)
        columns += int(times.group(1)) if times else 1
        if not closed or b"office:value" in attributes:
            last = columns
    return repeats, last
