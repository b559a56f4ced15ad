"""Old .xls workbooks written record by record, for what no writer would write."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping, Sequence

BIFF8, BIFF5 = 0x0600, 0x0500
END = struct.pack("<HH", 0x000A, 0)


def record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def begin(version: int, kind: int) -> bytes:
    return record(0x0809, struct.pack("<HHHHII", version, kind, 0, 1997, 0, 6)[: 16 if version == BIFF8 else 8])


def label(row: int, column: int, text: str, codec: str | None = None) -> bytes:
    """A text cell: wide in BIFF8, in the bytes of a code page in BIFF5."""
    head = struct.pack("<HHH", row, column, 0)
    if codec is None:
        return record(0x0204, head + struct.pack("<HB", len(text), 1) + text.encode("utf-16-le"))
    raw = text.encode(codec)
    return record(0x0204, head + struct.pack("<H", len(raw)) + raw)


def number(row: int, column: int, value: float) -> bytes:
    return record(0x0203, struct.pack("<HHHd", row, column, 0, value))


def rows(values: Sequence[Sequence[str | float]], codec: str | None = None) -> bytes:
    return b"".join(
        label(row, column, value, codec) if isinstance(value, str) else number(row, column, value)
        for row, line in enumerate(values) for column, value in enumerate(line)
    )  # fmt: skip


def xls(sheets: Mapping[str, bytes], settings: bytes = b"", version: int = BIFF8, codec: str | None = None) -> bytes:
    """A workbook of sheets made of these records, with these settings before the list of sheets."""
    head, style = begin(version, 5) + settings, record(0x00E0, bytes(20))
    names = [name.encode(codec) if codec else b"\1" + name.encode("utf-16-le") for name in sheets]
    bodies = [begin(version, 0x10) + body + END for body in sheets.values()]
    lengths = [len(name) if codec else len(text) for name, text in zip(names, sheets, strict=True)]
    offset = len(head) + len(style) + sum(4 + 7 + len(name) for name in names) + len(END)
    bounds = b""
    for name, length, body in zip(names, lengths, bodies, strict=True):
        bounds += record(0x0085, struct.pack("<IHB", offset, 0, length) + name)
        offset += len(body)
    return packed(head + style + bounds + END + b"".join(bodies), "Book" if version == BIFF5 else "Workbook")


def packed(stream: bytes, name: str = "Workbook") -> bytes:
    """The stream in a compound file under this name."""
    from xlwt.CompoundDoc import XlsDoc

    file = io.BytesIO()
    XlsDoc().save(file, stream)
    data = bytearray(file.getvalue())
    at = data.index("Workbook".encode("utf-16-le"))
    data[at : at + 66] = name.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<H", 2 * len(name) + 2)
    return bytes(data)


def stream_of(workbook: bytes) -> bytes:
    import olefile

    with olefile.OleFileIO(io.BytesIO(workbook)) as container:
        return container.openstream("Workbook").read()
