"""What was said to be at stake, held against what was really lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from siyu_cli.core.churn.histories import Lookback, numbers
from siyu_cli.core.churn.order_value import fit_values, value_parameters
from siyu_cli.engines.step import step

if TYPE_CHECKING:
    import pyarrow as pa

Values = NDArray[np.float64]

_OWN_CAP = 365
_YEAR = 365


def judge_stakes(past: Lookback, rows: pa.Table, days: int) -> dict[str, Any]:
    """Return what the list of an earlier date had at stake, what was lost, and how much of it its top tenth caught.

    ``rows`` are the histories of that date, ``days`` ago, whose ``chances`` have been made. The list is that of
    ``siyu churn``: risk high or medium, not yet churned. Lost is what those on the list who ordered nothing within the
    horizon would have spent at their own pace: their net sales of the past year, or of the time since their first
    order (at least one horizon), scaled to the horizon. Money in the shop's currency. ``top_tenth`` holds
    the share of the loss by value_at_risk, by chance × past-year spend, and by past-year spend alone, empty where
    nothing was lost; ``best`` names the one that held most, value_at_risk where none held more.
    """
    past.engine.run(step("stakes"), {**past.params, **value_parameters(fit_values(past.engine))})
    stakes = past.engine.read("stakes", ["member_id"])
    chances, at_risk = numbers(stakes, "churn_probability"), numbers(stakes, "value_at_risk")
    spent = np.maximum(numbers(rows, "net_sales_365d"), 0.0)
    pace = past.horizon_days / np.clip(numbers(rows, "tenure_days"), min(past.horizon_days, _YEAR), _YEAR)
    silent = rows["is_silent"].to_numpy(zero_copy_only=False)
    medium = float(past.params["risk_medium"])  # type: ignore[arg-type]
    listed = (chances >= medium) & ~_is_churned(past, rows, days)
    lost = np.where(silent, spent * pace, 0.0)[listed]
    rankings = {"value_at_risk": at_risk, "chance_times_past_year": chances * spent, "past_year": spent}
    shares = {name: share_of_top_tenth(score[listed], lost) for name, score in rankings.items()}
    return {
        "listed": int(listed.sum()),
        "value_at_risk": round(float(at_risk[listed].sum()), 2),
        "lost": round(float(lost.sum()), 2),
        "top_tenth": shares,
        "best": max(shares, key=lambda name: shares[name] or 0.0),
    }


def share_of_top_tenth(score: Values, amounts: Values) -> float | None:
    """Return the share of the amounts that the tenth with the highest scores holds; who ties shares a place.

    None where there is nothing to share.

    >>> share_of_top_tenth(np.arange(20.0), np.arange(20.0) == 19)
    1.0
    """
    whole = float(amounts.sum())
    if whole <= 0:
        return None
    values, place = np.unique(-score, return_inverse=True)
    sums, members = np.bincount(place, amounts, len(values)), np.bincount(place, minlength=len(values))
    wanted = max(1.0, len(score) / 10)
    taken = np.clip(wanted - (np.cumsum(members) - members), 0, members)
    return float((taken * sums / members).sum() / whole)


def _is_churned(past: Lookback, rows: pa.Table, days: int) -> NDArray[np.bool_]:
    # Rule 5 of the stages, for members known by their log.
    gaps = np.minimum(numbers(past.habits(days), "median_gap_days"), _OWN_CAP)
    own = np.where(numbers(rows, "order_days") >= 3, gaps, 0.0)
    patience = np.maximum(float(past.params["churned_after"]), 3 * own)  # type: ignore[arg-type]
    late: NDArray[np.bool_] = numbers(rows, "days_since_last") > patience
    return late
