"""Files put in place of others, whole or not at all, readable by their owner only (0600).

A result is written into a folder of this process beside its place, brought to the disk, then given its name in one
step: a killed process leaves the old file or the new one, and a folder that the next run removes.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

from siyu_cli.errors import OutputError
from siyu_cli.guard import refuse_read
from siyu_cli.private import BESIDE, OwnFolder, half_done, make_private
from siyu_cli.progress import writing

META_SUFFIX = ".meta.json"

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}
# Formats with no room for anything but rows.
# What a list of many parts was made with: a folder with it may be replaced by another.
_OF_PARTS = "_siyu.json"
_META_BESIDE = {".csv", ".jsonl"}


@dataclass(frozen=True)
class _Staged:
    """A result that is whole and has no name yet."""

    path: Path
    temporary: Path
    is_forced: bool

    @property
    def target(self) -> Path:
        """Return the file itself: a link stays a link."""
        return Path(os.path.realpath(self.path))

    @property
    def before(self) -> Path:
        """Return where the file that was there before is kept until all is done."""
        return self.temporary.with_name(f"before-{self.temporary.name}")


@dataclass
class _Batch:
    """Results that take their names together, and the folders they wait in."""

    folders: dict[Path, OwnFolder] = field(default_factory=dict)
    staged: list[_Staged] = field(default_factory=list)
    begun: int = 0

    def reserve(self, path: Path) -> Path:
        """Return an empty temporary file (0600) on the disk of ``path``."""
        target = Path(os.path.realpath(path))
        if target.parent not in self.folders:
            self.folders[target.parent] = OwnFolder(target.parent, BESIDE)
        self.begun += 1
        temporary = self.folders[target.parent].path / f"{self.begun}{target.suffix}"
        temporary.touch(mode=0o600)
        return temporary

    def remove(self) -> None:
        """Remove the folders."""
        for folder in self.folders.values():
            folder.remove()


_batch: ContextVar[_Batch | None] = ContextVar("_batch", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Have all files written in the block take their names at its end, in order: all of them appear, or none."""
    if _batch.get() is not None:
        yield
        return
    batch = _Batch()
    token = _batch.set(batch)
    try:
        yield
        _publish(batch.staged)
    finally:
        _batch.reset(token)
        batch.remove()


def waiting() -> dict[Path, Path]:
    """Return the files of the block of ``together`` that are whole and have no names yet: name → where they lie."""
    batch = _batch.get()
    return {one.path: one.temporary for one in batch.staged} if batch else {}


@contextmanager
def replacing(path: Path, *, force: bool = False) -> Iterator[Path]:
    """Give a temporary file (0600, empty, same disk and suffix) that takes the name ``path`` at the end.

    Write into it, do not put another file in its place. When the block fails, nothing is left and a file that
    was there before is untouched. What killed runs left in the folder is removed on the way.
    Raises OutputError: the name is taken and ``force`` is not set, the folder is missing or not writable, the
    disk is full, or the block met any other OSError; UsageError for a file that is read.
    """
    check_target(path, force=force)
    shared = _batch.get()
    batch = shared or _Batch()
    try:
        with _explained(path):
            temporary = batch.reserve(path)
            writing().writes_to(temporary)
            yield temporary
            _settle(temporary)
            batch.staged.append(_Staged(path, temporary, force))
        if shared is None:
            _publish(batch.staged)
    finally:
        if shared is None:
            batch.remove()


@contextmanager
def replacing_folder(path: Path, *, force: bool = False) -> Iterator[Path]:
    """Give an empty folder (0700, same disk) that takes the name ``path`` at the end, with all that is in it (0600).

    With ``force`` a folder of the same kind is replaced. Raises as ``replacing`` does.
    """
    check_folder(path, force=force)
    target = Path(os.path.realpath(path))
    beside = OwnFolder(target.parent, BESIDE)
    try:
        with _explained(path):
            temporary = beside.path / "parts"
            temporary.mkdir(mode=0o700)
            yield temporary
            for part in temporary.iterdir():
                make_private(part)
            if target.exists():
                target.rename(beside.path / "before")
            temporary.rename(target)
            _sync(target.parent)
    finally:
        beside.remove()


def check_folder(path: Path, *, force: bool = False) -> None:
    """Raise before any work is done when ``path`` cannot take a list of many parts."""
    is_list = path.is_dir() and (path / _OF_PARTS).is_file()
    if not is_list or not force:
        if is_list:
            raise _taken(path)
        check_target(path, force=force)
        if path.exists():
            raise OutputError(
                "{file} is a file: on Spark a list is a folder of parts.",
                hint="Choose another name, or remove the file.", file=str(path),
            )  # fmt: skip
        return
    refuse_read(path)


def check_target(path: Path, *, force: bool = False) -> None:
    """Raise before any work is done when ``path`` cannot take a result: OutputError, or UsageError if it is read."""
    refuse_read(path)
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
    if found is not None and path.is_symlink():
        # What it leads to was not named.
        raise OutputError(
            "{file} is a link to {target}, which would be overwritten.",
            hint="Name that file itself, or remove the link.", file=str(path), target=os.path.realpath(path),
        )  # fmt: skip
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


def make_folder(folder: Path) -> None:
    """Make a folder for results, and those above it, where it is not there yet. Raises OutputError."""
    with _explained(folder):
        folder.mkdir(parents=True, exist_ok=True)


def meta_beside(path: Path) -> Path | None:
    """Return where what a list was made with is written: beside a csv or jsonl; None where it is in the file."""
    return path.with_name(path.name + META_SUFFIX) if path.suffix.lower() in _META_BESIDE else None


def _settle(temporary: Path) -> None:
    """Bring the bytes to the disk before the name is given; writers may have widened the mode."""
    make_private(temporary)
    handle = os.open(temporary, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _publish(staged: Sequence[_Staged]) -> None:
    """Give each result its name; when one cannot have it, all is as it was before."""
    named: list[_Staged] = []
    with half_done:
        try:
            for one in staged:
                with _explained(one.path):
                    if one.is_forced and len(staged) > 1:
                        _keep_before(one)
                    _name(one)
                named.append(one)
        except BaseException:
            for one in reversed(named):
                _take_back(one)
            raise
    for folder in {one.target.parent for one in staged}:
        _sync(folder)


def _keep_before(one: _Staged) -> None:
    with suppress(FileNotFoundError):
        try:
            os.link(one.target, one.before)
        except FileNotFoundError:
            raise
        except OSError:  # no hard links here (FAT, some network drives)
            shutil.copy2(one.target, one.before)


def _name(one: _Staged) -> None:
    target = one.target
    if one.is_forced:
        one.temporary.replace(target)
        return
    try:
        os.link(one.temporary, target)  # unlike a rename, it refuses a name taken while we were writing
    except FileExistsError:
        raise _taken(one.path) from None
    except OSError:  # no hard links here (FAT, some network drives)
        if target.exists():
            raise _taken(one.path) from None
        one.temporary.replace(target)


def _take_back(one: _Staged) -> None:
    with suppress(OSError):
        if one.before.exists():
            one.before.replace(one.target)
        else:
            one.target.unlink()


def _sync(folder: Path) -> None:
    """Bring a folder's names to the disk, where the system knows how."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
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
