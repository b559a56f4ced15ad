"""What is read is never replaced: the paths of one command, those it reads and those it is to write, never meet.

Compared is the file itself, however it is named: through links, another case, ``./`` or another folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from siyu_cli.errors import UsageError

# In order, without doubles.
_read: dict[Path, None] = {}
_asked: dict[Path, str] = {}
_own: set[Path] = set()


def will_read(*paths: Path) -> None:
    """Keep files, or folders with all that is in them, from being replaced; UsageError when a result is to go there."""
    _read.update(dict.fromkeys(paths))
    _part(_asked, paths)


def will_write(path: Path, option: str) -> None:
    """Say that a result is to go there, as ``option`` asks; UsageError when it is read, or asked for by another."""
    place = os.path.realpath(path)
    for other, asks in _asked.items():
        if asks != option and os.path.realpath(other) == place:
            raise UsageError(
                "{option} {file}: {other} is to write this file, too.",
                hint="Choose another name.",
                option=option, file=path, other=asks,
            )  # fmt: skip
    _asked[path] = option
    refuse_read(path)


def refuse_read(path: Path) -> None:
    """Raise UsageError when the file is one that is read."""
    _part((path,), _read)


def may_write(path: Path) -> None:
    """Let one file be written in a folder that is read: a preset is kept where presets are looked for."""
    _own.add(path)


def forget() -> None:
    """Begin anew: what an earlier command read may be written now."""
    _read.clear()
    _asked.clear()
    _own.clear()


def _part(written: Iterable[Path], read: Iterable[Path]) -> None:
    kept = {identity for path in read if (identity := _identity(path))}
    for path in (path for path in written if kept and path not in _own):
        place = Path(os.path.realpath(path))
        for part in (place, *place.parents):
            if _identity(part) in kept:
                raise _meeting(path, part, is_folder=part.is_dir())


def _identity(path: Path) -> tuple[int, int] | None:
    with suppress(OSError, ValueError):
        facts = path.stat()
        return facts.st_dev, facts.st_ino
    return None


def _meeting(path: Path, part: Path, *, is_folder: bool) -> UsageError:
    file = f"{_asked.get(path, '')} {path}".strip()
    if is_folder:
        return UsageError(
            "{file}: siyu keeps what it remembers in {folder}, and writes no results there.",
            hint="Choose another folder.",
            file=file,
            folder=part,
        )
    return UsageError("{file}: this file is read, and would be overwritten.", hint="Choose another name.", file=file)
