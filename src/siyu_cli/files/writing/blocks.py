"""A report as blocks: each a title, a table of few rows, perhaps a drawing. Workbooks and pages show the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from siyu_cli.files.writing.wording import Words, table_of
from siyu_cli.files.writing.workbook import Chart, SheetSpec
from siyu_cli.tables.column import Column

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Block:
    """One table of a report; words in its rows are the reader's already, numbers are plain.

    ``drawn`` names the number that is drawn as bars, or, with ``is_trend``, the numbers drawn as lines; ``brief`` the
    columns that are enough where there is little room.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    drawn: Sequence[str] = ()
    is_trend: bool = False
    note: str = ""
    brief: Sequence[str] = ()

    @property
    def brief_columns(self) -> Sequence[Column]:
        """Return the columns for a place with little room, all of them unless some are enough."""
        return [column for column in self.columns if not self.brief or column.key in self.brief]


def block_sheet(block: Block, words: Words, *, lines: Sequence[str] = ()) -> SheetSpec:
    """Return a block as a sheet of a workbook, its drawing as a native chart below the table."""
    columns = words.columns(block.columns)
    kind = "line" if block.is_trend else "column"
    chart = Chart(block.title, block.columns[0].key, tuple(block.drawn), kind, row=len(block.rows) + 2)
    above = lines or ((block.title, block.note) if block.note else ())
    return SheetSpec(
        block.title[:31],
        table_of([_rounded(row) for row in block.rows], columns),
        columns,
        lines=tuple(above),
        charts=(chart,) if block.drawn and block.rows else (),
        has_filter=False,
    )


def _rounded(row: Row) -> dict[str, Any]:
    # Shares keep what their format shows, and more; nobody reads the twelfth place of K.
    return {key: round(value, 4) if isinstance(value, float) else value for key, value in row.items()}
