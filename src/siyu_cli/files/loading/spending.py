"""Logs of a balance: what is spent from it is written below zero there, and is a purchase all the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.loading.marks import SPENT, is_of_balances, tell
from siyu_cli.files.loading.report import Note
from siyu_cli.files.loading.roles import sheet_name
from siyu_cli.files.loading.scripts import first_row
from siyu_cli.files.recognition.presets import kind_of_row

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.sheet import SheetSource

_MOST_WORDS = 2_000
_ZERO = exp.Literal.number(0)


def tell_spending(
    connection: duckdb.DuckDBPyConnection, sheet: SheetSource, own_kinds: Mapping[str, str]
) -> Iterator[Note]:
    """Add the rows of a balance's log that spend to ``told_kinds``, and its top-ups where no word says so."""
    if not sheet.has("paid_amount"):
        return
    if sheet.has("kind"):
        _tell_by_words(connection, sheet, own_kinds)
    elif is_of_balances(sheet) and not sheet.has("direction", "status", "refunded_amount", "return_id"):
        yield from _tell_by_signs(connection, sheet)


def _tell_by_words(connection: duckdb.DuckDBPyConnection, sheet: SheetSource, own_kinds: Mapping[str, str]) -> None:
    """Tell spending by the words for sales: those most of whose rows are below zero."""
    words = _signs(connection, sheet)
    preset = sheet.match.preset
    kinds = {word: own_kinds.get(word.strip()) or kind_of_row(word, preset) for word in words}
    has_topups = "topup" in kinds.values()
    spent = [
        word
        for word, (below, above) in words.items()
        if kinds[word] == "sale" and below > above and (has_topups or re.search(SPENT, word, re.IGNORECASE))
    ]
    if spent:
        tell(connection, sheet, "spent", exp.and_(exp.column("kind").isin(*spent), _is_below()))


def _tell_by_signs(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> Iterator[Note]:
    """Tell spending from top-ups by their signs, where as many rows spend as fill a balance up."""
    below, above = first_row(connection, exp.select(*_counts()).from_(f"source_{sheet.source}").sql("duckdb"))
    if not below or below < above:
        return
    tell(connection, sheet, "spent", _is_below())
    tell(connection, sheet, "topup", exp.column("paid_amount") > _ZERO)
    yield Note(
        "{sheet} looks like the log of a balance: {below} rows below zero of {header} were taken for purchases, "
        "{above} above it for top-ups.",
        {
            "sheet": sheet_name(sheet.raw.file, sheet.raw.sheet),
            "below": below,
            "above": above,
            "header": sheet.header_of("paid_amount"),
        },
    )


def _signs(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> dict[str, tuple[int, int]]:
    """Return how many rows of each kind's word are below zero, and above."""
    counted = exp.select("kind", *_counts()).from_(f"source_{sheet.source}").where(
        exp.column("kind").is_(exp.null()).not_()
    ).group_by("kind").limit(_MOST_WORDS)  # fmt: skip
    return {word: (below, above) for word, below, above in connection.execute(counted.sql("duckdb")).fetchall()}


def _counts() -> list[exp.Expr]:
    signs = (_is_below(), exp.column("paid_amount") > _ZERO)
    return [exp.func("count", exp.Case().when(sign, exp.Literal.number(1))) for sign in signs]


def _is_below() -> exp.Expr:
    return exp.column("paid_amount") < _ZERO
