"""The chance that a level is kept, learned from the shop's own reviews: what was known before them, how they ended.

A logistic regression on how much is lacking in orders of the member's own size, orders in the window, days since the
last one, days left, and the product of orders and days. Its past is replayed, so that nothing it learns from was known
later; how well it would have told the last reviews is measured on reviews it had not seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siyu_cli.core.levels.known import Known
from siyu_cli.core.levels.replay import DOWN, REFUND, LevelLog
from siyu_cli.core.levels.rules import NEVER, Ints, LevelRule
from siyu_cli.core.levels.standing import Flags, key_of

Floats = NDArray[np.float64]
# It looks back at the half year before: every 15 days, at the reviews that are over. What is longer ago tells less.
_STEP_DAYS = 15
_LOOKS = 12
_LEAST_ENDS = 30  # of both ends, kept and lost, before anything is learned
_RIDGE = 1e-3
_LEAST_IN_BAND = 10  # looks before a share is told
BANDS = (1.0, 2.0, 4.0)  # own orders lacking: up to 1, 2, 4, more


@dataclass(frozen=True)
class Due:
    """Members whose level is reviewed soon or who are in grace: what keeps it, what counts by then, what is lacking."""

    member: Ints
    seen_on: Ints
    level: Ints
    valid_until: Ints
    need: Ints
    secured: Ints

    @property
    def lack(self) -> Ints:
        """Return what each must still gain."""
        return np.asarray(np.maximum(self.need - self.secured, 0))

    def take(self, places: Ints | Flags) -> Due:
        """Return some of them."""
        return Due(*(column[places] for column in vars(self).values()))


@dataclass(frozen=True)
class Backtest:
    """How the model would have told reviews it had not seen: how many, kept, mean predicted, AUC, Brier scores."""

    seen_on: int
    members: int
    kept: float
    predicted: float
    auc: float | None
    auc_lack: float | None
    auc_recency: float | None
    brier: float
    brier_base: float


@dataclass(frozen=True)
class Chance:
    """What was learned: coefficients (none: bands of lack alone), the share kept in each band, the backtest."""

    coefficients: Floats | None
    bands: Floats
    reviews: int
    kept: int
    backtest: Backtest | None

    def of(self, features: Floats) -> Floats:
        """Return the chances of members, by ``features_of``."""
        if self.coefficients is not None:
            return np.asarray(_expit(features @ self.coefficients), np.float64)
        return np.asarray(self.bands[_band(features)], np.float64)


def due_on(rule: LevelRule, log: LevelLog, known: Known, day: int, due_days: int) -> Due:
    """Return whose level is reviewed within so many days of a day, that day among them, and who is in grace then."""
    everybody = np.arange(len(known.joined))
    level, valid = log.levels_on(everybody, np.full(len(everybody), day))
    member = np.flatnonzero((level > 0) & (valid <= day + due_days))
    level, valid, seen = level[member], valid[member], np.full(len(member), day)
    need = rule.thresholds()[1][level]
    secured = known.still_counting(rule, member, np.maximum(valid, day), seen)
    return Due(member, seen, level, valid, need, secured)


def features_of(rule: LevelRule, due: Due, known: Known) -> Floats:
    """Return a row of figures for each of them, a constant first."""
    orders = known.orders(due.member, np.full(len(due.member), -NEVER), due.seen_on)
    own = np.maximum(known.gained(due.member, due.seen_on) / np.maximum(orders, 1), 1.0)
    starts = rule.starts_on(due.seen_on, known.joined[due.member])
    lately = np.log1p(known.orders(due.member, starts, due.seen_on))
    recency = np.log1p(np.minimum(due.seen_on - known.last_day(due.member, due.seen_on), 36_500))
    left = np.log1p(np.maximum(due.valid_until + rule.grace_days - due.seen_on, 0))
    return np.column_stack([np.ones(len(left)), np.log1p(due.lack / own), lately, recency, left, lately * left])


def outcomes(due: Due, log: LevelLog) -> Ints:
    """Return how each next entry of the log ended: 1 kept or risen, 0 lost, −1 not over."""
    if not len(log):
        return np.full(len(due.member), -1)
    places = np.searchsorted(key_of(log.member, log.day), key_of(due.member, due.seen_on), "right")
    known = np.minimum(places, len(log) - 1)
    is_over = (places < len(log)) & (log.member[known] == due.member)
    return np.where(is_over, np.where(np.isin(log.why[known], (DOWN, REFUND)), 0, 1), -1)


def learn(rule: LevelRule, log: LevelLog, known: Known, as_of: int, due_days: int) -> Chance:
    """Return what the reviews that are over by a day teach, and how well it would have told the last of them."""
    whole = _lately(rule, log, known, as_of, due_days)
    tested_on = as_of - due_days - rule.grace_days
    train = _lately(rule, log, known, tested_on, due_days)
    test = _Past.of(rule, log, known, (tested_on, as_of), due_days)
    trained = _fit(train)
    backtest = None
    if trained is not None and len(test.kept) >= _LEAST_ENDS:
        backtest = _backtest(tested_on, test, np.asarray(_expit(test.features @ trained)), float(train.kept.mean()))
    return Chance(_fit(whole), _bands(whole), len(whole.kept), int(whole.kept.sum()), backtest)


def _lately(rule: LevelRule, log: LevelLog, known: Known, day: int, due_days: int) -> _Past:
    looks = [_Past.of(rule, log, known, (day - 1 - back * _STEP_DAYS, day), due_days) for back in range(_LOOKS)]
    return _Past.joined_by(looks)


@dataclass(frozen=True)
class _Past:
    """Reviews seen beforehand: of those who lacked something then, the figures, the lack, and whether they kept it."""

    features: Floats
    lack: Ints
    kept: Ints

    @classmethod
    def of(cls, rule: LevelRule, log: LevelLog, known: Known, days: tuple[int, int], due_days: int) -> _Past:
        """Return those seen from the first day whose last chance was over by the second."""
        seen_on, over_by = days
        due = due_on(rule, log, known, seen_on, due_days)
        ends = outcomes(due, log)
        chosen = (ends >= 0) & (due.lack > 0) & (due.valid_until + rule.grace_days <= over_by)
        due = due.take(chosen)
        return cls(features_of(rule, due, known), due.lack, ends[chosen])

    @classmethod
    def joined_by(cls, looks: list[_Past]) -> _Past:
        columns = ([getattr(look, name) for look in looks] for name in ("features", "lack", "kept"))
        return cls(*map(np.concatenate, columns))


def _fit(past: _Past) -> Floats | None:
    """Return the coefficients by Newton's steps, a little drawn to 0; None where too few kept or lost their level."""
    kept = int(past.kept.sum())
    if min(kept, len(past.kept) - kept) < _LEAST_ENDS:
        return None
    rows, ends = past.features, past.kept.astype(np.float64)
    found = np.zeros(rows.shape[1])
    draw = _RIDGE * len(ends) * np.eye(rows.shape[1])
    draw[0, 0] = 0.0
    for _ in range(100):
        chances = _expit(rows @ found)
        gradient = rows.T @ (ends - chances) - draw @ found
        weights = np.maximum(chances * (1 - chances), 1e-9)
        step = np.linalg.solve(rows.T @ (rows * weights[:, None]) + draw + 1e-9 * np.eye(len(found)), gradient)
        found = found + np.clip(step, -5, 5)
        if np.abs(step).max() < 1e-10:
            break
    return found


