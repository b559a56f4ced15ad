"""Many rows into a table at once, from columns: a row each in Python costs more than the database takes for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa


def insert_columns(connection: sa.Connection, table: sa.Table, columns: Mapping[str, Sequence[Any]]) -> None:
    """Insert one row per place of the columns, which are all of one length.

    Where the driver takes rows by position, they go to it as they are, values made ready column by column.
    """
    statement = table.insert()
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(columns))
    if not isinstance(compiled, sa.sql.compiler.SQLCompiler) or not compiled.positional or not compiled.positiontup:
        rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        if rows:
            connection.execute(statement, rows)
        return
    ready = [_ready(connection, table.c[key], columns[key]) for key in compiled.positiontup]
    tuples = list(zip(*ready, strict=True))
    if tuples:
        connection.exec_driver_sql(str(compiled), tuples)


def _ready(connection: sa.Connection, column: sa.Column[Any], values: Sequence[Any]) -> Sequence[Any]:
    """Return values as the driver takes them."""
    prepare = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    if prepare is None:
        return values
    known = {value: prepare(value) for value in set(values)}
    return [known[value] for value in values]
