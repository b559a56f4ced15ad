"""Churn: how likely each buyer is not to order within the horizon, what that would cost, and how sure one can be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from siyu_cli.core.estimators.beta_geometric import BetaGeometric
from siyu_cli.core.estimators.gamma_gamma import GammaGamma
from siyu_cli.core.estimators.histories import DAYS_PER_WEEK, Histories
from siyu_cli.core.estimators.pareto import ParetoNBD
from siyu_cli.core.histories import look_back
from siyu_cli.core.query import Params, step
from siyu_cli.core.reasons import CHURN_REASONS
from siyu_cli.errors import Note

if TYPE_CHECKING:
    import pandas as pd

    from siyu_cli.engines.protocol import Engine

ENSEMBLE = "ensemble"
MODELS = ("mbg", "bg", "pareto", ENSEMBLE)
CELLS = "rfm_cells"
RISK_BANDS = ("high", "medium", "low")
# Fewer than these say nothing about how members differ.
LEAST_BUYERS, LEAST_REPEATERS = 100, 30
_MANY = 0.2
_YEAR = 365

Estimator = BetaGeometric | ParetoNBD


@dataclass(frozen=True)
class ChurnModel:
    """What scored the buyers: its name and parameters, what it was fitted to, and what was wrong, if anything.

    ``name`` is one of MODELS, or ``rfm_cells`` where none could be fitted: the share of each RFM cell that fell
    silent one horizon ago. ``values`` are the parameters of the value of an order, ``None`` where the mean stands in.
    """

    name: str
    horizon_days: int
    buyers: int
    repeaters: int
    parameters: Mapping[str, float] = field(default_factory=dict)
    log_likelihood: float | None = None
    values: Mapping[str, float] | None = None
    notes: tuple[Note, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the facts as JSON has them."""
        facts = {key: value for key, value in vars(self).items() if key != "notes"}
        return facts | {"parameters": dict(self.parameters), "values": self.values and dict(self.values)}


def score_churn(engine: Engine, params: Params, *, model: str, lang: str) -> ChurnModel:
    """Make the table ``churn``, one row per listed buyer, and return the model behind it.

    ``params`` are a shop's, with ``horizon_days``, ``risk_high`` and ``risk_medium``. Reads purchases, segments,
    stages and norms, as segmentation made them. Buyers are those with a dated purchase in the log; totals alone
    tell no rhythm.
    """
    import pyarrow as pa

    triples = look_back(engine, params, 0)
    histories = Histories.of_days(triples)
    estimator = fit(histories, model)
    fitted = ChurnModel(model, _days(params), histories.buyers, histories.repeaters)
    if estimator is None:
        fitted = _by_cells(engine, params, fitted)
    else:
        _by_model(engine, params, triples, estimator)
        if model == ENSEMBLE:
            fitted = _with_boosting(engine, params, fitted)
        fitted = replace(
            fitted, parameters=estimator.parameters_, log_likelihood=estimator.log_likelihood_
        )
    fitted = _with_values(engine, params, replace(fitted, notes=(*fitted.notes, *_late_log(engine))))
    templates = [texts[1 if lang == "zh" else 0] for texts in CHURN_REASONS.values()]
    engine.open("churn_reasons", pa.table({"reason": list(CHURN_REASONS), "template": templates}))
    worth = fitted.values or {}
    given = {f"value_{key}": worth.get(key) for key in ("p", "q", "gamma")}
    engine.run(step("churn"), {**params, **given, "mean_order_value": mean_order_value(engine)})
    return fitted


def fit(histories: Histories, model: str) -> Estimator | None:
    """Return the fitted estimator, or None where the shop is too small or the likelihood has no top."""
    if histories.buyers < LEAST_BUYERS or histories.repeaters < LEAST_REPEATERS:
        return None
    estimator: Estimator = ParetoNBD() if model == "pareto" else BetaGeometric(0 if model == "bg" else 1)
    estimator.fit(histories)
    return estimator if estimator.is_converged_ else None


