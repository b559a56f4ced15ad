"""OpenDocument workbooks (.ods), read as a stream of XML: values, repeats, merged ranges, errors in one pass."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from xml.parsers import expat

from siyu_cli.errors import DataError, InputError
from siyu_cli.files.reading import archive, bombs
from siyu_cli.files.reading.content import Content
from siyu_cli.files.reading.grid import Grid
from siyu_cli.files.reading.number_formats import plain_digits
from siyu_cli.files.reading.sheets import CellFault, RawSheet

_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
_TABLE, _OFFICE, _TEXT, _STYLE = (f"{_OASIS}{name}:1.0 " for name in ("table", "office", "text", "style"))
_ROWS_SPANNED = _TABLE + "number-rows-spanned"
_KIND = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 value-type"  # of LibreOffice
_CELLS = frozenset({_TABLE + "table-cell", _TABLE + "covered-table-cell"})
# What stands in a cell and is not its text: notes, pictures and their captions.
_ASIDE = (_OFFICE + "annotation", f"{_OASIS}drawing:1.0 ")
_LENGTH = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,]\d*)?S)?)?")
_KEPT = "\x1f"  # a blank that is meant; XML can hold none of these itself
_BLANKS = re.compile(r"[ \t\r\n]+")


def read_ods(content: Content) -> tuple[RawSheet, ...]:
    """Return the sheets of an .ods; DataError when it is broken, InputError when locked or a bomb."""
    _refuse_locked(content)
    for name, member in archive.parts(content).items():
        if name.endswith(".xml"):
            for _ in archive.inflate(content, member):
                pass
    reader = _Reader(content)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.refuse_entities
    try:
        for chunk in archive.stream(content, "content.xml"):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError) as error:
        if reader.name is None:
            raise archive.damaged(content, error) from error
        raise archive.damaged_sheet(content, reader.name, reader.row) from error
    except DataError as error:
        error.where = replace(error.where, sheet=reader.name, row=reader.row)
        raise
    return tuple(reader.sheets)


def _refuse_locked(content: Content) -> None:
    name = "meta-inf/manifest.xml"
    manifest = b"".join(archive.stream(content, name)) if name in archive.parts(content) else b""
    if b"encryption-data" in manifest:
        raise InputError(
            "{file} is an OpenDocument file with a password, which siyu cannot open.",
            hint="Save it without a password, or as .xlsx with one.", where=content.where, file=content.file,
        )  # fmt: skip


@dataclass
class _Reader:
    """Follows the elements of a content.xml; ``row`` counts from 1 for people, the rest from 0."""

    content: Content
    sheets: list[RawSheet] = field(default_factory=list)
    name: str | None = None
    row: int | None = None
    _grid: Grid | None = None
    _hidden: set[str] = field(default_factory=set)
    _style: str = ""
    _is_hidden: bool = False
    _counts_from_1904: bool = False
    _depth: int = 0  # of tables: one may stand in a cell of another
    _aside: int = 0
    _first: int = 0
    _repeats: int = 1
    _column: int = 0
    _cell: Mapping[str, str] | None = None
    _paragraphs: list[str] = field(default_factory=list)
    _pieces: list[str] | None = None

    def refuse_entities(self, *_: object) -> None:
        raise ValueError("entities")  # nothing that writes sheets declares any; they can be made to grow

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self._aside or name.startswith(_ASIDE):
            self._aside += 1
        elif self._cell is not None:
            self._in_cell(name, attributes)
        elif name in _CELLS:
            if self._grid is not None and self._depth == 1:
                self._cell, self._paragraphs = attributes, []
        elif name == _TABLE + "table-row":
            self._repeats = int(attributes.get(_TABLE + "number-rows-repeated", 1))
            self._column = 0
            self.row = self._first + 1
        elif name == _TABLE + "table":
            self._depth += 1
            self.name, self.row, self._first = attributes.get(_TABLE + "name", ""), 1, 0
            self._grid = Grid(self.content, self.name)
            self._is_hidden = attributes.get(_TABLE + "style-name") in self._hidden
        elif name == _TABLE + "null-date":
            self._counts_from_1904 = attributes.get(_TABLE + "date-value", "").startswith("1904-01-01")
        elif name == _STYLE + "style":
            self._style = attributes.get(_STYLE + "name", "")
        elif name == _STYLE + "table-properties" and attributes.get(_TABLE + "display") == "false":
            self._hidden.add(self._style)

    def _in_cell(self, name: str, attributes: dict[str, str]) -> None:
        if name == _TABLE + "table":
            self._depth += 1
        elif name == _TEXT + "p" and self._depth == 1:
            self._pieces = []
        elif self._pieces is not None:
            if name == _TEXT + "s":
                self._pieces.append(_KEPT * min(1000, int(attributes.get(_TEXT + "c", 1))))
            elif name == _TEXT + "tab":
                self._pieces.append("\t")
            elif name == _TEXT + "line-break":
                self._pieces.append("\v")

    def text(self, data: str) -> None:
        if self._pieces is not None and not self._aside:
            self._pieces.append(data)

    def end(self, name: str) -> None:
        if self._aside:
            self._aside -= 1
        elif name == _TABLE + "table":
            self._depth -= 1
            if not self._depth and self._grid is not None:
                self.sheets.append(
                    self._grid.sheet_of(
                        keeps_digits=True, is_hidden=self._is_hidden, counts_from_1904=self._counts_from_1904
                    )
                )
                self._grid = None
        elif self._depth != 1:
            return
        elif name == _TEXT + "p" and self._pieces is not None:
            self._paragraphs.append(_shown_text("".join(self._pieces)))
            self._pieces = None
        elif name in _CELLS and self._cell is not None:
            self._end_cell(self._cell, "\n".join(self._paragraphs))
            self._cell = None
        elif name == _TABLE + "table-row":
            self._first += self._repeats

    def _end_cell(self, cell: Mapping[str, str], text: str) -> None:
        assert self._grid is not None
        grid, column = self._grid, self._column
        times = int(cell.get(_TABLE + "number-columns-repeated", 1))
        self._column += times
        value = _value(cell, text)
        if _ROWS_SPANNED in cell:
            down = int(cell[_ROWS_SPANNED]) - 1
            right = int(cell.get(_TABLE + "number-columns-spanned", 1)) - 1
            grid.merged.append((self._first, column, self._first + down, column + right))
        if cell.get(_KIND) == "error":
            grid.error(self._first, column, text)
            return
        if not value:
            formula = cell.get(_TABLE + "formula")
            if formula is not None and _OFFICE + "value-type" not in cell:
                told = "=" + formula.partition("=")[2]
                grid.faults.append(CellFault(self._first + 1, column, told, "formula_without_value"))
            return
        if self._repeats * times > 1:
            bombs.refuse_area(self.content, self.name, self._first + self._repeats, column + times)
            bombs.refuse_area(self.content, self.name, self._repeats, times, bombs.MOST_IN_A_CORNER)
        number = cell.get(_OFFICE + "value")
        for place in range(column, column + times):
            if number is None:
                grid.put(self._first, place, value)
            else:
                grid.number(self._first, place, value, number)
            if self._repeats > 1:
                grid.repeat(range(self._first + 1, self._first + self._repeats), place)


def _value(cell: Mapping[str, str], text: str) -> str:
    """Return what a cell holds, as a person sees it: numbers with all their digits, dates in ISO form."""
    if (number := cell.get(_OFFICE + "value")) is not None:
        return plain_digits(number)
    if (day := cell.get(_OFFICE + "date-value")) is not None:
        return day.replace("T", " ")
    if (length := cell.get(_OFFICE + "time-value")) is not None:
        return _hours(length) or text
    if (flag := cell.get(_OFFICE + "boolean-value")) is not None:
        return flag.upper()
    return cell.get(_OFFICE + "string-value", text)


def _hours(length: str) -> str:
    found = _LENGTH.fullmatch(length)
    if found is None:
        return ""
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return f"{24 * days + hours:02}:{minutes:02}:{seconds:02}"


def _shown_text(text: str) -> str:
    """Return a paragraph's text: blanks of the file's own lay-out are one, those that are meant are kept."""
    if "\n" in text or "  " in text or text != text.strip():
        text = _BLANKS.sub(" ", text).strip(" ")
    return text.replace(_KEPT, " ").replace("\v", "\n")
