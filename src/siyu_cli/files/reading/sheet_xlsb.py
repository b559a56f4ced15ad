"""What the records of an .xlsb say that its reader does not: kinds of sheets, and how far each claims to reach."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from xml.etree import ElementTree

from siyu_cli.files.reading.archive import damaged, stream
from siyu_cli.files.reading.content import Content

_BUNDLE_SHEET, _DIMENSION, _ROW = 156, 148, 0  # MS-XLSB 2.3.2
_VALUES = frozenset({*range(2, 12), 62})


def sheets_without_cells(content: Content) -> frozenset[str]:
    """Return the names of chart and macro sheets; DataError when the list of sheets is broken."""
    try:
        relations = ElementTree.fromstring(b"".join(stream(content, "xl/_rels/workbook.bin.rels")))
        kinds = {relation.get("Id"): relation.get("Type", "").rsplit("/", 1)[-1] for relation in relations}
        found = set()
        for kind, data in _records(b"".join(stream(content, "xl/workbook.bin"))):
            if kind == _BUNDLE_SHEET:
                relation, end = _text(data, 8)
                name, _ = _text(data, end)
                if kinds.get(relation, "worksheet") != "worksheet":
                    found.add(name)
    except (ElementTree.ParseError, struct.error) as error:
        raise damaged(content, error) from error
    return frozenset(found)


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
