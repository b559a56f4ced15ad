"""Reading an experiment: differences between arms with their intervals, and whether the arms were what they should be.

Counts and sums go in, never people, so that every engine can make them. Tests are named where they are used; they
are two-sided.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scipy.special import chdtrc, ndtr, ndtri, stdtr, stdtrit

EFFECTIVE, NOT_EFFECTIVE, UNDECIDED, WITHHELD = (
    "effective",
    "not_effective",
    "not_enough_evidence",
    "withheld",
)
SRM_LIMIT = 0.001  # below this chance the arms are not what was planned, and no verdict is given


@dataclass(frozen=True)
class Difference:
    """The difference between an arm and the control: estimate, interval, statistic, chance under no difference."""

    estimate: float
    low: float
    high: float
    statistic: float
    p_value: float
    test: str
    relative: float | None = None

    @property
    def verdict(self) -> str:
        """Return effective, not_effective (or harmful) or not_enough_evidence, by the interval alone."""
        if self.low > 0:
            return EFFECTIVE
        return NOT_EFFECTIVE if self.high < 0 else UNDECIDED


@dataclass(frozen=True)
class Sample:
    """What is known of a metric in one arm: people, the sum of their values, and of the values' squares."""

    count: int
    total: float
    squares: float

    @property
    def mean(self) -> float:
        """Return the mean of the values."""
        return self.total / self.count

    @property
    def variance(self) -> float:
        """Return the variance of the values, divided by n − 1."""
        return max(self.squares - self.total**2 / self.count, 0.0) / (self.count - 1)


def compare_proportions(
    arm: tuple[float, float], control: tuple[float, float], *, interval: str = "newcombe"
) -> Difference:
    """Return the difference of two shares, each given as (events, people); the test is the pooled z.

    Standardised shares come as what as many people by themselves would be as sure of: no whole numbers.

    ``interval``: newcombe (hybrid score, Newcombe 1998, method 10) or wald.

    >>> found = compare_proportions((267, 21_307), (122, 21_306))
    >>> round(found.estimate, 6), round(found.low, 6), round(found.high, 6), round(found.statistic, 4)
    (0.006805, 0.005014, 0.008641, 7.3851)
    """
    (events, people), (base_events, base_people) = arm, control
    share, base = events / people, base_events / base_people
    pooled = (events + base_events) / (people + base_people)
    error = math.sqrt(pooled * (1 - pooled) * (1 / people + 1 / base_people))
    z = (share - base) / error if error else 0.0
    bounds = _newcombe if interval == "newcombe" else _wald
    low, high = bounds(share, people, base, base_people)
    relative = (share - base) / base if base else None
    p_value = float(2 * ndtr(-abs(z)))
    return Difference(share - base, low, high, z, p_value, f"pooled z, {interval} interval", relative)


def compare_means(arm: Sample, control: Sample, *, covariance: float = 0.0) -> Difference:
    """Return the difference of two means by Welch's t; arms of unequal spread are no trouble.

    ``covariance`` is that of the two means, where arms share people.

    >>> found = compare_means(Sample(3, 9.0, 29.0), Sample(3, 6.0, 14.0))
    >>> round(found.estimate, 3), round(found.statistic, 3)
    (1.0, 1.225)
    """
    parts = (arm.variance / arm.count, control.variance / control.count)
    error = math.sqrt(max(sum(parts) - 2 * covariance, 0.0))
    difference = arm.mean - control.mean
    relative = difference / control.mean if control.mean else None
    if not error:
        p_value = 0.0 if difference else 1.0
        return Difference(difference, difference, difference, 0.0, p_value, "Welch t", relative)
    degrees = sum(parts) ** 2 / (parts[0] ** 2 / (arm.count - 1) + parts[1] ** 2 / (control.count - 1))
    reach = float(stdtrit(degrees, 0.975)) * error
    statistic = difference / error
    p_value = float(2 * stdtr(degrees, -abs(statistic)))
    return Difference(difference, difference - reach, difference + reach, statistic, p_value, "Welch t", relative)


