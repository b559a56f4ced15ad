"""Write the demo shop's files: whole or not at all, readable by their owner only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from siyu_cli.demo.columns import join
from siyu_cli.demo.layouts import LAYOUTS
from siyu_cli.demo.sheets import DemoSheet
from siyu_cli.demo.shop import DemoShop
from siyu_cli.errors import UsageError
from siyu_cli.render.package_date import remove_dates
from siyu_cli.render.replace import check_target, make_folder, replacing, together

FORMATS = ("xlsx", "csv", "parquet")

_SHEET_ROWS = 1_048_576
_BATCH_ROWS = 100_000


def write_shop(
    shop: DemoShop, folder: Path, layout: str = "generic", *, format: str | None = None, force: bool = False
) -> list[Path]:
    """Write ``shop`` into ``folder`` as ``layout`` exports it; return the files, members first.

    ``format`` is xlsx, csv or parquet, and the platform's own where it is not given. A table with more rows
    than a worksheet holds is written as csv instead. Files get mode 0600.
    Raises UsageError for an unknown layout or format, OutputError where something is in the way.
    """
    _check(layout, format)
    chosen = LAYOUTS[layout]
    files = [(sheet, _target(folder, sheet, format or chosen.format)) for sheet in chosen.sheets(shop)]
    make_folder(folder)
    for _, path in files:
        check_target(path, force=force)  # before the first is written
    with together():
        for sheet, path in files:
            with replacing(path, force=force) as part:
                _WRITERS[path.suffix](sheet, part, chosen.encoding)
    return [path for _, path in files]


def _check(layout: str, format: str | None) -> None:
    for value, known in ((layout, tuple(LAYOUTS)), (format or FORMATS[0], FORMATS)):
        if value not in known:
            hint = "Choose one of {choices}."
            message = "A demo shop cannot be written as {value}."
            raise UsageError(message, hint=hint, value=value, choices=", ".join(known))


def _target(folder: Path, sheet: DemoSheet, format: str) -> Path:
    fits = sheet.table.num_rows < _SHEET_ROWS  # the header takes a row
    return folder / f"{sheet.name}.{format if fits or format != 'xlsx' else 'csv'}"


def _write_csv(sheet: DemoSheet, path: Path, encoding: str) -> None:
    with path.open("wb") as file:
        for number, lines in enumerate(_csv_lines(sheet.table)):
            # utf-8-sig would begin every batch with a mark.
            file.write(lines.encode(encoding if number == 0 else encoding.removesuffix("-sig")))


def _csv_lines(table: pa.Table) -> Iterator[str]:
    """Yield text in batches; only cells with a comma need quotes, ``="123"`` stays as platforms write it."""
    yield ",".join(table.column_names) + "\r\n"
    for batch in table.to_batches(max_chunksize=_BATCH_ROWS):
        rows = pa.ListArray.from_arrays([0, batch.num_rows], _quoted_rows(batch))
        yield pc.binary_join(rows, "\r\n")[0].as_py() + "\r\n"


def _quoted_rows(batch: pa.RecordBatch) -> Any:
    cells = [column.cast(pa.string()).fill_null("") for column in batch.columns]
    quoted = [
        pc.if_else(pc.match_substring(column, ","), join('"', column, '"'), column)
        if pa.types.is_string(field.type)
        else column
        for column, field in zip(cells, batch.schema, strict=True)
    ]
    return pc.binary_join_element_wise(*quoted, ",")


def _write_xlsx(sheet: DemoSheet, path: Path, _encoding: str) -> None:
    from rustpy_xlsxwriter import Format, write_worksheet

    # The writer leaves decimals out without a word; two decimals survive as floats.
    is_money = pa.types.is_decimal
    columns = [c.cast(pa.float64()) if is_money(c.type) else c for c in sheet.table.columns]
    dates = {
        field.name: Format().set_num_format("yyyy-mm-dd")
        for field in sheet.table.schema
        if pa.types.is_date(field.type)
    }
    with path.open("wb") as file:
        write_worksheet(
            pa.table(columns, names=sheet.table.column_names),
            file,
            sheet_name=sheet.name,
            datetime_format="yyyy-mm-dd hh:mm:ss",
            column_formats=dates or None,
        )
    remove_dates(path)


def _write_parquet(sheet: DemoSheet, path: Path, _encoding: str) -> None:
    pq.write_table(sheet.table, path, compression="zstd")


_WRITERS = {".csv": _write_csv, ".xlsx": _write_xlsx, ".parquet": _write_parquet}
