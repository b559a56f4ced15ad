"""The header row: where it is among titles, notes and units, and when the export says it was made."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from siyu_cli.files import evidence, headers
from siyu_cli.files.mapping import is_known
from siyu_cli.files.presets import load_presets

Row = Sequence[str | None]

LAST_ROW = 40
_VALUES_ALLOWED = 0.2
_SIMILAR_COUNTS = 0.6
_MAPPED_COUNTS = 2.0
_BELOW = 2
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


def find_header(rows: Sequence[Row], mapped: Collection[str] = ()) -> HeaderRow | None:
    """Return the row that names most columns, among the first 40; None when no row looks like a header.

    A row with values in it is data and never a header. ``mapped``: plain headers the operator names. A header
    of two rows, groups above and names below, is read as one.
    """
    best, score = None, 0.0
    for at, row in enumerate(rows[:LAST_ROW]):
        found = _score(row, mapped)
        if found > score:
            best, score = at, found
    if best is None or not _is_enough(rows, best, score):
        return None
    cells = tuple(rows[best])
    for upper, lower in ((best - 1, best), (best, best + 1)):
        if upper < 0 or lower >= len(rows) or not (_is_text(rows[upper]) and _is_text(rows[lower])):
            continue
        joined = _join(rows[upper], rows[lower])
        if _score(joined, mapped) >= score + 1:
            return HeaderRow(lower, joined)
    return HeaderRow(best, cells)


def first_data_row(rows: Sequence[Row], header: int, typed: Collection[int]) -> int:
    """Return the row where the data begin: blank rows, units and notes below the header are passed over.

    ``typed``: positions of columns whose cells hold digits: dates, amounts, numbers, phones.
    """
    at = header + 1
    for _ in range(_BELOW):
        while at < len(rows) and not any(rows[at]):
            at += 1
        if at < len(rows) and _is_note(rows, at, typed):
            at += 1
        else:
            break
    while at < len(rows) and not any(rows[at]):
        at += 1
    return at if at < len(rows) else header + 1


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


def is_known_header(cell: str) -> bool:
    """Return whether a cell is a header some preset or table knows."""
    return headers.plain(cell) in _of_presets() or is_known(cell)


def _score(row: Row, mapped: Collection[str]) -> float:
    cells = [cell for cell in row if cell]
    if not cells or not _is_text(row):
        return 0.0
    seen: set[str] = set()
    total = 0.0
    for cell in cells:
        name = headers.plain(cell)
        if name in seen or len(cell) > 60:
            continue
        seen.add(name)
        if name in mapped:
            total += _MAPPED_COUNTS
        elif is_known_header(cell):
            total += 1
        elif any(headers.meanings(table, cell) for table in ("orders", "members", "contacts")):
            total += _SIMILAR_COUNTS
    return total


def _is_text(row: Row) -> bool:
    cells = [cell for cell in row if cell]
    values = sum(evidence.kind_of(cell) in evidence.VALUES for cell in cells)
    return bool(cells) and values <= _VALUES_ALLOWED * len(cells)


def _is_enough(rows: Sequence[Row], at: int, score: float) -> bool:
    names = sum(bool(cell) for cell in rows[at])
    if names <= 2 and score >= 1:
        # A list of one or two columns: only what stands below tells a header from a title.
        below = [cell for row in rows[at + 1 :] for cell in row if cell]
        return score >= names and bool(below)
    return score >= 1.8


def _join(upper: Row, lower: Row) -> tuple[str | None, ...]:
    group: str | None = None
    cells: list[str | None] = []
    for at in range(max(len(upper), len(lower))):
        above = upper[at] if at < len(upper) else None
        below = lower[at] if at < len(lower) else None
        group = above or group
        if not below:
            cells.append(above)
        elif group and not is_known_header(below) and headers.meanings("members", group + below):
            cells.append(group + below)
        else:
            cells.append(below)
    return tuple(cells)


def _is_note(rows: Sequence[Row], at: int, typed: Collection[int]) -> bool:
    cells = [cell for cell in rows[at] if cell]
    if all(headers.is_unit(cell) for cell in cells):
        return any(cell.strip() != "-" for cell in cells)
    told = [cell for spot in typed if (cell := _cell(rows[at], spot)) and not evidence.is_blank(cell)]
    if not told or any(c.isdigit() for cell in told for c in cell) or any(_MASK in cell for cell in told):
        return False
    below = rows[at + 1] if at + 1 < len(rows) else ()
    return any(c.isdigit() for spot in typed for c in _cell(below, spot) or "")


_MASK = "*"


def _cell(row: Row, at: int) -> str | None:
    return row[at] if at < len(row) else None


def _of_presets() -> frozenset[str]:
    if not _PRESET_HEADERS:
        for preset in load_presets():
            names = [
                *preset.signature,
                *preset.ignored,
                *(n for listed in preset.columns.values() for n in listed),
            ]
            _PRESET_HEADERS.update(headers.plain(name) for name in names)
    return frozenset(_PRESET_HEADERS)


_PRESET_HEADERS: set[str] = set()
