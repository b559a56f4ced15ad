"""A connection as the loader knows it, whose tables lie on Spark.

The loader speaks to a connection: statements in DuckDB's dialect, a few Arrow tables handed over, small answers
fetched. Here each statement is translated (``spark_sql``) and run on the session: a table becomes Parquet in the
scratch folder, a view stays a view, and what is inserted into a table is a part beside its others. Of rows only those
of an answer come here, and those the loader hands over go there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from sqlglot import exp

from siyu_cli.engines.spark_sql import Macros, bound, spark_sql, statements
from siyu_cli.errors import EngineError

if TYPE_CHECKING:
    import pyarrow as pa

    from siyu_cli.engines.lake import Lake

_KINDS = {
    "string": "VARCHAR", "tinyint": "TINYINT", "smallint": "SMALLINT", "int": "INTEGER", "bigint": "BIGINT",
    "float": "FLOAT", "double": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE", "timestamp_ntz": "TIMESTAMP",
    "timestamp": "TIMESTAMP WITH TIME ZONE", "binary": "BLOB", "void": "VARCHAR",
}  # fmt: skip


class Tables(Protocol):
    """What a connection needs of its engine; statements are in Spark's dialect."""

    def open_lake(self, name: str, place: str) -> Lake:
        """Give a table that lies elsewhere a name."""

    def hand_over(self, name: str, rows: pa.Table) -> None:
        """Give rows of this machine a name."""

    def materialise(self, name: str, sql: str) -> str:
        """Make a table of a query; return its name."""

    def view_of(self, name: str, sql: str) -> None:
        """Make a view of a query."""

    def collect(self, sql: str) -> pa.Table:
        """Return the rows of a query."""

    def described(self, sql: str) -> dict[str, str]:
        """Return column → Spark type of a query."""

    def columns(self, name: str) -> dict[str, str]:
        """Return column → Spark type of a table."""

    def arrow_schema(self, name: str) -> pa.Schema:
        """Return the columns of a table as Arrow knows them."""

    def is_empty(self, name: str) -> bool:
        """Return whether a table has no rows."""

    def names(self) -> list[str]:
        """Return the names of all tables."""

    def new_name(self, name: str) -> str:
        """Return a name that no table has."""

    def rename(self, name: str, other: str) -> None:
        """Give a table another name."""

    def drop(self, *names: str) -> None:
        """Forget tables."""


