"""How far a workbook's sheets reach, known before a reader makes room for it.

A sheet reader holds the rectangle around all values, so two values in opposite corners of a 10 KB file cost
550 GB. Sheets that are small when packed are searched for far values; large ones are searched when they claim
nothing believable about their size (most exports written by Java do not).
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from siyu_cli.files.reading import bombs, sheet_xlsb
from siyu_cli.files.reading.archive import inflate, part_name, parts, stream
from siyu_cli.files.reading.content import Content
from siyu_cli.files.reading.oddities import is_odd, is_odd_head
from siyu_cli.files.reading.sheet_xml import (
    Block,
    blocks,
    column_index,
    cut_rows,
    dimension,
    located,
)
from siyu_cli.files.reading.xlsx_book import SheetPart, is_utf8

# Without a column of two letters or a row of seven digits, nothing is far; a quick look that most blocks pass.
_MAYBE_FAR = re.compile(rb'r="(?:[A-Z][A-Z]|[A-Z]\d{7})')
# Columns after CQ (the 95th) and rows from 1,000,000 on: without these, MAX_CELLS cannot be passed.
_FAR_CELL = re.compile(rb"""r=["'](?:((?:[A-Z]{3,}|C[R-Z]|[D-Z][A-Z]))\d+|[A-Z]{1,2}(\d{7,}))["'](?:[^>]*[^/>])?>""")
_CELL = re.compile(rb"""r=["']([A-Z]+)(\d+)["'](?:[^>]*[^/>])?>""")
_STRING = re.compile(rb"<(?:\w+:)?si[\s>/]")
_STRING_USE = re.compile(rb"""\bt=["']s["'][^>]*><v>(\d{1,10})</v>""")
_TEXTS = re.compile(rb"""uniqueCount\s*=\s*["']\s*\+?(\d+)""")
_HEAD = 65_536
_SMALLEST_TEXT = 5  # bytes of XML: <si/>
_SMALLEST_CELL = 20  # bytes of XML: <c t="s"><v>0</v></c> is 21


def odd_sheets(content: Content, sheets: Iterable[SheetPart]) -> frozenset[str | None]:
    """Return the parts of an .xlsx that the fast reader would misread or make too much room for.

    Raises InputError when a part lies about its size or a sheet would not fit the memory.
    """
    members = parts(content)
    worksheets = {sheet.member: sheet.name for sheet in sheets if sheet.member and sheet.member in members}
    strings = b""
    odd: set[str | None] = set()
    for name, member in members.items():
        if name in worksheets:
            with located(content, worksheets[name], name):
                if _is_odd_sheet(content, worksheets[name], member):
                    odd.add(name)
        elif name.endswith("sharedstrings.xml"):
            strings = b"".join(inflate(content, member))
            if _claims_too_many_texts(strings, member.file_size):
                odd |= worksheets.keys()
            if len(strings) < member.file_size:
                strings = b""  # large tables of strings are what any large sheet has
        elif name.endswith((".xml", ".rels", ".bin")):
            for _ in inflate(content, member):
                pass
    _refuse_repeated_texts(content, strings, [(members[name], sheet) for name, sheet in worksheets.items()])
    return frozenset(odd)


def _claims_too_many_texts(xml: bytes, size: int) -> bool:
    """Whether a list of texts claims more than it has room for: the fast reader takes memory for what it claims."""
    claim = _TEXTS.search(xml[:_HEAD])
    return not is_utf8(xml) or (claim is not None and int(claim.group(1)) * _SMALLEST_TEXT > size)


def _is_odd_sheet(content: Content, sheet: str, member: zipfile.ZipInfo) -> bool:
    chunks = inflate(content, member)
    if member.compress_size < bombs.WALK_PACKED_BYTES and member.file_size < bombs.WALK_BYTES:
        return is_odd(b"".join(chunks))
    claim, is_odd_one = None, False
    for number, chunk in enumerate(chunks):
        if number == 0:
            claim, is_odd_one = dimension(chunk[:8192]), is_odd_head(chunk)
    if not claim or claim[0] * claim[1] > bombs.MAX_CELLS:
        name = part_name(member.filename)
        bombs.refuse_area(content, sheet, *_reach(lambda: cut_rows(stream(content, name), is_counted=False)))
    return is_odd_one


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


def _refuse_repeated_texts(content: Content, strings: bytes, sheets: Sequence[tuple[zipfile.ZipInfo, str]]) -> None:
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
