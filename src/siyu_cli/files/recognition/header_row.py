"""The header row: where it is among titles, notes and units, and when the export says it was made."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from siyu_cli.files.recognition import evidence, headers
from siyu_cli.files.recognition.mapping import all_names
from siyu_cli.files.recognition.presets import Preset, load_presets, order_status
from siyu_cli.tables.inputs import INPUTS

Row = Sequence[str | None]

LAST_ROW = 40
_VALUES_ALLOWED = 0.2
_SIMILAR_COUNTS = 0.6
_MAPPED_COUNTS = 2.0
_BELOW = 2
_CLOSEST = 8
_LONGEST = 60
_ENOUGH = 1.8
_FEWEST_NAMES = 3
_MOST_NAMES = 0.6
_HAS_DIGIT = re.compile(r"\d")
_OF_A_GROUP = frozenset({"AMOUNT", "TIMES", "TIME", "COUNT", "TOTAL", "NAME", "ID", "PHONE", "CUM", "LAST"})
_MADE = re.compile(
    r"(?:导出|生成|下载|制表|统计截止|数据截止|截止|打印|export(?:ed)?|generated|created|downloaded|printed)"
    r"\s*(?:时间|日期|于|至|time|date|at|on)*\s*[:：]?\s*"
    r"((?:19|20)\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ tT]*(\d{1,2})[:：](\d{2})(?:[:：](\d{2}))?)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class HeaderRow:
    """The header found: its row (0-based; the lower one of two), and its cells."""

    row: int
    cells: tuple[str | None, ...]


def find_header(
    rows: Sequence[Row], mapped: Collection[str] = (), presets: tuple[Preset, ...] = ()
) -> HeaderRow | None:
    """Return the row that names most columns, among the first 40; None when no row looks like a header.

    A row with values in it is data and never a header. ``mapped``: plain headers the operator names; what the
    ``presets`` name counts as known. A header
    of two rows, groups above and names below, is read as one.
    """
    known = _all_names(presets or load_presets())
    named = sorted(((_named(row, mapped, known), -at) for at, row in enumerate(rows[:LAST_ROW])), reverse=True)
    best, score = None, 0.0
    # Reading every cell word by word is slow: only the rows that name most columns outright are looked at.
    for names, place in named[:_CLOSEST]:
        if 2 * names < named[0][0]:
            break
        found = _score(rows[-place], mapped, known)
        if found > score or (found == score and best is not None and -place < best):
            best, score = -place, found
    if best is None or not _is_enough(rows, best, score):
        return None
    for upper, lower in ((best - 1, best), (best, best + 1)):
        if upper < 0 or lower >= len(rows) or not (_is_text(rows[upper]) and _is_text(rows[lower])):
            continue
        joined, grouped = _join(rows[upper], rows[lower])
        if _score(joined, mapped, known) >= score + (0 if grouped else 1):
            return HeaderRow(lower, joined)
    return HeaderRow(best, tuple(rows[best]))


def is_header(cells: Row) -> bool:
    """Return whether a row by itself is a header, amid data: words only, such as headers are made of and data is not.

    Three names of columns do, or two beside which all else is put together of header words. A row whose cells were
    mistyped is none: 已发货 and 昨天 are words, too.
    """
    words = [cell for cell in cells if cell]
    known = _all_names(load_presets())
    named = {cell for cell in words if headers.plain(cell) in known}
    others = [cell for cell in words if cell not in named]
    if len(words) < _FEWEST_NAMES or not _is_text(cells) or any(map(_HAS_DIGIT.search, others)):
        return False
    made = [cell for cell in others if _is_made_of_words(cell)]
    if len(named) >= _FEWEST_NAMES:
        return len(named) + len(made) >= _MOST_NAMES * len(words)
    return len(named) == _FEWEST_NAMES - 1 and len(made) == len(others)


def is_data(cells: Row) -> bool:
    """Return whether a row holds values: more than one date, number or phone."""
    return sum(evidence.kind_of(cell) in evidence.VALUES for cell in cells if cell) > 1


def _is_made_of_words(cell: str) -> bool:
    has, unknown = headers.concepts(cell)
    return len(has) > 1 and not unknown and order_status(cell, None) is None


def first_data_row(rows: Sequence[Row], header: int, told: Collection[int]) -> int:
    """Return the row where the data begin: blank rows, units and notes below the header are passed over.

    ``told``: positions of columns that hold digits in every row of data: dates where there are any, else
    amounts, numbers and phones. A row with words in all of them, above one with digits, is a note.
    """
    at = _next_filled(rows, header + 1)
    for _ in range(_BELOW):
        if at < len(rows) and _is_note(rows, at, told):
            at = _next_filled(rows, at + 1)
    return at if at < len(rows) else header + 1


def data_above(rows: Sequence[Row], header: HeaderRow, told: Collection[int]) -> int | None:
    """Return the first row above the header that holds data under its names, None where none does.

    ``told`` as for ``first_data_row``. Data fill what every row below fills, and have values where those belong.
    """
    if header.row == 0 or tuple(rows[header.row]) != header.cells:
        return None
    names = {at for at, cell in enumerate(header.cells) if cell}
    below = [filled for row in rows[header.row + 1 :] if (filled := _filled(row))]
    needed = names.intersection(*below) if below else set()
    first = None
    for at in range(header.row - 1, -1, -1):
        if is_header(rows[at]):
            break
        filled = _filled(rows[at]) & names
        values = {spot for spot in filled if evidence.kind_of(rows[at][spot] or "") in evidence.VALUES}
        is_data = needed <= filled and len(filled) >= _MOST_NAMES * len(names)
        if is_data and filled & set(told) <= values and values & set(told):
            first = at
    return first


def _filled(row: Row) -> set[int]:
    return {at for at, cell in enumerate(row) if not evidence.is_blank(cell)}


def made_at(rows: Sequence[Row], header: int) -> datetime | None:
    """Return when the export was made, if a row above the header says so: 导出时间：2026-03-01 10:00."""
    for row in rows[:header]:
        found = _MADE.search(" ".join(cell for cell in row if cell))
        if found:
            try:
                return datetime(*(int(part or 0) for part in found.groups()))  # type: ignore[arg-type]
            except ValueError:
                continue
    return None


def _named(row: Row, mapped: Collection[str], known: frozenset[str]) -> int:
    """Return how many cells of a row are headers by name; cells like numbers are passed over."""
    found = 0
    for cell in row:
        if cell and len(cell) <= _LONGEST and not cell[0].isdigit():
            name = headers.plain(cell)
            found += 2 if name in mapped else name in known
    return found


def _score(row: Row, mapped: Collection[str], known: frozenset[str]) -> float:
    if not _is_text(row):
        return 0.0
    seen: set[str] = set()
    total = 0.0
    for cell in row:
        name = headers.plain(cell) if cell and len(cell) <= _LONGEST else ""
        if not cell or not name or name in seen:
            continue
        seen.add(name)
        if name in mapped:
            total += _MAPPED_COUNTS
        elif name in known:
            total += 1
        elif any(headers.meanings(table, cell) for table in INPUTS):
            total += _SIMILAR_COUNTS
    return total


def _is_text(row: Row) -> bool:
    cells = [cell for cell in row if cell]
    values = sum(evidence.kind_of(cell) in evidence.VALUES for cell in cells)
    return bool(cells) and values <= _VALUES_ALLOWED * len(cells)


def _is_enough(rows: Sequence[Row], at: int, score: float) -> bool:
    names = sum(bool(cell) for cell in rows[at])
    if names == 1:
        # A list of one column: only what stands below tells its header from a title.
        below = [cell for row in rows[at + 1 :] for cell in row if cell]
        return score >= 1 and bool(below) and all(sum(map(bool, row)) <= 1 for row in rows)
    return score >= _ENOUGH


def _join(upper: Row, lower: Row) -> tuple[tuple[str | None, ...], bool]:
    """Return two header rows as one, and whether a group above had to say what a name below is of."""
    groups = sum(bool(cell) for cell in upper)
    group: str | None = None
    is_grouped = False
    cells: list[str | None] = []
    for at in range(max(len(upper), len(lower))):
        above, below = _cell(upper, at), _cell(lower, at)
        group = above or group
        # 消费情况 above 次数 and 金额; a title above everything is no group.
        if below and group and groups > 1 and _is_of_a_group(below):
            of_group = group + below
            if any(headers.meanings(table, of_group) for table in ("members", "orders")):
                is_grouped = True
                below = of_group
        cells.append(below or above)
    return tuple(cells), is_grouped


def _is_of_a_group(name: str) -> bool:
    has, _ = headers.concepts(name)
    return bool(has) and has <= _OF_A_GROUP and not headers.is_unit(name)


def _is_note(rows: Sequence[Row], at: int, told: Collection[int]) -> bool:
    cells = [cell for cell in rows[at] if cell]
    if all(headers.is_unit(cell) for cell in cells):
        return any(cell != "-" for cell in cells)
    words = [cell for spot in told if (cell := _cell(rows[at], spot)) and not evidence.is_blank(cell)]
    if not words or any(_has_digit(cell) or "*" in cell for cell in words):
        return False
    below = _next_filled(rows, at + 1)
    return below < len(rows) and any(_has_digit(_cell(rows[below], spot) or "") for spot in told)


def _next_filled(rows: Sequence[Row], at: int) -> int:
    while at < len(rows) and not any(rows[at]):
        at += 1
    return at


def _has_digit(cell: str) -> bool:
    return any(character.isdigit() for character in cell)


def _cell(row: Row, at: int) -> str | None:
    return row[at] if at < len(row) else None


@cache
def _all_names(presets: tuple[Preset, ...]) -> frozenset[str]:
    """Return every header some preset or table knows, in its plain form."""
    names = [
        name
        for preset in presets
        for listed in (preset.signature, preset.ignored, *preset.columns.values())
        for name in listed
    ]
    return frozenset(map(headers.plain, names)) | all_names()
