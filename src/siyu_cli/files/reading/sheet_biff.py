"""What the records of an old .xls say that its reader does not: kinds of sheets and merged ranges (MS-XLS)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from siyu_cli.files.reading.content import Content

_BOUND_SHEET, _MERGED, _BEGIN, _END = 0x0085, 0x00E5, 0x0809, 0x000A
_WORKSHEET = 0
_ROWS_OF_CELLS = frozenset({0x00BD, 0x00BE})  # the last column stands at the end
_CELLS = _ROWS_OF_CELLS | {0x0006, 0x00D6, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E}


@dataclass(frozen=True)
class BiffSheet:
    """One entry of an .xls: whether it holds cells, and where its records begin in the workbook's stream."""

    name: str
    is_worksheet: bool
    offset: int


def sheets(content: Content) -> dict[str, BiffSheet]:
    """Return the entries of an .xls by name; empty when its records cannot be followed."""
    found = {}
    for kind, data in _records(_workbook(content), 0):
        if kind == _BOUND_SHEET and len(data) >= 8:
            offset, _, sheet_type, length, is_wide = struct.unpack_from("<IBBBB", data)
            name = data[8:].decode("utf-16-le", "replace") if is_wide & 1 else data[8:].decode("latin-1")
            found[name[:length]] = BiffSheet(name[:length], sheet_type == _WORKSHEET, offset)
    return found


def reach(content: Content) -> tuple[int, int]:
    """Return (rows, columns) up to the last cell of any sheet."""
    data = _workbook(content)
    at = rows = columns = 0
    while at + 8 <= len(data):
        kind, length, row, column = struct.unpack_from("<4H", data, at)
        if kind in _CELLS:
            rows, columns = max(rows, row + 1), max(columns, column + 1)
            if kind in _ROWS_OF_CELLS and at + 4 + length <= len(data) and length >= 6:
                columns = max(columns, struct.unpack_from("<H", data, at + 2 + length)[0] + 1)
        at += 4 + length
    return rows, columns


def merged(content: Content, sheet: BiffSheet) -> tuple[tuple[int, int, int, int], ...]:
    """Return a sheet's merged ranges as (first row, first column, last row, last column), 0-based."""
    found = []
    for kind, data in _records(_workbook(content), sheet.offset):
        if kind == _MERGED and len(data) >= 2:
            count = min(struct.unpack_from("<H", data)[0], (len(data) - 2) // 8)
            for index in range(count):
                top, bottom, left, right = struct.unpack_from("<4H", data, 2 + 8 * index)
                found.append((top, left, bottom, right))
    return tuple(found)


def _workbook(content: Content) -> bytes:
    import olefile  # type: ignore[import-untyped]  # msoffcrypto stands on it

    with content.open() as stream, olefile.OleFileIO(stream) as container:
        name = next((name for name in ("Workbook", "Book") if container.exists(name)), None)
        data: bytes = container.openstream(name).read() if name else b""
        return data


def _records(data: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Yield (type, data) of the records of one substream; charts inside it are substreams of their own."""
    depth = 0
    while at + 4 <= len(data):
        kind, length = struct.unpack_from("<HH", data, at)
        depth += (kind == _BEGIN) - (kind == _END)
        if depth <= 1:
            yield kind, data[at + 4 : at + 4 + length]
        if depth <= 0:
            return
        at += 4 + length
