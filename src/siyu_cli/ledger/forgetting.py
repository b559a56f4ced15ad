"""A member forgotten (PIPL article 47): out of every snapshot and table; by a tombstone the next load drops them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from siyu_cli.ledger.campaigns import leave_out
from siyu_cli.ledger.contacts import ContactBook, Names
from siyu_cli.ledger.database import ALIASES, SNAPSHOTS, told_as_ours
from siyu_cli.ledger.leftovers import NAMED, PARTIAL
from siyu_cli.ledger.playbooks import leave_out as leave_out_of_playbooks
from siyu_cli.private import make_private

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Forgotten:
    """What was removed, and the files of earlier exports in which the member stands: those are the operator's."""

    snapshots: int
    aliases: int
    contacts: int
    files: tuple[str, ...]


def every_name(book: ContactBook, names: Names) -> Names:
    """Return the person with every id that earlier runs knew to be theirs."""
    known = book.ledger.aliases()
    keys = {known.get(one, one) for one in (*names.members, *names.phones)}
    others = {alias for alias, key in known.items() if key in keys}
    return replace(names, members=tuple(sorted({*names.members, *keys, *others} - set(names.phones))))


def forget(book: ContactBook, names: Names, now: datetime) -> Forgotten:
    """Remove a person from all that siyu keeps; whoever calls holds the shop's lock.

    Snapshots come first: should the process be killed on the way, nothing says that it was done, and the same command
    does the rest.
    """
    whole = every_name(book, names)
    keys = sorted({*whole.members, *whole.phones})
    with book.ledger.begin() as connection:
        paths = list(connection.execute(sa.select(SNAPSHOTS.c.run_id, SNAPSHOTS.c.path)))
    snapshots = sum(_leave_out(book, row.run_id, book.ledger.folder / row.path, keys) for row in paths)
    files = _files_with(book, whole)
    with book.ledger.begin() as connection:
        gone = ALIASES.delete().where(sa.or_(ALIASES.c.alias.in_(keys), ALIASES.c.member_id.in_(keys)))
        aliases = connection.execute(gone).rowcount
        leave_out(connection, book.marks_of(whole))
        leave_out_of_playbooks(connection, book.marks_of(whole))
        contacts = book.bury(connection, whole, now)
    return Forgotten(snapshots, aliases, contacts, files)


def _files_with(book: ContactBook, names: Names) -> tuple[str, ...]:
    exports = book.exports_with(names)
    return tuple(sorted({f"{row['folder'] or '?'}/{file['file']}" for row in exports for file in row["files"]}))


def _leave_out(book: ContactBook, run_id: str, path: Path, keys: Sequence[str]) -> bool:
    """Write a snapshot anew without some members; return whether any of them stood there."""
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import parquet

    with told_as_ours(path):
        try:
            with parquet.ParquetFile(path) as file:  # not read_table: it takes columns from the names of folders
                rows = file.read()
        except (FileNotFoundError, pa.ArrowException, ValueError):  # gone or damaged: it is passed over everywhere
            return False
    if "member_id" not in rows.column_names:
        return False
    is_theirs = pc.is_in(rows["member_id"].cast(pa.string()), pa.array(list(keys), pa.string()))
    if not pc.any(is_theirs).as_py():
        return False
    kept = rows.filter(pc.invert(is_theirs))
    _replace(book, run_id, path, kept)
    return True


def _replace(book: ContactBook, run_id: str, path: Path, rows: pa.Table) -> None:
    """Put another file in place of a snapshot: new file, new name in the ledger, then the old one is removed.

    Killed before the name is in the ledger, the old one holds, and the command is repeated; killed after, the old one
    is a leftover that the next run removes.
    """
    from pyarrow import parquet

    partial = path.with_name(f".{path.stem}{PARTIAL}")
    with told_as_ours(path):
        try:
            parquet.write_table(rows, partial, compression="zstd")
            make_private(partial)
            with partial.open("rb+") as file:
                os.fsync(file.fileno())
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            named = path.with_name(f"{path.stem[:NAMED]}-{sha256[:8]}.parquet")
            partial.replace(named)
        finally:
            partial.unlink(missing_ok=True)
    facts = {"members": rows.num_rows, "sha256": sha256, "path": f"{named.parent.name}/{named.name}"}
    with book.ledger.begin() as connection:
        connection.execute(SNAPSHOTS.update().where(SNAPSHOTS.c.run_id == run_id).values(**facts))
    with told_as_ours(path):
        path.unlink()
