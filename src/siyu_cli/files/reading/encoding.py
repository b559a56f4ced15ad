"""Which encoding a text file is in, told by what decodes, never by its name."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import dataclass

from siyu_cli.errors import DataError
from siyu_cli.files.reading.content import Content

_CHUNK = 1 << 20
_CONTROLS = bytes(code for code in range(32) if code not in (9, 10, 11, 12, 13, 26, 27))
_MAX_CONTROL_SHARE = 0.01
# Chinese text in GB18030 almost never passes as UTF-8 (two characters in a row can, a line of them does not),
# so a file in which most lines with Chinese do pass is UTF-8 with some damage.
_MIN_UTF8_SHARE = 0.5
_MAX_LINE = 16 << 20
_SAMPLE_LINES = 10_000


@dataclass(frozen=True)
class Encoding:
    """An encoding as reported to the operator; ``is_damaged`` when some lines do not decode in it."""

    name: str
    is_damaged: bool = False


def detect(content: Content) -> Encoding:
    """Return the encoding of a text: by its mark, else UTF-8, GB18030, UTF-16, in this order.

    When none decodes the whole, the one that decodes more lines, marked damaged. DataError for bytes that are
    no text, with the first line they are on.
    """
    head = content.head(65_536)
    first_zero = _first_zero_line(content)
    if head.startswith(codecs.BOM_UTF8):
        return Encoding("utf-8-sig", is_damaged=not _decodes(content, "utf-8"))
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Encoding("utf-16", is_damaged=not _decodes(content, "utf-16"))
    if b"\0" in head and (name := _unmarked_utf16(head)):
        return Encoding(name, is_damaged=not _decodes(content, name))
    _refuse_binary(content, head, first_zero)
    for name in ("utf-8", "gb18030"):
        if _decodes(content, name):
            if name == "gb18030" and _lines_in(content, "utf-8") >= _MIN_UTF8_SHARE:
                return Encoding("utf-8", is_damaged=True)
            return Encoding(name)
    is_utf8 = _lines_in(content, "utf-8") >= max(_MIN_UTF8_SHARE, _lines_in(content, "gb18030"))
    return Encoding("utf-8" if is_utf8 else "gb18030", is_damaged=True)


def _unmarked_utf16(head: bytes) -> str | None:
    """Digits, separators and line ends have a zero byte in UTF-16; which of the two tells the byte order."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    name = "utf-16-le" if odd > even else "utf-16-be"
    text = head[: len(head) // 2 * 2].decode(name, "replace")
    is_text = "\0" not in text and min(even, odd) == 0 and text.count("�") <= len(text) * _MAX_CONTROL_SHARE
    return name if is_text else None


def _refuse_binary(content: Content, head: bytes, first_zero: int | None) -> None:
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if first_zero is None and controls <= len(head) * _MAX_CONTROL_SHARE:
        return
    line = first_zero or head[: next(i for i, byte in enumerate(head) if byte in _CONTROLS)].count(b"\n") + 1
    raise DataError(
        "{file} is no text: line {line} holds bytes no table has.",
        hint="If it is a workbook, open it in Excel or WPS and save it as .xlsx; else export it again.",
        where=content.where, file=content.file, line=line,
    )  # fmt: skip


def _first_zero_line(content: Content) -> int | None:
    """Return the line with the first zero byte; DataError for a line no table has, whatever its encoding."""
    lines, first, run = 1, None, 0
    with content.open() as stream:
        while chunk := stream.read(_CHUNK):
            if first is None and (at := chunk.find(b"\0")) >= 0:
                first = lines + chunk.count(b"\n", 0, at)
            lines += chunk.count(b"\n")
            run = 0 if b"\n" in chunk or b"\r" in chunk else run + len(chunk)
            if run > _MAX_LINE:
                raise DataError(
                    "{file} is no table: line {line} is longer than {most} MB.",
                    hint="Check that it is the file you meant; export it again.",
                    where=content.where, file=content.file, line=lines, most=_MAX_LINE >> 20,
                )  # fmt: skip
    return first


def _decodes(content: Content, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    decode: Callable[[bytes, bool], str] = decoder.decode
    try:
        with content.open() as stream:
            while chunk := stream.read(_CHUNK):
                decode(chunk, False)
        decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def _lines_in(content: Content, name: str) -> float:
    """Return the share of lines with more than ASCII that decode, among the first thousands."""
    total = good = 0
    with content.open() as stream:
        for line in stream:
            if line.isascii():
                continue
            total += 1
            if total > _SAMPLE_LINES:
                break
            try:
                line.decode(name)
                good += 1
            except UnicodeDecodeError:
                continue
    return good / min(total, _SAMPLE_LINES) if total else 0.0
