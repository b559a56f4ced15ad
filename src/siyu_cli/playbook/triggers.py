"""Who came into a stage: lists of the shop as of several days held against each other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from siyu_cli.ledger.playbooks import Entered

if TYPE_CHECKING:
    from siyu_cli.ledger.ledger import Snapshot


def entered(stage: str, now: tuple[date, Path], earlier: Sequence[Snapshot]) -> tuple[Entered, int]:
    """Return who is in a stage now and was not in the first of the ``earlier`` lists, and how many are there in all.

    ``earlier`` are in the order of their days. A stage is entered on the day of the first list from which on a member
    is always there: who went and came back between the lists entered it again.
    """
    day, path = now
    left = _in_stage(path, stage)
    in_stage = len(left)
    members: list[str] = []
    entered_on: list[date] = []
    left_on: list[date] = []
    for snapshot in reversed(earlier):
        there = _in_stage(snapshot.path, stage)
        came = sorted(left - there)
        members += came
        entered_on += [day] * len(came)
        left_on += [snapshot.as_of] * len(came)
        left &= there
        day = snapshot.as_of
    order = sorted(range(len(members)), key=members.__getitem__)
    found = Entered(
        [members[place] for place in order], [entered_on[place] for place in order], [left_on[place] for place in order]
    )
    return found, in_stage


def _in_stage(path: Path, stage: str) -> set[str]:
    import pyarrow.compute as pc
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        rows = file.read(columns=["member_id", "stage"])
    return set(rows.filter(pc.equal(rows["stage"], stage))["member_id"].to_pylist())


def write_members(members: Sequence[str], path: Path) -> None:
    """Write a list of members for another command to read: Parquet, readable by its owner only."""
    import pyarrow as pa
    from pyarrow import parquet

    path.touch(mode=0o600)
    parquet.write_table(pa.table({"member_id": pa.array(list(members), pa.string())}), path)
