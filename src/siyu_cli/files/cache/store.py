"""Entries of what was read: each a folder of sealed tables under a key that says what it was made of and how.

Any number of processes may read and write at once: an entry appears whole, under the name of its key, or not at all.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from siyu_cli.errors import Note
from siyu_cli.files.cache.seal import Seal, UnsealedError, open_seal
from siyu_cli.private import OwnFolder, make_private
from siyu_cli.remarks import remark

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.dataset import Dataset

_STATE, _KEY, _NEW = "state", "key", ".new-"
_SEALED = ".parquet.sealed"  # no program takes it for Parquet it could open
_DAY = 24 * 60 * 60


@dataclass(frozen=True)
class Kept:
    """One entry as it lies there: what it was made of, bytes, when it was last of use (seconds since 1970)."""

    key: str
    title: str
    size: int
    used_at: float


class Cache:
    """What a shop's files were read to; ``max_bytes`` in all, none older than ``max_age_days``.

    ``forgotten`` stands for everybody who asked to be left out: what was kept before somebody did is not used.
    """

    def __init__(self, folder: Path, max_bytes: int, max_age_days: int, forgotten: str = "") -> None:
        self.folder, self.max_bytes, self.max_age_days, self.forgotten = folder, max_bytes, max_age_days, forgotten

    @cached_property
    def _seal(self) -> Seal:
        return open_seal(self.folder / _KEY)

    def find(self, key: str) -> Entry | None:
        """Return the entry of a key; None where there is none, and where it is too old or damaged: that is removed."""
        folder = self.folder / key
        try:
            is_old = time.time() - folder.stat().st_mtime > self.max_age_days * _DAY
        except OSError:
            return None
        if not is_old:
            try:
                entry = Entry(folder, self._seal)
                entry.state  # noqa: B018  read now, so that who finds it can use it
            except UnsealedError:
                remark(Note("What was kept in {folder} is damaged: the files are read again.", {"folder": folder}))
            else:
                return entry
        self.drop(key)
        return None

    def used(self, key: str) -> None:
        """Note that an entry was of use: those that were not go first."""
        with suppress(OSError):
            (self.folder / key).touch()

    def keep(self, key: str, title: str, state: str, tables: Mapping[str, pa.Table]) -> None:
        """Keep an entry; nothing happens where it does not fit, where the folder cannot be written, or it is there."""
        with suppress(OSError):
            self._make()
            with OwnFolder(self.folder, _NEW) as new:
                for name, rows in tables.items():
                    self._seal.write(rows, new / f"{name}{_SEALED}")
                digests = {name: digest_of(new / f"{name}{_SEALED}") for name in tables}
                self._seal.write(_one_row(key, title, state, digests), new / f"{_STATE}{_SEALED}")
                if _size(new) <= self.max_bytes:
                    new.rename(self.folder / key)
            self._trim()

    def drop(self, key: str) -> None:
        """Remove an entry."""
        shutil.rmtree(self.folder / key, ignore_errors=True)

    def clear(self) -> int:
        """Remove every entry, and the key they were sealed with; return how many there were."""
        found = list(self._folders())
        for folder in found:
            self.drop(folder.name)
        (self.folder / _KEY).unlink(missing_ok=True)
        return len(found)

    def entries(self) -> list[Kept]:
        """Return the entries, the last used first; what cannot be read is called by its key."""
        found = []
        for folder in self._folders():
            with suppress(FileNotFoundError):
                found.append(Kept(folder.name, self._title(folder), _size(folder), folder.stat().st_mtime))
        return sorted(found, key=lambda kept: (-kept.used_at, kept.key))

    def _title(self, folder: Path) -> str:
        try:
            return Entry(folder, self._seal).title
        except UnsealedError:
            return folder.name

    def _folders(self) -> Iterator[Path]:
        if self.folder.is_dir():
            yield from (one for one in self.folder.iterdir() if one.is_dir() and not one.name.startswith("."))

    def _make(self) -> None:
        for folder in (self.folder.parent, self.folder):
            folder.mkdir(mode=0o700, exist_ok=True)
            make_private(folder)

    def _trim(self) -> None:
        """Remove what is too old, and then what was used longest ago, until the rest has room."""
        room, now = self.max_bytes, time.time()
        aged = sorted(((folder.stat().st_mtime, folder) for folder in self._folders()), reverse=True)
        for used_at, folder in aged:
            room -= _size(folder)
            if room < 0 or now - used_at > self.max_age_days * _DAY:
                self.drop(folder.name)


class Entry:
    """One entry: what was found, as text, and its tables, read when they are asked for."""

    def __init__(self, folder: Path, seal: Seal) -> None:
        self._folder, self._seal = folder, seal

    @property
    def key(self) -> str:
        """Return its key."""
        return self._folder.name

    @cached_property
    def _row(self) -> dict[str, str]:
        row: dict[str, str] = self._seal.read(self._bytes(_STATE)).to_pylist()[0]
        if row["key"] != self.key:  # another entry's, under this one's name
            raise UnsealedError(self.key)
        return row

    @property
    def title(self) -> str:
        """Return what it was made of, for people."""
        return self._row["title"]

    @property
    def state(self) -> str:
        """Return what was found, as it was kept."""
        return self._row["state"]

    def table(self, name: str) -> pa.Table:
        """Return a table; ``UnsealedError`` where it is damaged or not there."""
        return self._seal.read(self._whole(name))

    def dataset(self, name: str) -> Dataset:
        """Return a table that is read when it is asked, column by column; ``UnsealedError`` as ``table``.

        It stays whole where the entry is removed meanwhile.
        """
        return self._seal.dataset(self._whole(name))

    def _whole(self, name: str) -> pa.Buffer:
        """Return the bytes of a table that is as it was kept."""
        sealed = self._bytes(name)
        if hashlib.sha256(sealed).hexdigest() != json.loads(self._row["digests"]).get(name):
            raise UnsealedError(name)
        return sealed

    def _bytes(self, name: str) -> pa.Buffer:
        import pyarrow as pa

        try:
            with pa.memory_map(str(self._folder / f"{name}{_SEALED}")) as file:
                return file.read_buffer()
        except (pa.ArrowException, OSError) as error:
            raise UnsealedError(name) from error


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _one_row(key: str, title: str, state: str, digests: Mapping[str, str]) -> pa.Table:
    import pyarrow as pa

    return pa.table({"key": [key], "title": [title], "state": [state], "digests": [json.dumps(digests)]})


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir())
