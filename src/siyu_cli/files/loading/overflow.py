"""Rows of text with more cells than their header has columns: something in them was cut, and what follows moved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any

from siyu_cli.files.loading.report import Note
from siyu_cli.files.loading.roles import sheet_name
from siyu_cli.files.reading.sheets import CellFault

if TYPE_CHECKING:
    import pyarrow as pa

    from siyu_cli.files.loading.sheet import SheetSource

REASONS = ("extra_cells", "split_amount")
_BLANK = r"^[\s\x{feff}\x{200b}-]*$"
BEGINS = re.compile(r"[-+(]?\s*[¥￥$€£]?\s*[-+]?[0-9]{1,3}")
GOES_ON = re.compile(r"[0-9]{3}(?:\.[0-9]+)?\s*元?\)?")
_MOST = 0.9


def overflow_faults(sheet: SheetSource, cells: pa.Table) -> list[CellFault]:
    """Return a fault for every row of a text file that has cells beyond the header's last column.

    Where nearly all rows have some, a column has no header, and nothing was cut: but for amounts with a comma in them.
    ``cells``: the rows of data, with their numbers under ``row``.
    """
    seen = sheet.match.seen
    if sheet.raw.encoding is None or sheet.match.header_row is None or seen is None or not seen.named:
        return []
    width = seen.named[-1][0] + 1
    if cells.num_columns - 1 <= width:
        return []
    beyond = _rows_beyond(cells, width)
    faults = [_fault(row, width) for row in beyond]
    if len(faults) > max(1, _MOST * cells.num_rows):
        faults = [fault for fault in faults if fault.reason == "split_amount"]
    return faults


def overflow_notes(sheets: Sequence[SheetSource]) -> Iterator[Note]:
    """Yield what to do about rows with too many cells, a finding per sheet and reason."""
    for sheet in sheets:
        for reason in REASONS:
            faults = [fault for fault in sheet.faults if fault.reason == reason]
            if faults:
                yield _note(sheet, reason, faults)


def _note(sheet: SheetSource, reason: str, faults: Sequence[CellFault]) -> Note:
    facts: dict[str, object] = {"sheet": sheet_name(sheet.raw.file, sheet.raw.sheet), "rows": len(faults)}
    facts["row"] = faults[0].row
    if reason == "split_amount":
        return Note(
            "{sheet}: {rows} rows, the first of them row {row}, have an amount cut in two at its thousands separator "
            "({value}) and were rejected. Put such amounts in quotes, or export them without the separator.",
            facts | {"value": faults[0].value},
            is_finding=True,
        )
    return Note(
        "{sheet}: {rows} rows, the first of them row {row}, have more cells than the header has columns and were "
        "rejected. A value with the separator in it belongs in quotes.",
        facts,
        is_finding=True,
    )


def _rows_beyond(cells: pa.Table, width: int) -> list[dict[str, Any]]:
    import pyarrow.compute as pc

    def is_filled(column: pa.ChunkedArray) -> pa.ChunkedArray:
        return pc.fill_null(pc.invert(pc.match_substring_regex(column, _BLANK)), False)

    filled = reduce(pc.or_, (is_filled(column) for column in cells.columns[width:-1]))
    rows: list[dict[str, Any]] = cells.filter(filled).to_pylist()
    return rows


def _fault(row: dict[str, Any], width: int) -> CellFault:
    *values, number = row.values()
    last = max(at for at, value in enumerate(values) if value)
    parts = [(value or "").strip() for value in values[width - 1 : last + 1]]
    is_split = BEGINS.fullmatch(parts[0]) is not None and all(map(_is_continued, parts[1:]))
    if is_split:
        return CellFault(number, width - 1, ",".join(parts), "split_amount")
    return CellFault(number, width, "", "extra_cells")


def _is_continued(part: str) -> bool:
    return GOES_ON.fullmatch(part) is not None
