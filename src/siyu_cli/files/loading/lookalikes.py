"""Member ids that may be one and are not spelt as one: 123 beside 000123, ab1001 beside AB1001.

Whether they are, only the shop knows: they are kept apart and told, with the setting that makes them one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from siyu_cli.files.loading.report import Note
from siyu_cli.files.loading.scripts import first_row, script

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.config.settings import Settings
    from siyu_cli.files.loading.sheet import SheetSource

# Columns that hold members' ids.
MEMBER_IDS = ("member_id", "inviter_id", "invitee_id")
_LISTS = ("members", "contacts")


def define_member_ids(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Define ``member_id_in(id)``: an id as [load] says it is to be compared."""
    chosen = settings.load
    connection.execute("create or replace macro id_width() as " + str(chosen.id_width or 0))
    connection.execute("create or replace macro is_case_ignored() as " + str(chosen.ignore_id_case).lower())
    connection.execute(script("lookalikes")["member_id_in"])


def is_changed(settings: Settings) -> bool:
    """Return whether [load] has ids compared in another form than they are written in."""
    return bool(settings.load.id_width or settings.load.ignore_id_case)


def lookalike_notes(connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource]) -> list[Note]:
    """Return a note per file none of whose ids is listed until they are padded, and one on letter case."""
    statements = script("lookalikes")
    connection.execute(statements["ids"])
    (count,) = first_row(connection, statements["in_case_only"])
    notes = [Note(
        "{count} member ids differ from another in letter case only (ab1001, AB1001) and were kept apart: "
        "load.ignore_id_case = true makes them one.", {"count": count}, is_finding=True,
    )] if count else []  # fmt: skip
    if any(sheet.match.table in _LISTS and sheet.has("member_id") for sheet in sheets):
        notes += _padding_notes(connection, sheets)
    return notes


def _padding_notes(connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource]) -> Iterator[Note]:
    statements = script("lookalikes")
    for sheet in sheets:
        if sheet.match.table in _LISTS or not sheet.has(*MEMBER_IDS):
            continue
        given = {"source": sheet.source}
        if first_row(connection, statements["listed"], given):
            continue
        ids, same, width = first_row(connection, statements["padded"], given)
        if same:
            yield Note(
                "{file}: none of its {ids} member ids is in the list of members, but {same} of them are once zeros are "
                "put in front: load.id_width = {width} does that (a number format may hide them in a spreadsheet).",
                {"file": sheet.raw.file, "ids": ids, "same": same, "width": width}, is_finding=True,
            )  # fmt: skip
