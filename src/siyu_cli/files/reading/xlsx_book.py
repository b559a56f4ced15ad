"""What an .xlsx says of all its sheets: where their parts are, what they are, and from when days are counted."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

from siyu_cli.files.reading.archive import damaged, part_name, stream
from siyu_cli.files.reading.content import Content

_MAX_BOOK = 16 << 20  # a workbook.xml lists sheets and names: 16 MB would be 100,000 of them
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}"
_MAIN = (
    "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}",
    "{http://purl.oclc.org/ooxml/spreadsheetml/main}",
)
_STATES = ("visible", "hidden", "veryHidden")
_FAST_KINDS = ("worksheet", "chartsheet", "dialogsheet")
_WITHOUT_CELLS = ("chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet")

_UTF8 = re.compile(
    rb"""(?:\xef\xbb\xbf)?\s*<(?:[A-Za-z]|\?xml(?:(?![^>]*\sencoding=)|[^>]*?\sencoding=["'](?i:utf-8|us-ascii)["']))"""
)
_ENCODING = re.compile(rb"""\s*<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']""")


@dataclass(frozen=True)
class SheetPart:
    """One entry of a workbook: the zip member that holds it, and what it is."""

    name: str
    member: str | None
    is_worksheet: bool
    is_hidden: bool


@dataclass(frozen=True)
class Book:
    """What an .xlsx says of all its sheets; ``is_plain`` unless the fast reader misreads that."""

    member: str
    sheets: tuple[SheetPart, ...]
    strings: str
    styles: str
    counts_from_1904: bool
    is_plain: bool


def read_book(content: Content) -> Book:
    """Return a workbook's entries in its own order, chart sheets included; DataError when damaged."""
    name = _book_name(content)
    folder, _, file = name.rpartition("/")
    links = part_name(f"{folder}/_rels/{file}.rels")
    book = tree(content, name)
    targets: dict[str | None, tuple[str, str]] = {}
    others: dict[str, str] = {}
    for relation in tree(content, links):
        target, kind = relation.get("Target", ""), relation.get("Type", "").rsplit("/", 1)[-1]
        member = part_name(target if target.startswith("/") else f"{folder}/{target}") if target else ""
        targets[relation.get("Id")] = (member, kind)
        if member:
            others[kind] = member
    entries = [element for element in book.iter() if element.tag.rsplit("}", 1)[-1] == "sheet"]
    sheets, kinds = [], set()
    for entry in entries:
        member, kind = targets.get(entry.get(f"{_RELATION}id") or entry.get(f"{_STRICT_RELATION}id"), ("", ""))
        is_hidden = entry.get("state", "visible") != "visible"
        sheets.append(SheetPart(entry.get("name", ""), member or None, kind not in _WITHOUT_CELLS, is_hidden))
        kinds.add((kind, entry.get("state", "visible")))
    settings = [element for element in book.iter() if element.tag.rsplit("}", 1)[-1] == "workbookPr"]
    is_plain = (
        len(settings) < 2 and len({sheet.name for sheet in sheets}) == len(sheets)
        and all(kind in _FAST_KINDS and state in _STATES for kind, state in kinds)
        and all(is_utf8(next(stream(content, part), b"")) for part in (name, links))
    )  # fmt: skip
    return Book(
        name, tuple(sheets), others.get("sharedStrings", f"{folder}/sharedstrings.xml"),
        others.get("styles", f"{folder}/styles.xml"), _counts_from_1904(settings), is_plain,
    )  # fmt: skip


def _counts_from_1904(settings: list[ElementTree.Element]) -> bool:
    # Later versions of Excel add an element of the same name, in a namespace of their own.
    own = [element for element in settings if element.tag.startswith(_MAIN)]
    return any(element.get("date1904", "").strip().lower() in ("1", "true", "on") for element in own)


def _book_name(content: Content) -> str:
    """Return the part that lists the sheets; it is xl/workbook.xml unless the package says otherwise."""
    for relation in tree(content, "_rels/.rels"):
        if relation.get("Type", "").endswith("/officeDocument"):
            return part_name(relation.get("Target", ""))
    return "xl/workbook.xml"


def tree(content: Content, name: str) -> ElementTree.Element:
    """Return a small part as a tree; DataError when it is missing, broken or beyond all measure."""
    xml = b""
    try:
        for chunk in as_utf8(stream(content, name)):
            xml += chunk
            if len(xml) > _MAX_BOOK:
                break
        # Nothing Office writes declares entities, which could be made to grow without end.
        if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
            raise ElementTree.ParseError(f"{name} declares entities")
        return ElementTree.fromstring(xml, ElementTree.XMLParser(encoding="utf-8"))
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        raise damaged(content, error) from error


def is_utf8(xml: bytes) -> bool:
    """Whether an XML says, by its first bytes, that it is UTF-8."""
    return _UTF8.match(xml) is not None


def as_utf8(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield an XML in UTF-8, whatever encoding it says it has; UnicodeError or LookupError when that is not true."""
    chunks = iter(chunks)
    head = next(chunks, b"")
    if is_utf8(head):
        yield head
        yield from chunks
        return
    decoder = codecs.getincrementaldecoder(_codec(head))()
    yield decoder.decode(head).encode()
    for chunk in chunks:
        yield decoder.decode(chunk).encode()
    decoder.decode(b"", True)


def _codec(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head.startswith((b"<\0", b"\0<")):
        return "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
    declared = _ENCODING.match(head[:200])
    return declared.group(1).decode() if declared else "utf-8"
