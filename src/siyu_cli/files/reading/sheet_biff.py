"""Old .xls workbooks of Excel 5 to 2003, read record by record.

Common readers of this format take charts inside a sheet for its cells and every text for the code page's.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from siyu_cli.errors import InputError
from siyu_cli.files.reading import bombs
from siyu_cli.files.reading.archive import damaged, damaged_sheet
from siyu_cli.files.reading.biff_records import (
    BOF,
    CONTINUE,
    Pieces,
    codec_of,
    records,
    shared_strings,
)
from siyu_cli.files.reading.content import Content
from siyu_cli.files.reading.grid import Grid
from siyu_cli.files.reading.kinds import SAVE_AS
from siyu_cli.files.reading.number_formats import Shown, built_in, shown, shown_as
from siyu_cli.files.reading.sheets import RawSheet

_CODE_PAGE, _DATE_MODE = 0x0042, 0x0022
_FORMAT, _XF, _BOUND_SHEET, _SST = 0x041E, 0x00E0, 0x0085, 0x00FC
_LABEL, _RICH_LABEL, _STRING = 0x0204, 0x00D6, 0x0207
_VISIBLE, _WORKSHEET = 0, 0
_BROKEN = (struct.error, EOFError, ValueError, IndexError)
_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip


@dataclass
class _Book:
    """What the first substream says about all sheets."""

    data: bytes
    is_wide: bool = True
    codec: str = "ascii"
    counts_from_1904: bool = False
    strings: list[str] = field(default_factory=list)
    kinds: list[Shown] = field(default_factory=list)
    sheets: list[tuple[str, int, int, int]] = field(default_factory=list)

    def shown(self, value: float, style: int) -> str:
        kind = self.kinds[style] if style < len(self.kinds) else "number"
        return shown(value, kind, self.counts_from_1904)


def read_xls(content: Content) -> tuple[RawSheet, ...]:
    """Return the sheets that hold cells; DataError when records are broken, InputError when it is locked."""
    try:
        book = _book(content, _workbook(content))
        return tuple(
            _sheet(content, book, name, offset, state != _VISIBLE)
            for name, offset, state, kind in book.sheets if kind == _WORKSHEET
        )  # fmt: skip
    except _BROKEN as error:
        raise damaged(content, error) from error


def _workbook(content: Content) -> bytes:
    import olefile  # type: ignore[import-untyped]  # msoffcrypto stands on it

    try:
        with content.open() as stream, olefile.OleFileIO(stream) as container:
            name = next((name for name in ("Workbook", "Book") if container.exists(name)), None)
            data: bytes = container.openstream(name).read() if name else b""
            return data
    except Exception as error:  # it fails in as many ways as a file can be broken
        raise damaged(content, error) from error


def _book(content: Content, data: bytes) -> _Book:
    if data[:2] in (b"\x09\x00", b"\x09\x02", b"\x09\x04"):
        raise InputError(
            "{file} is a workbook of Excel 4 or older.", hint=SAVE_AS,
            where=content.where, file=content.file,
        )  # fmt: skip
    book = _Book(data)
    bounds: list[bytes] = []
    formats: list[bytes] = []
    styles: list[int] = []
    pieces: list[bytes] = []
    page, last = None, 0
    for kind, record in records(data, 0):
        if kind == BOF:
            book.is_wide = record[:2] != b"\x00\x05"
        elif kind == _CODE_PAGE:
            (page,) = struct.unpack_from("<H", record)
        elif kind == _DATE_MODE:
            book.counts_from_1904 = record[:1] == b"\x01"
        elif kind == _FORMAT:
            formats.append(record)
        elif kind == _XF:
            styles.append(struct.unpack_from("<H", record, 2)[0])
        elif kind == _BOUND_SHEET:
            bounds.append(record)
        elif kind == _SST or (kind == CONTINUE and last == _SST):
            pieces.append(record)
        last = kind if kind != CONTINUE else last
    book.codec = "ascii" if book.is_wide else _codec(content, data, page, bounds)
    book.strings = shared_strings(pieces) if pieces else []
    codes = {struct.unpack_from("<H", record)[0]: _format_code(book, record) for record in formats}
    book.kinds = [shown_as(codes[number]) if number in codes else built_in(number) for number in styles]
    book.sheets = [_bound_sheet(book, record) for record in bounds]
    return book


def _codec(content: Content, data: bytes, page: int | None, bounds: list[bytes]) -> str:
    texts = [record[7:] for record in bounds]
    for record in bounds:
        for kind, cell in records(data, struct.unpack_from("<I", record)[0]):
            if kind in (_LABEL, _RICH_LABEL):
                texts.append(cell[8 : 8 + struct.unpack_from("<H", cell, 6)[0]])
            elif kind == _STRING:
                texts.append(cell[2:])
    codec = codec_of(page, texts)
    if codec is None:
        raise InputError(
            "{file} does not say which encoding its text is in.", hint=SAVE_AS,
            where=content.where, file=content.file,
        )  # fmt: skip
    return codec


def _bound_sheet(book: _Book, record: bytes) -> tuple[str, int, int, int]:
    offset, state, kind, length = struct.unpack_from("<IBBB", record)
    if book.is_wide:
        name = Pieces([record[8:]]).text(length, record[7])
    else:
        name = record[7 : 7 + length].decode(book.codec, "replace")
    return name.replace("\0", ""), offset, state & 3, kind


def _format_code(book: _Book, record: bytes) -> str:
    if not book.is_wide:
        return record[3:].decode(book.codec, "replace")
    is_wide = len(record) > 4 and record[4] & 1
    return record[5:].decode("utf-16-le" if is_wide else "latin-1", "replace")


def _sheet(content: Content, book: _Book, name: str, offset: int, is_hidden: bool) -> RawSheet:
    reader = _SheetReader(book, Grid(content, name))
    try:
        reader.read(offset)
    except _BROKEN as error:
        raise damaged_sheet(content, name, reader.grid.last_row) from error
    return reader.grid.sheet_of(
        keeps_digits=False, most=bombs.MOST_IN_A_CORNER, is_hidden=is_hidden, counts_from_1904=book.counts_from_1904,
        encoding=None if book.codec == "ascii" else book.codec,
    )  # fmt: skip


class _SheetReader:
    """Puts the cells of one substream into a grid."""

    def __init__(self, book: _Book, grid: Grid) -> None:
        self.book, self.grid = book, grid
        self._formula: tuple[int, int] | None = None
        self._text: list[bytes] = []

    def read(self, offset: int) -> None:
        """Put in what the records from there on hold, up to the end of the sheet."""
        handlers = self._handlers()
        kind = 0
        for found, record in records(self.book.data, offset):
            kind = found if found != CONTINUE else kind
            handler = handlers.get(found)
            if handler is not None:
                handler(record)
            elif found == CONTINUE and kind == _STRING:
                self._text.append(record)
        self._finish_text()

    def _handlers(self) -> dict[int, Callable[[bytes], None]]:
        return {
            0x0203: self._number, 0x027E: self._rk, 0x00BD: self._rks, 0x0205: self._flag, 0x0006: self._computed,
            0x00FD: self._shared, _LABEL: self._label, _RICH_LABEL: self._label, _STRING: self._string,
            0x00E5: self._merges,
        }  # fmt: skip

    def _number(self, record: bytes) -> None:
        row, column, style, value = struct.unpack_from("<HHHd", record)
        self.grid.number(row, column, self.book.shown(value, style))

    def _rk(self, record: bytes) -> None:
        row, column, style, packed = struct.unpack_from("<HHHI", record)
        self.grid.number(row, column, self.book.shown(_rk(packed), style))

    def _rks(self, record: bytes) -> None:
        row, first = struct.unpack_from("<HH", record)
        if len(record) % 6:
            raise ValueError("a record of numbers has no whole numbers")
        for place, at in enumerate(range(4, len(record) - 2, 6)):
            style, packed = struct.unpack_from("<HI", record, at)
            self.grid.number(row, first + place, self.book.shown(_rk(packed), style))

    def _flag(self, record: bytes) -> None:
        row, column, _, value, is_error = struct.unpack_from("<HHHBB", record)
        self._flag_at(row, column, value, bool(is_error))

    def _flag_at(self, row: int, column: int, value: int, is_error: bool) -> None:
        if is_error:
            self.grid.error(row, column, _ERRORS.get(value, "#ERR"))
        else:
            self.grid.put(row, column, "TRUE" if value else "FALSE")

    def _computed(self, record: bytes) -> None:
        """Keep a formula's stored value; a text follows in a record of its own."""
        self._finish_text()
        row, column, style = struct.unpack_from("<HHH", record)
        if record[12:14] != b"\xff\xff":
            (value,) = struct.unpack_from("<d", record, 6)
            self.grid.number(row, column, self.book.shown(value, style))
        elif record[6] == 0:
            self._formula = row, column
        elif record[6] in (1, 2):
            self._flag_at(row, column, record[8], record[6] == 2)

    def _shared(self, record: bytes) -> None:
        row, column, _, index = struct.unpack_from("<HHHI", record)
        if index >= len(self.book.strings):
            raise ValueError(f"row {row + 1} names a text that is not there")
        self.grid.put(row, column, self.book.strings[index])

    def _label(self, record: bytes) -> None:
        row, column = struct.unpack_from("<HH", record)
        self._put(row, column, [record[6:]])

    def _string(self, record: bytes) -> None:
        self._text = [record]

    def _finish_text(self) -> None:
        """Put the text of the last formula, now that all of it is there."""
        if self._formula and self._text:
            self._put(*self._formula, self._text)
        self._formula, self._text = None, []

    def _put(self, row: int, column: int, pieces: list[bytes]) -> None:
        (length,) = struct.unpack_from("<H", pieces[0])
        if self.book.is_wide:
            flags = pieces[0][2] if len(pieces[0]) > 2 else 0
            self.grid.put(row, column, Pieces([pieces[0][3:], *pieces[1:]]).text(length, flags))
            return
        raw = b"".join((pieces[0][2:], *pieces[1:]))[:length]
        try:
            self.grid.put(row, column, raw.decode(self.book.codec))
        except UnicodeDecodeError:
            self.grid.undecodable(row, column, raw.decode(self.book.codec, "backslashreplace"))

    def _merges(self, record: bytes) -> None:
        (count,) = struct.unpack_from("<H", record)
        for index in range(min(count, (len(record) - 2) // 8)):
            top, bottom, left, right = struct.unpack_from("<4H", record, 2 + 8 * index)
            self.grid.merged.append((top, left, bottom, right))


def _rk(packed: int) -> float:
    """Return the number in 30 bits and two flags: whole or the head of a double, as it is or in hundredths."""
    if packed & 2:
        value: float = (packed - (1 << 32) if packed & 0x80000000 else packed) >> 2
    else:
        (value,) = struct.unpack("<d", struct.pack("<Q", (packed & 0xFFFFFFFC) << 32))
    return value / 100 if packed & 1 else float(value)
