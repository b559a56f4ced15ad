"""Status words: every distinct word of an export is looked up once, in its preset and then in the generic one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.presets import order_status, refund_state

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.sources import SheetSource

_MOST_WORDS = 2_000


def map_status_words(connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource]) -> None:
    """Make ``status_words (source, kind, word, status)``: order statuses, and ``refunded`` for full refunds."""
    connection.execute(
        "create or replace temp table status_words (source integer, kind varchar, word varchar, status varchar)"
    )
    rows = [row for sheet in sheets if sheet.match.table == "orders" for row in _words(connection, sheet)]
    if rows:
        connection.executemany("insert into status_words values (?, ?, ?, ?)", rows)


def _words(
    connection: duckdb.DuckDBPyConnection, sheet: SheetSource
) -> Iterator[tuple[int, str, str, str | None]]:
    preset = sheet.match.preset
    for kind in ("status", "refund_status"):
        if not sheet.has(kind):
            continue
        distinct = exp.select(kind).distinct().from_(f"source_{sheet.source}").limit(_MOST_WORDS)
        for (word,) in connection.execute(distinct.sql("duckdb")).fetchall():
            if word is None:
                continue
            if kind == "status":
                yield sheet.source, kind, word, order_status(word, preset)
            else:
                yield sheet.source, kind, word, "refunded" if refund_state(word, preset) == "full" else "paid"
