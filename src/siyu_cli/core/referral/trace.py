"""Referral: from invites to what they brought, who stands out, and what the forest of inviters looks like.

The figures are defined in docs/referral.md. Steps count, the forest is numpy's, models read counts only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from siyu_cli.core.referral.forest import Forest, forest_of
from siyu_cli.core.referral.suspicions import (
    RECORD,
    outstanding_days,
    outstanding_records,
    sharing_people,
    usual_ordering,
)
from siyu_cli.engines.step import Params, step

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from siyu_cli.engines.protocol import Engine

TOP = 20


@dataclass(frozen=True)
class Referrals:
    """What the steps counted, as frames named after them, and the forest with its people."""

    forest: Forest
    people: pa.Array
    groups: pd.DataFrame
    variant_pairs: pd.DataFrame
    generations: pd.DataFrame
    days: pd.DataFrame
    milestone_counts: pd.DataFrame
    joining_cells: pd.DataFrame
    cost_cells: pd.DataFrame
    suspicions: pd.DataFrame
    top_inviters: pd.DataFrame
    viral_cycle_days: float | None
    reward_depth: int
    entry_fees: int
    largest_reward: float


def trace_referrals(engine: Engine, params: Params, milestones: Sequence[int]) -> Referrals:
    """Return what the invites of a shop brought; makes ``outcomes`` and ``suspicions``, row by row, on the way.

    Reads ``referrals``, ``costs``, ``members``, and what ``label_members`` made.
    """
    engine.run(step("invites"), params)
    engine.run(step("links"), params)
    breaches = engine.fetch(step("rule_breaches"), params).iloc[0]
    people, forest = _grow_forest(engine)
    _find_suspects(engine, params, milestones, people, forest)
    for name in ("suspicions", "outcomes"):
        engine.run(step(name), params)
    engine.drop("invites", "links", "hints")
    engine.run(step("participants"), params)
    cycle = engine.fetch(step("viral_cycle"), params)["viral_cycle_days"]
    return Referrals(
        forest=forest,
        people=people,
        groups=engine.fetch(step("referral_groups"), params),
        variant_pairs=engine.fetch(step("variant_pairs"), params),
        generations=engine.fetch(step("generations"), params),
        days=engine.fetch(step("referral_days"), params),
        milestone_counts=engine.fetch(step("milestone_counts"), params),
        joining_cells=engine.fetch(step("joining_cells"), params),
        cost_cells=engine.fetch(step("cost_cells"), params),
        suspicions=engine.fetch(step("suspicion_summary"), params),
        top_inviters=_top_inviters(engine, params),
        viral_cycle_days=_number(cycle.iloc[0]),
        reward_depth=int(_number(breaches["reward_depth"]) or 0),
        entry_fees=int(breaches["entry_fees"]),
        largest_reward=_number(breaches["largest_reward"]) or 0.0,
    )


def _grow_forest(engine: Engine) -> tuple[pa.Array, Forest]:
    """Return the people of all links and their forest; makes the table ``forest``."""
    import pyarrow as pa

    links = engine.read("links", ())
    people, forest = forest_of(links["inviter_id"], links["invitee_id"])
    generation = pa.array(forest.generation, pa.int64(), mask=forest.is_cyclic)
    rows = {"member_id": people, "generation": generation, "is_cyclic": pa.array(forest.is_cyclic)}
    engine.open("forest", pa.table(rows))
    return people, forest


def _find_suspects(engine: Engine, params: Params, milestones: Sequence[int], people: pa.Array, forest: Forest) -> None:
    import pyarrow as pa

    engine.run(step("inviter_records"), params)
    cells = engine.fetch(step("record_cells"), params).sort_values(list(RECORD), ignore_index=True)
    days = engine.fetch(step("busy_days"), params).sort_values(["inviter_id", "joined_on"], ignore_index=True)
    kinds = dict.fromkeys(RECORD[:-1], pa.int64()) | {"reason": pa.string(), "is_quick": pa.bool_()}
    records = outstanding_records(cells, milestones)
    engine.open("suspect_records", _table(records, {key: kinds[key] for key in ("reason", *RECORD)}))
    busy = outstanding_days(days, usual_ordering(cells, milestones))
    kinds = {"reason": pa.string(), "inviter_id": pa.string(), "joined_on": pa.date32()}
    engine.open("suspect_days", _table(busy, kinds))
    engine.run(step("hints"), params)
    hints = engine.read("hints", ())
    engine.open("suspect_people", sharing_people(hints, _cascades(hints, people, forest)))


def _cascades(hints: pa.Table, people: pa.Array, forest: Forest) -> Any:
    import pyarrow.compute as pc

    if not hints.num_rows:
        return np.zeros(0, dtype=np.int64)
    places = pc.index_in(hints["invitee_id"], people).to_numpy()
    return forest.root[places]


def _table(rows: pd.DataFrame, kinds: dict[str, Any]) -> pa.Table:
    import pyarrow as pa

    return pa.table({key: pa.array(rows[key].tolist(), kind) for key, kind in kinds.items()})


def _top_inviters(engine: Engine, params: Params) -> pd.DataFrame:
    # As many as reach the last place at the top: only they are fetched, and equals are not cut by chance.
    counts = engine.fetch(step("joined_counts"), params).sort_values("joined", ascending=False)
    reached = counts["joined"][counts["inviters"].cumsum() >= TOP]
    least = int(reached.iloc[0]) if len(reached) else 1
    rows = engine.fetch(step("inviter_summary"), {**params, "least_joined": max(least, 1)})
    order = ["activated", "joined", "inviter_id"]
    return rows.sort_values(order, ascending=[False, False, True], ignore_index=True).head(TOP)


def _number(value: Any) -> float | None:
    import pandas as pd

    return None if pd.isna(value) else float(value)
