"""An .xlsx sheet read cell by cell with an XML parser: slower, and right where the fast reader is not.

It takes any encoding XML may have, places cells without a reference, knows a text's index from noise, and makes
no room for the rectangle around stray values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from xml.parsers import expat

from siyu_cli.errors import DataError, Where
from siyu_cli.files.reading import bombs
from siyu_cli.files.reading.archive import damaged_sheet, parts, stream
from siyu_cli.files.reading.content import Content
from siyu_cli.files.reading.grid import Grid
from siyu_cli.files.reading.number_formats import Shown, built_in, plain_digits, shown, shown_as
from siyu_cli.files.reading.sheet_xml import column_index
from siyu_cli.files.reading.sheets import CellFault, RawSheet
from siyu_cli.files.reading.xlsx_book import Book, SheetPart, as_utf8, tree

_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})")
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_SPACE = "http://www.w3.org/XML/1998/namespace space"
_XML_BLANKS = " \t\r\n"
_HINT = "Open it in Excel or WPS and save it again as .xlsx."


@dataclass(frozen=True)
class CarefulReader:
    """Reads sheets of one workbook; its texts and formats are read when the first sheet needs them."""

    content: Content
    book: Book

    def read(self, part: SheetPart) -> RawSheet:
        """Return a sheet; DataError names the row that cannot be read, InputError when it is a bomb."""
        if part.member not in parts(self.content):
            raise DataError(
                "{file}, sheet {sheet}, is missing from the file.", hint=_HINT,
                where=Where(file=self.content.file, sheet=part.name), file=self.content.file, sheet=part.name,
            )  # fmt: skip
        grid = Grid(self.content, part.name)
        reader = _SheetReader(grid, self.strings, self.kinds, self.book.counts_from_1904)
        try:
            _parse(stream(self.content, part.member), reader.start, reader.end, reader.text)
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise damaged_sheet(self.content, part.name, reader.row) from error
        except DataError as error:
            error.where = Where(self.content.file, part.name, reader.row or None)
            raise
        return grid.sheet_of(keeps_digits=True, is_hidden=part.is_hidden, counts_from_1904=self.book.counts_from_1904)

    @cached_property
    def strings(self) -> list[str]:
        """Return the texts that cells name by number."""
        if self.book.strings not in parts(self.content):
            return []
        found = _Strings()
        try:
            _parse(stream(self.content, self.book.strings), found.start, found.end, found.text)
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise DataError(
                "{file} is damaged: the list of its texts breaks off.", hint=_HINT,
                where=self.content.where, file=self.content.file,
            ) from error  # fmt: skip
        return found.texts

    @cached_property
    def kinds(self) -> list[Shown]:
        """Return what a number in each style is shown as."""
        if self.book.styles not in parts(self.content):
            return []
        codes: dict[int, str] = {}
        styles: list[int] = []
        for element in tree(self.content, self.book.styles).iter():
            name = element.tag.rpartition("}")[2]
            if name == "numFmt":
                if "numFmtId" in element.attrib:
                    codes[_number(element.get("numFmtId"))] = element.get("formatCode", "")
            elif name == "cellXfs":
                styles = [_number(style.get("numFmtId")) for style in element]
        return [shown_as(codes[style]) if style in codes else built_in(style) for style in styles]


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0


def _parse(
    chunks: Iterable[bytes], start: Callable[..., None], end: Callable[..., None], text: Callable[..., None]
) -> None:
    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.StartDoctypeDeclHandler = _refuse_entities
    for chunk in as_utf8(chunks):
        parser.Parse(chunk, False)
    parser.Parse(b"", True)


def _refuse_entities(*_: object) -> None:
    raise ValueError("entities")  # nothing that writes sheets declares any; they can be made to grow


@dataclass
class _Strings:
    texts: list[str] = field(default_factory=list)
    _pieces: list[str] = field(default_factory=list)
    _text: list[str] | None = None
    _keeps_blanks: bool = False
    _aside: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(" ")[2]
        if name == "si":
            self._pieces = []
        self._aside = self._aside or name == "rPh"
        if name == "t" and not self._aside:
            self._text, self._keeps_blanks = [], attributes.get(_SPACE) == "preserve"

    def text(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def end(self, name: str) -> None:
        name = name.rpartition(" ")[2]
        if name == "t" and self._text is not None:
            text, self._text = "".join(self._text), None
            self._pieces.append(text if self._keeps_blanks else text.strip(_XML_BLANKS))
        elif name == "rPh":
            self._aside = False
        elif name == "si":
            self.texts.append(_unescaped("".join(self._pieces)))


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found.group(1), 16)), text) if "_x" in text else text


@dataclass
class _SheetReader:
    """Follows the elements of a sheet; ``row`` counts from 1 for people, the rest from 0."""

    grid: Grid
    strings: list[str]
    kinds: list[Shown]
    counts_from_1904: bool
    row: int = 0
    _column: int = -1
    _at: tuple[int, int] = (0, 0)
    _cell: dict[str, str] | None = None
    _parts: dict[str, list[str]] = field(default_factory=dict)
    _part: str = ""
    _text_from: int = 0
    _keeps_blanks: bool = False
    _aside: int = 0
    _seen: set[int] = field(default_factory=set)
    _space: str = ""
    _is_open: bool = False

    def _refused(self, message: str, **facts: object) -> DataError:
        file, sheet, row = self.grid.content.file, self.grid.sheet, self.row or None
        where = Where(file, sheet, row)
        return DataError(message, hint=_HINT, where=where, file=file, sheet=sheet, row=row or 0, **facts)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, name = name.rpartition(" ")
        if not self._is_open:
            if name != "worksheet":
                raise ValueError("no sheet")
            self._space, self._is_open = space, True
        elif self._aside or space != self._space:
            self._aside += 1
        elif self._cell is not None:
            self._start_in_cell(name, attributes)
        elif name == "c":
            self._start_cell(attributes)
        elif name == "row":
            self._start_row(attributes.get("r"))
        elif name == "mergeCell":
            if found := _RANGE.fullmatch(attributes.get("ref", "").upper()):
                left, top, right, bottom = found.groups()
                self.grid.merged.append(
                    (int(top) - 1, column_index(left.encode()), int(bottom) - 1, column_index(right.encode()))
                )
        elif name == "extLst":
            self._aside = 1

    def _start_row(self, number: str | None) -> None:
        if number is not None and not (number.isdecimal() and 0 < len(number) < 11 and int(number)):
            raise self._refused("{file}, sheet {sheet}: the row after {row} is numbered {number}.", number=number)
        self.row = int(number) if number else self.row + 1
        self._column = -1

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._cell, self._parts, self._part = attributes, {}, ""
        place = attributes.get("r")
        if place is None:
            self._at = (max(0, self.row - 1), self._column + 1)
        elif (found := _PLACE.fullmatch(place.upper())) and int(found.group(2)):
            self._at = (int(found.group(2)) - 1, column_index(found.group(1).encode()))
            self.row = self._at[0] + 1
        else:
            raise self._refused(
                "{file}, sheet {sheet}: a cell in row {row} stands at {cell}, which is no place.", cell=place
            )
        self._column = self._at[1]

    def _start_in_cell(self, name: str, attributes: dict[str, str]) -> None:
        if name in ("v", "f"):
            self._part = name
            self._parts.setdefault(name, [])
        elif name == "t":
            self._part, self._keeps_blanks = "is", attributes.get(_SPACE) == "preserve"
            self._text_from = len(self._parts.setdefault("is", []))
        elif name in ("is", "r"):
            self._parts.setdefault("is", [])
        else:
            self._aside = 1

    def text(self, data: str) -> None:
        if self._part and not self._aside:
            self._parts[self._part].append(data)

    def end(self, name: str) -> None:
        if self._aside:
            self._aside -= 1
            return
        name = name.rpartition(" ")[2]
        if name in ("v", "f", "t"):
            if name == "t" and not self._keeps_blanks and self._cell is not None:
                text = self._parts["is"]
                text[self._text_from :] = ["".join(text[self._text_from :]).strip(_XML_BLANKS)]
            self._part = ""
        elif name == "c" and self._cell is not None:
            self._end_cell(self._cell.get("t", ""), self._cell.get("s"))
            self._cell = None

    def _end_cell(self, kind: str, style: str | None) -> None:
        value = "".join(self._parts.get("v", ()))
        if kind in ("", "n", "s", "b", "e", "d"):
            value = value.strip()
        if kind in ("inlineStr", "is") or (not value and "is" in self._parts):
            kind, value = "text", _unescaped("".join(self._parts.get("is") or self._parts.get("v") or []))
        if not value:
            self._formula(kind)
            return
        row, column = self._at
        place = row * bombs.MAX_COLUMNS + column
        if place in self._seen:
            raise self._refused("{file}, sheet {sheet}: a cell of row {row} stands there twice.")
        self._seen.add(place)
        if kind in ("", "n"):
            self._number(value, style)
        elif kind == "e":
            self.grid.error(row, column, value)
        elif kind == "b":
            self.grid.put(row, column, "FALSE" if value.lower() in ("0", "false") else "TRUE")
        else:
            self.grid.put(row, column, self._shared(value) if kind == "s" else value)

    def _number(self, value: str, style: str | None) -> None:
        place = _number(style)
        kind = self.kinds[place] if place < len(self.kinds) else "number"
        row, column = self._at
        if kind == "number":
            self.grid.number(row, column, plain_digits(value), value)
            return
        try:
            self.grid.put(row, column, shown(float(value), kind, self.counts_from_1904))
        except ValueError:
            self.grid.put(row, column, value)

    def _shared(self, value: str) -> str:
        if not (value.isdecimal() and len(value) < 10 and int(value) < len(self.strings)):
            raise self._refused(
                "{file}, sheet {sheet}: a cell of row {row} names the text {number}, which is not there.",
                number=value,
            )
        return self.strings[int(value)]

    def _formula(self, kind: str) -> None:
        if "f" not in self._parts or (kind == "str" and "v" in self._parts):
            return  # no formula, or one that was computed to an empty text
        formula = "=" + "".join(self._parts["f"])
        self.grid.faults.append(CellFault(self._at[0] + 1, self._at[1], formula, "formula_without_value"))