class SparkConnection:
    """Runs the loader's statements on one engine's session; ``cursor`` is itself, since it does one thing at a time."""

    def __init__(self, engine: Tables) -> None:
        self.engine = engine
        self._macros = Macros()
        self._variables: dict[str, object] = {}
        self._parts: dict[str, list[str]] = {}
        self._rows: pa.Table | None = None

    def execute(self, sql: str, params: Mapping[str, Any] | Sequence[Any] = ()) -> SparkConnection:
        """Run statements; what the last one answers is fetched from here."""
        self._rows = None
        for statement in statements(sql):
            self._run(statement, params if isinstance(params, Mapping) else list(params))
        return self

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return the rows of the last answer."""
        assert self._rows is not None
        columns = [column.to_pylist() for column in self._rows.columns]
        return list(zip(*columns, strict=True))

    def to_arrow_table(self) -> pa.Table:
        """Return the last answer as Arrow."""
        return self._rows

    def sql(self, sql: str) -> SparkConnection:
        """Return the answer to a query."""
        return self.execute(sql)

    def table(self, name: str) -> SparkConnection:
        """Return a whole table, as an answer is."""
        return self.execute(exp.select("*").from_(exp.to_table(name, dialect="duckdb")).sql("duckdb"))

    def register(self, name: str, rows: pa.Table) -> None:
        """Hand a small table over, under a name."""
        self.engine.hand_over(name, rows)

    def unregister(self, name: str) -> None:
        """Forget a table that was handed over."""
        self.engine.drop(name)

    def cursor(self) -> SparkConnection:
        """Return a connection for another thread: there is but one."""
        return self

    def __enter__(self) -> SparkConnection:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def _run(self, statement: exp.Expr, params: Mapping[str, Any] | list[Any]) -> None:
        if isinstance(statement, exp.Create) and statement.kind == "MACRO":
            self._macros.define(statement)
        elif isinstance(statement, exp.Set):
            assert isinstance(params, Mapping)
            self._variables.update(params)
        elif isinstance(statement, exp.Insert) and (rows := _given_rows(statement, params)) is not None:
            self._insert_rows(statement.this.name, rows)
        else:
            tree = bound(statement, params, self._variables)
            self._do(self._macros.expanded(tree))

    def _do(self, tree: exp.Expr) -> None:
        if isinstance(tree, exp.Query):
            known = self._known(tree)
            self._rows = self.engine.collect(self._translated(tree)) if known is None else known
        elif isinstance(tree, exp.Describe):
            self._rows = self._described(tree.this)
        elif isinstance(tree, exp.Create):
            self._create(tree)
        elif isinstance(tree, exp.Insert):
            self._insert(tree.this.name, tree.expression)
        elif isinstance(tree, exp.Drop):
            self._drop(_table_of(tree))
        elif isinstance(tree, exp.Delete):
            self._delete(tree)
        elif isinstance(tree, exp.Update):
            self._update(tree)
        else:
            raise EngineError("Spark cannot be asked this: {sql}", sql=tree.sql("duckdb"))

    def _known(self, query: exp.Expr) -> pa.Table | None:
        """Return the answer to whether a table that was filled from here has rows; None for any other question."""
        tables = {table.name for table in query.find_all(exp.Table)}
        if not tables or not tables <= self._parts.keys() or query.find(exp.AggFunc, exp.CTE, exp.Join, exp.Subquery):
            return None
        import pyarrow as pa

        (name, *others) = tables
        if others or not isinstance(query, exp.Select):
            return None
        if not self._parts[name]:
            return pa.table({"1": pa.array([], pa.int64())})
        is_filled = self._parts[name] != [name] and query.sql() == f"SELECT 1 FROM {name} LIMIT 1"
        return pa.table({"1": [1]}) if is_filled else None

    def _translated(self, query: exp.Expr) -> str:
        # The types that change a translation are those of a sheet's raw columns, which one query reads.
        self._list_columns(query)
        cells = next((table.name for table in query.find_all(exp.Table) if table.name.startswith("cells_")), None)
        return spark_sql(query, self._types(cells) if cells else None)

    def _list_columns(self, query: exp.Expr) -> None:
        """Put the table of the columns of cleaned sheets in the place of DuckDB's own, where it is asked for."""
        for table in list(query.find_all(exp.Table)):
            if isinstance(table.this, exp.Anonymous) and table.this.name.lower() == "duckdb_columns":
                import pyarrow as pa

                names = [name for name in self.engine.names() if name.startswith("source_")]
                pairs = [(name, key) for name in names for key in self.engine.columns(name)]
                columns = {"table_name": [name for name, _ in pairs], "column_name": [key for _, key in pairs]}
                self.register("columns_of_sheets", pa.table(columns, pa.schema(dict.fromkeys(columns, pa.string()))))
                table.replace(exp.to_table("columns_of_sheets"))

    def _types(self, name: str) -> dict[str, str]:
        return {key.lower(): _kind(kind) for key, kind in self.engine.columns(name).items()}

    def _described(self, query: exp.Expr) -> pa.Table:
        import pyarrow as pa

        found = self.engine.described(self._translated(query))
        return pa.table({"name": list(found), "type": [_kind(kind) for kind in found.values()]})

    def _create(self, tree: exp.Create) -> None:
        schema, query = tree.this, tree.expression
        name = _table_of(tree)
        if tree.args.get("exists") and name in self._parts:
            return
        if query is None:
            self._drop(name)
            columns = [f"cast(null as {one.kind.sql('spark')}) as {one.name}" for one in schema.expressions]
            self.engine.view_of(name, "select " + ", ".join(columns) + " where false")
            self._parts[name] = []
        elif tree.kind == "VIEW":
            self.engine.view_of(name, self._translated(query))
        else:
            self._keep(name, self.engine.materialise(name, self._translated(query)))

    def _keep(self, name: str, part: str) -> None:
        for old in self._parts.pop(name, []):
            if old != part:
                self.engine.drop(old)
        self._parts[name] = [part]

    def _insert_rows(self, name: str, rows: list[tuple[Any, ...]]) -> None:
        if not rows:
            return
        import pyarrow as pa

        types = self.engine.arrow_schema(name)
        columns = [pa.array(column, kind.type) for column, kind in zip(zip(*rows, strict=True), types, strict=True)]
        part = self.engine.new_name(name)
        self.engine.hand_over(part, pa.Table.from_arrays(columns, schema=types))
        self._add(name, part)

    def _insert(self, name: str, query: exp.Expr) -> None:
        columns = self.engine.columns(name)
        cast = ", ".join(f"cast(`{key}` as {kind}) as `{key}`" for key, kind in columns.items())
        named = ", ".join(f"`{key}`" for key in columns)
        part = self.engine.new_name(name)
        self.engine.materialise(part, f"select {cast} from ({self._translated(query)}) as given ({named})")
        if self.engine.is_empty(part):
            self.engine.drop(part)
        else:
            self._add(name, part)

    def _add(self, name: str, part: str) -> None:
        parts = self._parts.setdefault(name, [])
        if parts == [name]:  # made by a query: its own rows are the first part
            first = self.engine.new_name(name)
            self.engine.rename(name, first)
            parts[:] = [first]
        parts.append(part)
        self.engine.view_of(name, " union all ".join(f"select * from `{one}`" for one in parts))

    def _rewrite(self, name: str, query: str) -> None:
        part = self.engine.new_name(name)
        self.engine.materialise(part, query)
        for old in self._parts.get(name, []):
            self.engine.drop(old)
        self._parts[name] = [part]
        self.engine.view_of(name, f"select * from `{part}`")

    def _delete(self, tree: exp.Delete) -> None:
        where = tree.args.get("where")
        kept = exp.select("*").from_(tree.this.copy())
        condition = exp.not_(exp.func("coalesce", where.this, exp.false())) if where else exp.false()
        self._rewrite(tree.this.name, self._translated(kept.where(condition)))

    def _update(self, tree: exp.Update) -> None:
        name, where, source = tree.this.name, tree.args.get("where"), tree.args.get("from_")
        values = {one.this.name.lower(): one.expression for one in tree.expressions}
        condition: exp.Expr = where.this if where else exp.true()
        columns = self.engine.columns(name)
        chosen = [
            exp.alias_(_chosen(condition, value, exp.column(key, table=name), kind), key, quoted=True)
            if (value := values.get(key.lower())) is not None else exp.column(key, table=name)
            for key, kind in columns.items()
        ]  # fmt: skip
        query = exp.select(*chosen).from_(exp.to_table(name))
        if source is not None:
            query = query.join(source.this, on=condition, join_type="left")
        self._rewrite(name, self._translated(query))

    def _drop(self, name: str) -> None:
        for part in self._parts.pop(name, []):
            self.engine.drop(part)
        self.engine.drop(name)


