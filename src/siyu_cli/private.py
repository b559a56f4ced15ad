"""What is for its owner alone: files of mode 0600, and folders that live no longer than the process that made them.

A folder of a process is locked by it, and the system lets go of the lock when the process ends, however it ends:
a folder that can be locked is what a killed process left, and whoever makes the next one beside it removes it. A shop
that remembers anything also notes where folders are made: its next run removes what lies elsewhere.
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
# What folders for temporary files, and those beside a result, are called.
OF_RUN, BESIDE = "siyu-run-", ".siyu-tmp-"
_own: set[OwnFolder] = set()
# Held while a folder is made: one that is not locked yet is nobody's leftover for another thread.
_making = threading.RLock()
_notes: list[Path] = []

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
        self._note = _Note.of(parent, prefix)
        with _making:
            try:
                self.path, self._handle = _made(parent, prefix)
            except OSError:
                _remove(self._note)
                raise
            _own.add(self)
        remove_left(parent, prefix)

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
        _remove(self._note)


class _Note:
    """A locked file that says where a folder of this process is made; written first, it is there whenever that is."""

    def __init__(self, path: Path, handle: int) -> None:
        self._path, self._handle = path, handle

    @classmethod
    def of(cls, parent: Path, prefix: str) -> _Note | None:
        """Note it where ``note_folders_in`` said; None where nothing is noted, or nothing can be."""
        if not _notes or fcntl is None:
            return None
        with suppress(OSError):
            _notes[0].mkdir(mode=0o700, exist_ok=True)
            while True:
                handle, name = tempfile.mkstemp(dir=_notes[0])
                if _lock(handle) is not False and os.fstat(handle).st_nlink:  # else it was swept before that
                    os.write(handle, os.fsencode(parent.absolute() / prefix))
                    return cls(Path(name), handle)
                os.close(handle)
        return None

    def remove(self) -> None:
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
        os.close(self._handle)


def _remove(note: _Note | None) -> None:
    if note is not None:
        note.remove()


def note_folders_in(notes: Path) -> None:
    """Have a note of every folder made from now on lie in ``notes`` while it is there; ``notes`` is made if need be."""
    _notes[:] = [notes]


def remove_noted(notes: Path) -> None:
    """Remove what killed processes left, wherever notes in ``notes`` say that they were at work, and remark on it."""
    for note in notes.glob("*"):
        with suppress(OSError):
            place = Path(os.fsdecode(note.read_bytes()))
            if _remove_dead(note):
                remove_left(place.parent, place.name)


def remove_left(parent: Path, prefix: str) -> None:
    """Remove what killed processes left in a folder, and remark on it."""
    with _making:
        own = {folder.path for folder in _own}
        removed = sum(_remove_dead(folder) for folder in parent.glob(f"{prefix}*") if folder not in own)
    if removed:
        note = Note("What a run that was killed had left in {folder} was removed.", {"folder": parent})
        remark(note, is_warning=False)


def remove_own_folders() -> None:
    """Remove every folder of this process that is still there."""
    for folder in list(_own):
        folder.remove()


atexit.register(remove_own_folders)


def _made(parent: Path, prefix: str) -> tuple[Path, int | None]:
    """Make a folder and lock it; return it and what holds the lock."""
    while True:
        path = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))  # made with mode 0700
        with suppress(FileNotFoundError):  # another process swept it before it was locked
            handle = _open(path)
            if handle is None or (_lock(handle) is not False and path.exists()):
                return path, handle
            os.close(handle)


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
