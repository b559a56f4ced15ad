"""How far reading and writing are, for whoever watches: bytes of what is read, rows of what is written."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO


@dataclass(frozen=True)
class Written:
    """How far one file is written: rows of how many, in which sheet of how many; a list is one sheet."""

    rows: int
    of: int
    sheet: int = 1
    sheets: int = 1


class Progress:
    """Is told how far reading and writing are, from several threads; this one tells nobody."""

    def read(self, file: str, done: int, size: int) -> None:
        """Take ``done`` of ``size`` bytes of a file; it may be gone through more than once."""

    def recognised(self, file: str, rows: int) -> None:
        """Take the rows of a file that was read, before they are cleaned and counted."""

    def writes_to(self, path: Path) -> None:
        """Take the file that grows from now on; where its rows are not told, its size is all there is to know."""

    def wrote(self, done: Written) -> None:
        """Take how much of the file is written."""


SILENT = Progress()
_writing: ContextVar[Progress] = ContextVar("_writing", default=SILENT)


def writing() -> Progress:
    """Return who watches what is written now."""
    return _writing.get()


@contextmanager
def watching(progress: Progress) -> Iterator[None]:
    """Have ``progress`` told of every file that is written in the block."""
    token = _writing.set(progress)
    try:
        yield
    finally:
        _writing.reset(token)


def open_watched(path: Path, file: str, size: int, progress: Progress) -> BinaryIO:
    """Return the open file; whoever reads from it moves the progress."""
    return io.BufferedReader(_Watched(path, file, size, progress))


class _Watched(io.FileIO):
    def __init__(self, path: Path, file: str, size: int, progress: Progress) -> None:
        super().__init__(path)
        self._file, self._size, self._progress = file, size, progress

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Read as the file does, and tell where it stands."""
        count = super().readinto(buffer)
        self._progress.read(self._file, self.tell(), self._size)
        return count

    def readall(self) -> bytes:
        """Read the rest."""
        data = super().readall()
        self._progress.read(self._file, self.tell(), self._size)
        return data
