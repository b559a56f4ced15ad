"""Workbooks people open: each sheet is some lines of text, one table, and charts drawn from that table.

Cells come from Arrow columns as they are; keys are shown under their labels, texts are made inert, and a list
longer than Excel's last row goes on in the next sheet. Money, dates and shares carry their number format,
codes and phones are text; other cells carry none, because every formatted cell costs time.
"""

from __future__ import annotations

import math
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from rustpy_xlsxwriter import Format, write_worksheets

from siyu_cli.cells import Values, is_text, neutralise, plain, relabel, widest
from siyu_cli.errors import OutputError
from siyu_cli.progress import Written, writing
from siyu_cli.render.package_date import remove_dates
from siyu_cli.render.replace import check_target, replacing
from siyu_cli.render.shades import SHADES, limits
from siyu_cli.tables.column import Column, Kind

ROW_LIMIT = 1_048_576
TEXT_LIMIT = 16_383  # Excel's 32,767 counts UTF-16 units: half of it holds whatever the characters are
WIDTH_LIMIT = 60.0
_XML_BYTES_PER_CELL = 30
_BATCH_ROWS = 16_384
_MEASURED_ROWS = 20_000  # a width is a guess at what is usual; the last rows may be cut on screen

INK = "#1F4E5F"
BAR = "#8FC1D4"
GREY = "#595959"

_NUMBER_FORMATS: dict[Kind, str] = {
    "id": "@",
    "phone": "@",
    "date": "yyyy-mm-dd",
    "instant": "yyyy-mm-dd hh:mm",
    "money": "#,##0.00",
    "count": "#,##0",
    "rate": "0.0%",
}
_WIDTHS: dict[Kind, float] = {
    "date": 11,
    "instant": 16,
    "money": 13,
    "count": 8,
    "number": 9,
    "rate": 9,
    "flag": 7,
}

_WRITTEN_AS_THEY_ARE = (
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_boolean,
    pa.types.is_date32,
    pa.types.is_timestamp,
)


@dataclass(frozen=True)
class SheetColumn:
    """One column as people see it; ``labels`` gives keys (or ``true`` and ``false``) their words.

    ``width`` is in characters and found from the cells when it is None.
    """

    key: str
    title: str
    kind: Kind
    labels: Mapping[str, str] | None = None
    width: float | None = None
    wraps: bool = False

    @classmethod
    def of(cls, column: Column, lang: str, **more: Any) -> SheetColumn:
        """Return a contract's column under its title in ``lang``."""
        return cls(column.key, column.title(lang), column.kind, **more)


@dataclass(frozen=True)
class Chart:
    """A native chart of some columns of its sheet's table, placed at a cell (0-based) below the header."""

    title: str
    categories: str
    values: tuple[str, ...]
    kind: str = "column"
    row: int = 0
    column: int = 0
    width: int = 620
    height: int = 300


@dataclass(frozen=True)
class SheetSpec:
    """One sheet: lines above, a table under its header, data bars, a shaded grid and charts of the table's columns.

    ``choices`` are the words that a column's cells offer to whoever fills them in; ``prints_grid`` is for sheets that
    are worked through on paper.
    ``title`` has at most 31 characters, none of ``[ ] : * ? / \\``. ``lines[0]`` is a heading.
    """

    title: str
    table: pa.Table = field(repr=False)
    columns: tuple[SheetColumn, ...]
    lines: tuple[str, ...] = ()
    bars: tuple[str, ...] = ()
    grid: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    frozen_columns: int = 0
    is_frozen: bool = True
    has_filter: bool = True
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    prints_grid: bool = False

    @property
    def header_row(self) -> int:
        """Return the 0-based row of the header: the first one, or one blank row under the lines."""
        return len(self.lines) + 1 if self.lines else 0

    def parts(self) -> Iterator[SheetSpec]:
        """Yield the sheet in pieces Excel can hold, the second titled ``… 2``."""
        room = ROW_LIMIT - self.header_row - 1
        yield replace(self, table=self.table.slice(0, room))
        for number, start in enumerate(range(room, self.table.num_rows, room), 2):
            yield replace(self, title=f"{self.title} {number}", table=self.table.slice(start, room))


def write_workbook(path: Path, sheets: Sequence[SheetSpec], *, force: bool = False) -> None:
    """Write an .xlsx workbook of the sheets, in order. Raises OutputError as ``replacing`` does."""
    check_target(path, force=force)
    data: list[tuple[str, pa.Table]] = []
    options: dict[str, Any] = {}
    for sheet in (part for whole in sheets for part in whole.parts()):
        table = _cells(sheet)
        data.append((sheet.title, table))
        for option, value in _options(sheet, table).items():
            options.setdefault(option, {})[sheet.title] = value
    needed = sum(table.nbytes + _XML_BYTES_PER_CELL * table.num_rows * table.num_columns for _, table in data)
    with replacing(path, force=force) as temporary:
        with _scratch_folder(path, temporary.parent, needed):
            _write(path, list(_told(data)), temporary, options)
        remove_dates(temporary)


