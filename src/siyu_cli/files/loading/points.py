"""Logs of points: every row judged, its sign and its kind told from its words, overlapping exports counted once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from siyu_cli.files.loading.report import Note
from siyu_cli.files.loading.roles import sheet_name
from siyu_cli.files.loading.scripts import first_row, script

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.sheet import SheetSource


def judge_points(connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource]) -> list[Note]:
    """Make ``judged_points`` and ``points_log``; return what makes a log doubtful."""
    statements = script("points")
    logs = [sheet for sheet in sheets if sheet.match.table == "points_log"]
    if not logs:
        connection.execute(statements["no_points_log"])
        return []
    connection.execute(_filled(statements["ways"]))
    for name in ("signs", "judged", "seen_twice", "without_overlaps", "points_log"):
        connection.execute(statements[name])
    return list(_doubts(connection, {sheet.source: sheet for sheet in logs}))


def _doubts(connection: duckdb.DuckDBPyConnection, logs: dict[int, SheetSource]) -> Iterator[Note]:
    for source, rows in connection.execute(script("points")["one_way"]).fetchall():
        yield Note(
            "{sheet}: all {rows} movements add points. If some were spent, no column says so: "
            "--map points_log.direction=HEADER",
            {"sheet": sheet_name(logs[source].raw.file, logs[source].raw.sheet), "rows": rows},
            is_finding=True,
        )
    (shared,) = first_row(connection, script("points")["shared_numbers"])
    if shared:
        yield Note(
            "{count} movements of points have a number in common with another that is not the same: all were counted.",
            {"count": shared},
        )


def _filled(statement: str) -> str:
    """Return a statement with the words in place of its parameters: a view takes none."""
    from sqlglot import exp, parse_one

    tree = parse_one(statement, read="duckdb")
    for node in list(tree.find_all(exp.Placeholder, exp.Parameter)):
        given = _words()[node.name]
        literal: exp.Expr = exp.Literal.string(given) if isinstance(given, str) else exp.Array(
            expressions=[exp.Literal.string(word) for word in given]
        )  # fmt: skip
        node.replace(literal)
    return tree.sql("duckdb")


@cache
def _words() -> dict[str, Any]:
    said = tomllib.loads((files("siyu_cli.files.loading") / "point_words.toml").read_text("utf-8"))
    parts = {**said["scenes"], "spent": said["spent"]["parts"], "released": said["released"]["parts"]}
    return {
        **said["direction"],
        **{f"code_of_{way}": code for way, code in said["codes"].items()},
        **{f"{kind}_parts": "|".join(map(re.escape, words)) for kind, words in parts.items()},
    }
