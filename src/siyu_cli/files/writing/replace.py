"""One file put in place of another, whole or not at all, readable by its owner only (0600).

A result is written under a temporary name in its own folder, brought to the disk, then given its name in one
step: a killed process leaves the old file or the new one, and a temporary file that the next run removes.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from siyu_cli.errors import OutputError

try:
    import fcntl
except ImportError:  # Windows: an open file cannot be removed there, so no lock is needed
    fcntl = None  # type: ignore[assignment]

TEMPORARY_PREFIX = ".siyu-tmp-"

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}


@contextmanager
def replacing(path: Path, *, force: bool = False) -> Iterator[Path]:
    """Give a temporary file (0600, empty, same folder and suffix) that takes the name ``path`` at the end.

    Write into it, do not put another file in its place. When the block fails, nothing is left and a file that
    was there before is untouched. Temporary files of killed runs in the folder are removed on the way.
    Raises OutputError: the name is taken and ``force`` is not set, the folder is missing or not writable, the
    disk is full, or the block met any other OSError.
    """
    check_target(path, force=force)
    target = Path(os.path.realpath(path))
    with _explained(path):
        temporary, handle = _reserve(target)
    try:
        with _explained(path):
            yield temporary
            _settle(temporary)
            if fcntl is None:
                os.close(handle)
                handle = -1
            _publish(temporary, target, force=force)
    finally:
        if handle >= 0:
            os.close(handle)
        temporary.unlink(missing_ok=True)


def check_target(path: Path, *, force: bool = False) -> None:
    """Raise OutputError when ``path`` cannot take a result, before any work is done for it."""
    with _explained(path):
        found = path.stat() if path.exists() else None
    if found is not None and not stat.S_ISREG(found.st_mode):
        raise OutputError(
            "{file} is a folder or a device, not a file that can be replaced.",
            hint="Give the name of a file; --format writes to the terminal or a pipe.",
            file=str(path),
        )
    if found is not None and not force:
        raise _taken(path)
    folder = Path(os.path.realpath(path)).parent
    if not folder.is_dir():
        raise OutputError(
            "{file} cannot be written: there is no folder {folder}.",
            hint="Create the folder first, or choose another one.",
            file=str(path),
            folder=str(folder),
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _refused(path)


def _reserve(target: Path) -> tuple[Path, int]:
    """Create the temporary file, locked: the lock tells a live run's file from a killed one's."""
    while True:
        temporary = target.with_name(f"{TEMPORARY_PREFIX}{secrets.token_hex(6)}{target.suffix}")
        handle = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            is_ours = _lock(handle)
        except OSError:  # no locks here: other runs cannot lock it either, so nothing is swept
            is_ours = True
        if is_ours and temporary.exists():
            break
        os.close(handle)  # another run swept it before it was locked
    for leftover in target.parent.glob(f"{TEMPORARY_PREFIX}*"):
        if leftover != temporary:
            _sweep(leftover)
    return temporary, handle


def _sweep(leftover: Path) -> None:
    with suppress(OSError):
        handle = os.open(leftover, os.O_RDWR)
        try:
            is_stale = _lock(handle)
        finally:
            os.close(handle)
        if is_stale:
            leftover.unlink()


def _lock(handle: int) -> bool:
    """Return whether nobody else holds the file; OSError where the file system knows no locks."""
    if fcntl is not None:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def _settle(temporary: Path) -> None:
    """Bring the bytes to the disk before the name is given; writers may have widened the mode."""
    temporary.chmod(0o600)
    handle = os.open(temporary, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _publish(temporary: Path, target: Path, *, force: bool) -> None:
    if force:
        temporary.replace(target)
    else:
        try:
            os.link(temporary, target)  # unlike a rename, it refuses a name taken while we were writing
        except FileExistsError:
            raise _taken(target) from None
        except OSError:  # no hard links here (FAT, some network drives)
            if target.exists():
                raise _taken(target) from None
            temporary.replace(target)
    if fcntl is not None:
        with suppress(OSError):
            handle = os.open(target.parent, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise OutputError(
                "{file} cannot be written: the disk is full or a size limit is reached.",
                hint="Free some space, or choose a folder on another disk.",
                file=str(path),
            ) from error
        if error.errno in _DENIED:
            raise _refused(path) from error
        raise OutputError(
            "{file} cannot be written: {reason}.", file=str(path), reason=error.strerror or str(error)
        ) from error


def _taken(path: Path) -> OutputError:
    return OutputError(
        "{file} already exists.",
        hint="Add --force to replace it, or choose another name.",
        file=str(path),
    )


def _refused(path: Path) -> OutputError:
    return OutputError(
        "{file} cannot be written: this folder may not be written to.",
        hint="Choose a folder of your own, or ask for the right to write there.",
        file=str(path),
    )