def _write(path: Path, data: list[tuple[str, Any]], temporary: Path, options: Mapping[str, Any]) -> None:
    try:
        with temporary.open("wb") as file:
            write_worksheets(data, file, **options)
    except BaseException as error:
        # RuntimeError is the writer's word for Excel's limits; it panics when its scratch file cannot grow.
        if isinstance(error, RuntimeError) or type(error).__name__ == "PanicException":
            reason = str(error).rstrip(".")
            raise OutputError("{file} cannot be written: {reason}.", file=str(path), reason=reason) from error
        raise


def _told(data: Sequence[tuple[str, pa.Table]]) -> Iterator[tuple[str, Any]]:
    """Yield the sheets; whoever watches is told how many rows the writer has taken when it takes more."""
    before, of = 0, sum(table.num_rows for _, table in data)
    for number, (title, table) in enumerate(data, 1):
        yield title, _read_in_batches(table, Written(before, of, number, len(data)))
        before += table.num_rows


def _read_in_batches(table: pa.Table, begun: Written) -> pa.Table | pa.RecordBatchReader:
    """Return a long table as the writer takes it in pieces: between them Ctrl-C is heard."""
    if table.num_rows <= _BATCH_ROWS:
        return table
    return pa.RecordBatchReader.from_batches(table.schema, _batches(table, begun))


def _batches(table: pa.Table, begun: Written) -> Iterator[pa.RecordBatch]:
    done = begun
    for batch in table.to_batches(max_chunksize=_BATCH_ROWS):
        writing().wrote(done)
        yield batch
        done = replace(done, rows=done.rows + batch.num_rows)
    writing().wrote(done)


@contextmanager
def _scratch_folder(path: Path, beside: Path, needed: int) -> Iterator[None]:
    """Have the writer keep the XML of sheets where there is room: where temporary files go, or beside the result.

    Refuses early what could not be finished.
    """
    folders = []
    with suppress(OSError):  # there is no usable one
        folders.append(tempfile.gettempdir())
    for folder in (*folders, str(beside)):
        if shutil.disk_usage(folder).free >= needed:
            break
    else:
        raise OutputError(
            "{file} cannot be written: it needs {megabytes} MB for temporary files in {folder}.",
            hint="Free some space there, or set TMPDIR to a folder on another disk.",
            file=str(path),
            megabytes=needed // 1_000_000 + 1,
            folder=(*folders, str(path.parent))[0],
        )
    os.putenv("TMPDIR", folder)  # where the writer looks, whether it can be used or not
    try:
        yield
    finally:
        os.putenv("TMPDIR", (*folders, str(path.parent))[0])


def _cells(sheet: SheetSpec) -> pa.Table:
    titles: list[str] = []
    for column in sheet.columns:
        title, number = column.title, 1
        while title in titles:  # the writer tells columns apart by their titles
            number += 1
            title = f"{column.title} {number}"
        titles.append(title)
    return pa.table([_shown(sheet.table[column.key], column) for column in sheet.columns], names=titles)


def _shown(values: Values, column: SheetColumn) -> Values:
    """Return the values as the writer takes them; it would leave any other type's cells empty."""
    values = plain(values)
    if column.labels is not None:
        return relabel(values, column.labels)
    if pa.types.is_decimal(values.type):
        return values.cast(pa.float64())
    if any(knows(values.type) for knows in _WRITTEN_AS_THEY_ARE):
        return values
    values = values.cast(pa.string())
    if (pc.max(pc.binary_length(values)).as_py() or 0) > TEXT_LIMIT:
        values = pc.utf8_slice_codeunits(values, 0, TEXT_LIMIT)
    return neutralise(values)


def _options(sheet: SheetSpec, table: pa.Table) -> dict[str, Any]:
    """Return the writer's options for one sheet, under the writer's names."""
    titles = dict(zip((column.key for column in sheet.columns), table.column_names, strict=True))
    widths = [_width(column, table[titles[column.key]], sheet) for column in sheet.columns]
    texts = [title for title in table.column_names if is_text(table[title].type)]
    options: dict[str, Any] = {
        "header_row": sheet.header_row,
        "header_format": _header_format(),
        "column_widths": widths,
        "row_heights": _row_heights(sheet, widths),
        "page_setup": _page_setup(sheet, sum(widths)),
        "autofilter": sheet.has_filter,
    }
    if formats := _column_formats(sheet, titles):
        options["column_formats"] = formats
    if texts:
        options["ignore_errors"] = texts  # no green corners on codes and phones
    if sheet.choices:
        options["data_validations"] = {
            titles[key]: {"type": "list", "values": list(words)} for key, words in sheet.choices.items()
        }
    if sheet.lines:
        options["merge_ranges"] = list(_merged_lines(sheet))
    if sheet.is_frozen:
        options["freeze_panes"] = {"row": sheet.header_row + 1, "col": sheet.frozen_columns}
    if sheet.charts:
        options["sheet_view"] = {"gridlines": False}
        options["dedupe_strings"] = True  # keeps the cells in memory, so that charts carry their own copy
    if sheet.charts and table.num_rows:
        options["charts"] = [_chart(chart, sheet, titles) for chart in sheet.charts]
    if rules := {titles[key]: rule for key, rule in _rules(sheet).items() if table.num_rows}:
        options["conditional_formats"] = rules
    return options


