"""Keys: everything that decides how a file is read and what a load makes of it, as one digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siyu_cli.files.cache.store import digest_of

if TYPE_CHECKING:
    from siyu_cli.config.settings import Settings
    from siyu_cli.files.recognition.presets import Preset
    from siyu_cli.files.request import LoadRequest

_PACKAGE = Path(__file__).parents[2]
_SAYS_HOW = ("files", "presets", "tables")  # folders of siyu that decide how a file is read
_LIBRARIES = ("siyu-cli", "duckdb", "pyarrow", "fastexcel", "sqlglot")


def file_key(file: str, sha256: str, settings: Settings, presets: Sequence[Preset]) -> str:
    """Return the key of one file's cleaned sheets."""
    return _digest("file", file, sha256, settings.shop.timezone, _own(presets))


def load_key(settings: Settings, request: LoadRequest, presets: Sequence[Preset], forgotten: str) -> str:
    """Return the key of a load of several files; OSError where one cannot be read.

    What earlier runs knew of ids stands beside the entry, since a load adds to it itself.
    """
    inputs = [(path.name, digest_of(path)) for path in map(Path, request.paths)]
    folder = settings.path.parent if settings.path else Path()
    listed = [digest_of(folder / file) for file in settings.exclude.files]
    before = digest_of(request.snapshot) if request.snapshot else None
    how: Mapping[str, Any] = {"map": dict(request.header_map), "settings": settings.model_dump(mode="json")}
    return _digest("load", inputs, request.as_of.isoformat(), how, listed, before, _own(presets), forgotten)


def _own(presets: Iterable[Preset]) -> list[tuple[str, str]]:
    return [(preset.name, digest_of(preset.file)) for preset in presets if preset.file is not None]


def _digest(*parts: object) -> str:
    text = json.dumps([_reader_mark(), *parts], sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:40]


@cache
def _reader_mark() -> str:
    """Return what stands for this very siyu: versions, and the files that read, so that a checkout counts as well."""
    code = [(file.name, facts.st_size, facts.st_mtime_ns) for file in _code() for facts in [file.stat()]]
    return hashlib.sha256(repr([[version(name) for name in _LIBRARIES], sorted(code)]).encode()).hexdigest()


def _code() -> Iterator[Path]:
    for folder in _SAYS_HOW:
        yield from (file for file in (_PACKAGE / folder).rglob("*.*") if file.suffix in (".py", ".sql", ".toml"))
