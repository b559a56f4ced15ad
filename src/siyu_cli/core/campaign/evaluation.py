"""Reading a campaign's result: what it did to the arms it was given to, how sure that is, and whether it paid.

By intention to treat: members count in the arm they were assigned to, reached or not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from siyu_cli.core.campaign.outcomes import Arm, Metric
from siyu_cli.core.experiment import (
    EFFECTIVE,
    NOT_EFFECTIVE,
    SRM_LIMIT,
    UNDECIDED,
    WITHHELD,
    Difference,
    Sample,
    adjusted_for_past,
    compare_means,
    compare_proportions,
    holm,
    least_difference,
    least_effect,
    mismatch,
    ratio_sample,
)
from siyu_cli.errors import DataError

ALPHA = 0.05
RARE = 0.05  # below such a share the score interval holds what Wald's no longer does


@dataclass(frozen=True)
class Effect:
    """What one arm did to one metric, beside the control: the difference, its verdict, what could have been seen.

    ``least`` is the least difference these arms show with power .8; ``variance_reduction`` what CUPED took away.
    """

    arm: str
    metric: str
    difference: Difference
    p_holm: float
    verdict: str
    least: float | None = None
    variance_reduction: float | None = None


@dataclass(frozen=True)
class Evaluation:
    """The result of a campaign: whether the arms are what was planned, and what each did to each metric."""

    control: str
    people: Mapping[str, int]
    srm_p: float
    effects: tuple[Effect, ...]
    looks: int = 1

    @property
    def is_as_planned(self) -> bool:
        """Return whether the arms are as large as the draw made them: else no verdict is given."""
        return self.srm_p >= SRM_LIMIT

    @property
    def false_alarms(self) -> float:
        """Return how often a campaign without any effect would have looked effective at one of so many looks."""
        return false_alarms(self.looks)


@dataclass(frozen=True)
class Design:
    """How a result is to be read: the control, the shares the arms were drawn by, how often it was looked at.

    ``worthwhile``: by metric, the difference from which it pays; below it an effect that is there is none that matters.
    """

    control: str
    shares: Mapping[str, float] | None = None
    looks: int = 1
    worthwhile: Mapping[str, float] = field(default_factory=dict)


def evaluate(arms: Sequence[Arm], metrics: Sequence[Metric], design: Design) -> Evaluation:
    """Return what each arm did to each metric beside the control.

    Shares: pooled z, with Wald's interval, or Newcombe's where a share is below 5 or above 95 %. Means: Welch's t.
    Ratios: the delta method by member. With ``past``: CUPED. p values are adjusted by Holm over metrics × arms.

    >>> arms = [Arm("card", 21_307, {"buy": 267}, {("buy", "buy"): 267}),
    ...         Arm("none", 21_306, {"buy": 122}, {("buy", "buy"): 122})]
    >>> found = evaluate(arms, [Metric("buy", "share")], Design("none")).effects[0]
    >>> round(found.difference.estimate, 6), found.verdict
    (0.006805, 'effective')
    """
    by_name = {arm.name: arm for arm in arms}
    if design.control not in by_name or len(arms) < 2:
        raise DataError(
            "There is no arm {control} beside another.", hint="The arms are: {arms}.", control=design.control,
            arms=", ".join(sorted(by_name)),
        )  # fmt: skip
    control = by_name[design.control]
    shares = None if design.shares is None else [design.shares[arm.name] for arm in arms]
    srm_p = mismatch([arm.people for arm in arms], shares)
    found = {
        (arm.name, metric.label): compare(arm, control, metric, arms)
        for arm in arms if arm is not control for metric in metrics
    }  # fmt: skip
    p_values = {"\0".join(key): pair[0].p_value for key, pair in found.items() if not math.isnan(pair[0].p_value)}
    adjusted = holm(p_values)
    effects = []
    for (name, metric), (difference, reduction) in found.items():
        p_holm = adjusted.get(f"{name}\0{metric}", math.nan)
        verdict = verdict_of(difference, p_holm, design.worthwhile.get(metric))
        kind = next(one for one in metrics if one.label == metric)
        least = _least(by_name[name], control, kind)
        effects.append(
            Effect(name, metric, difference, p_holm, WITHHELD if srm_p < SRM_LIMIT else verdict, least, reduction)
        )
    return Evaluation(design.control, {arm.name: arm.people for arm in arms}, srm_p, tuple(effects), design.looks)


def compare(arm: Arm, control: Arm, metric: Metric, arms: Sequence[Arm]) -> tuple[Difference, float | None]:
    """Return the difference of one metric between two arms of ``arms``, and what share of the noise the past took."""
    if min(arm.people, control.people) < 2:
        return _unknown("none: fewer than two people"), None
    if metric.past is not None and metric.kind != "ratio":
        return _compare_adjusted(arm, control, metric, arms)
    if metric.kind == "share":
        pair = [(int(one.sums[metric.name]), one.people) for one in (arm, control)]
        shares = [events / people for events, people in pair]
        interval = "newcombe" if min(shares) < RARE or max(shares) > 1 - RARE else "wald"
        return compare_proportions(pair[0], pair[1], interval=interval), None
    if metric.per is not None:
        if not (arm.sums[metric.per] and control.sums[metric.per]):
            return _unknown("none: nothing to divide by"), None
        found = compare_means(ratio_of(arm, metric), ratio_of(control, metric))
        return _named(found, "Welch t, delta method"), None
    return compare_means(arm.sample(metric.name), control.sample(metric.name)), None


def _unknown(test: str) -> Difference:
    return Difference(math.nan, math.nan, math.nan, math.nan, math.nan, test)


def ratio_of(arm: Arm, metric: Metric) -> Sample:
    """Return a ratio by member as a sample, by the delta method."""
    per = metric.per or ""
    both = arm.products.get((metric.name, per), arm.products.get((per, metric.name), math.nan))
    return ratio_sample(arm.people, arm.sample(metric.name), arm.sample(per), both)


def _compare_adjusted(arm: Arm, control: Arm, metric: Metric, arms: Sequence[Arm]) -> tuple[Difference, float]:
    past = metric.past or ""
    usable = [one for one in arms if one.people > 1]
    varied = math.fsum(one.sample(past).variance * (one.people - 1) for one in usable)
    together = math.fsum(one.covariance(metric.name, past) * (one.people - 1) for one in usable)
    theta = together / varied if varied else 0.0
    mean = math.fsum(one.sums[past] for one in arms) / sum(one.people for one in arms)
    samples = [
        adjusted_for_past(
            one.sample(metric.name), one.sample(past),
            one.products.get((metric.name, past), one.products.get((past, metric.name), math.nan)), theta, mean,
        )
        for one in (arm, control)
    ]  # fmt: skip
    plain = sum(one.sample(metric.name).variance / one.people for one in (arm, control))
    left = sum(sample.variance / sample.count for sample in samples)
    found = compare_means(samples[0], samples[1])
    return _named(found, "Welch t, CUPED"), 1 - left / plain if plain else 0.0


def _named(difference: Difference, test: str) -> Difference:
    return Difference(
        difference.estimate, difference.low, difference.high, difference.statistic, difference.p_value, test,
        difference.relative,
    )  # fmt: skip


def verdict_of(difference: Difference, p_holm: float, worthwhile: float | None = None) -> str:
    """Return the verdict on a difference: by its interval and the p value adjusted for all that were looked at."""
    if math.isnan(p_holm):
        return UNDECIDED
    if worthwhile is not None and difference.high < worthwhile:
        return NOT_EFFECTIVE  # whatever it adds, it is less than what pays
    return difference.verdict if p_holm < ALPHA and difference.verdict in (EFFECTIVE, NOT_EFFECTIVE) else UNDECIDED


def _least(arm: Arm, control: Arm, metric: Metric) -> float | None:
    if min(arm.people, control.people) < 2:
        return None
    if metric.kind == "share":
        return least_effect(control.sums[metric.name] / control.people, arm.people, control.people)
    if metric.per is not None and not control.sums[metric.per]:
        return None
    sample = ratio_of(control, metric) if metric.per is not None else control.sample(metric.name)
    return least_difference(math.sqrt(sample.variance), arm.people, control.people)


def false_alarms(looks: int, alpha: float = ALPHA) -> float:
    """Return the chance of p < α at one of so many equally spaced looks without any effect.

    By repeated integration (Armitage, McPherson and Rowe 1969).

    >>> [round(false_alarms(looks), 3) for looks in (1, 2, 5, 10, 20)]
    [0.05, 0.083, 0.142, 0.193, 0.248]
    """
    bound, half = _two_sided(alpha), 1_500
    width = bound * math.sqrt(looks) / half
    sums = np.arange(-half, half + 1) * width
    reach = np.arange(-2 * half, 2 * half + 1) * width
    step = np.exp(-(reach**2) / 2) / math.sqrt(2 * math.pi)  # the density of what one more look adds
    density = step[half : 3 * half + 1]
    for look in range(1, looks + 1):
        if look > 1:
            density = np.convolve(density, step)[2 * half : 4 * half + 1] * width
        density = np.where(np.abs(sums) < bound * math.sqrt(look), density, 0.0)
    return max(0.0, 1 - float(density.sum() * width))


def _two_sided(alpha: float) -> float:
    from scipy.special import ndtri

    return float(-ndtri(alpha / 2))


@dataclass(frozen=True)
class Contamination:
    """Who got what they were not assigned: the control treated, the treated missed. They count as assigned."""

    control: int
    control_treated: int
    treated: int
    treated_missed: int

    @property
    def share(self) -> float:
        """Return the share of the control that got an offer after all: it makes the effect look smaller."""
        return self.control_treated / self.control if self.control else 0.0


def contamination(is_control: Sequence[bool], was_treated: Sequence[bool]) -> Contamination:
    """Return how far the arms were mixed; both are per member assigned.

    >>> contamination([True, True, False], [False, True, False])
    Contamination(control=2, control_treated=1, treated=1, treated_missed=1)
    """
    control, treated = np.asarray(is_control, np.bool_), np.asarray(was_treated, np.bool_)
    return Contamination(
        int(control.sum()), int((control & treated).sum()), int((~control).sum()), int((~control & ~treated).sum())
    )


@dataclass(frozen=True)
class Return:
    """What a campaign brought in money: margin that would not have come otherwise, its cost, and ROI with interval.

    ROI = (incremental margin − cost) / cost; margin is before the discount, which stands in the cost, once.
    """

    margin: float
    low: float
    high: float
    cost: float

    @property
    def roi(self) -> tuple[float, float, float] | None:
        """Return ROI and its 95 % interval; None for a campaign that cost nothing.

        >>> Return(300.0, 100.0, 500.0, 200.0).roi
        (0.5, -0.5, 1.5)
        """
        if not self.cost:
            return None
        roi, low, high = ((margin - self.cost) / self.cost for margin in (self.margin, self.low, self.high))
        return roi, low, high
