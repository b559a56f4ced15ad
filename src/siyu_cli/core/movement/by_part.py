"""Moves of parts of the members: of each employee, store, channel or level; parts sum to the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siyu_cli.core.movement.looks import Cells
from siyu_cli.core.retention.parts import Part, parts_of

if TYPE_CHECKING:
    import pyarrow as pa

Parts = tuple[tuple[Part, Cells], ...]


def moves_by(moves: pa.Table, members: pa.Table, by: str | None) -> Parts:
    """Return the cells of each part, the largest first: by the attribute members have today; nothing for None.

    ``moves`` holds member_id, stage_from, stage_to; ``members`` member_id and the attribute.
    """
    if by is None:
        return ()
    known = members.select(["member_id", by]).rename_columns(["member_id", "part"])
    counted = moves.join(known, "member_id", join_type="left outer").group_by(["part", "stage_from", "stage_to"])
    rows = counted.aggregate([("member_id", "count")]).to_pylist()
    sizes: dict[str | None, int] = {}
    for row in rows:
        sizes[row["part"]] = sizes.get(row["part"], 0) + row["member_id_count"]
    return tuple((part, _cells(part, rows)) for part in parts_of(sizes))


def _cells(part: Part, rows: list[dict[str, object]]) -> Cells:
    cells: dict[tuple[str, str], int] = {}
    for row in part.of(rows):
        pair = row["stage_from"], row["stage_to"]
        cells[pair] = cells.get(pair, 0) + row["member_id_count"]
    return dict(sorted(cells.items()))
