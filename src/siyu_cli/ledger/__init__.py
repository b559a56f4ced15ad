"""What was done and must not be forgotten: runs, rules, reports, snapshots."""

from __future__ import annotations

from pathlib import Path

from siyu_cli.private import note_folders_in

# Where a shop's memory lies, beside its siyu.toml, and where commands note there which folders they make.
FOLDER, WORKING = ".siyu", "working"


def note_folders(shop: Path) -> None:
    """Have the folders this process makes noted in the memory of a shop, which clears up should it be killed."""
    note_folders_in(shop / FOLDER / WORKING)
