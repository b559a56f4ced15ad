"""The ensemble: halfway in log odds between MBG/NBD and a classifier that learned at earlier cut-offs of the shop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from siyu_cli.core.histories import look_back
from siyu_cli.core.query import Params
from siyu_cli.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa

    from siyu_cli.engines.protocol import Engine

Values = NDArray[np.float64]

MOST_CUTOFFS = 4
# What a member did, and nothing of how long ago they came: that would tell cohorts apart, not people.
_FEATURES = (
    "order_days", "days_since_last", "active_days", "median_gap_days", "net_sales", "repeat_sales", "order_days_90d",
    "order_days_365d",
)  # fmt: skip
_SURE = 1e-4


def boosted_chances(engine: Engine, params: Params, days: int) -> Values | None:
    """Return, for the rows of ``histories`` as of ``days`` ago by member_id, the chance of falling silent.

    Learned at cut-offs whose horizons ended by then and that have a horizon of log before them; None where there
    is none, or where all members did the same. Leaves ``histories`` as of ``days`` ago.
    """
    horizon = int(params["horizon_days"])  # type: ignore[arg-type]
    seen, silent = [], []
    for number in range(MOST_CUTOFFS):
        triples = look_back(engine, params, days + horizon + number * horizon // 2)
        if not len(triples) or triples["tenure_days"].max() < horizon:
            break
        rows = engine.read("histories", ["member_id"])
        seen.append(_matrix(rows))
        silent.append(rows["is_silent"].to_numpy(zero_copy_only=False))
    look_back(engine, params, days)
    outcome = np.concatenate(silent) if silent else np.zeros(0, bool)
    if len(set(outcome.tolist())) < 2:
        return None
    classifier = _classifier().fit(np.concatenate(seen), outcome)
    chances: Values = classifier.predict_proba(_matrix(engine.read("histories", ["member_id"])))[:, 1]
    return chances


def blend(modelled: Values, boosted: Values) -> Values:
    """Return the mean of two chances in log odds.

    >>> blend(np.array([0.9]), np.array([0.5])).round(3).tolist()
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


def _matrix(rows: pa.Table) -> Values:
    columns = {name: rows[name].cast("double").to_numpy().astype(float) for name in _FEATURES}
    repeats = columns["order_days"] - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = [
            columns["days_since_last"] / columns["median_gap_days"],
            columns["repeat_sales"] / repeats,
            columns["active_days"] / repeats,
        ]
    known = [np.where(np.isfinite(ratio), ratio, np.nan) for ratio in ratios]
    return np.column_stack([*columns.values(), *known])
