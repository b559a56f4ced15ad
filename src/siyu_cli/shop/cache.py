"""Where a shop keeps what was read of its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siyu_cli.config.sections import bytes_of
from siyu_cli.files.cache.store import Cache
from siyu_cli.ledger import FOLDER
from siyu_cli.ledger.trial import trial_folder

if TYPE_CHECKING:
    from siyu_cli.config.settings import Settings


def open_cache(settings: Settings, forgotten: str = "") -> Cache | None:
    """Return where what was read is kept; None for a shop without siyu.toml, or one that keeps nothing.

    ``forgotten`` stands for everybody who asked to be left out, see ``Cache``. A trial keeps it in its own folder.
    """
    most = bytes_of(settings.cache.max_size)
    if settings.path is None or not most:
        return None
    folder = trial_folder() or settings.path.parent / FOLDER
    return Cache(folder / "cache", most, settings.cache.max_age_days, forgotten)