def _rules(sheet: SheetSpec) -> dict[str, Any]:
    """Return what colours cells by their values: bars in them, or one scale of shades for a whole grid."""
    edges = limits(sheet.table.select(list(sheet.grid)).to_pylist(), sheet.grid)
    shaded = [
        {"type": "cell", "criteria": ">=", "value": edge, "format": Format().set_background_color(colour)}
        for edge, colour in reversed(list(zip(edges, SHADES[1:], strict=False)))
    ]
    bars = {key: {"type": "data_bar", "color": BAR} for key in sheet.bars}
    return bars | (dict.fromkeys(sheet.grid, shaded) if shaded else {})


def _header_format() -> Format:
    header = Format().set_bold().set_font_color("#FFFFFF").set_background_color(INK)
    return header.set_text_wrap().set_align("center").set_align("vcenter")


def _column_formats(sheet: SheetSpec, titles: Mapping[str, str]) -> dict[str, Format]:
    formats: dict[str, Format] = {}
    for column in sheet.columns:
        number_format = _NUMBER_FORMATS.get(column.kind)
        if column.wraps:
            formats[titles[column.key]] = Format().set_text_wrap().set_align("top")
        elif number_format and column.labels is None:
            formats[titles[column.key]] = Format().set_num_format(number_format)
    return formats


def _row_heights(sheet: SheetSpec, widths: Sequence[float]) -> dict[int, float]:
    heights = {0: 28.0} if sheet.lines else {}
    heights[sheet.header_row] = 32.0
    for column, width in zip(sheet.columns, widths, strict=True):
        if column.wraps:
            for row, text in enumerate(sheet.table[column.key].to_pylist(), sheet.header_row + 1):
                rows = math.ceil(widest(pa.array([text or ""])) / width)
                heights[row] = max(heights.get(row, 0), 16.0 * min(max(rows, 1), 25))
    return heights


def _merged_lines(sheet: SheetSpec) -> Iterator[tuple[int, int, int, int, str, Format]]:
    # Narrow tables have room beside them; where widths were chosen, the table is as wide as the paper.
    is_chosen = all(column.width is not None for column in sheet.columns)
    last = max(len(sheet.columns) - 1, 1 if is_chosen else 11)
    for row, line in enumerate(sheet.lines):
        style = Format().set_align("vcenter").set_font_color(GREY if row else INK)
        if row == 0:
            style = style.set_bold().set_font_size(16)
        yield row, 0, row, last, neutralise(pa.array([line]))[0].as_py(), style


def _page_setup(sheet: SheetSpec, width: float) -> dict[str, Any]:
    setup: dict[str, Any] = {
        "landscape": True,
        "paper_size": 9,
        "fit_to_pages": (max(1, round(width / 200)), 0),
        "repeat_rows": sheet.header_row,
        "margins": {"left": 0.4, "right": 0.4, "top": 0.5, "bottom": 0.6},
        "footer": f"&L{sheet.title.replace('&', '&&')}&R&P / &N",
    }
    if sheet.prints_grid:
        setup["print_gridlines"] = True
    if sheet.frozen_columns:
        setup["repeat_columns"] = (0, sheet.frozen_columns - 1)
    return setup


def _chart(chart: Chart, sheet: SheetSpec, titles: Mapping[str, str]) -> dict[str, Any]:
    return {
        "type": chart.kind,
        "title": chart.title,
        "categories": titles[chart.categories],
        "series": [titles[key] for key in chart.values],
        "legend": len(chart.values) > 1,
        "row": sheet.header_row + chart.row,
        "col": chart.column,
        "width": chart.width,
        "height": chart.height,
    }


def _width(column: SheetColumn, values: Values, sheet: SheetSpec) -> float:
    """Return a width that shows the cells, and the title on two lines beside its filter button."""
    if column.width is not None:
        return column.width
    words = [widest(pa.array([word])) for word in column.title.split()]
    title = max([*words, widest(pa.array([column.title])) / 2])
    needed = _WIDTHS.get(column.kind, 10)
    if is_text(values.type):
        needed = widest(values.slice(0, _MEASURED_ROWS)) * 1.05
    return min(max(title + (3 if sheet.has_filter else 0), needed) + 1.5, WIDTH_LIMIT)
