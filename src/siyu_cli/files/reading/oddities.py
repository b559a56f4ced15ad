"""What the fast reader of .xlsx sheets gets wrong without a word, found in their XML before it is asked."""

from __future__ import annotations

import re
from xml.parsers import expat

from siyu_cli.files.reading.sheet_xml import column_index
from siyu_cli.files.reading.xlsx_book import is_utf8

_PLACES = re.compile(rb"""<(?:\w+:)?c\s(?:[^>]*?\s)?r=["']([A-Z]+)(\d+)["']""")
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
_ROW_NUMBER = re.compile(rb"""<(?:\w+:)?row\s(?:[^>]*?\s)?r=["']\d+["']""")
# A text's number with anything beside its digits is taken for 0, a flag that is no 0 for true.
_VALUE = re.compile(
    rb"v>\s|\s</(?:\w+:)?v>|v>&#|v>(?:true|false)</"
    rb"""|\st=["']s["'][^>]*>\s*<(?:\w+:)?v>(?!\d+</)"""
)
_DECLARATION = 200
_ROOMY = 20_000
_EMPTY = 8  # times as many places as cells


def is_odd(xml: bytes) -> bool:
    """Whether a whole sheet holds what only the careful reader places and reads as it is meant."""
    if is_odd_head(xml) or b"<!" in xml or b"<?" in xml[_DECLARATION:]:
        return True
    places = _PLACES.findall(xml)
    if len(places) != len(_CELL.findall(xml)) or len(set(places)) != len(places):
        return True
    if len(_ROW_NUMBER.findall(xml)) != len(_ROW.findall(xml)):
        return True
    return _is_roomy(places) or not _is_well_formed(xml)


def is_odd_head(xml: bytes) -> bool:
    """Whether the beginning of a sheet shows such a thing: one maker writes all cells alike."""
    return not is_utf8(xml) or _VALUE.search(xml) is not None


def _is_roomy(places: list[tuple[bytes, bytes]]) -> bool:
    """Whether most of the rectangle around the cells is empty: the fast reader makes room for all of it."""
    width = max((column_index(letters) + 1 for letters in {letters for letters, _ in places}), default=0)
    height = max((int(number) for number in {number for _, number in places}), default=0)
    return width * height > max(_ROOMY, _EMPTY * len(places))


def _is_well_formed(xml: bytes) -> bool:
    parser = expat.ParserCreate()
    try:
        parser.Parse(xml, True)
    except expat.ExpatError:
        return False
    return True
