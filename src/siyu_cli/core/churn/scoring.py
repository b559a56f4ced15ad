"""Every buyer's chance of not ordering within the horizon, as of today or of an earlier date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from siyu_cli.core.churn.blend import Weights, gather, learn
from siyu_cli.core.churn.estimators.beta_geometric import BetaGeometric
from siyu_cli.core.churn.estimators.histories import DAYS_PER_WEEK, Histories
from siyu_cli.core.churn.estimators.pareto import ParetoNBD
from siyu_cli.core.churn.histories import Lookback
from siyu_cli.core.churn.order_value import LEAST_REPEATERS
from siyu_cli.engines.step import step
from siyu_cli.errors import Note

if TYPE_CHECKING:
    import pandas as pd

BLEND, MBG, ENSEMBLE = "blend", "mbg", "ensemble"
# Fewer than these say nothing about how members differ.
LEAST_BUYERS = 100

Estimator = BetaGeometric | ParetoNBD


@dataclass(frozen=True)
class Scored:
    """What made the table ``chances``: the model's name, its estimator, and why it was this one.

    ``learned`` says what the blend learned and what its gate saw: squared errors one horizon earlier.
    """

    name: str
    estimator: Estimator
    buyers: int
    repeaters: int
    mean_chance: float
    reason: Note | None = None
    learned: Mapping[str, Any] | None = None


@dataclass
class Scorer:
    """Scores a shop by one of MODELS at whatever date; what was fitted once is not fitted again."""

    past: Lookback
    model: str
    _fits: dict[int, Scored | Note] = field(default_factory=dict)
    _weights: dict[int, Weights | None] = field(default_factory=dict)
    _errors: dict[int, tuple[float, float] | None] = field(default_factory=dict)

    def score(self, days: int) -> Scored | Note:
        """Make the table ``chances`` as of ``days`` ago and return what made it; a Note says why nothing could."""
        # The gate looks further back, and so goes first: every date is stood at once.
        errors = self._errors_at(days + self.past.horizon_days) if self.model == BLEND else None
        weights = self._learned(days) if errors else None
        fitted = self.fit(days)
        if isinstance(fitted, Note):
            return fitted
        self._score_by_estimator(days, fitted)
        if self.model == ENSEMBLE:
            return self._boost(days, fitted)
        if self.model != BLEND:
            return fitted
        if errors is None or weights is None:
            return replace(fitted, reason=self._too_short())
        if errors[1] < errors[0]:
            self._blend(days, weights)
        return self._told(fitted, errors, weights)

    def fit(self, days: int) -> Scored | Note:
        """Return the estimator fitted to what was known ``days`` ago, or why there is none."""
        if days not in self._fits:
            self._fits[days] = self._fitted(Histories.of_days(self.past.triples(days)))
        return self._fits[days]

    def _fitted(self, histories: Histories) -> Scored | Note:
        estimator = fit(histories, self.model)
        if isinstance(estimator, Note):
            return estimator
        chances = estimator.p_silent(histories, self._horizon)
        return Scored(
            MBG if self.model in (BLEND, ENSEMBLE) else self.model, estimator, histories.buyers, histories.repeaters,
            float(np.average(chances, weights=histories.members)),
        )  # fmt: skip

    def _errors_at(self, days: int) -> tuple[float, float] | None:
        """Return the mean squared errors of MBG/NBD and of the blend ``days`` ago; None where one has none."""
        if days not in self._errors:
            self._errors[days] = self._measured(days)
        return self._errors[days]

    def _measured(self, days: int) -> tuple[float, float] | None:
        weights = self._learned(days)
        fitted = self.fit(days)
        if weights is None or isinstance(fitted, Note):
            return None
        self._score_by_estimator(days, fitted)
        by_model = self._error()
        self._blend(days, weights)
        return by_model, self._error()

    def _error(self) -> float:
        (row,) = self.past.engine.fetch(step("chance_errors"), {}).to_dict("records")
        return float(row["error_billionths"]) / 1e9 / float(row["members"])

    def _learned(self, days: int) -> Weights | None:
        """Return what the past taught by ``days`` ago; None where it taught nothing."""
        if days not in self._weights:
            seen = gather(self.past, days)
            fitted = self.fit(days) if seen else None
            if isinstance(fitted, Scored):
                self._weights[days] = learn(seen, self.past.cells(days), fitted.mean_chance)
            else:
                self._weights[days] = None
        return self._weights[days]

    def _blend(self, days: int, weights: Weights) -> None:
        self.past.stand(days)
        blended = replace(step("chances_blended"), name="chances")
        self.past.engine.run(blended, {**self.past.params, **weights.as_parameters()})

    def _too_short(self) -> Note:
        return Note(
            "the log is too short to learn from and then to hold that against what came ({days} days each)",
            {"days": self.past.horizon_days},
        )

    def _told(self, fitted: Scored, errors: tuple[float, float], weights: Weights) -> Scored:
        """Return the blend where it was nearer the truth than MBG/NBD one horizon earlier, else MBG/NBD; and why."""
        by_model, by_blend = errors
        facts = {"model": f"{by_model:.4f}", "blend": f"{by_blend:.4f}", "days": self.past.horizon_days}
        if by_blend >= by_model:
            return replace(fitted, reason=Note(
                "the blend was no nearer the truth {days} days ago (Brier {blend} against {model})", facts
            ))  # fmt: skip
        learned = {**vars(weights), "gate": {MBG: by_model, BLEND: by_blend}}
        return replace(fitted, name=BLEND, learned=learned, reason=Note(
            "nearer the truth {days} days ago than MBG/NBD alone (Brier {blend} against {model})", facts
        ))  # fmt: skip

    def _boost(self, days: int, fitted: Scored) -> Scored:
        import pyarrow as pa

        from siyu_cli.core.churn.boosting import boosted_chances, halfway

        boosted = boosted_chances(self.past, days)
        if boosted is None:
            return replace(fitted, reason=Note("the log is too short for the ensemble", {}))
        engine = self.past.engine
        modelled = engine.read("chances", ["member_id"])
        mixed = halfway(modelled["churn_probability"].to_numpy(), boosted)
        engine.open("boosted_chances", pa.table({"member_id": modelled["member_id"], "boosted_probability": mixed}))
        engine.run(replace(step("chances_boosted"), name="chances"), self.past.params)
        return replace(fitted, name=ENSEMBLE)

    def _score_by_estimator(self, days: int, fitted: Scored) -> None:
        triples, estimator = self.past.triples(days), fitted.estimator
        engine, params = self.past.engine, self.past.params
        if isinstance(estimator, BetaGeometric):
            engine.open("expectations", _expectations(triples, estimator, self._horizon))
            engine.run(step("chances"), {**params, **estimator.parameters_, "first_chance": estimator.first_chance})
            return
        histories = Histories.of_days(triples)
        rate = (estimator.r_ + histories.repeats) / (estimator.alpha_ + histories.tenure)
        scores = triples[["repeats", "active_days", "tenure_days"]].assign(
            p_alive=estimator.p_alive(histories),
            churn_probability=estimator.p_silent(histories, self._horizon),
            expected_orders=estimator.expected_orders(histories, self._horizon),
            orders_on_rhythm=rate * self._horizon,
        )
        engine.open("history_chances", scores)
        engine.run(replace(step("chances_by_history"), name="chances"), params)

    @property
    def _horizon(self) -> float:
        return self.past.horizon_days / DAYS_PER_WEEK


def fit(histories: Histories, model: str) -> Estimator | Note:
    """Return the fitted estimator, or why there is none: too small a shop, or a likelihood without a top."""
    if histories.buyers < LEAST_BUYERS or histories.repeaters < LEAST_REPEATERS:
        return Note(
            "{buyers} buyers, {repeaters} of them more than once; a model needs {least} and {least_repeaters}",
            {"buyers": histories.buyers, "repeaters": histories.repeaters, "least": LEAST_BUYERS,
             "least_repeaters": LEAST_REPEATERS},
        )  # fmt: skip
    estimator: Estimator = ParetoNBD() if model == "pareto" else BetaGeometric(0 if model == "bg" else 1)
    estimator.fit(histories)
    if estimator.is_converged_:
        return estimator
    return Note("members are too much alike for a model: its likelihood has no highest point", {})


def _expectations(triples: pd.DataFrame, estimator: BetaGeometric, horizon: float) -> pd.DataFrame:
    pairs = triples[["repeats", "tenure_days"]].drop_duplicates().reset_index(drop=True)
    tenure = pairs["tenure_days"].to_numpy(float) / DAYS_PER_WEEK
    alike = Histories.of(pairs["repeats"], np.zeros(len(pairs)), tenure)
    return pairs.assign(orders_if_alive=estimator.orders_if_alive(alike, horizon))
