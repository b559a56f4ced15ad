"""Sections of one sheet: a row of one cell says what the rows below it are, as 退货明细 does between sales and returns.

Nothing is looked for but rows without an amount.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from siyu_cli.files.loading.sheet import RowSpan
from siyu_cli.files.loading.titles import is_of_sales, kind_of_title

if TYPE_CHECKING:
    from siyu_cli.files.loading.sheet import SheetSource
    from siyu_cli.files.reading.sheets import RawSheet

_LOOKED_AT = 1_000


def sections_of(sheet: SheetSource) -> tuple[RowSpan, ...]:
    """Return the sections of a sheet of orders, while its raw cells are there; those of sales count as well."""
    amount = sheet.match.column("paid_amount")
    if sheet.raw.cells is None or sheet.match.table != "orders" or amount is None:
        return ()
    above = [(sheet.raw.first_row - 1, sheet.raw.title)] if sheet.raw.title else []
    titles = [*above, *_lonely_cells(sheet.raw, amount.position)]
    found = [RowSpan(row, kind) for row, text in titles if (kind := _kind_of(text)) is not None]
    return tuple(found) if any(section.kind != "sale" for section in found) else ()


def _kind_of(text: str) -> str | None:
    return kind_of_title(text) or ("sale" if is_of_sales(text) else None)


def _lonely_cells(raw: RawSheet, amount: int) -> Iterator[tuple[int, str]]:
    """Yield the rows that hold one cell and no amount, and what stands there."""
    import pyarrow as pa
    import pyarrow.compute as pc

    assert raw.cells is not None
    column = raw.cells.column(amount)
    places = pc.indices_nonzero(pc.fill_null(pc.equal(pc.utf8_trim_whitespace(column), ""), True))[:_LOOKED_AT]
    # Not take on a table: its columns may be of several chunks.
    rows = pa.table([column.take(places) for column in raw.cells.columns], names=raw.cells.column_names)
    for place, row in zip(places.to_pylist(), rows.to_pylist(), strict=True):
        filled = [cell.strip() for cell in row.values() if cell and cell.strip()]
        if len(filled) == 1:
            yield raw.first_row + place, filled[0]
