"""Members who are none: staff and test accounts of ``[exclude]``, by id, phone, account or file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from siyu_cli.files.lists import people_named
from siyu_cli.files.loading.scripts import script
from siyu_cli.spelling import plain_id

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.config.settings import Settings

# Returns those of some ids and phones whose bearers asked to be forgotten.
Forgotten = Callable[[Iterable[str]], list[str]]


def exclude_members(
    connection: duckdb.DuckDBPyConnection, settings: Settings, forgotten: Forgotten | None = None
) -> None:
    """Make ``excluded``: the keys of all who are named or forgotten; for files see ``people_named``."""
    names = [*settings.exclude.ids, *settings.exclude.phones]
    folder = settings.path.parent if settings.path else Path()
    for listed in settings.exclude.files:
        names += people_named(folder / listed)
    if forgotten is not None:
        names += forgotten(name for (name,) in connection.execute(script("identity")["every_name"]).fetchall())
    # One statement for all: row by row, a hundred thousand names take half a minute.
    connection.execute(
        "create or replace temp table excluded_names as select unnest(cast($names as varchar[])) as name",
        {"names": sorted({plain_id(str(name)) for name in names})},
    )
    connection.execute(script("identity")["excluded" if names else "nobody_excluded"])
