"""What reading gives: sources, their sheets as text, and the faults that only a reader can see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    from siyu_cli.engines.lake import Lake


@dataclass(frozen=True, slots=True)
class CellFault:
    """A cell that could not be read truly.

    ``row`` is the sheet's own number, from 1; for text files the number of the record, which is the line
    unless quoted values hold line breaks. ``column`` is 0-based. ``reason`` is a code of REJECT_REASONS.
    """

    row: int
    column: int
    value: str
    reason: str


Merged = tuple[int, int, int, int]


@dataclass(frozen=True)
class SheetFacts:
    """What a sheet says beside its values.

    ``merged`` holds (first row, first column, last row, last column), 0-based, in coordinates of ``cells``.
    """

    merged: tuple[Merged, ...] = ()
    faults: tuple[CellFault, ...] = ()


def _no_facts() -> SheetFacts:
    return SheetFacts()


@dataclass(frozen=True)
class RawSheet:
    """One sheet as text: every row it has, titles, header and blanks included, so that row numbers hold.

    ``cells`` has string columns c0, c1, …; its row i is the sheet's row ``first_row + i`` and its column i
    the sheet's column i (c0 is column A), unless a stray value lies far right: then empty columns are left out.
    It is None for Parquet: its typed columns are in ``parquet``, and ``lake`` says where an engine of its own reads
    them. ``counts_from_1904``: a date that is written as a plain number of days is 1,462 days later than in other
    sheets. ``title`` is what stands in the row above one of several tables of a sheet, in the only cell there.
    """

    file: str
    sheet: str | None
    cells: pa.Table | None = field(repr=False)  # a row is a person: no traceback shows it
    parquet: Path | None = None
    lake: Lake | None = None
    first_row: int = 1
    encoding: str | None = None
    delimiter: str | None = None
    is_hidden: bool = False
    counts_from_1904: bool = False
    faults: tuple[CellFault, ...] = field(default=(), repr=False)
    title: str | None = None
    _facts: Callable[[], SheetFacts] = field(default=_no_facts, repr=False, compare=False)

    def inspect(self) -> SheetFacts:
        """Return merged ranges, formula errors and formulas without a stored value.

        Reads the sheet a second time, so ask only when blanks in a column need an explanation. Formats that
        cannot say return no facts.
        """
        return self._facts()


@dataclass(frozen=True)
class Source:
    """One file as given: its digest, its size in bytes, its sheets, and zip members that are no tables."""

    file: str
    path: Path
    sha256: str
    size: int
    sheets: tuple[RawSheet, ...]
    ignored: tuple[str, ...] = ()
