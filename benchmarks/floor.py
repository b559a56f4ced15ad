"""The floor: read the same two sheets, write a sheet of the same size and types, and nothing between.

    python benchmarks/floor.py MEMBERS.xlsx ORDERS.xlsx SHEET.parquet OUT.xlsx

    python benchmarks/floor.py sheet MEMBERS.xlsx ORDERS.xlsx SHEET.parquet COLUMNS

SHEET.parquet holds the rows to write: those columns of siyu's own list of members. The second form makes it.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import fastexcel
import pyarrow.parquet as pq
from rustpy_xlsxwriter import write_worksheet


def read(path: str) -> object:
    return fastexcel.read_excel(path).load_sheet(0, header_row=None, dtypes="string").to_arrow()


def write_floor(people: str, orders: str, sheet: str, out: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(read, (people, orders)))
    write_worksheet(pq.read_table(sheet), out)


def make_sheet(people: str, orders: str, sheet: str, columns: str) -> None:
    import pyarrow as pa

    from siyu_cli import open_shop

    with open_shop([people, orders], as_of="2026-06-30") as shop:
        rows = shop.segment().arrow(columns.split(","))
    # The writer leaves decimals and booleans empty, so they become what siyu writes for them.
    plain = {pa.decimal128(18, 2): pa.float64(), pa.bool_(): pa.string()}
    cells = [column.cast(plain.get(column.type, column.type)) for column in rows.columns]
    pq.write_table(pa.table(cells, names=rows.column_names), sheet)


if __name__ == "__main__":
    if sys.argv[1] == "sheet":
        make_sheet(*sys.argv[2:])
    else:
        write_floor(*sys.argv[1:])
