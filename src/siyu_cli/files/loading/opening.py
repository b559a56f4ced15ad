"""Files that were opened, made ready for the load: each given once, each sheet cleaned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from siyu_cli.files.loading.opened import left_out, take
from siyu_cli.files.loading.second_tables import second_note
from siyu_cli.files.loading.sources import project

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.opened import OpenedFile
    from siyu_cli.files.loading.sheet import SheetSource

# The sheets of the n-th file are numbered from n times this on.
MOST_SHEETS = 10_000


def leave_out_doubles(opened: Sequence[OpenedFile]) -> None:
    """Leave out files that were given twice, whatever they are called."""
    seen: set[str] = set()
    for file in opened:
        if file.source.sha256 in seen:
            for sheet in file.sheets:
                file.left_out[sheet.source] = left_out(sheet.raw, "duplicate_file", sheet.rows, sheet.match)
            file.sheets.clear()
        seen.add(file.source.sha256)


def project_all(connection: duckdb.DuckDBPyConnection, opened: OpenedFile, sheet: SheetSource, zone: str) -> None:
    """Clean a sheet that was opened; one of two tables becomes two."""
    second = project(connection, sheet, zone)
    if second is None:
        return
    number = opened.next_number
    take(connection, opened, second)
    opened.notes.append(second_note(second))
    for other in [other for other in opened.sheets if other.source >= number]:
        project_all(connection, opened, other, zone)
