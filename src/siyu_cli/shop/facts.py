"""What a shop's files tell of it: enough to begin a siyu.toml with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siyu_cli.config.settings import Settings
from siyu_cli.config.template import ShopFacts, UncertainColumn
from siyu_cli.files.recognition.presets import load_presets
from siyu_cli.shop import open_shop

if TYPE_CHECKING:
    from siyu_cli.core.lifecycle.question import Segmentation


SETTINGS = Settings()  # before a shop has any


def look_at(files: Sequence[Path], as_of: date, password: str | None = None) -> ShopFacts:
    """Return what the files tell of the shop, read with the defaults; errors are those of any load."""
    return learn(open_shop(files, as_of=as_of, settings=SETTINGS, password=password).segment(), as_of)


def learn(found: Segmentation, as_of: date) -> ShopFacts:
    """Return the facts a siyu.toml can use from a segmentation."""
    known = {preset.name: preset for preset in load_presets()}
    sheets: Any = found.load.sheets  # type: ignore[attr-defined]
    presets = [known[sheet.preset] for sheet in sheets if sheet.preset in known]
    suggested = found.windows["suggested"]
    return ShopFacts(
        files=tuple(dict.fromkeys(sheet.file for sheet in sheets)),
        platforms=tuple(dict.fromkeys(preset.platform for preset in presets if preset.platform)),
        as_of=as_of,
        members=len(found.members),
        stores=int(found.members["store"].nunique()),
        timezone=next((preset.timezone for preset in presets if preset.timezone), None),
        uncertain=tuple(_uncertain(sheets)),
        dormant_after=suggested["dormant_after"],
        churned_after=suggested["churned_after"],
    )


def _uncertain(sheets: Any) -> list[UncertainColumn]:
    found = [
        UncertainColumn(sheet.file, f"{sheet.table}.{column.key}", column.header, column.confidence)
        for sheet in sheets
        if sheet.table
        for column in sheet.columns
        if column.confidence < 1
    ]
    return sorted(found, key=lambda column: (column.key, -column.confidence, column.file, column.header))
