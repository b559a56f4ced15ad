"""Churn: how likely each buyer is not to order within the horizon, what that would cost, and how sure one can be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from siyu_cli.core.churn.estimators.beta_geometric import BetaGeometric
from siyu_cli.core.churn.histories import Lookback
from siyu_cli.core.churn.order_value import fit_values, value_notes, value_parameters
from siyu_cli.core.churn.reasons import CHURN_REASONS
from siyu_cli.core.churn.scoring import Scored, Scorer
from siyu_cli.core.churn.tables import RISK_BANDS
from siyu_cli.engines.step import Params, step
from siyu_cli.errors import Note

if TYPE_CHECKING:
    from siyu_cli.engines.protocol import Engine

CELLS = "rfm_cells"
_MANY = 0.2
_YEAR = 365


@dataclass(frozen=True)
class ChurnModel:
    """What scored the buyers: its name and parameters, what it was fitted to, and what was wrong, if anything.

    ``name`` is one of MODELS, or ``rfm_cells`` where none could be fitted: the share of each RFM cell that fell
    silent one horizon ago; ``reason`` says why it was this one, where there was a choice. ``learned`` is what the
    blend learned and what its gate saw. ``values`` are the parameters of the value of an order, ``None`` where
    members' own means stand in.
    """

    name: str
    horizon_days: int
    buyers: int
    repeaters: int
    parameters: Mapping[str, float] = field(default_factory=dict)
    log_likelihood: float | None = None
    reason: Note | None = None
    learned: Mapping[str, Any] | None = None
    values: Mapping[str, float] | None = None
    notes: tuple[Note, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the facts as JSON has them."""
        facts = {key: value for key, value in vars(self).items() if key != "notes"}
        return facts | {
            "parameters": dict(self.parameters),
            "reason": self.reason and str(self.reason),
            "values": self.values and dict(self.values),
        }


def score_churn(scorer: Scorer, *, lang: str) -> ChurnModel:
    """Make the table ``churn``, one row per listed buyer, and return the model behind it.

    Reads purchases, segments, stages and norms, as segmentation made them. Buyers are those with a dated purchase in
    the log; totals alone tell no rhythm.
    """
    import pyarrow as pa

    past = scorer.past
    scored = scorer.score(0)
    fitted = _by_cells(past, scored) if isinstance(scored, Note) else _fitted(scored, past.horizon_days)
    values = fit_values(past.engine)
    worth = value_parameters(values)
    past.engine.run(step("stakes"), {**past.params, **worth})
    templates = [texts[1 if lang == "zh" else 0] for texts in CHURN_REASONS.values()]
    past.engine.open("churn_reasons", pa.table({"reason": list(CHURN_REASONS), "template": templates}))
    past.engine.run(step("churn"), past.params)
    notes = (*fitted.notes, *_late_log(past.engine), *value_notes(values))
    is_worth = worth["value_p"] is not None
    return replace(fitted, values=_without_prefix(worth) if is_worth else None, notes=notes)


def track_record(scorer: Scorer) -> list[dict[str, Any]]:
    """Return, per risk band, how many members it held in the past year and how many of them really fell silent.

    Members are counted at each date of the past year that lies a whole number of horizons back; the model is fitted
    to what was known then. Empty where the log is too short.
    """
    past = scorer.past
    counted = {band: [0, 0] for band in RISK_BANDS}
    is_known = False
    for number in range(max(1, _YEAR // past.horizon_days), 0, -1):
        if isinstance(scorer.score(number * past.horizon_days), Note):
            continue
        is_known = True
        for row in past.engine.fetch(step("risk_counts"), past.params).to_dict("records"):
            counted[row["risk_band"]][0] += int(row["members"])
            counted[row["risk_band"]][1] += int(row["silent"])
    if not is_known:
        return []
    return [
        {"risk_band": band, "members": members, "silent": silent, "silent_share": silent / members if members else None}
        for band, (members, silent) in counted.items()
    ]  # fmt: skip


def _fitted(scored: Scored, horizon_days: int) -> ChurnModel:
    estimator = scored.estimator
    notes: tuple[Note, ...] = ()
    if isinstance(estimator, BetaGeometric) and estimator.is_limit_:
        notes = (Note(
            "Nobody here seems to leave for good: the fit is NBD, the limit of MBG/NBD, and chances are a matter of "
            "rhythm alone.", {},
        ),)  # fmt: skip
    return ChurnModel(
        scored.name, horizon_days, scored.buyers, scored.repeaters, estimator.parameters_, estimator.log_likelihood_,
        scored.reason, scored.learned, notes=notes,
    )  # fmt: skip


def _without_prefix(worth: Params) -> dict[str, float]:
    return {key.removeprefix("value_"): float(value) for key, value in worth.items()}  # type: ignore[arg-type]


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


def _by_cells(past: Lookback, why: Note) -> ChurnModel:
    """Score by what became of each RFM cell one horizon ago, each drawn a little towards the shop."""
    engine = past.engine
    split = engine.read("norms", ["shop_norm"]).to_pylist()[0]["money_split"]
    given = {**past.params, "cell_money_split": float(split or 0)}
    past.stand(past.horizon_days)
    cells = engine.fetch(step("cells"), given)
    members, silent = cells["members"].sum(), cells["silent"].sum()
    rate = silent / members if members else float("nan")
    rates = cells[["is_recent", "is_frequent", "is_valuable"]].assign(
        silent_rate=(cells["silent"] + rate) / (cells["members"] + 1)
    )
    triples = past.triples(0)
    engine.open("cell_rates", rates)
    known = {"shop_silent_rate": float(rate) if members else None}
    engine.run(replace(step("chances_by_cell"), name="chances"), {**given, **known})
    buyers, repeaters = int(triples["buyers"].sum()), int(triples.loc[triples["repeats"] > 0, "buyers"].sum())
    note = (
        Note(
            "Too small or too even a shop for a model: chances are what became of each RFM group {days} days ago "
            "({buyers} buyers, {repeaters} of them more than once).",
            {"days": past.horizon_days, "buyers": buyers, "repeaters": repeaters},
        )
        if members
        else Note(
            "The log is shorter than {days} days: nothing is known yet about who comes back.",
            {"days": past.horizon_days},
        )
    )
    return ChurnModel(CELLS, past.horizon_days, buyers, repeaters, reason=why, notes=(note,))
