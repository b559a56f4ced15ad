"""The shop's own past as judge: who was said to leave at an earlier date, and who did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from siyu_cli.core.churn.estimators.histories import DAYS_PER_WEEK, Histories
from siyu_cli.core.churn.histories import Lookback, numbers
from siyu_cli.core.churn.scoring import BLEND, ENSEMBLE, MBG, Scorer
from siyu_cli.core.churn.stakes import judge_stakes, share_of_top_tenth
from siyu_cli.errors import Note, UsageError

if TYPE_CHECKING:
    import pyarrow as pa

Values = NDArray[np.float64]

MOST_CUTOFFS = 4
_BINS = 10


@dataclass(frozen=True)
class Replay:
    """What looking back found: one judgement per date, the latest first, and why other dates could not be judged."""

    cutoffs: tuple[dict[str, Any], ...]
    passed_over: Mapping[str, Note]


def replay(past: Lookback, *, model: str = BLEND, cutoff: date | None = None) -> Replay:
    """Return, per cut-off, how well the model, recency and the RFM sum told who would not order within the horizon.

    Cut-offs are as_of less one horizon, less two, … (at most four) as long as there is a horizon of log before
    them and a model can be fitted; or the one asked for. Each model knows only what was known then, except that
    purchases are taken as they stand today. ``UsageError`` for a cut-off whose horizon is not
    over by as_of. ``auc`` and ``pr_auc`` are of those who fell silent; the lifts are of the
    tenth said to be likeliest to leave, and to buy; ``brier`` and ``ece`` hold for probabilities, which ranks are not.
    ``model`` is the one that scored then, ``reason`` why; ``money`` holds what was at stake against what was lost, see
    ``core.stakes``.
    """
    as_of, horizon = past.date(0), past.horizon_days
    if cutoff is not None and (as_of - cutoff).days < horizon:
        raise UsageError(
            "What became of members {horizon} days after {cutoff} is not known by {as_of}.",
            hint="Choose a cut-off of {latest} or earlier.", horizon=horizon, cutoff=cutoff.isoformat(),
            as_of=as_of.isoformat(), latest=past.date(horizon).isoformat(),
        )  # fmt: skip
    if cutoff is not None:
        steps = [(as_of - cutoff).days]
    else:
        steps = [horizon * number for number in range(1, MOST_CUTOFFS + 1)]
    scorer = Scorer(past, model)
    # The earliest first: what a later date's gate looks back to is known by then.
    found = {past.date(days).isoformat(): _judge(scorer, days) for days in reversed(steps)}
    latest_first = [(cutoff, found[cutoff]) for cutoff in reversed(found)]
    return Replay(
        tuple(judged for _, judged in latest_first if not isinstance(judged, Note)),
        {cutoff: judged for cutoff, judged in latest_first if isinstance(judged, Note)},
    )


def _judge(scorer: Scorer, days: int) -> dict[str, Any] | Note:
    past = scorer.past
    rows = past.rows(days)
    longest = int(numbers(rows, "tenure_days").max()) if rows.num_rows else 0
    if longest < past.horizon_days:
        return Note(
            "{known} days of orders lie before it, and {days} are needed",
            {"known": longest, "days": past.horizon_days},
        )
    scored = scorer.score(days)
    if isinstance(scored, Note):
        return scored
    silent = rows["is_silent"].to_numpy(zero_copy_only=False)
    chances = numbers(past.engine.read("chances", ["member_id"]), "churn_probability")
    scores = {scored.name: _marks(chances, silent, is_chance=True)}
    if scored.name in (BLEND, ENSEMBLE):
        by_model = scored.estimator.p_silent(Histories.of_rows(rows), past.horizon_days / DAYS_PER_WEEK)
        scores[MBG] = _marks(by_model, silent, is_chance=True)
    scores["recency"] = _marks(numbers(rows, "days_since_last"), silent)
    scores["rfm"] = _marks(-_rfm_sum(rows, int(past.params["bins"])), silent)  # type: ignore[arg-type]
    return {
        "cutoff": past.date(days).isoformat(),
        "horizon_days": past.horizon_days,
        "members": len(silent),
        "churn_rate": float(silent.mean()),
        "model": scored.name,
        "reason": scored.reason and str(scored.reason),
        "models": scores,
        "first_on": past.date(days - 1).isoformat(),
        "last_on": past.date(days - past.horizon_days).isoformat(),
        "money": judge_stakes(past, rows, days),
        "reliability": reliability(chances, silent),
    }


def _rfm_sum(rows: pa.Table, bins: int) -> Values:
    names = ("days_since_last", "repeats", "net_sales")
    recency, frequency, money = (numbers(rows, name) for name in names)
    scores = [bins - bins * (rankdata(recency, "min").astype(int) - 1) // len(recency)]
    scores += [1 + bins * (rankdata(values, "min").astype(int) - 1) // len(values) for values in (frequency, money)]
    total: Values = np.sum(scores, axis=0).astype(float)
    return total


def _marks(score: Values, silent: NDArray[np.bool_], *, is_chance: bool = False) -> dict[str, float | None]:
    return {
        "auc": auc(score, silent),
        "pr_auc": average_precision(score, silent),
        "brier": float(np.mean((score - silent) ** 2)) if is_chance else None,
        "ece": _calibration_error(score, silent) if is_chance else None,
        "lift_churn": _lift(score, silent),
        "lift_buy": _lift(-score, ~silent),
    }


def auc(score: Values, silent: NDArray[np.bool_]) -> float | None:
    """Return the chance that of two members, one silent and one not, the silent one has the higher score.

    Ties count one half. None where all are of one kind.

    >>> auc(np.array([0.9, 0.2, 0.2]), np.array([True, True, False]))
    0.75
    """
    positives = int(silent.sum())
    negatives = len(silent) - positives
    if not positives or not negatives:
        return None
    ranks = rankdata(score)
    return float((ranks[silent].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def average_precision(score: Values, silent: NDArray[np.bool_]) -> float | None:
    """Return the mean precision over the silent members, from the highest score down; ties are taken together.

    >>> average_precision(np.array([0.9, 0.2, 0.1]), np.array([True, False, True]))
    0.8333333333333333
    """
    if not silent.any():
        return None
    values, place = np.unique(-score, return_inverse=True)
    hits, members = np.bincount(place, silent, len(values)), np.bincount(place, minlength=len(values))
    return float((hits * np.cumsum(hits) / np.cumsum(members)).sum() / silent.sum())


def _lift(score: Values, hit: NDArray[np.bool_]) -> float | None:
    """Return how much more often the tenth with the highest scores are hit; members who tie share their places."""
    share = share_of_top_tenth(score, hit.astype(float))
    return None if share is None else share * len(score) / max(1.0, len(score) / 10)


def reliability(chance: Values, silent: NDArray[np.bool_]) -> list[dict[str, Any]]:
    """Return, for ten bands of the chance, how many members were in it, the mean chance and what came true."""
    place = np.minimum((chance * _BINS).astype(int), _BINS - 1)
    rows = []
    for band in range(_BINS):
        inside = place == band
        members = int(inside.sum())
        rows.append({
            "predicted_from": band / _BINS,
            "members": members,
            "predicted": float(chance[inside].mean()) if members else None,
            "observed": float(silent[inside].mean()) if members else None,
        })  # fmt: skip
    return rows


def _calibration_error(chance: Values, silent: NDArray[np.bool_]) -> float:
    rows = [row for row in reliability(chance, silent) if row["members"]]
    return float(sum(row["members"] * abs(row["predicted"] - row["observed"]) for row in rows) / len(chance))
