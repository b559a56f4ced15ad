"""The stream of an old .xls: its records, and the texts in them (MS-XLS, and BIFF5 before Excel 97)."""

from __future__ import annotations

import codecs
import re
import struct
from collections.abc import Iterable, Iterator

BOF, EOF, CONTINUE, FILE_PASS = 0x0809, 0x000A, 0x003C, 0x002F
_PAGES = {
    367: "ascii", 936: "gb18030", 10008: "gb18030", 950: "cp950", 10002: "cp950", 932: "cp932", 949: "cp949",
    10000: "mac_roman", 32768: "mac_roman", 32769: "cp1252", 1200: "utf-16-le", 65001: "utf-8",
}  # fmt: skip
# Written by makers that never asked what the text is in: Chinese under them is told by its pairs of bytes.
_THOUGHTLESS = frozenset({None, 367, 437, 1252, 10000, 32768, 32769})
_HIGH_BYTES = re.compile(rb"[\x80-\xff]+")


def records(data: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Yield (type, data) of the records of one substream; charts inside it are substreams of their own.

    EOFError when the stream ends before the substream does, ValueError when none begins there.
    """
    if data[at : at + 2] != b"\x09\x08":
        raise ValueError("no sheet begins where the workbook says")
    depth, size, unpack = 0, len(data), struct.Struct("<HH").unpack_from
    while True:
        if at + 4 > size:
            raise EOFError("the records end before their sheet does")
        kind, length = unpack(data, at)
        at += 4
        if kind == BOF:
            depth += 1
        elif kind == EOF:
            depth -= 1
            if not depth:
                return
        if at + length > size:
            raise EOFError("the records end before their sheet does")
        if depth == 1:
            yield kind, data[at : at + length]
        at += length


def is_locked(data: bytes) -> bool:
    """Whether a workbook's stream says that what follows is encrypted."""
    try:
        return any(kind == FILE_PASS for kind, _ in records(data, 0))
    except (EOFError, ValueError):
        return False


class Pieces:
    """The data of a record and of those that continue it, read as one."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces, self._index, self._at = pieces, 0, 0

    def is_at_end(self) -> bool:
        """Return whether nothing follows."""
        while self._index < len(self._pieces) and self._at >= len(self._pieces[self._index]):
            self._index, self._at = self._index + 1, 0
        return self._index >= len(self._pieces)

    def take(self, size: int) -> bytes:
        """Return the next bytes; EOFError when there are fewer."""
        taken = b""
        while len(taken) < size:
            if self.is_at_end():
                raise EOFError("a text ends before its length")
            piece = self._pieces[self._index][self._at : self._at + size - len(taken)]
            self._at += len(piece)
            taken += piece
        return taken

    def skip(self, size: int) -> None:
        """Pass over bytes, or over all that there are."""
        while size > 0 and not self.is_at_end():
            step = min(size, len(self._pieces[self._index]) - self._at)
            self._at, size = self._at + step, size - step

    def text(self, length: int, flags: int) -> str:
        """Return a text of so many characters; each further piece says anew whether they are wide."""
        found: list[str] = []
        while length > 0:
            width, codec = (2, "utf-16-le") if flags & 1 else (1, "latin-1")
            piece = self._pieces[self._index] if self._index < len(self._pieces) else b""
            chunk = piece[self._at : self._at + min(length, (len(piece) - self._at) // width) * width]
            self._at += len(chunk)
            length -= len(chunk) // width
            found.append(chunk.decode(codec, "surrogatepass"))
            if length > 0:
                self._index, self._at = self._index + 1, 0
                flags = self.take(1)[0]
        text = "".join(found)
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace") if len(found) > 1 else text


def shared_strings(pieces: list[bytes]) -> list[str]:
    """Return the texts of an SST record; what its counts say is not believed."""
    found: list[str] = []
    rest = Pieces(pieces)
    rest.skip(8)
    while not rest.is_at_end():
        length, flags = struct.unpack("<HB", rest.take(3))
        runs = struct.unpack("<H", rest.take(2))[0] if flags & 8 else 0
        extra = struct.unpack("<i", rest.take(4))[0] if flags & 4 else 0
        found.append(rest.text(length, flags))
        rest.skip(4 * runs + max(0, extra))
    return found


def codec_of(page: int | None, texts: Iterable[bytes]) -> str | None:
    """Return the codec of a code page, given the 8-bit texts under it; None when it cannot be told.

    >>> codec_of(936, []), codec_of(None, [b"M1"])
    ('gb18030', 'ascii')
    >>> codec_of(1252, ["订单".encode("gbk")]), codec_of(1252, [b"caf\\xe9"])
    ('gb18030', 'cp1252')
    """
    if page in _THOUGHTLESS:
        high = [text for text in texts if not text.isascii()]
        if high and all(_is_chinese(text) for text in high):
            return "gb18030"
        if page is None:
            return None if high else "ascii"
    codec = _PAGES.get(page or 0, f"cp{page}")
    try:
        codecs.lookup(codec)
    except LookupError:
        return codec_of(None, texts)
    return codec


def _is_chinese(text: bytes) -> bool:
    """Whether all bytes beyond ASCII stand in pairs that GB2312 knows: accents of Latin text stand alone."""
    try:
        return all(len(run) % 2 == 0 and run.decode("gb2312") for run in _HIGH_BYTES.findall(text))
    except UnicodeDecodeError:
        return False
