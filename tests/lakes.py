"""Shops as they lie on a cluster: the demo's files as typed Parquet, and what was made of a shop, to be compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from siyu_cli.shop import Shop

# What a load leaves for whoever asks.
TABLES = ("order_lines", "members", "people", "known_names", "rejects", "referrals", "costs")


def as_typed_parquet(exports: Path, folder: Path) -> list[Path]:
    """Write each workbook of a folder as Parquet with the types its cells have, amounts as decimals."""
    written = []
    for path in sorted(exports.glob("*.xlsx")):
        rows = pa.Table.from_pandas(pd.read_excel(path), preserve_index=False).replace_schema_metadata(None)
        fields = [pa.field(one.name, _kind(one)) for one in rows.schema]
        written.append(folder / f"{path.stem}.parquet")
        pq.write_table(rows.cast(pa.schema(fields)), written[-1])
    return written


def _kind(field: pa.Field) -> pa.DataType:
    if pa.types.is_floating(field.type) and field.name.endswith(("金额", "费")):
        return pa.decimal128(12, 2)
    return pa.string() if pa.types.is_large_string(field.type) else field.type


def loaded(shop: Shop) -> dict[str, Any]:
    """Return what was made of a shop's files: every table in order, the account of its rows, what was warned of."""
    report = shop.load.report
    found: dict[str, Any] = {name: _rows(shop, name) for name in TABLES}
    found["sheets"] = [
        (one.file, one.table, one.rows_in, one.rows_used, one.rows_rejected, dict(one.skipped), one.columns)
        for one in report.sheets
    ]
    found["rejects by reason"] = report.rejects
    found["links"] = report.links
    found["warnings"] = [
        (note.message, {key: str(fact) for key, fact in note.facts.items()}) for note in report.warnings
    ]
    return found


def _rows(shop: Shop, name: str) -> list[dict[str, Any]]:
    rows = shop.engine.read(name, ())
    return sorted(rows.select(sorted(rows.column_names)).to_pylist(), key=repr)
