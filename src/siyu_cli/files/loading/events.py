"""Events: every row judged, its word looked up, and what it tells of the member (see events.sql)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.loading.scripts import script
from siyu_cli.files.recognition.presets import kind_of_event

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.sheet import SheetSource


def gather_events(connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource]) -> None:
    """Make ``judged_events`` and ``events``; members are told when they last did anything."""
    lists = [sheet for sheet in sheets if sheet.match.table == "events"]
    connection.execute("create or replace temp table event_words (source integer, word varchar, kind varchar)")
    for sheet in lists:
        _map_words(connection, sheet)
    overlaps = ("without_overlaps",) if len(lists) > 1 else ()
    signs = ("signs",) if lists else ()
    for name in ("judged", *overlaps, "events", *signs):
        connection.execute(script("events")[name])


def _map_words(connection: duckdb.DuckDBPyConnection, sheet: SheetSource) -> None:
    """Look up each distinct word of a sheet once."""
    import pyarrow as pa

    word, source = exp.column("event"), f"source_{sheet.source}"
    asked = exp.select(word).distinct().from_(source).where(word.is_(exp.null()).not_())
    words = [found for (found,) in connection.execute(asked.sql("duckdb")).fetchall()]
    kinds = [kind_of_event(found) for found in words]
    texts = pa.string()
    connection.register("found_words", pa.table({"word": pa.array(words, texts), "kind": pa.array(kinds, texts)}))
    connection.execute("insert into event_words select $source, word, kind from found_words", {"source": sheet.source})
    connection.unregister("found_words")
