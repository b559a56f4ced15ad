"""The bytes of one input, wherever they are: a file, a member of a zip, an unlocked workbook in memory."""

from __future__ import annotations

import hashlib
import io
import stat
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from siyu_cli.errors import DataError, InputError, Where
from siyu_cli.progress import SILENT, Progress, open_watched


@dataclass(frozen=True)
class Content:
    """Bytes with the name an operator knows them by; ``open`` may be called any number of times.

    ``path`` is set when the bytes are a file of their own, ``data`` when they are in memory.
    """

    file: str
    size: int
    open: Callable[[], BinaryIO]
    path: Path | None = None
    data: bytes | None = None

    @property
    def suffix(self) -> str:
        """Return the last suffix of the name in lower case: ``'.xlsx'``."""
        return Path(self.file).suffix.lower()

    @property
    def where(self) -> Where:
        """Return the place errors about this content name."""
        return Where(file=self.file)

    def head(self, size: int = 8192) -> bytes:
        """Return the first bytes, at most ``size``."""
        with self.open() as stream:
            return stream.read(size)

    def at_hand(self) -> Content:
        """Return the same content with random access: itself when it is a file or in memory, else loaded."""
        if self.path is not None or self.data is not None:
            return self
        with self.open() as stream:
            return in_memory(self.file, stream.read())


def in_memory(file: str, data: bytes) -> Content:
    """Return content held in memory under the name ``file``."""
    return Content(file, len(data), lambda: io.BytesIO(data), data=data)


def printable(name: str) -> str:
    """Return a name without the control characters a terminal would obey."""
    return "".join(letter if letter.isprintable() else "�" for letter in name)


def find(path: Path, progress: Progress = SILENT) -> Content:
    """Return the content of a file; InputError when it cannot be opened, DataError when it is empty.

    Whoever reads from it moves ``progress``.
    """
    file = printable(path.name) or str(path)
    where = Where(file=file)
    try:
        facts = path.stat()
        if stat.S_ISDIR(facts.st_mode):
            raise InputError("{file} is a folder.", hint="Name the files in it.", where=where, file=file)
        if not stat.S_ISREG(facts.st_mode):
            raise InputError("{file} is not a regular file.", hint="Save it to disk first.", where=where, file=file)
        with path.open("rb"):
            pass
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise InputError(
            "{file} was not found.", hint="Check the name and the folder: {path}",
            where=where, file=file, path=printable(str(path)),
        ) from None  # fmt: skip
    except PermissionError:
        raise InputError(
            "{file} may not be read: permission denied.",
            hint="Close it elsewhere or change its permissions.", where=where, file=file,
        ) from None  # fmt: skip
    except OSError as error:
        raise _not_opened(file, error) from error
    if facts.st_size == 0:
        raise DataError("{file} is empty (0 bytes).", hint="Export it again.", where=where, file=file)
    return Content(file, facts.st_size, partial(_open, path, file, facts.st_size, progress), path=path)


def _open(path: Path, file: str, size: int, progress: Progress) -> BinaryIO:
    try:
        return open_watched(path, file, size, progress)
    except OSError as error:  # it was there a moment ago
        raise _not_opened(file, error) from error


def _not_opened(file: str, error: OSError) -> InputError:
    problem = error.strerror or str(error)
    return InputError(
        "{file} cannot be opened: {problem}.", hint="Copy it to a folder on this computer and try again.",
        where=Where(file=file), file=file, problem=problem,
    )  # fmt: skip


def digest(content: Content) -> str:
    """Return the SHA-256 of the content as hexadecimal, read as a stream."""
    with content.open() as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
