"""Numbers as they were typed: readers hand them over as doubles, which hold 15 to 17 digits.

Order and member numbers have 16 to 19. Stored as text they are safe; stored as numbers, the file may still
hold every digit (then they are put back) or Excel has already dropped some (then the cell is a fault).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from siyu_cli.files.reading.sheets import CellFault

if TYPE_CHECKING:
    import pyarrow as pa

FIRST_UNSURE = 10**15  # from here on Excel has put zeros for the digits after the 15th
FIRST_UNSAFE = 2**53  # from here on a double skips whole numbers
_LOOK = 1 << 20
_NO_DAY = "1899-12-31 "
_LOST = "id_digits_lost"


def long_digit_columns(cells: pa.Table) -> list[int]:
    """Return the columns with a value of 16 digits or more and nothing else: text, or a number too long."""
    import pyarrow.compute as pc

    found = []
    for index, column in enumerate(cells.columns):
        # No value is handed to Arrow here or in without_noise: it would import pandas, a third of a second.
        lengths = pc.binary_length(column)
        if (pc.max(lengths).as_py() or 0) < 16:
            continue
        if (pc.max(lengths.filter(pc.ascii_is_decimal(column))).as_py() or 0) >= 16:
            found.append(index)
    return found


def put_back(
    cells: pa.Table, numbers: Iterable[tuple[int, int, str]], columns: Sequence[int]
) -> tuple[pa.Table, tuple[CellFault, ...]]:
    """Return the cells with every long number as the file has it, and the faults for those it lost digits of.

    ``numbers`` are (row from 1, column from 0, text in the file) of number cells; a lost one becomes null.
    """
    by_column: dict[int, list[tuple[int, str, Decimal]]] = {column: [] for column in columns}
    for row, column, text in numbers:
        number = Decimal(text)
        if column in by_column and abs(number) >= FIRST_UNSURE:
            by_column[column].append((row, text, number))
    faults: list[CellFault] = []
    for column, found in by_column.items():
        if not any(_has_every_digit(number) for _, _, number in found):
            faults += (CellFault(row, column, text, _LOST) for row, text, _ in found)
            cells = _replace(cells, column, [(row, None) for row, _, _ in found])
        else:
            faults += (CellFault(row, column, text, _LOST) for row, text, number in found if not _is_told(text, number))
            values = [(row, str(int(number)) if _is_told(text, number) else None) for row, text, number in found]
            cells = _replace(cells, column, values)
    return cells, tuple(sorted(faults, key=lambda fault: (fault.row, fault.column)))


def _is_told(text: str, number: Decimal) -> bool:
    """Whether a number of a column that keeps its digits is written with all of them."""
    return text.removeprefix("-").isdecimal() or (abs(number) < FIRST_UNSAFE and number == int(number))


def _has_every_digit(number: Decimal) -> bool:
    """Whether a number cannot have gone through Excel's 15 digits, nor, where it matters, through a double.

    One such number in a column shows that whoever wrote the column kept every digit.
    """
    if number != int(number) or int(number) % 10 == 0:
        return False
    double = float(number)
    return abs(number) < FIRST_UNSAFE or int(number) not in (int(double), int(Decimal(repr(double))))


def _replace(cells: pa.Table, column: int, values: Sequence[tuple[int, str | None]]) -> pa.Table:
    """Return the cells with (row from 1, text) put into one column."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    last = {row: text for row, text in values if 1 <= row <= cells.num_rows}
    rows = sorted(last)
    mask = np.zeros(cells.num_rows, dtype=bool)
    mask[np.array(rows, dtype=np.int64) - 1] = True
    fresh = pa.array([last[row] for row in rows], pa.string())
    old = cells.column(column).combine_chunks()
    return cells.set_column(column, cells.field(column), pc.replace_with_mask(old, pa.array(mask), fresh))


