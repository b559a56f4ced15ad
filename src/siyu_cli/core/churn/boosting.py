"""The ensemble: halfway in log odds between MBG/NBD and a classifier that learned at earlier dates of the shop."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.special import expit, logit

from siyu_cli.core.churn.histories import Lookback, numbers
from siyu_cli.errors import UsageError

Values = NDArray[np.float64]

MOST_DATES = 4
# What a member did, and nothing of how long ago they came: that would tell cohorts apart, not people.
_HISTORY = ("order_days", "days_since_last", "active_days", "net_sales")
_HABITS = ("median_gap_days", "order_days_90d", "order_days_365d")
_SURE = 1e-4


def boosted_chances(past: Lookback, days: int) -> Values | None:
    """Return, for the rows of ``histories`` as of ``days`` ago by member_id, the chance of falling silent.

    Learned at dates whose horizons ended by then and that have a horizon of log before them; None where there
    is none, or where all members did the same. Leaves ``histories`` as of ``days`` ago.
    """
    horizon = past.horizon_days
    seen, silent = [], []
    for number in range(MOST_DATES):
        earlier = days + horizon + number * horizon // 2
        rows = past.rows(earlier)
        if not rows.num_rows or pc.max(rows["tenure_days"]).as_py() < horizon:
            break
        seen.append(_matrix(past, earlier))
        silent.append(rows["is_silent"].to_numpy(zero_copy_only=False))
    outcome = np.concatenate(silent) if silent else np.zeros(0, bool)
    own = _matrix(past, days)
    if len(set(outcome.tolist())) < 2:
        return None
    classifier = _classifier().fit(np.concatenate(seen), outcome)
    chances: Values = classifier.predict_proba(own)[:, 1]
    return chances


def halfway(modelled: Values, boosted: Values) -> Values:
    """Return the mean of two chances in log odds.

    >>> halfway(np.array([0.9]), np.array([0.5])).round(3).tolist()
    [0.75]
    """
    pair = [logit(np.clip(chance, _SURE, 1 - _SURE)) for chance in (modelled, boosted)]
    mixed: Values = expit(np.mean(pair, axis=0))
    return mixed


def _classifier() -> Any:
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier
    except ImportError as error:
        raise UsageError(
            "The ensemble needs scikit-learn.", hint="Install it with pip install 'siyu-cli[ml]', or use mbg."
        ) from error
    return HistGradientBoostingClassifier(
        max_iter=150, learning_rate=0.05, max_leaf_nodes=15, min_samples_leaf=50, l2_regularization=1.0,
        early_stopping=False, random_state=0,
    )  # fmt: skip


def _matrix(past: Lookback, days: int) -> Values:
    rows, habits = past.rows(days), past.habits(days)
    columns = {name: numbers(rows, name) for name in _HISTORY} | {name: numbers(habits, name) for name in _HABITS}
    repeats = columns["order_days"] - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = [
            columns["days_since_last"] / columns["median_gap_days"],
            columns["net_sales"] / columns["order_days"],
            columns["active_days"] / repeats,
        ]
    known = [np.where(np.isfinite(ratio), ratio, np.nan) for ratio in ratios]
    return np.column_stack([*columns.values(), *known])
