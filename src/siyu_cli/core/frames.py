"""Rows of an answer as a frame, and a list in parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from siyu_cli.tables.column import Table


def arrow_schema(table: Table, *, has_means: bool = False) -> pa.Schema:
    """Return a table's columns as Arrow knows them; with ``has_means`` money is means, in no whole cents."""
    import pyarrow as pa

    kinds: dict[str, pa.DataType] = {
        "date": pa.date32(),
        "money": pa.float64() if has_means else pa.decimal128(18, 2),
        **dict.fromkeys(("number", "rate"), pa.float64()),
        "count": pa.int64(),
        "flag": pa.bool_(),
    }
    return pa.schema([(column.key, kinds.get(column.kind, pa.string())) for column in table.columns])


def as_frame(rows: pa.Table, *, exact: bool) -> pd.DataFrame:
    """Return rows as a frame: money and numbers float64, dates datetime64, counts Int64.

    ``exact`` leaves money as ``Decimal`` and dates as ``date``.
    """
    import pandas as pd
    import pyarrow as pa

    if not exact:
        for place, field in enumerate(rows.schema):
            if pa.types.is_decimal(field.type):
                rows = rows.set_column(place, field.name, rows.column(place).cast(pa.float64()))
    counts = {pa.int64(): pd.Int64Dtype()}
    frame: pd.DataFrame = rows.to_pandas(types_mapper=counts.get, date_as_object=exact)
    return frame


def split_rows(rows: pa.Table, by: str) -> dict[str | None, pa.Table]:
    """Return the rows of each value of a column, sorted by it; those without one come last."""
    import pyarrow.compute as pc

    column = rows[by]
    values = sorted(set(column.to_pylist()), key=lambda value: (value is None, value or ""))
    return {value: rows.filter(pc.is_null(column) if value is None else pc.equal(column, value)) for value in values}
