"""Workbooks, old and new: every sheet as text, read once by calamine through Arrow.

calamine gives the values fast; what it leaves out or changes (the first column's place, digits of long
numbers, merges, formula errors) comes from sheet_xml.py, and only when a sheet needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from siyu_cli.errors import DataError, InputError, Where
from siyu_cli.files.reading import archive, bombs, exact_digits, sheet_biff, sheet_xlsb, sheet_xml
from siyu_cli.files.reading.content import Content
from siyu_cli.files.reading.extents import refuse_ods_bombs, refuse_xlsb_bombs, refuse_xlsx_bombs
from siyu_cli.files.reading.hush import hushed
from siyu_cli.files.reading.kinds import SAVE_AS, Kind
from siyu_cli.files.reading.sheet_biff import BiffSheet
from siyu_cli.files.reading.sheets import CellFault, RawSheet, SheetFacts

if TYPE_CHECKING:
    import fastexcel
    import pyarrow as pa

_Read = TypeVar("_Read")
# calamine chooses its parser by the suffix of a path, so a path is only handed over when its suffix is true.
_TRUE_SUFFIXES: dict[Kind, tuple[str, ...]] = {
    "xlsx": (".xlsx", ".xlsm"), "xlsb": (".xlsb",), "ods": (".ods",), "ole": (".xls",),
}  # fmt: skip


def read_workbook(content: Content, kind: Kind) -> tuple[RawSheet, ...]:
    """Return the sheets of an unlocked workbook in its own order; chart sheets are left out.

    DataError when it is damaged (names the sheet where one is known), InputError when it is locked in a way
    that needs its own program, or would fill the memory.
    """
    import fastexcel

    parts, without_cells = _guard(content, kind)
    is_true = content.path is not None and content.suffix in _TRUE_SUFFIXES[kind]
    with content.open() as file:
        source = str(content.path) if is_true else content.data or file.read()
    open_book = partial(fastexcel.read_excel, source)
    reader = (_calamine if kind == "xlsx" else _old_calamine)(content, None, open_book)
    sheets = []
    for index, name in enumerate(reader.sheet_names):
        if name in without_cells:
            continue
        part = parts.get(name)
        sheets.append(
            _read_xlsx(content, reader, index, part)
            if isinstance(part, sheet_xml.SheetPart)
            else _read_other(content, reader, index, part)
        )
    if not sheets:
        raise DataError(
            "{file} has no sheets with cells.", hint=SAVE_AS, where=content.where, file=content.file
        )
    return tuple(sheets)


def _guard(
    content: Content, kind: Kind
) -> tuple[Mapping[str, sheet_xml.SheetPart | BiffSheet], frozenset[str]]:
    """Refuse what would fill the memory; return what is known of sheets by name, and charts and macros."""
    if kind == "xlsb":
        refuse_xlsb_bombs(content)
        return {}, sheet_xlsb.sheets_without_cells(content)
    if kind == "ods":
        _refuse_locked_ods(content)
        refuse_ods_bombs(content)
        return {}, frozenset()
    if kind == "ole":
        bombs.refuse_area(content, None, *sheet_biff.reach(content))
        sheets = sheet_biff.sheets(content)
        return sheets, frozenset(name for name, sheet in sheets.items() if not sheet.is_worksheet)
    parts = sheet_xml.sheet_parts(content)
    refuse_xlsx_bombs(content, parts)
    members = archive.parts(content)
    known = {part.name: part for part in parts if part.member in members}
    return known, frozenset(part.name for part in parts if not part.is_worksheet)


def _refuse_locked_ods(content: Content) -> None:
    name = "meta-inf/manifest.xml"
    manifest = b"".join(archive.stream(content, name)) if name in archive.parts(content) else b""
    if b"encryption-data" in manifest:
        raise InputError(
            "{file} is an OpenDocument file with a password, which siyu cannot open.",
            hint="Save it without a password, or as .xlsx with one.", where=content.where, file=content.file,
        )  # fmt: skip


def _read_xlsx(
    content: Content, reader: fastexcel.ExcelReader, index: int, part: sheet_xml.SheetPart
) -> RawSheet:
    member = part.member or ""
    with sheet_xml.located(content, part.name, member):
        head = next(archive.stream(content, member), b"")
        if sheet_xml.starts_in_first_column(head):
            # Eager reading copies no shared strings, but does not tell the first column.
            batch = _calamine(content, part.name, partial(_load, reader, index, eager=True))
            cells = _cells(batch, 0)
        else:
            cells = _cells(*_calamine(content, part.name, partial(_load_with_offset, reader, index)))
    columns = exact_digits.long_digit_columns(cells)
    faults: tuple[CellFault, ...] = ()
    if columns:
        cells, faults = exact_digits.put_back(cells, sheet_xml.long_numbers(content, member), columns)
    return RawSheet(
        content.file, part.name, cells, is_hidden=part.is_hidden, faults=faults,
        _facts=partial(sheet_xml.facts, content, member),
    )  # fmt: skip


def _read_other(
    content: Content, reader: fastexcel.ExcelReader, index: int, part: BiffSheet | None
) -> RawSheet:
    name = reader.sheet_names[index]
    sheet = _old_calamine(content, name, partial(_load, reader, index))
    cells = _cells(*_old_calamine(content, name, partial(_with_offset, sheet)))
    columns = exact_digits.long_digit_columns(cells)
    faults: tuple[CellFault, ...] = ()
    if columns:
        # As flags, numbers are true or false and texts are nothing: the only way to ask for a cell's type.
        kinds = _old_calamine(content, name, partial(_load_with_offset, reader, index, dtypes="boolean"))
        cells, faults = exact_digits.lose(cells, _table(*kinds), columns)
    return RawSheet(
        content.file, name, cells, is_hidden=sheet.visible != "visible", faults=faults,
        _facts=partial(_facts_of_other, content, reader, index, part),
    )  # fmt: skip


def _facts_of_other(
    content: Content, reader: fastexcel.ExcelReader, index: int, part: BiffSheet | None
) -> SheetFacts:
    """Return the error cells calamine reports, and the merged ranges of an .xls."""
    name = reader.sheet_names[index]
    sheet = _old_calamine(content, name, partial(_load, reader, index))
    _, errors = _old_calamine(content, name, sheet.to_arrow_with_errors)
    first = _first_column(sheet)
    return SheetFacts(
        merged=sheet_biff.merged(content, part) if part else (),
        faults=tuple(
            CellFault(error.position[0] + 1, error.position[1] + first, error.detail, "error_cell")
            for error in (errors.errors if errors else ())
        ),
    )


def _load(reader: fastexcel.ExcelReader, index: int, *, dtypes: Any = "string", eager: bool = False) -> Any:
    # skip_rows=0 keeps leading blank rows, which would otherwise be dropped and shift every row number.
    return reader.load_sheet(index, header_row=None, skip_rows=0, dtypes=dtypes, eager=eager)  # type: ignore[call-overload]


def _load_with_offset(
    reader: fastexcel.ExcelReader, index: int, dtypes: str = "string"
) -> tuple[pa.RecordBatch, int]:
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


def _calamine(content: Content, sheet: str | None, read: Callable[[], _Read]) -> _Read:
    """Return what ``read`` gives, its errors told as ours."""
    import fastexcel

    try:
        return read()
    except BaseException as error:
        # A panic of the Rust side is no Exception, and its class cannot be imported.
        if not isinstance(error, fastexcel.FastExcelError) and type(error).__name__ != "PanicException":
            raise
        problem = str(error).partition("\nContext")[0].removeprefix("calamine error: ").rstrip(".")
        where = Where(file=content.file, sheet=sheet)
        message = (
            "{file}, sheet {sheet}, cannot be read: {problem}."
            if sheet is not None
            else "{file} cannot be read: {problem}."
        )
        raise DataError(
            message, hint="Open it in Excel or WPS and save it again as .xlsx.",
            where=where, file=content.file, sheet=sheet, problem=problem,
        ) from error  # fmt: skip


def _old_calamine(content: Content, sheet: str | None, read: Callable[[], _Read]) -> _Read:
    """Return what ``read`` gives; the parsers of old formats panic on some broken files."""
    with hushed():
        return _calamine(content, sheet, read)
