"""Cells as a reader finds them, wherever they lie, made into a sheet's table: cost follows the cells there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from siyu_cli.files.reading import bombs, exact_digits
from siyu_cli.files.reading.content import Content
from siyu_cli.files.reading.sheets import CellFault, Merged, RawSheet, SheetFacts

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

# Up to here empty columns stay, so that places are the sheet's own; a stray value far right brings no thousands.
MOST_EMPTY = 256
_SPARSE = 20  # times emptier than full


@dataclass
class Grid:
    """The cells of one sheet; rows and columns count from 0.

    ``numbers`` holds (row from 1, column, text in the file) of number cells too long for a double to hold surely.
    """

    content: Content
    sheet: str
    numbers: list[tuple[int, int, str]] = field(default_factory=list)
    lost: list[CellFault] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)
    _columns: dict[int, tuple[list[int], list[bytes]]] = field(default_factory=dict)
    _size: int = 0
    _rows: int = 0

    @property
    def last_row(self) -> int:
        """Return the number of the last row with anything in it, from 1."""
        return self._rows

    def put(self, row: int, column: int, text: str) -> None:
        """Keep a cell; an empty text is no cell. InputError when it lies beyond every sheet or all is too much."""
        if not text:
            return
        if row >= bombs.MAX_ROWS or column >= bombs.MAX_COLUMNS:
            bombs.refuse_area(self.content, self.sheet, row + 1, column + 1)
        blob = text.encode("utf-8", "replace")
        rows, blobs = self._columns.setdefault(column, ([], []))
        rows.append(row)
        blobs.append(blob)
        self._size += len(blob)
        self._rows = max(self._rows, row + 1)
        if self._size > bombs.MAX_TEXT_BYTES:
            bombs.refuse_text(self.content, self.sheet, self._size)

    def repeat(self, rows: range, column: int) -> None:
        """Keep the cell just kept in the rows below it too."""
        kept_rows, blobs = self._columns[column]
        kept_rows += rows
        blobs += blobs[-1:] * len(rows)
        self._size += len(blobs[-1]) * len(rows)
        self._rows = max(self._rows, rows.stop)
        if self._size > bombs.MAX_TEXT_BYTES:
            bombs.refuse_text(self.content, self.sheet, self._size)
        if self.numbers and self.numbers[-1][:2] == (rows.start, column):
            self.numbers += [(row + 1, column, self.numbers[-1][2]) for row in rows]

    def error(self, row: int, column: int, text: str) -> None:
        """Keep a cell that shows an error: it has no value, and is told of on asking."""
        self.faults.append(CellFault(row + 1, column, text, "error_cell"))
        self._rows = max(self._rows, row + 1)

    def number(self, row: int, column: int, text: str, written: str = "") -> None:
        """Keep a number, shown and as the file writes it; the last digits of a long one may not be true."""
        if len(text) >= 16 and text.removeprefix("-").isdecimal():
            self.numbers.append((row + 1, column, written or text))
        self.put(row, column, text)

    def undecodable(self, row: int, column: int, text: str) -> None:
        """Keep a text with bytes that are none, shown as ``\\x81``; its row is told of."""
        self.lost.append(CellFault(row + 1, column, text, "undecodable"))
        self.put(row, column, text)

    def sheet_of(self, *, keeps_digits: bool, most: int = bombs.MAX_CELLS, **of_the_sheet: Any) -> RawSheet:
        """Return the sheet, what else is known of it given.

        ``keeps_digits`` when the file writes numbers as text and not as doubles. ``most`` is the size of a
        rectangle that may be nearly empty. InputError for a larger one.
        """
        used = sorted({*self._columns, *(fault.column for fault in self.faults)})
        places = list(range(used[-1] + 1)) if used else []
        if len(places) > MOST_EMPTY:
            places = used
        self._refuse_far_corner(used, most)
        bombs.refuse_area(self.content, self.sheet, self._rows, len(places))
        cells = self._table(places)
        at = {column: place for place, column in enumerate(places)}
        numbers = [(row, at[column], text) for row, column, text in self.numbers]
        columns = exact_digits.long_digit_columns(cells)
        lost = [replace(fault, column=at[fault.column]) for fault in self.lost]
        if columns and numbers:
            tell = exact_digits.put_back if keeps_digits else exact_digits.lose
            cells, faults = tell(cells, numbers, columns)
            lost += faults
        is_moved = bool(used) and len(at) <= used[-1]
        facts = moved(SheetFacts(tuple(self.merged), tuple(self.faults)), at if is_moved else None)
        return RawSheet(self.content.file, self.sheet, cells, faults=tuple(lost), _facts=lambda: facts, **of_the_sheet)

    def _refuse_far_corner(self, used: Sequence[int], most: int) -> None:
        """Refuse a rectangle that is nearly empty both ways, like two values in opposite corners."""
        import numpy as np

        width = used[-1] + 1 if used else 0
        if self._rows * width <= most or len(used) * _SPARSE > width:
            return
        found = [*(rows for rows, _ in self._columns.values()), [fault.row for fault in self.faults]]
        rows = len(np.unique(np.concatenate([np.array(rows, dtype=np.int64) for rows in found])))
        if rows * _SPARSE <= self._rows:
            bombs.refuse_area(self.content, self.sheet, self._rows, width, most)

    def _table(self, places: Sequence[int]) -> pa.Table:
        import numpy as np
        import pyarrow as pa

        nothing = pa.nulls(self._rows, pa.string())
        columns = []
        for place in places:
            rows, blobs = self._columns.get(place, ([], []))
            columns.append(_texts(np.array(rows), blobs, self._rows) if rows else nothing)
        return pa.table(columns, names=[f"c{place}" for place in range(len(places))])


def without_far_columns(cells: pa.Table) -> tuple[pa.Table, dict[int, int] | None]:
    """Return a table without the empty columns around a stray value far right, and where the others went, if so."""
    if cells.num_columns <= MOST_EMPTY:
        return cells, None
    used = [place for place, column in enumerate(cells.columns) if column.null_count < cells.num_rows]
    names = [f"c{place}" for place in range(len(used))]
    return cells.select(used).rename_columns(names), {column: place for place, column in enumerate(used)}


def moved(facts: SheetFacts, at: Mapping[int, int] | None) -> SheetFacts:
    """Return what a sheet says, first things first, with its columns where they went."""
    faults, merged = facts.faults, facts.merged
    if at is not None:
        faults = tuple(replace(fault, column=at[fault.column]) for fault in faults if fault.column in at)
        merged = tuple(
            (top, at[left], bottom, at.get(right, at[left]))
            for top, left, bottom, right in merged if left in at
        )  # fmt: skip
    return SheetFacts(merged, tuple(sorted(faults, key=lambda fault: (fault.row, fault.column))))


def _texts(rows: np.ndarray, blobs: list[bytes], count: int) -> pa.Array:
    """Return a text column of ``count`` rows with these at theirs; of two in one place the later one stays."""
    # Built from its bytes: handing values to Arrow would import pandas.
    import numpy as np
    import pyarrow as pa

    if (np.diff(rows) <= 0).any():
        kept = dict(zip(rows.tolist(), blobs, strict=True))
        rows = np.array(sorted(kept))
        blobs = [kept[row] for row in rows.tolist()]
    lengths = np.zeros(count + 1, dtype=np.int64)
    lengths[rows + 1] = np.fromiter(map(len, blobs), dtype=np.int64, count=len(blobs))
    is_there = np.zeros(count, dtype=bool)
    is_there[rows] = True
    validity = pa.py_buffer(np.packbits(is_there, bitorder="little").tobytes())
    offsets = pa.py_buffer(np.cumsum(lengths).astype(np.int32).tobytes())
    return pa.Array.from_buffers(pa.string(), count, [validity, offsets, pa.py_buffer(b"".join(blobs))])
