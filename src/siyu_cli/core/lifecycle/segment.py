"""Segmentation: from order lines and members to one labelled row per member, and the two summaries."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from siyu_cli.core.conditions import narrowed, restricted, with_segments
from siyu_cli.core.lifecycle.reasons import STAGE_REASONS
from siyu_cli.core.lifecycle.tables import RFM_SEGMENTS, RFM_SUMMARY, SEGMENTS, STAGE_SUMMARY, STAGES
from siyu_cli.engines.step import Params, step
from siyu_cli.errors import UsageError
from siyu_cli.tables.column import find_column

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    import pandas as pd

    from siyu_cli.engines.protocol import Engine

# What label_members leaves, except features, by which members are known to be there.
LABELS = ("purchases", "bands", "norms", "rfm", "comebacks", "stages")
GROUPINGS = ("owner", "store", "source_channel", "level")


class EarlierList(NamedTuple):
    """A list of members that an earlier run kept, as of its date: Parquet with at least member_id and stage."""

    path: Path
    as_of: date


def label_members(engine: Engine, params: Params) -> None:
    """Make features, bands, norms, rfm and stages from ``members`` and ``order_lines``.

    Each table is dropped after its last reader; purchases stays, for windows and explanations.
    """
    for name in ("purchases", "features", "measures", "bands", "norms"):
        engine.run(step(name), params)
    engine.drop("measures")
    for name in ("rfm", "comebacks", "stages"):
        engine.run(step(name), params)


def list_members(
    engine: Engine,
    params: Params,
    *,
    where: str | None,
    segments: Mapping[str, str],
    lang: str,
    snapshot: EarlierList | None = None,
    columns: Sequence[str] = (),
) -> None:
    """Make the table ``segments``: the labelled members that meet ``where``, reasons in ``lang``.

    It has all columns, or ``columns`` alone: what nobody reads is not built, and texts are most of it.

    ``where`` chooses who is listed and summarised; scores and norms are always those of the whole shop. ``snapshot``
    where it has a member, their stage then is ``previous_stage``, its date ``previous_stage_on``.
    """
    import pyarrow as pa

    nobody = pa.table({key: pa.array([], pa.string()) for key in ("member_id", "stage")})
    engine.open("snapshot", snapshot.path if snapshot else nobody)
    params = {**params, "previous_on": snapshot.as_of if snapshot else None}

    templates = [texts[1 if lang == "zh" else 0] for texts in STAGE_REASONS.values()]
    engine.open("stage_reasons", pa.table({"reason": list(STAGE_REASONS), "template": templates}))
    listing = restricted(with_segments(step("segments"), segments), where)
    engine.run(narrowed(listing, columns) if columns else listing, params)


def summarise_stages(engine: Engine) -> pd.DataFrame:
    """Return one row per stage, every stage, in the order of a member's life: counts and shares."""
    counted = engine.fetch(step("stage_summary"), {})
    return _with_shares(counted, "stage", tuple(STAGES), STAGE_SUMMARY.keys)


def summarise_rfm(engine: Engine) -> pd.DataFrame:
    """Return one row per RFM segment, all eight: counts and shares among buyers."""
    counted = engine.fetch(step("rfm_summary"), {})
    return _with_shares(counted, "rfm_segment", tuple(RFM_SEGMENTS), RFM_SUMMARY.keys)


def summarise_grid(engine: Engine) -> pd.DataFrame:
    """Return one row per pair of R and F scores that occurs: members and net sales."""
    cells = engine.fetch(step("rfm_grid"), {}).sort_values(["r_score", "f_score"], ignore_index=True)
    counts = dict.fromkeys(("r_score", "f_score", "members"), "int64")
    return cells.astype({**counts, "net_sales": float})


def summarise_by(engine: Engine, by: str) -> pd.DataFrame:
    """Return one row per value of ``by`` and stage that occurs; shares are within the value of ``by``."""
    named = find_column(map(SEGMENTS.__getitem__, GROUPINGS), by)
    if named is None:
        raise UsageError("Cannot group by {by}.", hint="Choose one of {choices}.", by=by, choices=", ".join(GROUPINGS))
    from sqlglot import exp

    by = named.key
    counting = step("stage_summary")
    tree = counting.tree()
    tree.expressions.insert(0, exp.column(by))
    tree.group_by(by, copy=False)
    counted = engine.fetch(counting.with_tree(tree), {})
    order = {stage: place for place, stage in enumerate(STAGES)}
    counted = counted.sort_values([by, "stage"], key=lambda keys: keys.map(order) if keys.name == "stage" else keys)
    for share, amount in (("member_share", "members"), ("sales_share", "net_sales")):
        amounts = counted[amount].astype(float)
        counted[share] = _shares(amounts, amounts.groupby(counted[by].fillna("")).transform("sum"))
    return counted[[by, *STAGE_SUMMARY.keys]].reset_index(drop=True)


def describe_splits(engine: Engine, params: Params) -> dict[str, Any]:
    """Return where high ends and low begins, and the bands of each score; see ``norms`` and ``bands``.

    High is: last order at most ``recency_days`` ago, at least ``order_days`` purchase days, over ``net_sales``.
    """
    norms = engine.read("norms", ["shop_norm"]).to_pylist()[0]
    bands = engine.read("bands", ["measure", "score"]).to_pylist()
    for band in bands:
        if band["measure"] == "recency":
            band["lowest"], band["highest"] = -band["highest"], -band["lowest"]
        for edge in ("lowest", "highest"):
            band[edge] = float(band[edge]) if band["measure"] == "money" else int(band[edge])
    return {
        "mode": params["split"],
        "recency_days": norms["recency_split"],
        "order_days": None if norms["frequency_split"] is None else math.floor(norms["frequency_split"]) + 1,
        "net_sales": norms["money_split"],
        "shop_norm": norms["shop_norm"],
        "bins": params["bins"],
        "bands": bands,
    }


def _with_shares(counted: pd.DataFrame, key: str, order: Sequence[str], columns: Sequence[str]) -> pd.DataFrame:
    rows = counted.set_index(key).reindex(list(order))
    rows["members"] = rows["members"].fillna(0).astype("int64")
    rows["net_sales"] = rows["net_sales"].astype(float).fillna(0.0).round(2)
    rows["member_share"] = _shares(rows["members"].astype(float), float(rows["members"].sum()))
    rows["sales_share"] = _shares(rows["net_sales"], float(rows["net_sales"].sum()))
    return rows.rename_axis(key).reset_index()[list(columns)]


def _shares(parts: pd.Series[float], wholes: pd.Series[float] | float) -> pd.Series[float]:
    # A rate without a denominator is empty, never 0.
    return parts / ((wholes or float("nan")) if isinstance(wholes, float) else wholes)
