"""A trial: commands that read a shop's memory as it is, and of whose work nothing remains in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

# What a segmentation would have kept as its snapshot, in the folder of the trial.
TRIED = "snapshot.parquet"

_folder: ContextVar[Path | None] = ContextVar("_folder", default=None)


@contextmanager
def trying(folder: Path) -> Iterator[None]:
    """Have what commands in the block would remember left out; ``folder`` takes what they need on the way."""
    marker = _folder.set(folder)
    try:
        yield
    finally:
        _folder.reset(marker)


def trial_folder() -> Path | None:
    """Return the folder of the trial under way; None where there is none."""
    return _folder.get()
