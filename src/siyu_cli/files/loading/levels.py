"""Logs of levels: every row judged, what no rule did told by its words, a change that stands twice counted once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from siyu_cli.files.loading.scripts import script

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.sheet import SheetSource


def judge_levels(connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource]) -> None:
    """Make ``judged_levels`` and ``level_log``."""
    statements = script("levels")
    if not any(sheet.match.table == "level_log" for sheet in sheets):
        connection.execute(statements["no_level_log"])
        return
    connection.execute(statements["judged"], _words())
    for name in ("without_overlaps", "level_log"):
        connection.execute(statements[name])


@cache
def _words() -> dict[str, str]:
    said = tomllib.loads((files("siyu_cli.files.loading") / "level_words.toml").read_text("utf-8"))
    return {kind: "|".join(map(re.escape, words)) for kind, words in said.items()}
