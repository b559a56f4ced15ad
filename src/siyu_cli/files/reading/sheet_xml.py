"""What the XML of an .xlsx sheet says that fast readers do not: exact digits, merges, formulas.

Sheets are read as a stream of whole rows and searched for literal bytes, which takes about as long as
inflating them; nothing here builds a tree of a sheet.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property

from siyu_cli.errors import DataError
from siyu_cli.files.reading.archive import stream
from siyu_cli.files.reading.content import Content
from siyu_cli.files.reading.sheets import CellFault, SheetFacts

_MAX_BLOCK = 64 << 20
_REFERENCE = re.compile(rb"""\sr=["']\$?([A-Za-z]{1,7})\$?(\d{1,10})["']""")
_DIMENSION = re.compile(rb"""<(?:\w+:)?dimension\s[^>]*?ref=["'][A-Z]+\d+:([A-Z]{1,3})(\d{1,7})["']""")
# With something in it: an empty cell that is written out is no value.
_VALUE_IN_A = re.compile(
    rb"""<(?:\w+:)?c\s(?:[^>]*?\s)?r=["']A\d+["'](?:[^>]*[^/>])?>(?:<(?:\w+:)?is>)?<(?:\w+:)?[vt](?:\s[^>]*)?>[^<]"""
)
_CELL_START = re.compile(rb"<c[\s/>]")
_ROW_START = re.compile(rb"<row(?:\s[^>]*)?/?>")
_ROW_NUMBER = re.compile(rb"""\sr=["'](\d{1,10})["']""")
_ROW_TAG = re.compile(rb"""<row\s(?:[^>]*?\s)?r=["'](\d{1,10})["']""")
_TYPE = re.compile(rb"""\st=["'](\w+)["']""")
_MERGE = re.compile(rb"""<mergeCell\s[^>]*?ref=["']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})["']""")
_VALUE = re.compile(rb"<v(?:\s[^>]*)?>([^<]*)</v>")
# Whole numbers of 16 digits or more, and powers of ten from 15 on: what a double may not hold exactly.
_LONG_NUMBER = re.compile(rb"v>\s*(-?(?:\d{16,}(?:\.\d*)?|\d+(?:\.\d+)?[eE]\+?(?:1[5-9]|[2-9]\d)))\s*</")


@dataclass(frozen=True)
class Block:
    """Some whole rows of a sheet's XML, without namespace prefix; ``row_before`` is the number of the last before."""

    xml: bytes
    row_before: int

    @cached_property
    def rows(self) -> tuple[list[int], list[int]]:
        """Return where each row begins, and its number: its own, else one more than the row before."""
        starts, numbers, last = [], [], self.row_before
        for found in _ROW_START.finditer(self.xml):
            number = _ROW_NUMBER.search(found.group())
            last = int(number.group(1)) if number else last + 1
            starts.append(found.start())
            numbers.append(last)
        return starts, numbers

    @property
    def last_row(self) -> int:
        """Return the number of the last row that begins here."""
        start = self.xml.rfind(b"<row")
        number = _ROW_NUMBER.search(self.xml[start : self.xml.find(b">", start)]) if start >= 0 else None
        if number:
            return int(number.group(1))
        return self.rows[1][-1] if self.rows[1] else self.row_before


def blocks(content: Content, member: str) -> Iterator[Block]:
    """Yield a sheet's XML in blocks of whole rows, about a megabyte each."""
    yield from cut_rows(stream(content, member))


def cut_rows(chunks: Iterable[bytes], *, is_counted: bool = True) -> Iterator[Block]:
    """Yield chunks of a sheet's XML cut at the ends of rows, its namespace prefix (``<x:row>``) taken off.

    Counting the rows before a block is only needed to number rows that do not say theirs.
    """
    prefix, last, rest = None, 0, b""
    for chunk in chunks:
        rest += chunk
        if prefix is None:
            found = re.search(rb"<(\w+:)?worksheet\b", rest)
            prefix = (found.group(1) or b"") if found else b""
        cut = rest.rfind(b"</" + prefix + b"row>")
        if cut < 0 and len(rest) < _MAX_BLOCK:
            continue
        cut = len(rest) if cut < 0 else cut + len(prefix) + 6
        xml, rest = _without_prefix(rest[:cut], prefix), rest[cut:]
        block = Block(xml, last)
        yield block
        last = block.last_row if is_counted else 0
    yield Block(_without_prefix(rest, prefix or b""), last)


def _without_prefix(xml: bytes, prefix: bytes) -> bytes:
    return xml.replace(b"<" + prefix, b"<").replace(b"</" + prefix, b"</") if prefix else xml


def column_index(letters: bytes) -> int:
    """Return the 0-based index of a column.

    >>> column_index(b"A"), column_index(b"AA")
    (0, 26)
    """
    index = 0
    for letter in letters.upper():
        index = index * 26 + letter - 64
    return index - 1


def cell_at(block: Block, position: int) -> tuple[int, int, bytes]:
    """Return (row from 1, column from 0, attributes) of the cell around a position of a block.

    Cells and rows may leave out their reference; then they follow the one before.
    """
    start = block.xml.rfind(b"<c", 0, position)
    while start > 0 and block.xml[start + 2 : start + 3] not in (b" ", b">", b"\n", b"\t", b"\r"):
        start = block.xml.rfind(b"<c", 0, start)
    attributes = block.xml[start : block.xml.find(b">", start)]
    if found := _REFERENCE.search(attributes):
        return int(found.group(2)), column_index(found.group(1)), attributes
    starts, numbers = block.rows
    at = bisect_right(starts, start) - 1
    row_start, row = (starts[at], numbers[at]) if at >= 0 else (0, block.row_before)
    before = block.xml[block.xml.find(b">", row_start) : start]
    # Counted from the last cell of the row that says its place.
    places = list(_REFERENCE.finditer(before))
    column = column_index(places[-1].group(1)) + 1 if places else 0
    between = before[places[-1].end() :] if places else before
    return row, column + len(_CELL_START.findall(between)), attributes


def long_numbers(content: Content, member: str) -> Iterator[tuple[int, int, str]]:
    """Yield (row from 1, column from 0, exact text) of number cells too long for a double to hold surely."""
    for block in blocks(content, member):
        for found in _LONG_NUMBER.finditer(block.xml):
            row, column, attributes = cell_at(block, found.start())
            kind = _TYPE.search(attributes)
            if kind is None or kind.group(1) == b"n":
                yield row, column, found.group(1).decode()


def facts(content: Content, member: str) -> SheetFacts:
    """Return a sheet's merged ranges, error cells and formulas without a stored value."""
    merged: list[tuple[int, int, int, int]] = []
    faults: list[CellFault] = []
    for block in blocks(content, member):
        faults += _errors(block)
        faults += _formulas(block)
        if b"<mergeCell " in block.xml:
            merged += (
                (int(top) - 1, column_index(left), int(bottom) - 1, column_index(right))
                for left, top, right, bottom in _MERGE.findall(block.xml)
            )
    return SheetFacts(tuple(merged), tuple(sorted(faults, key=lambda fault: (fault.row, fault.column))))


def _positions(xml: bytes, literal: bytes) -> Iterator[int]:
    position = xml.find(literal)
    while position >= 0:
        yield position
        position = xml.find(literal, position + 1)


def _errors(block: Block) -> Iterator[CellFault]:
    for literal in (b' t="e"', b" t='e'"):
        for position in _positions(block.xml, literal):
            row, column, _ = cell_at(block, position)
            value = _VALUE.search(block.xml, position, block.xml.find(b"</c>", position))
            text = value.group(1).decode("utf-8", "replace") if value else ""
            yield CellFault(row, column, text, "error_cell")


def _formulas(block: Block) -> Iterator[CellFault]:
    for position in _positions(block.xml, b"<f"):
        if block.xml[position + 2 : position + 3] not in (b">", b" ", b"/"):
            continue
        cell = block.xml[position : block.xml.find(b"</c>", position)]
        value = _VALUE.search(cell)
        if (value and value.group(1)) or b"<is>" in cell:
            continue
        row, column, attributes = cell_at(block, position)
        kind = _TYPE.search(attributes)
        if kind and kind.group(1) == b"str" and b"<v" in cell:
            continue  # the formula was computed, to an empty text
        formula = re.match(rb"<f[^>]*>([^<]*)", cell)
        text = "=" + formula.group(1).decode("utf-8", "replace") if formula else "="
        yield CellFault(row, column, text, "formula_without_value")


@contextmanager
def located(content: Content, sheet: str, member: str) -> Iterator[None]:
    """Let a DataError of the body name the sheet, and the row its XML breaks off in."""
    try:
        yield
    except DataError as error:
        error.where = replace(error.where, sheet=sheet, row=_broken_row(content, member))
        raise


def _broken_row(content: Content, member: str) -> int | None:
    """Return the last row a sheet's XML begins before it breaks off; None when it is there to its end."""
    row, tail = None, b""
    try:
        for block in blocks(content, member):
            if numbers := _ROW_TAG.findall(block.xml):
                row = int(numbers[-1])
            tail = block.xml
    except DataError:
        return row
    return None if b"</worksheet>" in tail else row


def starts_in_first_column(head: bytes) -> bool:
    """Whether the beginning of a sheet's XML shows a value in column A."""
    return _VALUE_IN_A.search(head) is not None


def dimension(head: bytes) -> tuple[int, int] | None:
    """Return (rows, columns) a sheet's XML claims to have; None without a claim worth believing.

    Writers that stream claim A1, because they do not know yet.
    """
    found = _DIMENSION.search(head)
    return (int(found.group(2)), column_index(found.group(1)) + 1) if found else None