def ratio_sample(count: int, tops: Sample, bottoms: Sample, products: float) -> Sample:
    """Return a sample whose mean is Σ top / Σ bottom and whose variance is the delta method's (Deng et al. 2018).

    For metrics such as sales per order by member: ``products`` is Σ top × bottom.
    """
    ratio = tops.total / bottoms.total
    covariance = (products - tops.total * bottoms.total / count) / (count - 1)
    variance = (tops.variance - 2 * ratio * covariance + ratio**2 * bottoms.variance) / bottoms.mean**2
    return Sample(count, ratio * count, max(variance, 0.0) * (count - 1) + ratio**2 * count)


def adjusted_for_past(now: Sample, past: Sample, products: float, theta: float, past_mean: float) -> Sample:
    """Return a sample of values less what the past explains: x − theta (past − its mean), CUPED (Deng et al. 2013).

    ``products`` is Σ now × past; ``theta`` and ``past_mean`` are those of all arms together.
    """
    count = now.count
    covariance = (products - now.total * past.total / count) / (count - 1)
    variance = now.variance - 2 * theta * covariance + theta**2 * past.variance
    mean = now.mean - theta * (past.mean - past_mean)
    return Sample(count, mean * count, max(variance, 0.0) * (count - 1) + mean**2 * count)


