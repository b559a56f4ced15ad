"""SQL that the loader runs, kept in .sql files as named parts: ``-- name: x`` starts part x."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb
    from sqlglot import exp


@cache
def script(topic: str) -> dict[str, str]:
    """Return ``{name: sql}`` for the parts of ``files/<topic>.sql``.

    >>> sorted(script("identity"))[:5]
    ['account_keys', 'bonds', 'every_name', 'excluded', 'known_by_phone']
    """
    text = (files("siyu_cli.files.loading") / f"{topic}.sql").read_text("utf-8")
    parts = re.split(r"^-- name: (\w+)\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def first_row(connection: duckdb.DuckDBPyConnection, sql: str, params: Mapping[str, object] | None = None) -> Any:
    """Return the first row of a query as a tuple, or None; the result is read to its end."""
    rows = connection.execute(sql, params or {}).fetchall()
    return rows[0] if rows else None


def call(name: str, *arguments: exp.Expr) -> exp.Anonymous:
    """Return a call of a DuckDB function under its own name: sqlglot knows some of them with other meanings."""
    from sqlglot import exp

    return exp.Anonymous(this=name, expressions=[argument.copy() for argument in arguments])


def drop(connection: duckdb.DuckDBPyConnection, name: str, *, kind: str = "TABLE") -> None:
    """Drop a table or view, if it is there."""
    from sqlglot import exp

    connection.execute("drop " + kind + " if exists " + exp.to_table(name).sql("duckdb"))


def create(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    query: exp.Query,
    *,
    kind: str = "TABLE",
    is_temporary: bool = True,
) -> None:
    """Make a table or view from a query, replacing what had the name; views of all threads are not temporary."""
    from sqlglot import exp

    properties = exp.Properties(expressions=[exp.TemporaryProperty()]) if is_temporary else None
    statement = exp.Create(this=exp.to_table(name), kind=kind, expression=query, replace=True, properties=properties)
    connection.execute(statement.sql("duckdb", copy=False))


def keep_rows(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Make a table of a view, so that its rows can be changed; a table stays."""
    from sqlglot import exp

    if first_row(connection, "select 1 from duckdb_views() where view_name = $name", {"name": name}) is None:
        return
    rows = name + "_kept"
    create(connection, rows, exp.select("*").from_(name), is_temporary=False)
    drop(connection, name, kind="VIEW")
    connection.execute(exp.rename_table(rows, name).sql("duckdb"))


def without_empty_lookups(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    """Return a statement without its left joins with empty tables, whose columns are null for every row.

    Spark leaves them out by itself, and knows of what type those nulls are.
    """
    from siyu_cli.engines.spark_connection import SparkConnection

    if isinstance(connection, SparkConnection):
        return sql
    tables = sorted({join.this.name for join in _lookups(_parsed(sql))})
    return _without(
        sql, frozenset(name for name in tables if not first_row(connection, f"select 1 from {name} limit 1"))
    )


@cache
def _without(sql: str, empty: frozenset[str]) -> str:
    """Return a statement without its left joins with these tables."""
    from sqlglot import exp

    tree = _parsed(sql).copy()
    joins = [join for join in _lookups(tree) if join.this.name in empty]
    aliases = {join.this.alias for join in joins}
    for join in joins:
        join.pop()
    for column in list(tree.find_all(exp.Column)):
        if column.table in aliases:
            column.replace(exp.null())
    return tree.sql("duckdb")


@cache
def _parsed(sql: str) -> exp.Expr:
    from sqlglot import parse_one

    return parse_one(sql, read="duckdb")


def _lookups(tree: exp.Expr) -> list[exp.Join]:
    from sqlglot import exp

    return [join for join in tree.find_all(exp.Join) if join.side == "LEFT"]
