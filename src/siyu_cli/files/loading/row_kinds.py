"""Rows that are no data: blank ones, repeated headers and remarks, totals. Told by their raw cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.loading.scripts import call

if TYPE_CHECKING:
    from siyu_cli.files.loading.sheet import Origin
    from siyu_cli.files.recognise import Match

_TOTAL_ROW = (
    r"^\s*(合\s*计|总\s*计|小\s*计|共\s*计|累\s*计|汇\s*总|本页小?合?计|总合计|(grand |page )?totals?|sub-?total|sum)"
    r"\s*([:：(（ ].*)?$"
)
# A line above or below the data that says something about them, in a row of its own.
_SENTENCE = "[:：，。！；]"


def is_blank(origin: Origin) -> exp.Expr:
    """Return whether no cell of a row holds anything, mapped or not."""
    if origin.is_typed:
        return exp.true()
    return _are_null(origin.columns)


def _are_null(names: Sequence[str]) -> exp.Expr:
    cells = [exp.cast(exp.column(name, quoted=True), "varchar") for name in names]
    return is_null(exp.func("coalesce", *cells)) if cells else exp.true()


def is_title(origin: Origin, match: Match) -> exp.Expr:
    """Return whether a row repeats the header, or is a remark in its first cell with nothing beside it."""
    if origin.is_typed or match.header_row is None:
        return exp.false()
    names = [column for column in match.columns if origin.column_types[origin.columns[column.position]] == "VARCHAR"]
    repeated = [
        call("trim", exp.column(origin.columns[column.position], quoted=True)).eq(exp.Literal.string(column.header))
        for column in names[:2]
    ]
    kinds = [_in_turn(*repeated)] if repeated else []
    first, *others = origin.columns
    if len(match.columns) > 2 and origin.column_types[first] == "VARCHAR":
        told = call("regexp_matches", exp.column(first, quoted=True), exp.Literal.string(_SENTENCE))
        kinds.append(_in_turn(_are_null(others), told))
    return exp.func("coalesce", exp.or_(*kinds), exp.false()) if kinds else exp.false()


def _in_turn(first: exp.Expr, *others: exp.Expr) -> exp.Expr:
    # Both sides of an "and" are computed for every row; a case looks at the second where the first holds.
    return exp.Case().when(first, others[0]) if others else first


def is_total(origin: Origin) -> exp.Expr:
    """Return whether the first words of a row are 合计, 总计, total or the like."""
    texts = [cell for cell in origin.columns if origin.column_types[cell] == "VARCHAR"][:8]
    if not texts or origin.is_typed:
        return exp.false()
    first = exp.func(
        "coalesce",
        *(exp.func("nullif", exp.column(cell, quoted=True), exp.Literal.string("")) for cell in texts),
    )
    return call("regexp_matches", first, exp.Literal.string(_TOTAL_ROW), exp.Literal.string("i"))


def is_null(value: exp.Expr) -> exp.Expr:
    """Return whether a value is null."""
    return exp.Is(this=value, expression=exp.null())
