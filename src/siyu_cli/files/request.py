"""What a load is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from siyu_cli.files.loading.exclude import Forgotten
from siyu_cli.progress import SILENT, Progress

if TYPE_CHECKING:
    from siyu_cli.files.cache.store import Cache


@dataclass(frozen=True)
class LoadRequest:
    """What to load, and how: the as-of date, headers settled by hand, a password, what earlier runs knew."""

    paths: Sequence[Path]
    as_of: date
    header_map: Mapping[str, str] = field(default_factory=dict)
    password: str | None = field(default=None, repr=False)
    aliases: Mapping[str, str] = field(default_factory=dict, repr=False)
    snapshot: Path | None = None
    progress: Progress = SILENT
    forgotten: Forgotten | None = None
    cache: Cache | None = None
