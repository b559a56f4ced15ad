"""Files and record as one: a crash at any moment leaves both or, once the next run has looked, neither.

    files whole, without names → journal → record (pending) → files get their names → done → journal removed

The journal lies beside the ledger and says where the files are: paths are nobody else's business. Whoever opens the
book next ends what was left: all files there as recorded is done; else those there are removed and the record undone.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from siyu_cli.errors import Note
from siyu_cli.ledger.audit import Head
from siyu_cli.ledger.contact_tables import EXPORTS
from siyu_cli.ledger.contacts import ContactBook, Sending
from siyu_cli.ledger.database import told_as_ours
from siyu_cli.remarks import remark

_JOURNAL = "exporting.json"
Step = Callable[[str], None]


def _go_on(_step: str) -> None:
    """Do nothing at a step; tests end the process there."""


@dataclass
class Recording:
    """One export under way."""

    book: ContactBook
    run_id: str
    clock: Callable[[], datetime]
    at_step: Step = _go_on
    head: Head | None = None
    _is_kept: bool = field(default=False, repr=False)

    def keep(self, sending: Sending, waiting: Mapping[Path, tuple[Path, int, str]]) -> None:
        """Record the export: ``waiting`` says where each file lies now, its rows, what the ledger calls it."""
        self.at_step("written")
        files = [
            {"file": shown, "sha256": _sha256(temporary), "rows": rows} for temporary, rows, shown in waiting.values()
        ]
        places = [os.path.realpath(path) for path in waiting]
        _write_journal(self.book, {"export_id": self.run_id, "files": files, "places": places})
        self.at_step("journal")
        with self.book.ledger.begin() as connection:
            self.head = self.book.record(connection, self.run_id, sending, files, now=self.clock())
        self._is_kept = True
        self.at_step("recorded")

    def end(self) -> None:
        """Note that the files have their names."""
        self.at_step("named")
        if self._is_kept:
            with self.book.ledger.begin() as connection:
                _mark_done(connection, self.run_id)
            self.at_step("done")
        _remove_journal(self.book)

    def take_back(self) -> None:
        """Undo the record: the files did not get their names."""
        if self._is_kept:
            with self.book.ledger.begin() as connection:
                self.book.undo(connection, self.run_id, self.clock())
        _remove_journal(self.book)


@contextmanager
def recording(
    book: ContactBook, run_id: str, clock: Callable[[], datetime], at_step: Step = _go_on
) -> Iterator[Recording]:
    """Give an export to be kept in the block, whose files get their names before its end; else it is undone."""
    one = Recording(book, run_id, clock, at_step)
    try:
        yield one
    except BaseException:
        one.take_back()
        raise
    one.end()


def end_unfinished(book: ContactBook, now: datetime) -> None:
    """Bring to an end what a killed export has left; whoever calls holds the shop's lock."""
    path = book.ledger.folder / _JOURNAL
    with told_as_ours(path):
        if not path.exists():
            return
        try:
            journal: dict[str, Any] = json.loads(path.read_text("utf-8"))
        except ValueError:  # half written: nothing was recorded yet
            journal = {}
    export_id = journal.get("export_id")
    places = list(zip(map(Path, journal.get("places", ())), journal.get("files", ()), strict=True))
    with book.ledger.begin() as connection:
        status = connection.scalar(sa.select(EXPORTS.c.status).where(EXPORTS.c.export_id == export_id))
        if status == "pending" and all(_is_ours(place, file) for place, file in places):
            _mark_done(connection, str(export_id))
            remark(Note("An export that was killed had been finished: it counts."), is_warning=False)
        elif status == "pending":
            for place, file in places:
                if _is_ours(place, file):
                    place.unlink()
            book.undo(connection, str(export_id), now)
            message = "An export that was killed was undone: nobody of it counts as contacted. Export again."
            remark(Note(message))
    _remove_journal(book)


def _mark_done(connection: sa.Connection, export_id: str) -> None:
    connection.execute(EXPORTS.update().where(EXPORTS.c.export_id == export_id).values(status="done"))


def _is_ours(place: Path, file: Mapping[str, Any]) -> bool:
    try:
        return _sha256(place) == str(file["sha256"])
    except OSError:
        return False


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_journal(book: ContactBook, journal: Mapping[str, Any]) -> None:
    path = book.ledger.folder / _JOURNAL
    with told_as_ours(path):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(handle, "w", encoding="utf-8") as file:  # noqa: PTH123  a descriptor with its mode
            json.dump(journal, file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())


def _remove_journal(book: ContactBook) -> None:
    with suppress(FileNotFoundError):
        (book.ledger.folder / _JOURNAL).unlink()
