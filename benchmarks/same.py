"""Hold two Parquet files of one row per member against each other, in every column both have.

python benchmarks/same.py ONE.parquet OTHER.parquet
"""

from __future__ import annotations

import sys

import duckdb


def main() -> None:
    connection = duckdb.connect()
    one, other = (connection.read_parquet(path) for path in sys.argv[1:])
    shared = [name for name in one.columns if name in other.columns]
    rows = {one.count("*").fetchall()[0][0], other.count("*").fetchall()[0][0]}
    differing = [name for name in shared if name != "member_id" and differ(one, other, ["member_id", name])]
    if differing or len(rows) > 1:
        raise SystemExit(f"not the same: {sorted(rows)} rows, columns {', '.join(differing) or 'all equal'}")
    print(f"equal: {rows.pop():,} members, {len(shared)} columns")


def differ(one: duckdb.DuckDBPyRelation, other: duckdb.DuckDBPyRelation, names: list[str]) -> bool:
    here, there = one.select(*names), other.select(*names)
    return any(rows.limit(1).fetchall() for rows in (here.except_(there), there.except_(here)))


if __name__ == "__main__":
    main()
