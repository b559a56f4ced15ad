"""Ids, phones and e-mails that are written in several ways, and one all the same: joined, and told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.loading.clean import SPELT
from siyu_cli.files.loading.report import Note
from siyu_cli.files.loading.scripts import create, drop, first_row

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.sheet import SheetSource

_KEPT = """
    select table_name, substr(column_name, $start) as key from duckdb_columns()
    where starts_with(column_name, $mark) and starts_with(table_name, 'source_')
    order by table_name, key
"""


def spelling_notes(connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource]) -> list[Note]:
    """Return a note with the number of ids, phones and e-mails of which two spellings were found, if any."""
    kept = connection.execute(_KEPT, {"mark": SPELT, "start": len(SPELT) + 1}).fetchall()
    odd = list(_odd_columns(connection, kept))
    if not odd:
        return []
    create(connection, "spellings", _union([_spellings(*place, is_odd=True) for place in odd]))
    found = exp.select("value").from_("spellings")
    plain = [_spellings(*place, is_odd=False).where(exp.column(place[1]).isin(query=found)) for place in kept]
    every = _union([exp.select("value", "spelling").from_("spellings"), *plain])
    several = exp.select("value").from_(every.subquery("seen")).group_by("value").having(
        "count(distinct spelling) > 1"
    )  # fmt: skip
    (count,) = first_row(connection, exp.select("count(*)").from_(several.subquery("several")).sql("duckdb"))
    drop(connection, "spellings")
    if not count:
        return []
    by_name = {f"source_{sheet.source}": sheet for sheet in sheets}
    headers = dict.fromkeys(by_name[name].header_of(key) or key for name, key in odd)
    return [Note(
        "{count} ids, phones or e-mails are written in several ways (signs that cannot be seen, wide letters, capitals "
        "in an e-mail) and were taken for one each: {columns}.",
        {"count": count, "columns": ", ".join(headers)},
    )]  # fmt: skip


def _odd_columns(connection: duckdb.DuckDBPyConnection, kept: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for name, places in groupby(kept, key=lambda place: place[0]):
        keys = [key for _, key in places]
        counts = exp.select(*(exp.func("count", exp.column(SPELT + key)) for key in keys)).from_(name)
        found = first_row(connection, counts.sql("duckdb"))
        yield from ((name, key) for key, rows in zip(keys, found, strict=True) if rows)


def _spellings(name: str, key: str, *, is_odd: bool) -> exp.Select:
    value, spelling, nothing = exp.column(key), exp.column(SPELT + key), exp.null()
    is_plain = exp.Is(this=spelling, expression=nothing)
    return (
        exp.select(exp.alias_(value, "value"), exp.alias_(spelling if is_odd else value, "spelling"))
        .distinct()
        .from_(name)
        .where(exp.not_(is_plain) if is_odd else is_plain, exp.not_(exp.Is(this=value, expression=nothing)))
    )


def _union(selects: Sequence[exp.Query]) -> exp.Query:
    union = selects[0]
    for select in selects[1:]:
        union = exp.union(union, select, distinct=False)
    return union