def _band(features: Floats) -> Ints:
    return np.searchsorted(BANDS, np.expm1(features[:, 1]) - 1e-9)


def _bands(past: _Past) -> Floats:
    """Return the share kept in each band of lack, of one with few looks that of all; no number where all are few."""
    band = _band(past.features)
    count = np.bincount(band, minlength=len(BANDS) + 1)
    kept = np.bincount(band, weights=past.kept, minlength=len(BANDS) + 1)
    whole = past.kept.mean() if len(past.kept) >= _LEAST_IN_BAND else np.nan
    return np.where(count >= _LEAST_IN_BAND, kept / np.maximum(count, 1), whole)


def _backtest(seen_on: int, test: _Past, chances: Floats, base: float) -> Backtest:
    ends = test.kept.astype(np.float64)
    return Backtest(
        seen_on, len(ends), float(ends.mean()), float(chances.mean()), auc(chances, test.kept),
        auc(-test.lack.astype(np.float64), test.kept), auc(-test.features[:, 3], test.kept),
        float(np.mean((chances - ends) ** 2)), float(np.mean((base - ends) ** 2)),
    )  # fmt: skip


def auc(scores: Floats, ends: Ints) -> float | None:
    """Return how often who kept it scores above who did not, ties half; None where all ended alike."""
    from scipy.stats import rankdata

    kept = int(ends.sum())
    lost = len(ends) - kept
    if not kept or not lost:
        return None
    return float((rankdata(scores)[ends == 1].sum() - kept * (kept + 1) / 2) / (kept * lost))


def _expit(values: Floats) -> Floats:
    from scipy.special import expit

    return np.asarray(expit(values), np.float64)
