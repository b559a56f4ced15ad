"""Run the tuned rival: ``python benchmarks/tuned.py ORDERS.parquet OUT.parquet``."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import make_data


def main() -> None:
    lines, out = sys.argv[1:]
    query = (Path(__file__).parent / "tuned.sql").read_text("utf-8")
    connection = duckdb.connect()
    connection.execute("set preserve_insertion_order = false")
    params = {"lines": lines, "as_of": make_data.AS_OF, "out": out}
    connection.execute(f"copy (\n{query}\n) to $out (format parquet, compression zstd)", params)


if __name__ == "__main__":
    main()
