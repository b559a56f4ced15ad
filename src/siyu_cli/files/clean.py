"""Raw cells to typed columns: one projection per sheet, built as a syntax tree over the macros of clean.sql.

Every sheet of a table comes out with the same columns, mapped or not, so that what follows is plain SQL over
their union. ``faults`` lists the cells that are not what their column holds, as ``key:reason`` joined by ``;``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.tables import Column, Kind, Table

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.recognise import ColumnMatch, Match

_SQL_TYPES: dict[Kind, str] = {
    "id": "varchar", "text": "varchar", "phone": "varchar", "status": "varchar", "date": "timestamp",
    "instant": "timestamp", "money": "decimal(18, 2)", "count": "bigint", "number": "double",
    "rate": "double", "flag": "boolean",
}  # fmt: skip
_MACROS: dict[Kind, str] = {
    "id": "id", "text": "text", "phone": "phone", "status": "text", "date": "instant", "instant": "instant",
    "money": "money", "count": "count", "number": "number", "rate": "number", "flag": "flag",
}  # fmt: skip
_TOTAL_ROW = "^(合计|总计|小计|汇总|本页合计|总合计|(grand )?total|sub-?total|sum)([:： ].*)?$"


@dataclass(frozen=True)
class Origin:
    """Where a sheet's rows come from: its number in the load, the relation to read, how its dates are written.

    ``is_typed`` says that a Parquet file brings dates and amounts as such, so that nothing has to be parsed.
    """

    source: int
    relation: str
    column_types: dict[str, str]
    zone: str
    date_order: str
    is_typed: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the raw columns' names in order, the row counter left out."""
        return tuple(name for name in self.column_types if name != "row")


