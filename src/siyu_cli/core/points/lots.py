"""Lots: what became of all points that came in, movement by movement, once the ledger is replayed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from siyu_cli.core.points.replay import KINDS, NEVER, ORDER, Draws, Ints, Movements, Rule, decimals, numbered, replay
from siyu_cli.engines.step import Params, step

if TYPE_CHECKING:
    import pyarrow as pa

    from siyu_cli.engines.protocol import Engine

_BURN = KINDS.index("burn")
_EARN = KINDS.index("earn")


@dataclass(frozen=True)
class Burns:
    """What was earned and what was spent of it, in hundredths of points: by the day earned, and the day spent.

    ``earned`` is less what was taken back; ``last_day`` that of each lot. ``burned_lot`` is a lot's place in these
    columns.
    """

    day: Ints
    earned: Ints
    last_day: Ints
    burned_lot: Ints
    burned_day: Ints
    burned: Ints


def replay_points(engine: Engine, params: Params, rule: Rule) -> Burns:
    """Make ``point_movements`` and ``point_lots`` of ``points_log``; return what was spent of what was earned.

    ``point_lots`` has a row per movement by which points came in: how many, their last day (null: none), what was
    burned and what taken of them, what lapsed and what is left as of $as_of.
    """
    engine.run(step("point_movements"), params)
    rows = engine.read("point_movements", ORDER)
    moves = numbered(rows, rule)
    draws = replay(moves)
    as_of = params["as_of"]
    assert isinstance(as_of, date)
    engine.open("point_lots", _lots(rows, moves, draws, (as_of - date(1970, 1, 1)).days))
    return _burns(moves, draws)


def _lots(rows: pa.Table, moves: Movements, draws: Draws, today: int) -> pa.Table:
    import pyarrow as pa

    is_lot = (moves.units > 0) & (moves.kind < KINDS.index("expire"))
    places = np.flatnonzero(is_lot)
    is_burn = moves.kind[draws.by] == _BURN
    burned = _drawn(moves, draws, is_burn)[places]
    taken = _drawn(moves, draws, ~is_burn)[places]
    points, last_day = moves.units[places], moves.last_day[places]
    rest = points - burned - taken
    lapsed = np.where(last_day < today, rest, 0)
    is_open = last_day >= NEVER
    days = pa.array(np.where(is_open, 0, last_day).astype(np.int32), pa.int32(), mask=is_open).cast(pa.date32())
    kept = rows.select(["member_id", "changed_on", "kind"]).take(pa.array(places))
    columns = {
        "member_id": kept["member_id"],
        "kind": kept["kind"],
        "earned_on": kept["changed_on"],
        "expires_on": days,
    }
    amounts = {"points": points, "burned": burned, "taken": taken, "lapsed": lapsed, "remaining": rest - lapsed}
    columns |= {name: decimals(units) for name, units in amounts.items()}
    return pa.table(columns)


def _drawn(moves: Movements, draws: Draws, chosen: np.ndarray) -> Ints:
    """Return what was drawn from each movement's lot, by some of the draws."""
    total = np.zeros(len(moves), np.int64)
    np.add.at(total, draws.lot[chosen], draws.units[chosen])
    return total


def _burns(moves: Movements, draws: Draws) -> Burns:
    is_earn = (moves.kind == _EARN) & (moves.units > 0)
    places = np.flatnonzero(is_earn)
    is_burn = moves.kind[draws.by] == _BURN
    earned = (moves.units - _drawn(moves, draws, ~is_burn))[places]
    chosen = is_burn & is_earn[draws.lot]
    lot, by = draws.lot[chosen], draws.by[chosen]
    # What pays a debt is spent on the day it comes in.
    day = np.maximum(moves.day[lot], moves.day[by])
    place_of = np.cumsum(is_earn) - 1
    return Burns(moves.day[places], earned, moves.last_day[places], place_of[lot], day, draws.units[chosen])