def lose(
    cells: pa.Table, numbers: Iterable[tuple[int, int, str]], columns: Sequence[int]
) -> tuple[pa.Table, tuple[CellFault, ...]]:
    """Return the cells with long numbers made null, and their faults, for formats that only store doubles.

    ``numbers`` are (row from 1, column from 0, digits) of number cells of 16 digits or more.
    """
    by_column: dict[int, list[tuple[int, str]]] = {column: [] for column in columns}
    for row, column, text in numbers:
        if column in by_column:
            by_column[column].append((row, text))
    faults: list[CellFault] = []
    for column, values in by_column.items():
        is_kept = any(text[-1] != "0" for _, text in values if abs(int(text)) < FIRST_UNSAFE)
        lost = [(row, text) for row, text in values if not is_kept or abs(int(text)) >= FIRST_UNSAFE]
        if lost:
            cells = _replace(cells, column, [(row, None) for row, _ in lost])
            faults += (CellFault(row, column, text, _LOST) for row, text in lost)
    return cells, tuple(faults)


def long_numbers(cells: pa.Table, is_number: pa.Table, columns: Sequence[int]) -> Iterator[tuple[int, int, str]]:
    """Yield (row from 1, column from 0, digits) of the number cells of 16 digits or more.

    ``is_number`` has the same shape as the cells; not null where a cell is no text.
    """
    import pyarrow.compute as pc

    for column in columns:
        text = cells.column(column)
        is_long = pc.and_(pc.greater_equal(pc.binary_length(text), 16), pc.ascii_is_decimal(text))
        is_unsafe = pc.and_(is_long, pc.is_valid(is_number.column(column)))
        for row in pc.indices_nonzero(pc.fill_null(is_unsafe, False)).to_pylist():
            yield row + 1, column, text[row].as_py()


def without_noise(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column with numbers in 15 digits, flags as TRUE and FALSE, times of day alone, empty text as null.

    The sheet reader writes numbers with 9 decimals, so 99999999.99 arrives as 99999999.989999995, and puts the
    day before all days before a time.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    lengths = pc.min_max(pc.binary_length(column)).as_py()
    if lengths["max"] is None:
        return column
    if lengths["min"] <= 5 and lengths["max"] >= 4 and pc.any(pc.ends_with(column, "e")).as_py():
        is_flag = pc.match_substring_regex(column, "^(true|false)$")
        if pc.any(is_flag).as_py():
            column = pc.if_else(is_flag, pc.utf8_upper(column), column)
    if lengths["min"] == 0:
        is_empty = pc.match_substring_regex(column, "^$")
        column = pc.if_else(is_empty, pa.nulls(len(column), pa.string()), column)
    if lengths["max"] >= len(_NO_DAY) + 8 and pc.any(pc.starts_with(column, _NO_DAY)).as_py():
        column = pc.replace_substring_regex(column, f"^{_NO_DAY}([0-9:.]+)$", r"\1")
    if lengths["max"] < 17 or not _has_point(column):
        return column
    noisy = pc.match_substring_regex(column, r"^-?\d{7,}\.\d{7,9}$")
    if not pc.any(noisy).as_py():
        return column
    noisy = pc.fill_null(noisy, False)
    fresh = pa.array([_fifteen_digits(text) for text in column.filter(noisy).to_pylist()], pa.string())
    return pa.chunked_array([pc.replace_with_mask(_whole(column), _whole(noisy), fresh)])


def _has_point(column: pa.ChunkedArray) -> bool:
    """Whether a full stop is anywhere in a column's bytes: ten times faster to know than a pattern."""
    for chunk in column.chunks:
        text = chunk.buffers()[2]
        for at in range(0, text.size if text else 0, _LOOK):
            if b"." in text.slice(at, min(_LOOK, text.size - at)).to_pybytes():
                return True
    return False


def _whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return a column in one piece, which replacing needs."""
    return column.combine_chunks() if hasattr(column, "combine_chunks") else column


def _fifteen_digits(text: str) -> str:
    number = format(Decimal(f"{Decimal(text):.14e}"), "f")
    return number.rstrip("0").rstrip(".") if "." in number else number