def mismatch(counts: Sequence[int], shares: Sequence[float] | None = None) -> float:
    """Return the chance of arms as uneven as these if people were really assigned by ``shares`` (equal ones for None).

    The sample ratio mismatch test, χ² (Fabijan et al. 2019): below .001 no verdict should be given.

    >>> f"{mismatch([600, 400]):.2e}"
    '2.54e-10'
    """
    whole = sum(counts)
    parts = shares or [1 / len(counts)] * len(counts)
    expected = [whole * part / sum(parts) for part in parts]
    statistic = sum((seen - due) ** 2 / due for seen, due in zip(counts, expected, strict=True))
    return float(chdtrc(len(counts) - 1, statistic))


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Return p values adjusted for being several (Holm 1979): the smallest × how many there are, and so on down.

    >>> holm({"a": 0.01, "b": 0.04, "c": 0.03})
    {'a': 0.03, 'c': 0.06, 'b': 0.06}
    """
    adjusted: dict[str, float] = {}
    floor = 0.0
    for place, (name, p_value) in enumerate(sorted(p_values.items(), key=lambda item: item[1])):
        floor = max(floor, min(1.0, (len(p_values) - place) * p_value))
        adjusted[name] = floor
    return adjusted


def people_needed(
    base: float, target: float, *, alpha: float = 0.05, power: float = 0.8, formula: str = "normal"
) -> int:
    """Return the people each arm needs to tell ``target`` from ``base``.

    ``formula``: normal, z_α √(2 p̄ q̄) + z_β √(p₁q₁ + p₂q₂) over the difference (Fleiss), or cohen, by Cohen's h.

    >>> people_needed(0.20, 0.25), people_needed(0.20, 0.25, formula="cohen")
    (1094, 1092)
    """
    level, strength = -ndtri(alpha / 2), ndtri(power)
    if formula == "cohen":
        effect = 2 * math.asin(math.sqrt(target)) - 2 * math.asin(math.sqrt(base))
        whole: int = math.ceil(2 * ((level + strength) / effect) ** 2)
        return whole
    middle = (base + target) / 2
    spread = level * math.sqrt(2 * middle * (1 - middle)) + strength * math.sqrt(
        base * (1 - base) + target * (1 - target)
    )
    people: int = math.ceil((spread / (target - base)) ** 2)
    return people


def least_effect(
    base: float, people: int, control: int | None = None, *, alpha: float = 0.05, power: float = 0.8
) -> float | None:
    """Return the smallest rise over ``base`` that arms of so many people would show; None where none would.

    ``control`` is the size of the arm without, where it is not as large: a rise is shown from where it is
    z_α √(p̄ q̄ (1/n + 1/m)) + z_β √(p₁q₁/n + p₀q₀/m), p̄ the share of both arms together.

    >>> round(least_effect(0.20, 1_094), 4), round(least_effect(0.20, 9_000, 1_000), 4)
    (0.05, 0.039)
    """
    arms = (people, people if control is None else control)
    low, high = base, 1.0
    if min(arms) < 1 or base >= high or not is_shown(base, high, arms, alpha=alpha, power=power):
        return None
    for _halving in range(60):
        middle = (low + high) / 2
        is_enough = middle > base and is_shown(base, middle, arms, alpha=alpha, power=power)
        low, high = (low, middle) if is_enough else (middle, high)
    return high - base


def is_shown(base: float, target: float, arms: tuple[int, int], *, alpha: float = 0.05, power: float = 0.8) -> bool:
    """Return whether arms of so many people (with, without) tell ``target`` from ``base`` with that power.

    >>> is_shown(0.20, 0.25, (1_094, 1_094)), is_shown(0.20, 0.25, (1_093, 1_093))
    (True, False)
    """
    people, control = arms
    middle = (target * people + base * control) / (people + control)
    reach = -ndtri(alpha / 2) * math.sqrt(middle * (1 - middle) * (1 / people + 1 / control))
    reach += ndtri(power) * math.sqrt(target * (1 - target) / people + base * (1 - base) / control)
    return bool(abs(target - base) >= reach)


def members_needed(base: float, target: float, control_share: float) -> int | None:
    """Return how many members it takes in all to tell ``target`` from ``base`` with such a share left alone.

    None where no number that a shop has would do (100 million).

    >>> members_needed(0.20, 0.25, 0.5), members_needed(0.20, 0.25, 0.1)
    (2188, 6220)
    """
    low, high = 1, 100_000_000

    def is_enough(members: int) -> bool:
        control = int(members * control_share)
        return 0 < control < members and is_shown(base, target, (members - control, control))

    if not is_enough(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


def least_difference(deviation: float, people: int, control: int, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """Return the smallest difference of two means that would show: (z_α + z_β) σ √(1/n + 1/m).

    >>> round(least_difference(15.0, 9_000, 1_000), 3)
    1.401
    """
    return float(ndtri(power) - ndtri(alpha / 2)) * deviation * math.sqrt(1 / people + 1 / control)


@dataclass(frozen=True)
class Spread:
    """Effects of several segments, drawn together: Q, between-segment variance τ², and each shrunk towards the mean."""

    q: float
    tau_squared: float
    mean: float
    shrunk: tuple[float, ...]


def draw_together(effects: Sequence[float], errors: Sequence[float]) -> Spread:
    """Return the effects of segments after normal–normal empirical Bayes with DerSimonian and Laird's τ² (1986).

    τ² = 0 says that no difference between segments can be told: every segment gets the mean.
    """
    weights = [1 / error**2 for error in errors]
    whole = sum(weights)
    fixed = sum(weight * effect for weight, effect in zip(weights, effects, strict=True)) / whole
    q = sum(weight * (effect - fixed) ** 2 for weight, effect in zip(weights, effects, strict=True))
    scale = whole - sum(weight**2 for weight in weights) / whole
    tau_squared = max(0.0, (q - (len(effects) - 1)) / scale) if len(effects) > 1 else 0.0
    blended = [1 / (error**2 + tau_squared) for error in errors]
    mean = sum(weight * effect for weight, effect in zip(blended, effects, strict=True)) / sum(blended)
    shrunk = tuple(
        mean + (effect - mean) * tau_squared / (tau_squared + error**2)
        for effect, error in zip(effects, errors, strict=True)
    )
    return Spread(q, tau_squared, mean, shrunk)


def _wald(share: float, people: float, base: float, base_people: float) -> tuple[float, float]:
    reach = float(ndtri(0.975)) * math.sqrt(share * (1 - share) / people + base * (1 - base) / base_people)
    return share - base - reach, share - base + reach


def _newcombe(share: float, people: float, base: float, base_people: float) -> tuple[float, float]:
    (low, high), (base_low, base_high) = wilson(share, people), wilson(base, base_people)
    return (
        share - base - math.hypot(share - low, base_high - base),
        share - base + math.hypot(high - share, base - base_low),
    )


def wilson(share: float, people: float) -> tuple[float, float]:
    """Return the 95 % score interval of a share (Wilson 1927)."""
    z = float(ndtri(0.975))
    middle = share + z * z / (2 * people)
    reach = z * math.sqrt(share * (1 - share) / people + z * z / (4 * people * people))
    return (middle - reach) / (1 + z * z / people), (middle + reach) / (1 + z * z / people)
