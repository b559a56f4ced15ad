"""A list as it was read, narrowed by a condition on its own columns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

import pyarrow as pa

from siyu_cli.core.catalogue import TABLES
from siyu_cli.core.churn.tables import CHURN
from siyu_cli.core.conditions import check_values, parse_condition
from siyu_cli.core.contacts.tables import GIVEN
from siyu_cli.core.lifecycle.tables import SEGMENTS
from siyu_cli.core.referral.tables import INVITERS, SUSPICION_ROWS
from siyu_cli.engines.protocol import Engine
from siyu_cli.engines.step import Step
from siyu_cli.tables.column import Column, Kind, Table

_ROW = "list_row"
_YES = ("true", "yes", "是", "1")
_NUMBERS: tuple[Kind, ...] = ("count", "money", "number", "rate")


@cache
def list_tables() -> tuple[Table, ...]:
    """Return the contracts a list may have: those of segments, churn and lists made by hand first."""
    others = (table for table in TABLES.values() if "member_id" in table.keys)
    return (SEGMENTS, CHURN, GIVEN, *others, INVITERS, SUSPICION_ROWS)


@cache
def list_columns() -> tuple[Column, ...]:
    """Return the columns a list may have, each key once."""
    found: dict[str, Column] = {}
    for table in list_tables():
        for one in table.columns:
            found.setdefault(one.key, one)
    return tuple(found.values())


def list_table(names: Sequence[str]) -> Table:
    """Return the contract of a list with these columns."""
    columns = {column.key: column for column in list_columns()}
    return Table("list", "List", "名单", "one row per member", tuple(columns[name] for name in names))


def narrowed(engine: Engine, rows: pa.Table, where: str | None) -> pa.Table:
    """Return the rows of a list for which a condition on its columns holds, in their order.

    Raises ``ConditionError`` for a condition that is not allowed.
    """
    if where is None:
        return rows
    from sqlglot import exp

    table = list_table(rows.column_names)
    columns, condition = table.columns, parse_condition(where, table)
    typed = {column.key: _typed(rows[column.key].to_pylist(), column) for column in columns}
    engine.open("given_list", pa.table({**typed, _ROW: pa.array(range(rows.num_rows), pa.int64())}))
    check_values(engine, where, table=table, relation="given_list")
    tree = exp.select(_ROW).from_("given_list").where(condition)
    found = engine.fetch(Step("given_rows", tree.sql("duckdb"), ("given_list",), ()), {})
    return rows.take(pa.array(sorted(int(place) for place in found[_ROW]), pa.int64()))


def _typed(values: Sequence[str | None], column: Column) -> pa.Array:
    if column.kind in _NUMBERS:
        return pa.array([_number(value) for value in values], pa.float64())
    if column.kind == "flag":
        return pa.array([None if value is None else value.strip().lower() in _YES for value in values], pa.bool_())
    if column.kind == "date":
        return pa.array([_date(value) for value in values], pa.date32())
    return pa.array(values, pa.string())


def _number(value: Any) -> float | None:
    try:
        return float(str(value).replace(",", ""))
    except ValueError:
        return None


def _date(value: str | None) -> date | None:
    try:
        return date.fromisoformat((value or "")[:10])
    except ValueError:
        return None