def _chosen(condition: exp.Expr, value: exp.Expr, old: exp.Expr, kind: str) -> exp.Expr:
    return exp.cast(exp.Case().when(condition.copy(), value.copy()).else_(old), kind, dialect="spark")


def _kind(spark_type: str) -> str:
    """Return DuckDB's name of a type of Spark's."""
    if spark_type.startswith(("struct", "map")):
        return spark_type.partition("<")[0].upper()
    if spark_type.startswith("array<"):
        return _kind(spark_type[6:-1]) + "[]"
    return _KINDS.get(spark_type, spark_type.upper())


def _given_rows(statement: exp.Insert, params: Mapping[str, Any] | list[Any]) -> list[tuple[Any, ...]] | None:
    """Return the rows of an insert of what is given along with it; None where it selects them from tables."""
    query = statement.expression
    if isinstance(query, exp.Values):
        return [tuple(params)] if isinstance(params, list) else None
    if not isinstance(query, exp.Select) or query.args.get("from_") is not None:
        return None
    assert isinstance(params, Mapping)
    cells = [params[part.find(exp.Placeholder, exp.Parameter).name] for part in query.expressions]
    rows = max((len(cell) for cell in cells if isinstance(cell, list)), default=1)
    return list(zip(*(cell if isinstance(cell, list) else [cell] * rows for cell in cells), strict=True))


def _table_of(statement: exp.Expr) -> str:
    found = statement.find(exp.Table)
    assert found is not None
    return found.name