def track_record(engine: Engine, params: Params, model: str) -> list[dict[str, Any]]:
    """Return, per risk band, how many members it held in the past year and how many of them really fell silent.

    Members are counted at each date of the past year that lies a whole number of horizons back; the model is fitted
    to what was known then. Leaves ``histories`` as of the earliest; empty where the log is too short.
    """
    dates = range(1, max(1, _YEAR // _days(params)) + 1)
    found = [counts for counts in (_record(engine, params, model, number) for number in dates) if counts]
    record = []
    for number, band in enumerate(reversed(RISK_BANDS)):
        members, silent = (sum(counts[which][number] for counts in found) for which in (0, 1))
        share = silent / members if members else None
        record.append({"risk_band": band, "members": members, "silent": silent, "silent_share": share})
    return record[::-1] if found else []


def _record(engine: Engine, params: Params, model: str, number: int) -> tuple[list[int], list[int]] | None:
    """Return members and silent members by band, the lowest first, as of ``number`` horizons ago."""
    days = number * _days(params)
    triples = look_back(engine, params, days)
    histories = Histories.of_days(triples)
    estimator = fit(histories, model)
    if estimator is None:
        return None
    members, silent = triples["buyers"].to_numpy(), triples["silent"].to_numpy()
    if model == ENSEMBLE:
        from siyu_cli.core.boosting import blend, boosted_chances

        boosted = boosted_chances(engine, params, days)
        rows = engine.read("histories", ["member_id"])
        histories = Histories.of_rows(rows)
        silent = rows["is_silent"].to_numpy(zero_copy_only=False).astype(int)
        members = np.ones_like(silent)
    chances = estimator.p_silent(histories, _days(params) / DAYS_PER_WEEK)
    if model == ENSEMBLE and boosted is not None:
        chances = blend(chances, boosted)
    edges = (float(params["risk_medium"]), float(params["risk_high"]))  # type: ignore[arg-type]
    place = np.searchsorted(edges, chances, side="right")
    bands = range(len(RISK_BANDS))
    return [int(members[place == band].sum()) for band in bands], [int(silent[place == band].sum()) for band in bands]


def _late_log(engine: Engine) -> tuple[Note, ...]:
    """Return a note where the log misses the beginning of many members: they look newer and truer than they are."""
    rows = engine.fetch(step("log_opening"), {})
    if not len(rows) or rows["older"][0] <= _MANY * rows["buyers"][0]:
        return ()
    began_on, share = rows["began_on"][0], rows["older"][0] / rows["buyers"][0]
    return (Note(
        "The order log begins on {began_on}, after {share} of its buyers had joined: earlier orders are missing, "
        "and chances are less sure.",
        {"began_on": f"{began_on:%Y-%m-%d}", "share": f"{share:.0%}"},
    ),)  # fmt: skip


def _days(params: Params) -> int:
    return int(params["horizon_days"])  # type: ignore[arg-type]


def _by_model(engine: Engine, params: Params, triples: pd.DataFrame, estimator: Estimator) -> None:
    horizon = _days(params) / DAYS_PER_WEEK
    if isinstance(estimator, BetaGeometric):
        pairs = triples[["repeats", "tenure_days"]].drop_duplicates().reset_index(drop=True)
        tenure = pairs["tenure_days"].to_numpy(float) / DAYS_PER_WEEK
        alike = Histories.of(pairs["repeats"], np.zeros(len(pairs)), tenure)
        engine.open("expectations", pairs.assign(orders_if_alive=estimator.orders_if_alive(alike, horizon)))
        given = {**params, **estimator.parameters_, "first_chance": estimator.first_chance}
        engine.run(step("chances"), given)
        return
    histories = Histories.of_days(triples)
    rate = (estimator.r_ + histories.repeats) / (estimator.alpha_ + histories.tenure)
    scores = triples[["repeats", "active_days", "tenure_days"]].assign(
        p_alive=estimator.p_alive(histories),
        churn_probability=estimator.p_silent(histories, horizon),
        expected_orders=estimator.expected_orders(histories, horizon),
        orders_on_rhythm=rate * horizon,
    )
    engine.open("history_chances", scores)
    engine.run(replace(step("chances_by_history"), name="chances"), params)


def _with_boosting(engine: Engine, params: Params, fitted: ChurnModel) -> ChurnModel:
    import pyarrow as pa

    from siyu_cli.core.boosting import blend, boosted_chances

    boosted = boosted_chances(engine, params, 0)
    if boosted is None:
        note = Note("The log is too short for the ensemble: MBG/NBD alone scored.", {})
        return replace(fitted, name="mbg", notes=(*fitted.notes, note))
    modelled = engine.read("chances", ["member_id"])
    mixed = blend(modelled["churn_probability"].to_numpy(), boosted)
    engine.open("blended_chances", pa.table({"member_id": modelled["member_id"], "blended_probability": mixed}))
    engine.run(replace(step("chances_blended"), name="chances"), params)
    return fitted


def _by_cells(engine: Engine, params: Params, fitted: ChurnModel) -> ChurnModel:
    """Score by what became of each RFM cell one horizon ago, each drawn a little towards the shop."""
    split = engine.read("norms", ["shop_norm"]).to_pylist()[0]["money_split"]
    given = {**params, "cell_money_split": float(split or 0)}
    look_back(engine, params, fitted.horizon_days)
    cells = engine.fetch(step("cells"), given)
    members, silent = cells["members"].sum(), cells["silent"].sum()
    rate = silent / members if members else float("nan")
    rates = cells[["is_recent", "is_frequent", "is_valuable"]].assign(
        silent_rate=(cells["silent"] + rate) / (cells["members"] + 1)
    )
    look_back(engine, params, 0)
    engine.open("cell_rates", rates)
    known = {"shop_silent_rate": float(rate) if members else None}
    engine.run(replace(step("chances_by_cell"), name="chances"), {**given, **known})
    note = (
        Note(
            "Too small or too even a shop for a model: chances are what became of each RFM group {days} days ago "
            "({buyers} buyers, {repeaters} of them more than once).",
            {"days": fitted.horizon_days, "buyers": fitted.buyers, "repeaters": fitted.repeaters},
        )
        if members
        else Note(
            "The log is shorter than {days} days: nothing is known yet about who comes back.",
            {"days": fitted.horizon_days},
        )
    )
    return replace(fitted, name=CELLS, notes=(*fitted.notes, note))


def fit_values(engine: Engine, params: Params) -> GammaGamma | None:
    """Return what an order is worth, fitted to the table ``histories``; None where too few members came back."""
    orders = engine.fetch(step("order_values"), params).sort_values(["repeats", "repeat_sales"])
    if orders["members"].sum() < LEAST_REPEATERS:
        return None
    means = orders["repeat_sales"].astype(float) / orders["repeats"]
    return GammaGamma().fit(orders["repeats"], means, orders["members"])


def _with_values(engine: Engine, params: Params, fitted: ChurnModel) -> ChurnModel:
    model = fit_values(engine, params)
    if model is None:
        return fitted
    notes = list(fitted.notes)
    if abs(model.correlation_) >= 0.3:
        notes.append(Note(
            "Who buys often spends differently per order (Spearman {correlation}): expected spend is less sure.",
            {"correlation": f"{model.correlation_:.2f}"},
        ))  # fmt: skip
    if not model.is_usable_:
        notes.append(Note("Order values vary too widely for a model: members' own means stand in.", {}))
        return replace(fitted, notes=tuple(notes))
    values = {"p": model.p_, "q": model.q_, "gamma": model.gamma_}
    return replace(fitted, values=values, notes=tuple(notes))


def mean_order_value(engine: Engine) -> float:
    """Return what all buyers of ``histories`` paid per purchase day; 0 without any."""
    rows = engine.fetch(step("mean_order"), {})
    sales, days = rows["total_net_sales"].astype(float).sum(), rows["total_order_days"].sum()
    return float(sales / days) if days else 0.0
