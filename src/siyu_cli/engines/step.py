"""One step is one .sql file in DuckDB's dialect; engines turn steps into tables.

A step's head comment says what one row is, what it reads and which ``$parameters`` it takes. Conditions that
operators write are joined into the step as syntax trees (see ``conditions``), never as text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from siyu_cli.tables.column import SQL_TYPES

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from sqlglot import exp

Value = bool | int | float | str | date | Decimal | None
Params = Mapping[str, Value]

_LITERAL_TYPES: dict[type, str] = {
    bool: SQL_TYPES["flag"],
    int: SQL_TYPES["count"],
    float: SQL_TYPES["number"],
    str: SQL_TYPES["text"],
    date: SQL_TYPES["date"],
    Decimal: SQL_TYPES["money"],
    type(None): SQL_TYPES["number"],
}


# The median of x in a group, halfway between the middle two, where an engine has no exact word for it.
_MEDIANS = {
    "clickhouse": "quantileExactInclusive(0.5)(x)",
    "trino": """
        case when count(x) > 0 then (
            element_at(array_sort(array_agg(x)), (count(x) + 1) / 2)
            + element_at(array_sort(array_agg(x)), count(x) / 2 + 1)
        ) / 2e0 end
    """,
}


@dataclass(frozen=True)
class Step:
    """One table's recipe: its name, its SQL, the tables it reads and the parameters it takes."""

    name: str
    sql: str
    reads: tuple[str, ...]
    takes: tuple[str, ...]

    def given(self, params: Params) -> dict[str, Value]:
        """Return just the parameters this step takes, for engines that bind; an excess one is an error there."""
        return {key: params[key] for key in self.takes}

    def tree(self) -> exp.Select:
        """Return the step as sqlglot's syntax tree."""
        from sqlglot import exp, parse_one

        tree = parse_one(self.sql, read="duckdb")
        assert isinstance(tree, exp.Select)
        return tree

    def with_tree(self, tree: exp.Select) -> Step:
        """Return the same step with another tree: its name, parameters and sources stay."""
        return replace(self, sql=tree.sql("duckdb", pretty=True))

    def reading(self, instead: Mapping[str, str]) -> Step:
        """Return the same step with other tables in the place of those it reads; they have the same columns."""
        if not instead:
            return self
        from sqlglot import exp

        tree = self.tree()
        for table in tree.find_all(exp.Table):
            if table.name in instead:
                table.set("this", exp.to_identifier(instead[table.name]))
        return replace(self.with_tree(tree), reads=tuple(instead.get(name, name) for name in self.reads))

    def translated(self, dialect: str, params: Params) -> str:
        """Return the step in another dialect, its parameters put in as typed literals.

        ``dialect`` is one of sqlglot's: spark, clickhouse, trino…
        """
        from sqlglot import exp

        tree = self.tree()
        for node in list(tree.find_all(exp.Placeholder, exp.Parameter)):
            value = params[node.name]
            if value is None and isinstance(node.parent, exp.Cast):  # the step says what nothing it is
                node.replace(exp.null())
                continue
            literal = exp.null() if value is None else exp.Literal.string(str(value))
            node.replace(exp.cast(literal, _LITERAL_TYPES[type(value)], dialect="duckdb"))
        if dialect == "spark":
            _count_whole_days(tree)
        if dialect in _MEDIANS:
            _take_exact_medians(tree, dialect)
        return tree.sql(dialect, pretty=True)


def _count_whole_days(tree: exp.Expression) -> None:
    # Spark's three-argument datediff counts hours in the session's zone, which is wrong where a midnight is skipped.
    from sqlglot import exp

    for node in list(tree.find_all(exp.DateDiff)):
        node.set("unit", None)
        node.replace(exp.cast(node.copy(), "bigint"))


def _take_exact_medians(tree: exp.Expression, dialect: str) -> None:
    # sqlglot writes what ClickHouse estimates from a sample, and what Trino has not.
    from sqlglot import exp, parse_one

    for node in list(tree.find_all(exp.Median)):
        median = parse_one(_MEDIANS[dialect], read=dialect)
        for x in list(median.find_all(exp.Column)):
            x.replace(node.this.copy())
        node.replace(median)


@cache
def step(name: str) -> Step:
    """Return the step kept in ``core/<topic>/<name>.sql``.

    >>> step("bands").reads, step("bands").takes
    (('measures',), ('bins',))
    """
    sql = _scripts()[name].read_text("utf-8")
    reads = re.search(r"^-- reads +(.+)$", sql, re.MULTILINE)
    takes = re.findall(r"\$(\w+)", re.sub(r"--.*", "", sql))
    return Step(name, sql, tuple(reads[1].split(", ")) if reads else (), tuple(sorted(set(takes))))


def step_names() -> tuple[str, ...]:
    """Return the names of all steps, sorted."""
    return tuple(sorted(_scripts()))


@cache
def _scripts() -> dict[str, Traversable]:
    topics = [item for item in files("siyu_cli.core").iterdir() if item.is_dir()]
    scripts = [item for topic in topics for item in topic.iterdir() if item.name.endswith(".sql")]
    return {item.name.removesuffix(".sql"): item for item in scripts}
