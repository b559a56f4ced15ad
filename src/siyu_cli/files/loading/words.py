"""Status words: every distinct word of an export is looked up once, in its preset and then in the generic one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.recognition.presets import order_status, refund_state, was_delivered

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.sources import SheetSource

_MOST_WORDS = 2_000


def map_status_words(connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource]) -> None:
    """Make ``status_words`` and ``refund_status_words``: what each word means, null where nobody knows.

    ``was_delivered`` marks words which tell that the goods had left the shop, whatever became of the order.
    """
    orders = [sheet for sheet in sheets if sheet.match.table == "orders"]
    for kind in ("status", "refund_status"):
        connection.execute(
            "create or replace temp table " + kind + "_words "
            "(source integer, word varchar, status varchar, was_delivered boolean)"
        )
        alike = {sheet.relation: sheet for sheet in orders if sheet.has(kind)}
        rows = [row for sheet in alike.values() for row in _words(connection, sheet, kind)]
        connection.execute(
            "insert into " + kind + "_words select unnest(cast($sources as integer[])), "
            "unnest(cast($words as varchar[])), unnest(cast($meanings as varchar[])), "
            "unnest(cast($delivered as boolean[]))",
            {
                name: [row[at] for row in rows]
                for at, name in enumerate(("sources", "words", "meanings", "delivered"))
            },
        )


def _words(
    connection: duckdb.DuckDBPyConnection, sheet: SheetSource, kind: str
) -> Iterator[tuple[int, str, str | None, bool]]:
    preset = sheet.match.preset
    distinct = exp.select("source", kind).distinct().from_(sheet.relation)
    if not sheet.shared:
        distinct = distinct.limit(_MOST_WORDS)
    for source, word in connection.execute(distinct.sql("duckdb")).fetchall():
        if word is not None:
            meaning = order_status(word, preset) if kind == "status" else refund_state(word, preset)
            yield source, word, meaning, was_delivered(word, preset)
