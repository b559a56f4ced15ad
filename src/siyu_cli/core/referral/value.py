"""What a referred member is worth beside one whom nobody invited, and how sure that is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from siyu_cli.core.experiment import Sample

if TYPE_CHECKING:
    import pandas as pd

LEVELS = ("month and channel", "month", "year")
_REACH = 1.959963984540054  # of a 95 % interval

_Cells = dict[tuple[str, str], dict[bool, Sample]]


def compare_value(joining: pd.DataFrame) -> dict[str, Any]:
    """Return net sales per referred and per organic member, matched on joining month and channel.

    Cells weigh as many referred members as they have; cells without both are left out and counted. A cell of one
    member has the spread of the others. Coarser cells serve where fewer than half of the referred find anybody
    (invitees have a channel of their own), or where no cell has two members and a spread: the month alone, then the
    year. Where none has, ``low`` and ``high`` are empty.
    """
    referred = int(joining.loc[joining["is_referred"].astype(bool), "members"].sum())
    matched_on, both = _finest(joining, referred)
    matched = _referred_of(both)
    counts = {"matched_on": matched_on, "new_members": referred, "matched": matched, "cells": len(both)}
    if not matched:
        return counts | dict.fromkeys(("referred_mean", "organic_mean", "difference", "low", "high"))
    weights = {key: pair[True].count / matched for key, pair in both.items()}
    means = {
        is_own: math.fsum(weights[key] * pair[is_own].mean for key, pair in both.items()) for is_own in (True, False)
    }
    difference, reach = means[True] - means[False], _reach(both, weights) if _has_spread(both) else math.nan
    amounts = {
        "referred_mean": means[True],
        "organic_mean": means[False],
        "difference": difference,
        "low": difference - reach,
        "high": difference + reach,
    }
    # To the cent: an engine adds doubles in any order, and no output may depend on it.
    return counts | {key: None if math.isnan(amount) else round(amount, 2) for key, amount in amounts.items()}


def _finest(joining: pd.DataFrame, referred: int) -> tuple[str, _Cells]:
    """Return the finest cells in which half of the referred find somebody, with a spread where any level has one."""
    levels = {level: _matched(joining, level) for level in LEVELS}
    matched = [level for level in LEVELS if 2 * _referred_of(levels[level]) >= referred > 0]
    spread = [level for level in matched if _has_spread(levels[level])]
    chosen = next(iter(spread or matched), "month")
    return chosen, levels[chosen]


def _referred_of(cells: _Cells) -> int:
    return sum(pair[True].count for pair in cells.values())


def _has_spread(cells: _Cells) -> bool:
    return all(any(pair[is_own].count > 1 for pair in cells.values()) for is_own in (True, False))


def _reach(cells: _Cells, weights: dict[tuple[str, str], float]) -> float:
    """Return half the 95 % interval of the weighted difference; a cell of one has the spread of its side."""
    errors = []
    for is_own in (True, False):
        several = [pair[is_own] for pair in cells.values() if pair[is_own].count > 1]
        degrees = sum(sample.count - 1 for sample in several)
        usual = math.fsum(sample.variance * (sample.count - 1) for sample in several) / degrees
        for key, pair in cells.items():
            sample = pair[is_own]
            variance = sample.variance if sample.count > 1 else usual
            errors.append(weights[key] ** 2 * variance / sample.count)
    return _REACH * math.sqrt(math.fsum(errors))


def _matched(joining: pd.DataFrame, level: str) -> _Cells:
    """Return referred (True) and organic (False) members by cell, for the cells that have both."""
    import pandas as pd

    if joining.empty:
        return {}
    known = pd.DataFrame(
        {
            "period": pd.to_datetime(joining["joined_on"]).dt.strftime("%Y" if level == "year" else "%Y-%m"),
            "channel": joining["source_channel"].fillna("") if level == "month and channel" else "",
            "is_referred": joining["is_referred"].astype(bool),
            **{key: joining[key].astype(float) for key in ("members", "net_sales", "squared_net_sales")},
        }
    )
    cells: _Cells = {}
    for row in known.groupby(["period", "channel", "is_referred"]).sum().reset_index().to_dict("records"):
        sample = Sample(int(row["members"]), row["net_sales"], row["squared_net_sales"])
        cells.setdefault((row["period"], row["channel"]), {})[bool(row["is_referred"])] = sample
    return {key: pair for key, pair in cells.items() if len(pair) == 2}
