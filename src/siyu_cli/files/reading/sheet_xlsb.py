"""What the records of an .xlsb say that its reader does not: its sheets, their merges, how far each reaches."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

from siyu_cli.files.reading.archive import damaged, part_name, parts, stream
from siyu_cli.files.reading.content import Content
from siyu_cli.files.reading.sheets import Merged

_BUNDLE_SHEET, _SETTINGS, _DIMENSION, _MERGE, _ROW = 156, 153, 148, 176, 0  # MS-XLSB 2.3.2
_VISIBLE = 0
_VALUES = frozenset({*range(2, 12), 62})


@dataclass
class Book:
    """What an .xlsb says of its sheets, by name: their parts, which hold no cells, which are hidden."""

    members: dict[str, str] = field(default_factory=dict)
    without_cells: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)
    counts_from_1904: bool = False


def read_book(content: Content) -> Book:
    """Return what the list of sheets says, chart and macro sheets included; DataError when it is broken."""
    book = Book()
    try:
        relations = ElementTree.fromstring(b"".join(stream(content, "xl/_rels/workbook.bin.rels")))
        links = {relation.get("Id"): relation for relation in relations}
        for kind, data in _records(b"".join(stream(content, "xl/workbook.bin"))):
            if kind == _SETTINGS:
                book.counts_from_1904 = bool(data[0] & 1) if data else False
            elif kind == _BUNDLE_SHEET:
                (state,) = struct.unpack_from("<I", data)
                relation, end = _text(data, 8)
                name, _ = _text(data, end)
                link = links[relation]
                target = link.get("Target", "")
                book.members[name] = part_name(target if target.startswith("/") else f"xl/{target}")
                if link.get("Type", "").rsplit("/", 1)[-1] != "worksheet":
                    book.without_cells.add(name)
                if state != _VISIBLE:
                    book.hidden.add(name)
    except (ElementTree.ParseError, struct.error, LookupError, ValueError) as error:
        raise damaged(content, error) from error
    return book


def merged(content: Content, member: str | None) -> tuple[Merged, ...]:
    """Return a sheet's merged ranges."""
    data = b"".join(stream(content, member)) if member in parts(content) else b""
    found = []
    for kind, record in _records(data):
        if kind == _MERGE and len(record) >= 16:
            top, bottom, left, right = struct.unpack_from("<4I", record)
            found.append((top, left, bottom, right))
    return tuple(found)


def dimension(head: bytes) -> tuple[int, int] | None:
    """Return (rows, columns) the beginning of a sheet claims; None when it claims nothing."""
    for kind, data in _records(head):
        if kind == _DIMENSION and len(data) >= 16:
            _, last_row, _, last_column = struct.unpack_from("<4I", data)
            return last_row + 1, last_column + 1
    return None


def reach(data: bytes) -> tuple[int, int]:
    """Return (rows, columns) up to the last value in a sheet's records."""
    row = rows = columns = 0
    for kind, record in _records(data):
        if len(record) >= 4 and (kind == _ROW or kind in _VALUES):
            (number,) = struct.unpack_from("<I", record)
            if kind == _ROW:
                row = number + 1
            else:
                rows, columns = max(rows, row), max(columns, number + 1)
    return rows, columns


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (type, data) of binary records: both type and length are numbers of 7 bits a byte, low first."""
    at = 0
    while at < len(data):
        kind = data[at]
        at += 1
        if kind & 0x80 and at < len(data):
            kind = (kind & 0x7F) | (data[at] & 0x7F) << 7
            at += 1
        length = shift = 0
        while at < len(data) and shift < 28:
            byte = data[at]
            at += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        yield kind, data[at : at + length]
        at += length


def _text(data: bytes, at: int) -> tuple[str, int]:
    """Return a text with its length in front, and where it ends."""
    (length,) = struct.unpack_from("<I", data, at)
    end = at + 4 + 2 * length
    return data[at + 4 : end].decode("utf-16-le", "replace"), end