def load_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Define the cleaning macros on a connection."""
    connection.execute((files("siyu_cli.files") / "clean.sql").read_text("utf-8"))


def projection(table: Table, match: Match, origin: Origin) -> exp.Select:
    """Return the select that reads one sheet as ``source, row, <every column of table>, faults, is_blank, …``.

    Raw columns are ``c0``, ``c1``… as text, or a Parquet file's own typed columns. Cells that are canonical
    text are done in the first of four levels; the others are unguarded, emptied of mere dashes, and parsed.
    """
    mapped: dict[str, list[ColumnMatch]] = {}
    for found in match.columns:
        mapped.setdefault(found.key, []).append(found)
    levels = _Levels(origin)
    for column in table.columns:
        cells = [origin.columns[cell.position] for cell in mapped.get(column.key, [])]
        if not cells:
            levels.last.append(exp.alias_(typed_null(column), column.key))
        elif _is_text(origin, cells):
            levels.add_text(column, cells)
        else:
            levels.add_typed(column, _typed(column, cells[0], origin))
    return levels.select([column.key for column in table.columns if column.key in mapped])


class _Levels:
    # Level by level, so that no slow expression stands twice in one level: the engine would compute it for
    # every row, canonical or not.

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        kept = [exp.column("row"), exp.column("is_empty_row"), exp.column("has_total_word")]
        self.first: list[exp.Expr] = [
            exp.column("row"),
            exp.alias_(_is_blank(origin), "is_empty_row"),
            exp.alias_(_is_total(origin), "has_total_word"),
        ]
        self.second: list[exp.Expr] = list(kept)
        self.third: list[exp.Expr] = list(kept)
        self.last: list[exp.Expr] = [
            exp.alias_(exp.Literal.number(origin.source), "source"), exp.column("row"),
        ]  # fmt: skip
        self.faults: list[exp.Expr] = []

    def add_typed(self, column: Column, value: exp.Expr) -> None:
        self.first.append(exp.alias_(value, column.key))
        for level in (self.second, self.third, self.last):
            level.append(exp.column(column.key))

    def add_text(self, column: Column, cells: list[str]) -> None:
        kind = _MACROS[column.kind]
        cell, rest = _first_written(column, cells), exp.column("rest_of_" + column.key)
        fast = exp.func("fast_" + kind, cell)
        self.first.append(exp.alias_(fast, column.key))
        left_over = exp.Case().when(_is_null(fast.copy()), cell.copy())
        self.first.append(exp.alias_(left_over, rest.name))
        for level, macro in ((self.second, "unguarded"), (self.third, "written")):
            level.append(exp.column(column.key))
            level.append(exp.alias_(exp.func(macro, rest.copy()), rest.name))
        value = exp.func(
            "coalesce", exp.column(column.key), exp.func("rest_" + kind, rest.copy(), *self._more(kind))
        )
        self.last.append(exp.alias_(value, column.key))
        if kind != "text":
            self.faults.append(_fault(column, kind, rest, value))

    def _more(self, kind: str) -> list[exp.Expr]:
        if kind != "instant":
            return []
        return [exp.Literal.string(self.origin.zone), exp.Literal.string(self.origin.date_order)]

    def select(self, keys: Sequence[str]) -> exp.Select:
        blank = exp.and_(exp.column("is_empty_row"), *_all_null(keys))
        self.last += [
            exp.alias_(_joined(self.faults), "faults"), exp.alias_(blank, "is_blank"), exp.column("has_total_word"),
        ]  # fmt: skip
        select = exp.select(*self.first).from_(exp.to_table(self.origin.relation))
        for level, name in ((self.second, "fast"), (self.third, "unguarded"), (self.last, "written")):
            select = exp.select(*level).from_(select.subquery(name))
        return select


def _fault(column: Column, kind: str, rest: exp.Expr, value: exp.Expr) -> exp.Expr:
    is_fault = exp.and_(_is_null(rest.copy()).not_(), _is_null(value.copy()))
    reason = exp.DPipe(
        this=exp.Literal.string(column.key + ":"),
        expression=exp.func("fault_" + kind, rest.copy()),
        safe=True,
    )
    return exp.Case().when(is_fault, reason)


def _is_text(origin: Origin, cells: Sequence[str]) -> bool:
    return not origin.is_typed and all(origin.column_types[cell] == "VARCHAR" for cell in cells)


def _first_written(column: Column, cells: list[str]) -> exp.Expr:
    columns = [exp.column(cell, quoted=True) for cell in cells]
    if len(columns) == 1:
        return columns[0]
    tidied = [exp.func("tidy", cell) for cell in columns]
    if column.key == "tags":
        return exp.func(
            "nullif", exp.func("concat_ws", exp.Literal.string(";"), *tidied), exp.Literal.string("")
        )
    return exp.func("coalesce", *tidied)


def _typed(column: Column, cell: str, origin: Origin) -> exp.Expr:
    # A Parquet column already has a type: it is cast, and only a whole float id needs its .0 taken off.
    raw: exp.Expr = exp.column(cell, quoted=True)
    given = origin.column_types[cell]
    target = _SQL_TYPES[column.kind]
    if given == "VARCHAR" and target == "varchar":
        return exp.func("nullif", raw, exp.Literal.string(""))
    if given == "TIMESTAMP WITH TIME ZONE" and target == "timestamp":
        return exp.func("timezone", exp.Literal.string(origin.zone), raw)
    if column.kind in ("id", "phone") and given in ("DOUBLE", "FLOAT"):
        raw = exp.cast(raw, "bigint")
    return (
        exp.TryCast(this=raw, to=exp.DataType.build(target, dialect="duckdb"))
        if given != target.upper()
        else raw
    )


def typed_null(column: Column) -> exp.Expr:
    """Return a null of the column's type as it stands before dates are cut from instants."""
    return exp.cast(exp.null(), _SQL_TYPES[column.kind], dialect="duckdb")


def _is_null(value: exp.Expr) -> exp.Expr:
    return exp.Is(this=value, expression=exp.null())


def _all_null(keys: Sequence[str]) -> list[exp.Expr]:
    return [_is_null(exp.column(key)) for key in keys]


def _is_blank(origin: Origin) -> exp.Expr:
    if origin.is_typed:
        return exp.true()
    cells = [exp.column(cell, quoted=True) for cell in origin.columns]
    return (
        _is_null(exp.func("coalesce", *(exp.cast(cell, "varchar") for cell in cells)))
        if cells
        else exp.true()
    )


def _is_total(origin: Origin) -> exp.Expr:
    texts = [cell for cell in origin.columns if origin.column_types[cell] == "VARCHAR"][:4]
    if not texts or origin.is_typed:
        return exp.false()
    first = exp.func(
        "coalesce",
        *(exp.func("nullif", exp.column(cell, quoted=True), exp.Literal.string("")) for cell in texts),
    )
    return exp.func("regexp_matches", first, exp.Literal.string(_TOTAL_ROW), exp.Literal.string("i"))


def _joined(faults: list[exp.Expr]) -> exp.Expr:
    if not faults:
        return exp.cast(exp.null(), "varchar")
    return exp.func("nullif", exp.func("concat_ws", exp.Literal.string(";"), *faults), exp.Literal.string(""))
