"""Amounts cut in two at a comma inside a row whose last cell was empty: what follows moved, no cell is left over."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from siyu_cli.files.loading.overflow import BEGINS, GOES_ON
from siyu_cli.files.reading.sheets import CellFault
from siyu_cli.files.recognition import evidence, headers

if TYPE_CHECKING:
    import pyarrow as pa

    from siyu_cli.files.loading.sheet import SheetSource

_AMOUNTS = frozenset({"money", "number"})
_OF_AMOUNTS = frozenset({"AMOUNT", "PAID", "RECEIVED", "DUE", "TOTAL", "SUBTOTAL", "PRICE", "REFUND", "DISCOUNT"})
# Under these a number of three digits is at home.
_OF_NUMBERS = _OF_AMOUNTS | {
    "COUNT",
    "TIMES",
    "POINTS",
    "FREIGHT",
    "TAX",
    "FEE",
    "COSTS",
    "COUPON",
    "WALLET",
    "ID",
    "AGE",
}
_HAS_CENTS = re.compile(r"\.\d{1,2}\D*")
_A_NUMBER = re.compile(r"[-+]?\s*[¥￥$]?\s*[\d.,]+\s*[%元]?")
_FEWEST = 2
_AT_ONCE = 500


def cut_faults(sheet: SheetSource, cells: pa.Table, known: Collection[int]) -> list[CellFault]:
    """Return a fault for every row in which an amount was cut at its thousands separator, but those ``known``.

    ``cells``: the rows of data, with their numbers under ``row``. A cell of up to three digits before one of just
    three is a cut amount where that amount alone has no cents, or where the second stands among words or for a remark.
    """
    seen = sheet.match.seen
    if sheet.raw.delimiter != "," or seen is None or sheet.match.header_row is None:
        return []
    faults: dict[int, CellFault] = {}
    for spot, header in seen.named:
        if spot + 1 < len(seen.cells) and _is_amount(sheet, spot, header):
            for row, value in _cut_at(sheet, cells, spot):
                if row not in known:
                    faults.setdefault(row, CellFault(row, spot, value, "split_amount"))
    return list(faults.values())


def _is_amount(sheet: SheetSource, spot: int, header: str) -> bool:
    kinds = {column.position: sheet.table[column.key].kind for column in sheet.match.columns}
    if spot in kinds:
        return kinds[spot] in _AMOUNTS
    return bool(headers.concepts(header)[0] & _OF_AMOUNTS)


def _cut_at(sheet: SheetSource, cells: pa.Table, spot: int) -> Iterator[tuple[int, str]]:
    """Yield the rows whose cell in a column and the next one are the halves of an amount, and that amount."""
    import pyarrow.compute as pc

    first, second = (cells.column(at).combine_chunks().dictionary_encode() for at in (spot, spot + 1))
    may_go_on = _matching(second, GOES_ON)
    if not pc.any(may_go_on).as_py():
        return
    halves = pc.and_(_matching(first, BEGINS), may_go_on)
    if not pc.any(halves).as_py():
        return
    others, beside = (_written(part.filter(pc.invert(halves))) for part in (first, second))
    has_cents = len(list(islice(others(), _FEWEST))) == _FEWEST and all(map(_HAS_CENTS.search, others()))
    has_words = not all(map(_A_NUMBER.fullmatch, beside())) and not any(map(GOES_ON.fullmatch, beside()))
    is_remark = _is_remark(sheet, spot + 1) and not any(beside())
    is_among_words = _may_hold_words(sheet, spot + 1) and (has_words or is_remark)
    rows = zip(*(cells.column(at).filter(halves).to_pylist() for at in (spot, spot + 1, -1)), strict=True)
    for begins, goes_on, row in rows:
        if has_cents and not _HAS_CENTS.search(goes_on):
            continue
        if has_cents or is_among_words:
            yield row, f"{begins.strip()},{goes_on.strip()}"


def _matching(column: pa.DictionaryArray, pattern: re.Pattern[str]) -> pa.BooleanArray:
    """Return which cells are what a pattern says, spaces aside; each distinct value is looked at once."""
    import pyarrow.compute as pc

    hits = pc.match_substring_regex(column.dictionary, rf"^\s*(?:{pattern.pattern})\s*$")
    return pc.fill_null(hits.take(column.indices), False)


def _written(column: pa.DictionaryArray) -> Callable[[], Iterator[str]]:
    """Return the distinct values of some cells, told one by one as often as they are asked for."""
    import pyarrow.compute as pc

    values, places = column.dictionary, pc.drop_null(pc.unique(column.indices))

    def told() -> Iterator[str]:
        for start in range(0, len(places), _AT_ONCE):
            part = values.take(places.slice(start, _AT_ONCE)).to_pylist()
            yield from (cell for cell in part if not evidence.is_blank(cell))

    return told


def _may_hold_words(sheet: SheetSource, spot: int) -> bool:
    """Return whether a column may be one of texts, states or days, by its header."""
    kinds = {column.position: sheet.table[column.key].kind for column in sheet.match.columns}
    is_text = kinds.get(spot, "text") in {"text", "status", "instant", "date"}
    header = _header(sheet, spot)
    return bool(header) and is_text and not headers.concepts(header)[0] & _OF_NUMBERS


def _is_remark(sheet: SheetSource, spot: int) -> bool:
    return "REMARKNAME" in headers.concepts(_header(sheet, spot))[0]


def _header(sheet: SheetSource, spot: int) -> str:
    seen = sheet.match.seen
    return (seen.cells[spot] if seen is not None else None) or ""
