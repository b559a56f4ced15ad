"""What a run that was killed has left in the shop's memory: found under the shop's lock, ended, removed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa

from siyu_cli.errors import Note
from siyu_cli.ledger import WORKING
from siyu_cli.ledger.database import RUNS, SNAPSHOTS
from siyu_cli.private import BESIDE, OF_RUN, remove_left, remove_noted
from siyu_cli.remarks import remark

PARTIAL = ".tmp.parquet"
# How long the name of a snapshot is: its date and its run. What follows tells that somebody was taken out of it.
NAMED = len("2026-06-30-20260630T08000000Z-abcdef")


def clear_leftovers(connection: sa.Connection, folder: Path, dead_run: str | None) -> None:
    """Mark runs that were killed as interrupted, and remove the snapshots they did not bring to an end.

    Whoever calls holds the lock of ``folder``: none of its runs is alive. ``dead_run`` is the last one; None stands
    for all, where the tables are this folder's own.
    """
    ended = sa.update(RUNS).where(RUNS.c.status == "running").values(status="interrupted")
    if dead_run is not None:
        ended = ended.where(RUNS.c.run_id == dead_run)
    runs = connection.execute(ended).rowcount
    files = list(_unfinished(connection, folder / "snapshots"))
    for file in files:
        file.unlink(missing_ok=True)
    if runs or files:
        facts = {"runs": runs, "files": len(files), "folder": folder}
        message = "{runs} runs that were killed are marked as interrupted, {files} files of theirs in {folder} removed."
        remark(Note(message, facts), is_warning=False)


def clear_folders(folder: Path) -> None:
    """Remove what commands that were killed left beside results and in the folder for temporary files."""
    remove_noted(folder / WORKING)
    remove_left(folder.parent, BESIDE)
    with suppress(OSError):  # there may be no folder for temporary files
        remove_left(Path(tempfile.gettempdir()), OF_RUN)


def _unfinished(connection: sa.Connection, snapshots: Path) -> Iterator[Path]:
    """Yield files that are half written, and those of runs of this ledger which no snapshot speaks of."""
    yield from snapshots.glob(f".*{PARTIAL}")
    found = {file.name: file for file in snapshots.glob("[0-9]*.parquet")}
    if not found:
        return
    for path in connection.execute(sa.select(SNAPSHOTS.c.path)).scalars():
        found.pop(Path(path).name, None)
    for file in found.values():
        run_id = file.stem[len("2026-06-30-") : NAMED]
        if connection.scalar(sa.select(RUNS.c.run_id).where(RUNS.c.run_id == run_id)):
            yield file
