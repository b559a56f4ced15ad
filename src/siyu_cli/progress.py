"""How far reading is, for whoever watches: bytes of each file, then its rows."""

from __future__ import annotations

import io
from pathlib import Path
from typing import BinaryIO


class Progress:
    """Is told how far reading is, from several threads; this one tells nobody."""

    def read(self, file: str, done: int, size: int) -> None:
        """Take ``done`` of ``size`` bytes of a file; it may be gone through more than once."""

    def recognised(self, file: str, rows: int) -> None:
        """Take the rows of a file that was read, before they are cleaned and counted."""


SILENT = Progress()


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
