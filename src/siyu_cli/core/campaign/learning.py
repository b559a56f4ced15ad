"""What a campaign teaches for the next: effects by segment, each drawn towards the mean as far as noise demands."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from siyu_cli.core.experiment import draw_together
from siyu_cli.errors import Note

_REACH = 1.959963984540054  # of a 95 % interval

Counts = tuple[int, int]


@dataclass(frozen=True)
class Estimate:
    """An effect with its standard error and 95 % interval."""

    effect: float
    error: float

    @property
    def low(self) -> float:
        """Return the lower end of the interval."""
        return self.effect - _REACH * self.error

    @property
    def high(self) -> float:
        """Return the upper end of the interval."""
        return self.effect + _REACH * self.error


@dataclass(frozen=True)
class Learned:
    """One segment: what was seen of it alone, and what to expect of it next time."""

    segment: str
    seen: Estimate
    expected: Estimate


@dataclass(frozen=True)
class Learning:
    """What was learned of all segments: how much they differ (Q, τ²), their mean, each of them."""

    segments: tuple[Learned, ...]
    q: float
    tau_squared: float
    mean: Estimate

    @property
    def notes(self) -> tuple[Note, ...]:
        """Return what is to be said of it."""
        if self.tau_squared > 0 or len(self.segments) < 2:
            return ()
        return (Note("No difference between segments can be told: use the average."),)


def seen_effect(arm: Counts, control: Counts) -> Estimate:
    """Return the difference of two shares, each (events, people), with its error.

    For the error each arm has half an event and half a person without one more, so that 0 of 30 is not certainty.

    >>> seen = seen_effect((1_185, 7_724), (646, 7_612))
    >>> round(seen.effect, 4), round(seen.error, 4)
    (0.0686, 0.0052)
    """
    rates = [(events + 0.5) / (people + 1) for events, people in (arm, control)]
    variances = [rate * (1 - rate) / people for rate, (_events, people) in zip(rates, (arm, control), strict=True)]
    return Estimate(arm[0] / arm[1] - control[0] / control[1], math.sqrt(sum(variances)))


def learn(seen: Mapping[str, Estimate]) -> Learning:
    """Return what to expect of each segment: normal–normal empirical Bayes with DerSimonian and Laird's τ² (1986).

    With τ² = 0 every segment is expected to do as the mean. The error of what is expected holds that of the mean and,
    from four segments on, that of τ² itself (Morris 1983): without it 95 % would be 86 in 100.

    >>> learn({"a": Estimate(0.05, 0.01), "b": Estimate(0.05, 0.02)}).segments[1].expected.effect
    0.05
    """
    names = sorted(seen)
    spread = draw_together([seen[name].effect for name in names], [seen[name].error for name in names])
    tau = spread.tau_squared
    of_mean = 1 / math.fsum(1 / (seen[name].error ** 2 + tau) for name in names)
    rows = []
    for name, effect in zip(names, spread.shrunk, strict=True):
        own = seen[name].error ** 2
        weight = own / (own + tau)  # of the mean
        error = math.sqrt(_variance(own, weight, seen[name].effect - spread.mean, (len(names), of_mean)))
        rows.append(Learned(name, seen[name], Estimate(effect, error)))
    return Learning(tuple(rows), spread.q, tau, Estimate(spread.mean, math.sqrt(of_mean)))


def _variance(own: float, weight: float, distance: float, others: tuple[int, float]) -> float:
    """Return the variance of what is expected; ``others`` are how many segments there are and the mean's variance."""
    count, of_mean = others
    if count < 4:
        return (1 - weight) * own + weight**2 * of_mean
    drawn = weight * (count - 3) / (count - 1)
    return (1 - drawn) * own + weight**2 * of_mean + 2 / (count - 3) * (weight * distance) ** 2


def over_campaigns(estimates: Sequence[Estimate]) -> Estimate:
    """Return what several campaigns say together of one segment and offer, as different as campaigns are.

    >>> both = over_campaigns([Estimate(0.04, 0.01), Estimate(0.04, 0.01)])
    >>> both.effect, round(both.error, 4)
    (0.04, 0.0071)
    """
    if len(estimates) == 1:
        return estimates[0]
    spread = draw_together([one.effect for one in estimates], [one.error for one in estimates])
    error = math.sqrt(1 / math.fsum(1 / (one.error**2 + spread.tau_squared) for one in estimates))
    return Estimate(spread.mean, error)
