"""Reading one file of one sheet, given its name and content, for statements about the reader."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import openpyxl

from siyu_cli.files.read import RawSheet, read_sources


def reader(folder: Path) -> Callable[[str, bytes | str], RawSheet]:
    def read(name: str, data: bytes | str) -> RawSheet:
        path = folder / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        (sheet,) = read_sources([path])[0].sheets
        return sheet

    return read


def rows(sheet: RawSheet) -> list[list[str | None]]:
    assert sheet.cells is not None
    return [list(row.values()) for row in sheet.cells.to_pylist()]


def written(book: openpyxl.Workbook) -> bytes:
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()
