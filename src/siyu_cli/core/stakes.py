"""What was said to be at stake, held against what was really lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from siyu_cli.core.churn import Estimator, fit_values, mean_order_value
from siyu_cli.core.estimators.histories import DAYS_PER_WEEK
from siyu_cli.core.query import Params

if TYPE_CHECKING:
    import pyarrow as pa

    from siyu_cli.engines.protocol import Engine

Values = NDArray[np.float64]

_OWN_CAP = 365
_YEAR = 365


def judge_stakes(
    engine: Engine, params: Params, estimator: Estimator, rows: pa.Table, chances: Values
) -> dict[str, Any]:
    """Return what the list of an earlier date had at stake, what was lost, and how much of it its top tenth caught.

    ``rows`` are the histories of that date. The list is that of ``siyu churn``: risk high or medium, not yet churned.
    Lost is the past year's net sales, scaled to the horizon, of those on the list who ordered nothing within it.
    Money in the shop's currency; shares are empty where nothing was lost. ``top_tenth`` holds the share by
    value_at_risk, by chance × past-year spend, and by past-year spend alone.
    """
    at_risk = value_at_risk(engine, params, estimator, rows, chances)
    spent = np.maximum(_numbers(rows, "net_sales_365d"), 0.0)
    horizon = int(params["horizon_days"])  # type: ignore[arg-type]
    silent = rows["is_silent"].to_numpy(zero_copy_only=False)
    listed = (chances >= float(params["risk_medium"])) & ~_is_churned(rows, params)  # type: ignore[arg-type]
    lost = np.where(silent, spent * horizon / _YEAR, 0.0)[listed]
    rankings = {
        "value_at_risk": at_risk,
        "chance_times_past_year": chances * spent,
        "past_year": spent,
    }
    return {
        "listed": int(listed.sum()),
        "value_at_risk": round(float(at_risk[listed].sum()), 2),
        "lost": round(float(lost.sum()), 2),
        "top_tenth": {name: share_of_top_tenth(score[listed], lost) for name, score in rankings.items()},
    }


def value_at_risk(
    engine: Engine, params: Params, estimator: Estimator, rows: pa.Table, chances: Values
) -> Values:
    """Return chance × orders at their own rhythm × value of an order, as ``churn.sql`` has it, per history."""
    tenure, repeats = _numbers(rows, "tenure_days") / DAYS_PER_WEEK, _numbers(rows, "repeats")
    horizon = int(params["horizon_days"]) / DAYS_PER_WEEK  # type: ignore[arg-type]
    rhythm = horizon * (estimator.r_ + repeats) / (estimator.alpha_ + tenure)
    repeat_sales = _numbers(rows, "repeat_sales")
    x = np.where(repeat_sales > 0, repeats, 0.0)
    mean = np.divide(repeat_sales, x, out=np.zeros_like(x), where=x > 0)
    model = fit_values(engine, params)
    if model is None or not model.is_usable_:
        worth = np.where(x > 0, mean, mean_order_value(engine))
    else:
        worth = model.expected_value(x, mean)
    return chances * rhythm * worth


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


def _is_churned(rows: pa.Table, params: Params) -> NDArray[np.bool_]:
    # Rule 5 of the stages, for members known by their log.
    own = np.where(_numbers(rows, "order_days") >= 3, np.minimum(_numbers(rows, "median_gap_days"), _OWN_CAP), 0.0)
    patience = np.maximum(float(params["churned_after"]), 3 * own)  # type: ignore[arg-type]
    late: NDArray[np.bool_] = _numbers(rows, "days_since_last") > patience
    return late


def _numbers(rows: pa.Table, name: str) -> Values:
    values: Values = rows[name].cast("double").to_numpy(zero_copy_only=False)
    return values
