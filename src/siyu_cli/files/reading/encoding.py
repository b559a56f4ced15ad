"""Which encoding a text file is in, told by what decodes, never by its name."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from siyu_cli.errors import DataError
from siyu_cli.files.reading import charsets
from siyu_cli.files.reading.content import Content

_CHUNK = 1 << 20
_CONTROLS = bytes(code for code in range(32) if code not in (9, 10, 11, 12, 13, 26, 27))
_MAX_CONTROL_SHARE = 0.01
# Chinese text in GB18030 almost never passes as UTF-8 (two characters in a row can, a line of them does not),
# so a file in which most lines with Chinese do pass is UTF-8 with some damage.
_MIN_UTF8_SHARE = 0.5
_MAX_LINE = 16 << 20
_SAMPLE_LINES = 10_000
_SAMPLE_BYTES = 1 << 18
_MAX_STRANGE_LINES = 0.1
# UTF-32 first: its mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Encoding, bytes to a character, and which of them are zero in ASCII. In UTF-32 they are for (nearly) every
# character, in UTF-16 for separators, digits and line ends.
_WIDE = (
    ("utf-32-le", 4, (2, 3)), ("utf-32-be", 4, (0, 1)), ("utf-16-le", 2, (1,)), ("utf-16-be", 2, (0,)),
)  # fmt: skip
_MIN_PADDED = {4: 0.95, 2: 0.05}


@dataclass(frozen=True)
class Encoding:
    """An encoding as reported to the operator; ``is_damaged`` when some lines do not decode in it."""

    name: str
    is_damaged: bool = False

    @property
    def codec(self) -> str:
        """Return the name Python knows it by."""
        return charsets.CODECS.get(self.name, self.name)

    @property
    def is_wide(self) -> bool:
        """Return whether a character takes two bytes or four, ASCII too."""
        return self.name.startswith(("utf-16", "utf-32"))


def detect(content: Content) -> Encoding:
    """Return the encoding of a text: by its mark, by its zero bytes, UTF-8, else by its characters.

    When it does not decode the whole it is marked damaged, as it is for a stray zero byte. DataError for bytes
    that are no text, with the first line they are on, and for encodings that cannot be told.
    """
    head = content.head(65_536)
    has_zero = _has_zero(content)
    name = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    if name is None and has_zero:
        name = _unmarked_wide(head)
    if name is not None:
        return Encoding(name, is_damaged=not _decodes(content, name))
    _refuse_binary(content, head)
    name = _told_by_lines(content, head)
    return Encoding(name, is_damaged=has_zero or not _decodes(content, Encoding(name).codec))


def _told_by_lines(content: Content, head: bytes) -> str:
    lines = _sample(content)
    if not lines:
        charsets.refuse_escapes(content, head)
    if _share_in("utf-8", lines) >= _MIN_UTF8_SHARE:
        return "utf-8"
    return charsets.tell(content, b"".join(lines))


def _unmarked_wide(head: bytes) -> str | None:
    """Return which of UTF-16 and UTF-32 a text with zero bytes is in, if any: separators and digits have them."""
    for name, width, places in _WIDE:
        zeros = [head[place::width].count(0) for place in range(width)]
        units = len(head) // width
        padded = min(zeros[place] for place in places)
        others = max(zeros[place] for place in range(width) if place not in places)
        if padded < _MIN_PADDED[width] * units or (width == 2 and others * 2 > padded):
            continue
        text = head[: units * width].decode(name, "replace")
        strange = sum(text.count(letter) for letter in ("\0", "\ufffd"))
        if strange <= max(1, len(text) * _MAX_CONTROL_SHARE) and ("\n" in text or "\r" in text or "," in text):
            return name
    return None


def _refuse_binary(content: Content, head: bytes) -> None:
    """Raise DataError for what is no text at all; a stray byte or two are their lines' concern."""
    lines = head.split(b"\n")
    strange = [number for number, line in enumerate(lines, start=1) if line.translate(None, _CONTROLS) != line]
    controls = len(head) - len(head.translate(None, _CONTROLS))
    is_stray = strange and strange[0] > 1 and len(strange) <= max(1, len(lines) * _MAX_STRANGE_LINES)
    if controls <= len(head) * _MAX_CONTROL_SHARE or is_stray:
        return
    raise DataError(
        "{file} is no text: line {line} holds bytes no table has.",
        hint="If it is a workbook, open it in Excel or WPS and save it as .xlsx; else export it again.",
        where=content.where, file=content.file, line=strange[0],
    )  # fmt: skip


def _has_zero(content: Content) -> bool:
    """Return whether any byte is zero; DataError for a line no table has, whatever its encoding."""
    lines, run, has_zero = 1, 0, False
    with content.open() as stream:
        while chunk := stream.read(_CHUNK):
            has_zero = has_zero or b"\0" in chunk
            lines += chunk.count(b"\n")
            run = 0 if b"\n" in chunk or b"\r" in chunk else run + len(chunk)
            if run > _MAX_LINE:
                raise DataError(
                    "{file} is no table: line {line} is longer than {most} MB.",
                    hint="Check that it is the file you meant; export it again.",
                    where=content.where, file=content.file, line=lines, most=_MAX_LINE >> 20,
                )  # fmt: skip
    return has_zero


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


def _sample(content: Content) -> list[bytes]:
    """Return the first lines with more than ASCII."""
    lines: list[bytes] = []
    size = 0
    with content.open() as stream:
        for line in stream:
            if not line.isascii():
                lines.append(line)
                size += len(line)
                if size > _SAMPLE_BYTES or len(lines) == _SAMPLE_LINES:
                    break
    return lines


def _share_in(codec: str, lines: Sequence[bytes]) -> float:
    """Return the share of lines that decode; 1 for none."""
    good = 0
    for line in lines:
        with suppress(UnicodeDecodeError):
            line.decode(codec)
            good += 1
    return good / len(lines) if lines else 1.0
