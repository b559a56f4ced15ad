"""What a file is: its first bytes decide, its name is only asked when they leave a choice."""

from __future__ import annotations

import re
from typing import Literal

from siyu_cli.errors import DataError, InputError
from siyu_cli.files.reading.archive import parts, stream
from siyu_cli.files.reading.content import Content

Kind = Literal["xlsx", "xlsb", "ods", "ole", "zip", "parquet", "text"]

TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".tab", ""})
WORKBOOK_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".xlt", ".xlsb", ".ods", ".et"})
READABLE = ".xlsx, .xls, .xlsm, .xlsb, .ods, .csv, .tsv, .txt, .parquet, .zip"
SAVE_AS = "Open it in Excel or WPS and save it as .xlsx or .csv."
CHOOSE = "siyu reads {readable}."
UNPACK = "Unpack it first, or pack it as .zip."

_PICTURE = "{file} is a PDF or a picture, not a table."
_ARCHIVE = "{file} is an archive of a kind siyu does not open."
_OLD_EXCEL = "{file} is a workbook of Excel 4 or older."
# Seen in shops' download folders under the names of tables.
_OTHERS = {
    b"%PDF": _PICTURE,
    b"\x89PNG": _PICTURE,
    b"\xff\xd8\xff": _PICTURE,
    b"GIF8": _PICTURE,
    b"Rar!": _ARCHIVE,
    b"7z\xbc\xaf\x27\x1c": _ARCHIVE,
    b"\x1f\x8b": _ARCHIVE,
    b"\x28\xb5\x2f\xfd": _ARCHIVE,
    b"BZh": _ARCHIVE,
    b"\xfd7zXZ": _ARCHIVE,
    b"SQLite format 3": "{file} is a database, not a table.",
    b"{\\rtf": "{file} is a text document, not a table.",
    b"\x09\x00\x04\x00": _OLD_EXCEL,
    b"\x09\x02\x06\x00": _OLD_EXCEL,
    b"\x09\x04\x06\x00": _OLD_EXCEL,
}
_HINTS = {_ARCHIVE: UNPACK, _OLD_EXCEL: SAVE_AS}
_HTML = re.compile(rb"<(!doctype html|html|head|meta|style|body|table)\b", re.IGNORECASE)


def kind_of(content: Content) -> Kind:
    """Return what the bytes are; InputError names the kinds that are known and cannot be read."""
    head = content.head()
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _kind_of_zip(content)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "ole"
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PARE"):
        raise DataError(
            "{file} is an encrypted Parquet file.", hint="Export it without encryption.",
            where=content.where, file=content.file,
        )  # fmt: skip
    magic = next((magic for magic in _OTHERS if head.startswith(magic)), None)
    if magic is not None:
        raise unsupported(content, _OTHERS[magic], _HINTS.get(_OTHERS[magic], CHOOSE))
    _refuse_markup(content, head)
    return "text"


def unsupported(content: Content, message: str, hint: str = CHOOSE) -> InputError:
    """Return the error for a file that is recognised as something siyu does not read."""
    return InputError(message, hint=hint, where=content.where, file=content.file, readable=READABLE)


def _refuse_markup(content: Content, head: bytes) -> None:
    """Platforms name web pages and XML .xls, because Excel opens them after a warning."""
    text = head.replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").lstrip(b"\xff\xfe \t\r\n")
    if text[:13].lower() == b"mime-version:":
        raise unsupported(content, "{file} is a web archive (MHTML), whatever its name says.", SAVE_AS)
    if not text.startswith(b"<"):
        return
    if b"urn:schemas-microsoft-com:office:spreadsheet" in text:
        raise unsupported(content, "{file} is a workbook in the XML format of 2003.", SAVE_AS)
    if _HTML.search(text[:2048]):
        raise unsupported(content, "{file} is a web page (HTML), whatever its name says.", SAVE_AS)
    if text.startswith(b"<?xml"):
        raise unsupported(content, "{file} is an XML file.")


def _kind_of_zip(content: Content) -> Kind:
    members = parts(content)
    if any(name.rsplit("/", 1)[-1] == "workbook.xml" for name in members):
        return "xlsx"
    if any(name.rsplit("/", 1)[-1] == "workbook.bin" for name in members):
        return "xlsb"
    if {"content.xml", "mimetype"} <= members.keys():
        if b"opendocument.spreadsheet" not in next(stream(content, "mimetype"), b""):
            raise unsupported(content, "{file} is an OpenDocument file without sheets.", SAVE_AS)
        return "ods"
    if any(name.endswith(".iwa") for name in members):
        raise unsupported(content, "{file} is a document of Apple Numbers, Pages or Keynote.", SAVE_AS)
    if "[content_types].xml" in members:
        raise unsupported(content, "{file} is an Office file without sheets, or damaged.", SAVE_AS)
    return "zip"
