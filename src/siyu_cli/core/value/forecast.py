"""What members may bring within a horizon, and how such words came true one horizon earlier."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from siyu_cli.core.churn.histories import Lookback, numbers
from siyu_cli.core.churn.order_value import fit_values, value_notes, value_parameters
from siyu_cli.core.churn.scoring import MBG, Scorer
from siyu_cli.core.churn.stakes import share_of_top_tenth
from siyu_cli.engines.step import step
from siyu_cli.errors import Note

if TYPE_CHECKING:
    import pyarrow as pa

MODEL, AS_BEFORE = "model", "as_before"


@dataclass(frozen=True)
class Forecast:
    """What is to be expected of all buyers together, and whether the model was nearer the truth than the past is.

    ``judged`` says for the model and for "as the same number of days before" what was forecast one horizon ago, what
    came, the mean distance per member and what the top tenth held; empty where the log is too short.
    """

    horizon_days: int
    members: int
    orders: float
    spend: Decimal
    judged_on: date | None
    judged: dict[str, dict[str, Any]]
    notes: tuple[Note, ...]

    @property
    def is_model_nearer(self) -> bool | None:
        """Return whether the model's mean error was the smaller one; None where nothing could be judged."""
        if not self.judged:
            return None
        return float(self.judged[MODEL]["mean_error"]) < float(self.judged[AS_BEFORE]["mean_error"])


def foresee(past: Lookback) -> tuple[Forecast | Note, pa.Table | None]:
    """Return the forecast and the table ``outlooks`` of today; a Note says why there is none.

    MBG/NBD (Batislam et al. 2007) for purchase days, Gamma–Gamma (Fader & Hardie 2013) for what an order is worth.
    """
    scorer = Scorer(past, MBG)
    judged = _judged(past, scorer)
    rows = _outlooks(past, scorer, 0)
    if isinstance(rows, Note):
        return rows, None
    spend = sum((value for value in rows["expected_spend"].to_pylist() if value is not None), Decimal(0))
    orders = float(np.nansum(numbers(rows, "expected_orders")))
    judged_on = past.date(past.horizon_days) if judged else None
    notes = value_notes(fit_values(past.engine))
    return Forecast(past.horizon_days, rows.num_rows, orders, spend, judged_on, judged, notes), rows


def _outlooks(past: Lookback, scorer: Scorer, days: int) -> pa.Table | Note:
    made = scorer.score(days)
    if isinstance(made, Note):
        return made
    given = {**past.params, **value_parameters(fit_values(past.engine)), "looked_from": past.date(days)}
    past.engine.run(step("stakes"), given)
    past.engine.run(step("outlooks"), given)
    rows = past.engine.read("outlooks", ["member_id"])
    past.engine.drop("outlooks")
    return rows


def _judged(past: Lookback, scorer: Scorer) -> dict[str, dict[str, Any]]:
    """Return how both ways of telling fared one horizon ago; empty where the log does not reach as far."""
    rows = _outlooks(past, scorer, past.horizon_days)
    if isinstance(rows, Note) or not rows.num_rows:
        return {}
    came = numbers(rows, "net_after")
    found = {}
    for name, column in ((MODEL, "expected_spend"), (AS_BEFORE, "net_before")):
        told = np.nan_to_num(numbers(rows, column))
        error = float(np.abs(told - came).mean())
        held = share_of_top_tenth(told, np.maximum(came, 0.0))
        sums = {"forecast": round(float(told.sum()), 2), "actual": round(float(came.sum()), 2)}
        found[name] = {"members": rows.num_rows, **sums, "mean_error": round(error, 4), "top_tenth": held}
    return found


def window(as_of: date, days: int) -> date:
    """Return the first of so many days that end with a date.

    >>> window(date(2026, 3, 31), 31)
    datetime.date(2026, 3, 1)
    """
    return as_of - timedelta(days=days - 1)
