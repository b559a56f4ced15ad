"""What is for its owner alone: files of mode 0600, and folders that live no longer than the process that made them.

A folder of a process is locked by it, and the system lets go of the lock when the process ends, however it ends:
a folder that can be locked is what a killed process left, and whoever makes the next one beside it removes it.
"""

from __future__ import annotations

import atexit
import errno
import os
import shutil
import stat
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

from siyu_cli.errors import Note
from siyu_cli.remarks import remark

try:
    import fcntl
except ImportError:  # Windows: what a killed process left cannot be told from what a live one has
    fcntl = None  # type: ignore[assignment]

_NO_MODES = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}
_own: set[OwnFolder] = set()

# Held while something half done could be seen: who ends the process at once waits for it.
half_done = threading.Lock()


def make_private(path: Path) -> None:
    """Take all rights from everybody but the owner; where the file system knows no rights (FAT), remark on it."""
    try:
        path.chmod(0o700 if stat.S_ISDIR(path.stat().st_mode) else 0o600)
    except OSError as error:
        if error.errno not in _NO_MODES:
            raise
        facts = {"folder": path.parent}
        remark(Note("{folder} keeps no access rights: whoever reaches it can read what lies there.", facts))


class OwnFolder:
    """A new folder (0700) of this process; ``remove`` it or use it in ``with``, else it goes when the process ends.

    Raises OSError where none can be made.
    """

    def __init__(self, parent: Path, prefix: str) -> None:
        while True:
            self.path = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))  # made with mode 0700
            with suppress(FileNotFoundError):  # another process swept it before it was locked
                self._handle = _open(self.path)
                if self._handle is None or (_lock(self._handle) is not False and self.path.exists()):
                    break
                os.close(self._handle)
        _own.add(self)
        _sweep(parent, prefix, self.path)

    def __enter__(self) -> Path:
        """Return the folder."""
        return self.path

    def __exit__(self, *_: object) -> None:
        """Remove the folder."""
        self.remove()

    def remove(self) -> None:
        """Remove the folder and all that is in it; a second time, nothing happens."""
        if self not in _own:
            return
        shutil.rmtree(self.path, ignore_errors=True)
        _own.discard(self)
        if self._handle is not None:
            os.close(self._handle)


def remove_own_folders() -> None:
    """Remove every folder of this process that is still there."""
    for folder in list(_own):
        folder.remove()


atexit.register(remove_own_folders)


def _open(folder: Path) -> int | None:
    return None if fcntl is None else os.open(folder, os.O_RDONLY)


def _lock(handle: int) -> bool | None:
    """Return whether the folder is locked now, by this call; None where the file system knows no locks."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _sweep(parent: Path, prefix: str, own: Path) -> None:
    removed = sum(_remove_dead(folder) for folder in parent.glob(f"{prefix}*") if folder != own)
    if removed:
        note = Note("What a run that was killed had left in {folder} was removed.", {"folder": parent})
        remark(note, is_warning=False)


def _remove_dead(leftover: Path) -> bool:
    """Remove a folder (or a file) of ours whose process is dead; what is others', or cannot be told, stays."""
    with suppress(OSError):
        facts = leftover.lstat()
        is_folder = stat.S_ISDIR(facts.st_mode)
        if fcntl is None or not (is_folder or stat.S_ISREG(facts.st_mode)) or facts.st_uid != os.geteuid():
            return False
        handle = os.open(leftover, os.O_RDONLY)
        try:
            if _lock(handle):
                shutil.rmtree(leftover) if is_folder else leftover.unlink()
                return True
        finally:
            os.close(handle)
    return False
