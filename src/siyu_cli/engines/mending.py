"""Texts of a table changed where the table lies: of millions of rows only the distinct texts in question come here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlglot import exp

    from siyu_cli.engines.protocol import ShopEngine


def distinct_texts(engine: ShopEngine, name: str, key: str, pattern: str | None = None) -> pa.Array:
    """Return the texts of a column, each once, in order; those alone that match a pattern, if there is one."""
    from sqlglot import exp

    column = exp.column(key)
    asked = exp.select(column).distinct().from_(exp.to_table(f'"{name}"')).where(exp.not_(column.is_(exp.null())))
    if pattern is not None:
        asked = asked.where(exp.Anonymous(this="regexp_matches", expressions=[column, exp.Literal.string(pattern)]))
    return engine.connection.sql(asked.order_by(column).sql("duckdb")).to_arrow_table()[key].combine_chunks()


def mended(
    engine: ShopEngine, name: str, into: str, columns: Sequence[str], changes: Mapping[str, tuple[pa.Array, pa.Array]]
) -> str:
    """Give a table's columns a name under which texts of some are replaced: column → texts and what they become."""
    import pyarrow as pa
    from sqlglot import exp

    chosen: list[exp.Expr] = []
    query = exp.select().from_(exp.alias_(exp.to_table(f'"{name}"'), "given", table=True))
    for key in columns:
        column = exp.column(key, table="given")
        if key not in changes:
            chosen.append(column)
            continue
        was, becomes = changes[key]
        engine.open(f"{into}_{key}", pa.table({"was": was, "becomes": becomes}))
        found = exp.alias_(exp.to_table(f"{into}_{key}"), f"of_{key}", table=True)
        query = query.join(found, on=exp.column("was", table=f"of_{key}").eq(column.copy()), join_type="left")
        chosen.append(exp.alias_(exp.func("coalesce", exp.column("becomes", table=f"of_{key}"), column), key))
    engine.view(into, query.select(*chosen))
    return into
