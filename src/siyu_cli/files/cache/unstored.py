"""What is never stored: ID cards and addresses are dropped while reading, and stand in no finding that is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from siyu_cli.files.recognise import Match


def without_dropped(match: Match) -> Match:
    """Return what a sheet was taken for, its first rows without the cells of dropped columns."""
    if match.seen is None or not match.dropped:
        return match
    gone = {spot for spot, header in match.seen.named if header in match.dropped}
    values = tuple(() if spot in gone else cells for spot, cells in enumerate(match.seen.values))
    columns = tuple(() if spot in gone else cells for spot, cells in enumerate(match.seen.columns))
    return replace(match, seen=replace(match.seen, values=values, columns=columns))
