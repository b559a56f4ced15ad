"""The fast reader of .xlsx and .xlsb sheets, calamine through Arrow, and what it gives put right.

It leaves out empty columns before the first value, writes numbers with 9 decimals, and tells its failures in
its own words or as a panic.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from siyu_cli.files.reading import bombs, exact_digits
from siyu_cli.files.reading.archive import damaged, damaged_sheet
from siyu_cli.files.reading.content import Content
from siyu_cli.files.reading.hush import hushed
from siyu_cli.files.reading.sheets import CellFault

if TYPE_CHECKING:
    import fastexcel
    import pyarrow as pa

_Read = TypeVar("_Read")


def open_book(content: Content, source: str | bytes) -> fastexcel.ExcelReader:
    """Return the workbook opened; DataError when the fast reader cannot, nothing said on the terminal."""
    import fastexcel

    return told(content, None, partial(fastexcel.read_excel, source))


def read_cells(content: Content, reader: fastexcel.ExcelReader, index: int, starts_in_a: bool = False) -> pa.Table:
    """Return a sheet's cells as text, columns by their place; ``starts_in_a`` when column A holds a value."""
    name = reader.sheet_names[index]
    if starts_in_a:
        # Eager reading copies no shared strings, but does not tell the first column.
        return _cells(told(content, name, partial(_load, reader, index, eager=True)), 0)
    return _cells(*told(content, name, partial(_load_with_offset, reader, index)))


def number_kinds(content: Content, reader: fastexcel.ExcelReader, index: int) -> pa.Table:
    """Return the cells with nothing where there is a text: the only way to ask for a cell's type."""
    name = reader.sheet_names[index]
    return _table(*told(content, name, partial(_load_with_offset, reader, index, dtypes="boolean")))


def error_cells(content: Content, reader: fastexcel.ExcelReader, index: int) -> tuple[CellFault, ...]:
    """Return the cells that show an error."""
    name = reader.sheet_names[index]
    sheet = told(content, name, partial(_load, reader, index))
    _, errors = told(content, name, sheet.to_arrow_with_errors)
    first = _first_column(sheet)
    return tuple(
        CellFault(error.position[0] + 1, error.position[1] + first, error.detail, "error_cell")
        for error in (errors.errors if errors else ())
    )


def _load(reader: fastexcel.ExcelReader, index: int, *, dtypes: Any = "string", eager: bool = False) -> Any:
    # skip_rows=0 keeps leading blank rows, which would otherwise be dropped and shift every row number.
    return reader.load_sheet(index, header_row=None, skip_rows=0, dtypes=dtypes, eager=eager)  # type: ignore[call-overload]


def _load_with_offset(reader: fastexcel.ExcelReader, index: int, dtypes: str = "string") -> tuple[pa.RecordBatch, int]:
    return _with_offset(_load(reader, index, dtypes=dtypes))


def _with_offset(sheet: fastexcel.ExcelSheet) -> tuple[pa.RecordBatch, int]:
    return sheet.to_arrow(), _first_column(sheet)


def _first_column(sheet: fastexcel.ExcelSheet) -> int:
    """Return the 0-based place of the first column with a value: calamine leaves out empty ones before."""
    columns = sheet.available_columns()
    return columns[0].absolute_index if columns else 0


def _cells(batch: pa.RecordBatch, first_column: int) -> pa.Table:
    table = _table(batch, first_column)
    for index, column in enumerate(table.columns):
        tidy = exact_digits.without_noise(column)
        if tidy is not column:
            table = table.set_column(index, table.field(index), tidy)
    return table


def _table(batch: pa.RecordBatch, first_column: int) -> pa.Table:
    """Return the columns named c0, c1, … by their place in the sheet, left-out empty ones put back."""
    import pyarrow as pa

    before = min(first_column, bombs.MAX_COLUMNS)
    columns = [*[pa.nulls(batch.num_rows, pa.string())] * before, *batch.columns]
    return pa.table(columns, names=[f"c{index}" for index in range(len(columns))])


def told(content: Content, sheet: str | None, read: Callable[[], _Read]) -> _Read:
    """Return what ``read`` gives, its errors told as ours."""
    import fastexcel

    try:
        with hushed():
            return read()
    except BaseException as error:
        # A panic of the Rust side is no Exception, and its class cannot be imported.
        if not isinstance(error, fastexcel.FastExcelError) and type(error).__name__ != "PanicException":
            raise
        broken = damaged(content, error) if sheet is None else damaged_sheet(content, sheet)
        raise broken from error
