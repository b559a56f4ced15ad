"""What an order is worth to each member: Gamma–Gamma over all their orders, the first included."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siyu_cli.core.churn.estimators.gamma_gamma import GammaGamma
from siyu_cli.engines.step import Params, step
from siyu_cli.errors import Note

if TYPE_CHECKING:
    from siyu_cli.engines.protocol import Engine

LEAST_REPEATERS = 30
_MONEY_STEPS = 500
_STRONG = 0.3


def fit_values(engine: Engine) -> GammaGamma | None:
    """Return what an order is worth, fitted to the table ``histories``; None where too few members came back."""
    cells = engine.fetch(step("order_values"), {}).sort_values(["order_days", "money_step"])
    if cells.loc[cells["order_days"] > 1, "members"].sum() < LEAST_REPEATERS:
        return None
    orders = cells["order_days"].to_numpy(float)
    return GammaGamma().fit(orders, np.exp(cells["money_step"] / _MONEY_STEPS) / orders, cells["members"])


def value_parameters(model: GammaGamma | None) -> Params:
    """Return the parameters that the step ``stakes`` takes; nulls where members' own means stand in."""
    is_usable = model is not None and model.is_usable_
    return {f"value_{key}": getattr(model, f"{key}_") if is_usable else None for key in ("p", "q", "gamma")}


def value_notes(model: GammaGamma | None) -> tuple[Note, ...]:
    """Return what makes values less sure, if anything."""
    if model is None:
        return ()
    notes = []
    if abs(model.correlation_) >= _STRONG:
        notes.append(Note(
            "Who buys often spends differently per order (Spearman {correlation}): expected spend is less sure.",
            {"correlation": f"{model.correlation_:.2f}"},
        ))  # fmt: skip
    if not model.is_usable_:
        notes.append(Note("Order values vary too widely for a model: members' own means stand in.", {}))
    return tuple(notes)
